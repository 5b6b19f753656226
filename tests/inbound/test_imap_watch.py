"""Watching mailboxes: news within seconds, trouble that holds up nobody else, nothing lost to an outage."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from mailagent.core.errors import TryLater
from mailagent.core.mail import Envelope
from mailagent.inbound import imap, watcher
from mailagent.inbound.imap import MailboxAccess
from mailagent.inbound.watcher import Books, next_pause, watch
from tests.dovecot import Dovecot
from tests.inbound.crooked import serving

PASSWORD = "geheim-woord"
USERS = {f"user{number}": PASSWORD for number in range(30)}


class Diary:
    """Remembers what was kept of which mailbox, and how its rounds went; keeps nothing while it is down."""

    def __init__(self) -> None:
        self.kept: list[Envelope] = []
        self.good: list[tuple[str, int]] = []
        self.failed: list[tuple[str, str]] = []
        self.is_down = False
        self._lock = threading.Lock()

    @property
    def books(self) -> Books:
        return Books(self._keep, self._known, self._good, self._failed)

    def subjects(self, mailbox: str = "klachten") -> list[str]:
        mine = [mail for mail in self.kept if mail.slot and mail.slot.mailbox == mailbox]
        return [mail.raw.split(b"\r\n")[0].decode().removeprefix("Subject: ") for mail in mine]

    def _keep(self, envelopes: Sequence[Envelope]) -> Sequence[int]:
        self._answers()
        with self._lock:
            slots = {mail.slot for mail in self.kept}
            self.kept += [envelope for envelope in envelopes if envelope.slot not in slots]
        return [1]

    def _known(self, mailbox: str, uidvalidity: int) -> set[int]:
        slots = [mail.slot for mail in self.kept if mail.slot]
        return {s.uid for s in slots if (s.mailbox, s.uidvalidity) == (mailbox, uidvalidity)}

    def _good(self, mailbox: str, aside: int) -> None:
        self._answers()
        self.good.append((mailbox, aside))

    def _failed(self, mailbox: str, why: str) -> None:
        self.failed.append((mailbox, why))
        self._answers()

    def _answers(self) -> None:
        if self.is_down:
            raise TryLater


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
    return MailboxAccess("klachten", server.host, next(unused), PASSWORD, server.port, security="none")


@contextmanager
def watching(*mailboxes: MailboxAccess, diary: Diary, every: float = 60.0) -> Iterator[None]:
    """Watch these mailboxes as the service does, on a loop of its own."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()

    async def all_of_them() -> None:
        now = lambda: datetime.now(UTC)  # noqa: E731
        await asyncio.gather(*(watch(box, diary.books, now, stop, every=every) for box in mailboxes))

    thread = threading.Thread(target=lambda: loop.run_until_complete(all_of_them()))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        assert not thread.is_alive(), "it did not stop"
        loop.close()


def soon(happened: Callable[[], bool], seconds: float = 15.0) -> float:
    """Wait until it has happened; how long it took."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() < began + seconds, "it did not happen"
        time.sleep(0.02)
    return time.monotonic() - began


def post(server: Dovecot, access: MailboxAccess, *subjects: str) -> None:
    with server.client(access.user) as client:
        for subject in subjects:
            client.append("INBOX", b"Subject: " + subject.encode() + b"\r\n\r\nhoi\r\n")


@contextmanager
def black_hole() -> Iterator[int]:
    """A server that lets you connect, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as hole:
        yield hole.getsockname()[1]


def test_a_mail_that_comes_in_while_we_wait_is_kept_within_two_seconds(
    server: Dovecot, access: MailboxAccess, diary: Diary
) -> None:
    with watching(access, diary=diary):
        soon(lambda: bool(diary.good))
        time.sleep(0.3)
        took = []
        for number in range(3):
            post(server, access, f"mail {number}")
            took.append(soon(lambda number=number: len(diary.kept) == number + 1))  # type: ignore[misc]
    assert diary.subjects() == ["mail 0", "mail 1", "mail 2"]
    assert min(took) < 2.0  # the busiest machine has a quick moment
    assert diary.failed == []


def test_a_server_that_does_not_call_is_looked_at_all_the_same(
    server: Dovecot, access: MailboxAccess, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "_is_news", lambda _: False)
    with watching(access, diary=diary, every=1):
        soon(lambda: bool(diary.good))
        post(server, access, "onopgemerkt")
        soon(lambda: bool(diary.kept), 5)


def test_an_idle_line_is_never_left_alone_for_longer_than_a_slice(
    access: MailboxAccess, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "SLICE_SECONDS", 0.2)
    with watching(access, diary=diary, every=3_600):
        soon(lambda: len(diary.good) > 3, 5)


def test_a_server_that_does_not_know_idle_is_asked_every_so_often(diary: Diary) -> None:
    with serving() as crooked, watching(crooked.access(), diary=diary, every=0.1):
        soon(lambda: len(diary.good) > 2)
    assert not any(asked.startswith(b"IDLE") for asked in crooked.asked)
    assert sum(asked.startswith(b"LOGIN") for asked in crooked.asked) == 1


def test_a_mailbox_that_hangs_holds_up_no_other_nor_the_end(
    server: Dovecot, access: MailboxAccess, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "CONNECT_SECONDS", 8.0)
    with black_hole() as port:
        hung = [dataclasses.replace(access, name=f"stil{n}", port=port) for n in range(8)]
        with watching(*hung, access, diary=diary):
            post(server, access, "gewoon")
            soon(lambda: diary.subjects() == ["gewoon"], 7)
            assert diary.failed == []
            told = time.monotonic()
        assert time.monotonic() - told < imap.CONNECT_SECONDS + 5


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
        soon(lambda: diary.subjects() == ["daarna"], 5)
    assert [name for name, _ in diary.failed] == ["klachten"]


@pytest.mark.parametrize(
    "said",
    [b"* OK Still here\r\n* BYE later\r\n", b"* 3 EXI", b"nonsense\r\n"],
    ids=["bye", "half", "nonsense"],
)
def test_a_server_that_breaks_off_an_idle_is_visited_again(diary: Diary, said: bytes) -> None:
    with serving() as crooked:
        crooked.capabilities = b"IMAP4rev1 IDLE"
        crooked.answers[b"UID SEARCH"] = b"* SEARCH 2\r\n"
        crooked.in_idle = said
        with watching(crooked.access(), diary=diary, every=0.2):
            soon(lambda: sum(asked.startswith(b"LOGIN") for asked in crooked.asked) > 2)
    assert [mail.raw for mail in diary.kept] == [b"goed"]


def test_days_without_the_server_are_caught_up_and_nothing_comes_twice(
    diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "LONGEST_PAUSE", 1.0)
    server = Dovecot({"jan": PASSWORD}).start()
    access = MailboxAccess("klachten", server.host, "jan", PASSWORD, server.port, security="none")
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
