"""The reader: limits that hold, and a child that is replaced."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from mailagent.core.errors import TakesLong, Unreadable
from mailagent.core.mail import Mail
from mailagent.inbound.limits import Limits
from mailagent.inbound.reader import SMALL, Reader
from tests.inbound.hostile import HEAD, HOSTILE, nested

MAIL = HEAD + b"\r\nDe bak is vol.\r\n"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(children=2) as reader:
        yield reader


def glance(reader: Reader, raw: bytes) -> Mail:
    return reader.glance([raw])(raw)


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
                glance(reader, slow)
            assert glance(reader, MAIL).subject == "Bak"
    with Reader(Limits(seconds=2.0), children=1) as reader, pytest.raises(Unreadable, match="too_slow"):
        reader.read(slow)


def test_what_cannot_be_read_at_all_is_known_at_a_glance(reader: Reader) -> None:
    with pytest.raises(Unreadable, match="too_deep"):
        glance(reader, nested(60))


def test_mails_that_are_read_together_are_asked_for_one_by_one() -> None:
    raws = [b"Subject: mail %d\r\n\r\n%d" % (n, n) for n in range(3)]
    with Reader(children=1) as reader:
        said = reader.glance([*raws, nested(60), raws[0]])
        assert [said(raw).subject for raw in (raws[2], raws[0], raws[1])] == ["mail 2", "mail 0", "mail 1"]
        with pytest.raises(Unreadable, match="too_deep"):
            said(nested(60))
        assert said(raws[0]).subject == "mail 0", "the same one may have come twice"
        assert said(MAIL).subject == "Bak", "nobody spoke of it"


@pytest.mark.parametrize("seconds", [0.1, 600.0], ids=["ends its process", "takes long"])
def test_of_mails_that_are_read_together_one_holds_no_other(seconds: float) -> None:
    slow = HOSTILE["a parameter of semicolons"][:SMALL]
    with Reader(Limits(seconds=seconds), children=1) as reader:
        said = reader.glance([MAIL, slow])
        assert said(MAIL).subject == "Bak"
        with pytest.raises((TakesLong, Unreadable)):
            said(slow)
        assert said(MAIL).subject == "Bak"


def test_large_mails_are_read_by_themselves() -> None:
    large = MAIL + b"Nog een regel.\r\n" * 5_000
    with Reader(Limits(size=len(large)), children=1) as reader:
        said = reader.glance([MAIL, large, large + b"x"])
        assert said(large).subject == said(MAIL).subject == "Bak"
        with pytest.raises(Unreadable, match="too_large"):
            said(large + b"x")


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
