"""The reader: limits that hold, and a child that is replaced."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from mailagent.core.errors import TakesLong, Unreadable
from mailagent.inbound.limits import Limits
from mailagent.inbound.reader import Reader
from tests.inbound.hostile import HEAD, HOSTILE, nested

MAIL = HEAD + b"\r\nDe bak is vol.\r\n"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(children=2) as reader:
        yield reader


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_mail_ends_within_five_seconds(reader: Reader, raw: bytes) -> None:
    took = []
    while not took or (min(took) >= 5 and len(took) < 3):  # the busiest machine has a quick moment
        reader.read(MAIL)
        started = time.monotonic()
        reason = ""
        try:
            reader.read(raw)
        except Unreadable as error:
            reason = error.reason
        took.append(time.monotonic() - started)
        assert reason in {"", "too_slow", "too_deep", "too_many_parts", "header_too_long"}
        assert reader.read(MAIL).text == "De bak is vol.\n"
    assert min(took) < 5


@pytest.mark.parametrize(
    ("reason", "raw", "limits"),
    [
        ("too_large", MAIL, Limits(size=10)),
        ("too_deep", nested(60), Limits()),
        ("too_deep", nested(1000), Limits()),
        ("too_many_parts", HOSTILE["20k parts"], Limits()),
        ("header_too_long", b"Subject: " + b"a" * 300_000 + b"\r\n\r\n", Limits()),
        ("header_too_long", b"X-A: b\r\n" * 200_000 + b"\r\n", Limits()),
        ("html_too_large", HEAD + b"Content-Type: text/html\r\n\r\n" + b"x" * 2_000, Limits(html=1_000)),
        ("too_slow", HEAD + b"\r\n" + b"\n" * 10_000_000, Limits(seconds=0.2)),
        ("out_of_memory", HEAD + b"\r\n" + b"abc\n" * 5_000_000, Limits(memory=120 * 1024 * 1024)),
    ],
)
def test_each_limit_has_its_reason(reason: str, raw: bytes, limits: Limits) -> None:
    with Reader(limits, children=1) as reader:
        with pytest.raises(Unreadable) as caught:
            reader.read(raw)
        assert caught.value.reason == reason
        if len(MAIL) <= limits.size:
            assert reader.read(MAIL).subject == "Bak"


def test_a_mail_that_others_cannot_wait_for_is_left_at_once_and_read_by_who_has_patience() -> None:
    slow = HOSTILE["a parameter of semicolons"]
    with Reader(Limits(seconds=600.0), children=1) as reader:
        for _ in range(2):
            with pytest.raises(TakesLong):
                reader.glance(slow)
            assert reader.glance(MAIL).subject == "Bak"
    with Reader(Limits(seconds=2.0), children=1) as reader, pytest.raises(Unreadable, match="too_slow"):
        reader.read(slow)


def test_what_cannot_be_read_at_all_is_known_at_a_glance(reader: Reader) -> None:
    with pytest.raises(Unreadable, match="too_deep"):
        reader.glance(nested(60))


def test_a_mail_that_is_read_ahead_is_never_taken_for_another() -> None:
    one, two, three = (b"Subject: mail %d\r\n\r\n%d" % (n, n) for n in (1, 2, 3))
    with Reader(children=1) as reader:
        assert reader.glance(one, two).subject == "mail 1"
        assert reader.glance(two, three).subject == "mail 2"
        assert reader.read(one).subject == "mail 1"  # another came in between
        assert reader.glance(three, two).subject == "mail 3"
        child = reader._places.queue[0]
        assert child
        os.kill(child._process.pid, signal.SIGKILL)
        child._process.wait()
        assert reader.glance(two).subject == "mail 2"


def test_who_reads_ahead_what_ends_it_says_why_when_that_is_asked_for() -> None:
    with Reader(Limits(seconds=1.0), children=1) as reader:
        slow = HOSTILE["a parameter of semicolons"][: 30_000 - 100]
        assert reader.glance(MAIL, HOSTILE["a parameter of semicolons"]).subject == "Bak"
        assert reader.glance(MAIL, slow).subject == "Bak"
        with suppress(TakesLong, Unreadable):
            reader.glance(slow)
        assert reader.glance(MAIL).subject == "Bak"


def test_an_answer_that_came_with_the_one_before_it_is_heard_at_once() -> None:
    raws = [b"Subject: mail %d\r\n\r\n%d" % (n, n) for n in range(3)]
    with Reader(children=1) as reader:
        reader.read(MAIL)
        child = reader._places.queue[0]
        assert child
        child.put(raws[0])
        child.put(raws[1])
        time.sleep(0.3)  # both answers lie in the pipe
        child.hear()
        child._ahead = raws[1]
        assert reader.glance(raws[1], raws[2]).subject == "mail 1"
        assert reader.glance(raws[2]).subject == "mail 2"
        assert reader._places.queue[0] is child, "it was not taken for slow"


def test_where_pipes_are_small_nothing_is_read_ahead() -> None:
    with Reader(children=1) as reader:
        reader.read(MAIL)
        child = reader._places.queue[0]
        assert child
        assert child.ahead
        child.ahead = 0
        assert reader.glance(MAIL, MAIL + b"Meer.\r\n").subject == "Bak"
        assert child._ahead is None


def test_a_child_that_was_killed_is_replaced() -> None:
    with Reader(children=1) as reader:
        reader.read(MAIL)
        child = reader._places.queue[0]
        assert child
        os.kill(child._process.pid, signal.SIGKILL)
        child._process.wait()
        assert reader.read(MAIL).subject == "Bak"


def test_many_threads_read_at_once_and_each_gets_its_own_mail(reader: Reader) -> None:
    raws = [b"Subject: mail %d\r\n\r\n%d" % (n, n) for n in range(200)]
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(reader.read, raws))
    assert [mail.subject for mail in read] == [f"mail {n}" for n in range(200)]


def test_nothing_is_started_before_the_first_mail_and_a_closed_reader_starts_again() -> None:
    reader = Reader(children=1)
    assert reader._places.queue == [None]
    assert reader.read(MAIL).subject == "Bak"
    reader.close()
    assert reader._places.queue == [None]
    assert reader.read(MAIL).subject == "Bak"
    reader.close()


def test_the_child_knows_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILAGENT_KEY", "geheim")
    with Reader(children=1) as reader:
        reader.read(MAIL)
        child = reader._places.queue[0]
        assert child
        with open(f"/proc/{child._process.pid}/environ", "rb") as environment:  # noqa: PTH123
            assert b"geheim" not in environment.read()
