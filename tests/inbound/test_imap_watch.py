"""Watching mailboxes: news within seconds, trouble that holds up nobody else, nothing lost to an outage."""

from __future__ import annotations

import dataclasses
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mailagent import service
from mailagent.inbound import imap, watcher
from mailagent.inbound.imap import MailboxAccess
from mailagent.inbound.watcher import next_pause
from tests.dovecot import Dovecot
from tests.inbound.crooked import serving
from tests.inbound.watching import Diary, soon, watching

PASSWORD = "geheim-woord"
USERS = {f"user{number}": PASSWORD for number in range(30)}


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    dovecot = Dovecot(USERS).start()
    yield dovecot
    dovecot.stop()


@pytest.fixture(scope="module")
def unused() -> Iterator[str]:
    return iter(USERS)


@pytest.fixture
def access(server: Dovecot, unused: Iterator[str]) -> MailboxAccess:
    return MailboxAccess("klachten", server.host, next(unused), PASSWORD, server.port, tls=False)


def post(server: Dovecot, access: MailboxAccess, *subjects: str) -> None:
    with server.client(access.user) as client:
        for subject in subjects:
            client.append("INBOX", b"Subject: " + subject.encode() + b"\r\n\r\nhoi\r\n")


def black_hole() -> socket.socket:
    """A server that lets you connect, and never says a word."""
    return socket.create_server(("127.0.0.1", 0))


def test_a_mail_that_comes_in_while_we_wait_is_kept_long_before_we_would_look(
    server: Dovecot, access: MailboxAccess, diary: Diary
) -> None:
    with watching(access, diary=diary):
        soon(lambda: bool(diary.good))
        for number in range(3):
            post(server, access, f"mail {number}")
            soon(lambda number=number: len(diary.kept) == number + 1)  # type: ignore[misc]
    assert diary.subjects() == ["mail 0", "mail 1", "mail 2"]
    assert diary.failed == []


def test_a_mail_that_comes_in_while_we_ask_for_the_others_waits_no_longer(
    server: Dovecot, access: MailboxAccess, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked_slowly(client: imap.Line, exists: int) -> set[int]:
        if diary.kept and late:
            post(server, access, late.pop())
        return uids(client, exists)

    late, uids = ["ertussen"], imap._uids
    monkeypatch.setattr(imap, "_uids", asked_slowly)
    post(server, access, "ervoor")
    with watching(access, diary=diary):
        soon(lambda: len(diary.kept) > 1)
    assert diary.subjects() == ["ervoor", "ertussen"]
    assert diary.failed == []


def test_a_server_that_does_not_call_is_looked_at_all_the_same(
    server: Dovecot, access: MailboxAccess, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "_is_news", lambda _: False)
    with watching(access, diary=diary, every=1):
        soon(lambda: bool(diary.good))
        post(server, access, "onopgemerkt")
        soon(lambda: bool(diary.kept))


def test_an_idle_line_is_never_left_alone_for_longer_than_a_slice(
    access: MailboxAccess, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "SLICE_SECONDS", 0.2)
    with watching(access, diary=diary, every=3_600):
        soon(lambda: len(diary.good) > 3)


def test_a_mailbox_that_hangs_holds_up_no_other(
    server: Dovecot, access: MailboxAccess, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "CONNECT_SECONDS", 3_600.0)
    with black_hole() as hole:
        hung = [dataclasses.replace(access, name=f"stil{n}", port=hole.getsockname()[1]) for n in range(8)]
        with watching(*hung, access, diary=diary):
            post(server, access, "gewoon")
            soon(lambda: diary.subjects() == ["gewoon"])
            assert diary.failed == []
            hole.close()


def test_a_mailbox_that_hangs_does_not_hold_up_the_end(
    access: MailboxAccess, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "CONNECT_SECONDS", 3.0)
    monkeypatch.setattr(imap, "SOCKET_SECONDS", 3_600.0)
    monkeypatch.setattr(watcher, "STOP_SECONDS", 0.1)
    with black_hole() as mute, serving() as crooked:
        crooked.mute_at = b"LOGIN"
        greets = dataclasses.replace(crooked.access(), name="groet")
        with watching(greets, dataclasses.replace(access, port=mute.getsockname()[1]), diary=diary):
            soon(lambda: any(asked.startswith(b"LOGIN") for asked in crooked.asked))
        crooked.mute_at = None


def test_a_mailbox_that_does_not_let_us_in_holds_up_no_other(
    server: Dovecot, access: MailboxAccess, diary: Diary
) -> None:
    wrong = dataclasses.replace(access, name="dicht", password="verkeerd-woord")
    with watching(wrong, access, diary=diary):
        soon(lambda: bool(diary.failed))
        post(server, access, "gewoon")
        soon(lambda: diary.subjects() == ["gewoon"])
    assert {name for name, _ in diary.failed} == {"dicht"}
    assert "verkeerd-woord" not in str(diary.failed)


def test_a_mistake_of_ours_in_one_mailbox_holds_up_no_other(
    server: Dovecot,
    access: MailboxAccess,
    unused: Iterator[str],
    diary: Diary,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service, "SWEEP_SECONDS", 0.5)
    other = dataclasses.replace(access, name="ander", user=next(unused))
    diary.poison = b"Subject: gif"
    post(server, other, "gif")
    with watching(other, access, diary=diary):
        soon(lambda: len(diary.failed) > 1)
        post(server, access, "gewoon")
        soon(lambda: diary.subjects() == ["gewoon"])
    assert {name for name, _ in diary.failed} == {"ander"}


def test_the_line_that_breaks_while_we_wait_is_made_again(
    server: Dovecot, access: MailboxAccess, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[imap.Line] = []

    def remembered(line: imap.Line, seconds: float, over: threading.Event) -> None:
        lines.append(line)
        wait_for_news(line, seconds, over)

    wait_for_news = imap.wait_for_news
    monkeypatch.setattr(watcher, "wait_for_news", remembered)
    with watching(access, diary=diary):
        soon(lambda: bool(lines))
        time.sleep(0.2)
        imap.hang_up(lines[0])
        post(server, access, "daarna")
        soon(lambda: diary.subjects() == ["daarna"])
    assert [name for name, _ in diary.failed] == ["klachten"]


def test_days_without_the_server_are_caught_up_and_nothing_comes_twice(
    diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "LONGEST_PAUSE", 1.0)
    server = Dovecot({"jan": PASSWORD}).start()
    access = MailboxAccess("klachten", server.host, "jan", PASSWORD, server.port, tls=False)
    try:
        post(server, access, "ervoor")
        with watching(access, diary=diary):
            soon(lambda: diary.subjects() == ["ervoor"])
            server.halt()
            soon(lambda: bool(diary.failed))
            server.start()
            with server.client("jan") as client:
                for days in (3, 2, 1):
                    came = datetime.now(UTC) - timedelta(days=days)
                    client.append("INBOX", f"Subject: {days}\r\n\r\nhoi\r\n".encode(), msg_time=came)
            soon(lambda: len(diary.kept) == 4)
    finally:
        server.stop()
    assert diary.subjects() == ["ervoor", "3", "2", "1"]


def test_with_the_store_down_nothing_is_fetched_and_later_all_of_it(
    server: Dovecot, access: MailboxAccess, diary: Diary
) -> None:
    diary.is_down = True
    post(server, access, "een", "twee")
    with watching(access, diary=diary):
        soon(lambda: len(diary.failed) > 1)
        assert diary.kept == []
        diary.is_down = False
        soon(lambda: diary.subjects() == ["een", "twee"])


def test_a_poison_mail_is_counted_and_holds_up_no_other(
    server: Dovecot, access: MailboxAccess, diary: Diary
) -> None:
    post(server, access, "gif", "goed")
    [path] = [path for path in server.files(access.user) if b"Subject: gif" in path.read_bytes()]
    path.chmod(0)
    with watching(access, diary=diary, every=0.5):
        soon(lambda: ("klachten", 1) in diary.good)
        post(server, access, "later")
        soon(lambda: diary.subjects() == ["goed", "later"])


def test_a_mail_that_stepped_aside_is_fetched_later_once_it_can_be(
    server: Dovecot, access: MailboxAccess, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "RETRY", timedelta(seconds=1))
    post(server, access, "gif")
    [path] = server.files(access.user)
    path.chmod(0)
    with watching(access, diary=diary, every=0.3):
        soon(lambda: ("klachten", 1) in diary.good)
        for spoilt in server.files(access.user):
            spoilt.chmod(0o600)
        soon(lambda: diary.subjects() == ["gif"])
        soon(lambda: diary.good[-1] == ("klachten", 0))


def test_two_watchers_of_one_mailbox_keep_each_mail_once(
    server: Dovecot, access: MailboxAccess, diary: Diary
) -> None:
    with watching(access, access, diary=diary, every=0.2):
        for number in range(10):
            post(server, access, f"{number}")
        soon(lambda: len(diary.kept) == 10)
        time.sleep(0.5)
    assert sorted(diary.subjects()) == [f"{number}" for number in range(10)]


def test_a_round_that_lasts_tells_that_it_is_alive(
    server: Dovecot, access: MailboxAccess, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watching(access, diary=diary):
        soon(lambda: bool(diary.good))
        monkeypatch.setattr(watcher, "SIGN_OF_LIFE", timedelta(0))
        post(server, access, "een")
        soon(lambda: bool(diary.kept))
        soon(lambda: len(diary.good) >= 3)


def test_trouble_makes_the_tries_rarer_up_to_five_minutes() -> None:
    assert [next_pause(n) for n in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert next_pause(50) == 300
