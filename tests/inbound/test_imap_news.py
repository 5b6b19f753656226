"""What a server calls while we wait for mail, and just before: heard once, however it says it."""

from __future__ import annotations

import time

import pytest

from mailagent.core.mail import Envelope, Slot
from mailagent.inbound import imap, watcher
from tests.inbound.crooked import NOON, Crooked, selected, serving
from tests.inbound.watching import Diary, soon, watching

HAD = Envelope(raw=b"had", via="imap:x", reached_at=NOON, slot=Slot("x", 7, 1))
MORE = {b"SELECT": selected(2), b"UID SEARCH": b"* SEARCH 1 2\r\n"}


@pytest.fixture
def diary() -> Diary:
    diary = Diary()
    diary.kept.append(HAD)
    return diary


def idling(crooked: Crooked, search: bytes = b"* SEARCH 1\r\n") -> None:
    crooked.capabilities, crooked.stays_in_idle = b"IMAP4rev1 IDLE", True
    crooked.answers |= {b"SELECT": selected(1), b"UID SEARCH": search}


def times(crooked: Crooked, command: bytes) -> int:
    return sum(asked.startswith(command) for asked in crooked.asked)


def test_mail_announced_in_the_answer_to_another_question_waits_no_longer(diary: Diary) -> None:
    with serving() as crooked:
        idling(crooked, b"* SEARCH 1\r\n* 2 EXISTS\r\n")
        crooked.once_asked[b"UID SEARCH"] = MORE
        with watching(crooked.access(), diary=diary):
            soon(lambda: len(diary.kept) == 2)
    assert times(crooked, b"LOGIN") == 1


@pytest.mark.parametrize("after", [False, True])
def test_mail_announced_as_the_server_begins_to_wait_waits_no_longer(diary: Diary, *, after: bool) -> None:
    with serving() as crooked:
        idling(crooked)
        said = b"* OK Still here\r\n* 2 EXISTS\r\n"
        crooked.before_idle, crooked.in_idle = (b"", said) if after else (said, b"")
        crooked.once_asked[b"IDLE"] = MORE
        with watching(crooked.access(), diary=diary):
            soon(lambda: len(diary.kept) == 2)
    assert diary.failed == []
    assert times(crooked, b"LOGIN") == 1


def test_a_server_that_calls_for_nothing_does_not_keep_us_running(
    diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "FIRST_PAUSE", 3_600.0)
    with serving() as crooked:
        idling(crooked)
        crooked.in_idle = b"* 1 EXISTS\r\n"
        with watching(crooked.access(), diary=diary):
            soon(lambda: len(diary.good) == 2)
            time.sleep(0.3)
            assert len(diary.good) == 2


def test_a_server_that_will_not_call_is_asked_all_the_same(diary: Diary) -> None:
    with serving() as crooked:
        idling(crooked)
        crooked.verdicts[b"IDLE"] = b"NO not today"
        with watching(crooked.access(), diary=diary, every=0.1):
            soon(lambda: len(diary.good) > 2)
    assert "not today" in diary.failed[0][1]


def test_a_line_that_died_in_silence_is_made_again(diary: Diary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "SLICE_SECONDS", 0.2)
    monkeypatch.setattr(imap, "SOCKET_SECONDS", 1.0)
    with serving() as crooked:
        idling(crooked)
        crooked.mute_after_idle = True
        with watching(crooked.access(), diary=diary):
            soon(lambda: times(crooked, b"IDLE") == 1)
            crooked.answers |= MORE
            soon(lambda: len(diary.kept) == 2)
    assert "timed out" in diary.failed[0][1]


def test_a_server_that_does_not_know_idle_is_asked_every_so_often(diary: Diary) -> None:
    with serving() as crooked, watching(crooked.access(), diary=diary, every=0.1):
        soon(lambda: len(diary.good) > 2)
    assert not any(asked.startswith(b"IDLE") for asked in crooked.asked)
    assert sum(asked.startswith(b"LOGIN") for asked in crooked.asked) == 1


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
    assert [mail.raw for mail in diary.kept] == [b"had", b"goed"]
