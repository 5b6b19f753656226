"""Mail over LMTP (RFC 2033), as our own mail server speaks it: kept once, answered for each recipient."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from mailagent.core.errors import Refused
from mailagent.inbound import smtp
from mailagent.inbound.lmtp import LmtpSink
from mailagent.inbound.smtp import Door
from tests.sink import MAX_BYTES, Post, Wire


@pytest.fixture
def post() -> Iterator[Post]:
    opened = Post(LmtpSink)
    yield opened
    opened.close()


@pytest.fixture
def wire(post: Post) -> Iterator[Wire]:
    with Wire(post.port) as line:
        yield line


def to_three(wire: Wire) -> None:
    """Up to DATA, for three of our addresses and one that is not ours."""
    wire.hear()
    wire.asks(b"LHLO mx.test")
    wire.asks(b"MAIL FROM:<jan@home.example>")
    recipients = (b"klachten", b"klachten+r-abc", b"iemand", b"postmaster")
    codes = [wire.asks(b"RCPT TO:<%s@stad.example>" % name)[:3] for name in recipients]
    assert codes == ["250", "250", "550", "250"]
    assert wire.asks(b"DATA").startswith("354")


def test_one_mail_to_three_recipients_is_one_arrival_and_three_answers(wire: Wire, post: Post) -> None:
    to_three(wire)
    wire.say(b"Subject: Container\r\n\r\nVol.\r\n.\r\nNOOP\r\n")

    assert [wire.hear() for _ in range(4)] == ["250 kept as 1"] * 3 + ["250 OK"]
    [kept] = post.ledger.kept
    assert kept.via == "lmtp"
    assert kept.recipients == (
        "klachten@stad.example",
        "klachten+r-abc@stad.example",
        "postmaster@stad.example",
    )


@pytest.mark.parametrize(
    ("failure", "answer"),
    [(OSError(28, "No space left on device"), smtp.TRY_LATER), (Refused("Niet zo."), "550 5.7.1 Niet zo.")],
)
def test_what_goes_wrong_is_told_for_each_recipient(
    wire: Wire, post: Post, failure: Exception, answer: str
) -> None:
    post.ledger.failure = failure
    to_three(wire)
    wire.say(b"x\r\n.\r\nNOOP\r\n")

    assert [wire.hear() for _ in range(4)] == [answer] * 3 + ["250 OK"]


def test_too_large_a_mail_is_refused_for_each_recipient(wire: Wire, post: Post) -> None:
    to_three(wire)
    wire.say((b"y" * 998 + b"\r\n") * (MAX_BYTES // 1000 + 1) + b".\r\nNOOP\r\n")

    assert [wire.hear()[:9] for _ in range(4)] == ["552 5.3.4"] * 3 + ["250 OK"]
    assert post.ledger.kept == []


def test_a_size_announced_over_the_limit_gets_one_answer(wire: Wire) -> None:
    wire.hear()
    wire.asks(b"LHLO mx.test")
    wire.say(b"MAIL FROM:<jan@home.example> SIZE=%d\r\nNOOP\r\n" % (MAX_BYTES + 1))
    assert [wire.hear()[:3] for _ in range(2)] == ["552", "250"]


def test_the_next_mail_of_the_same_line_is_answered_for_its_own_recipients(wire: Wire, post: Post) -> None:
    to_three(wire)
    wire.say(b"first\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<klachten@stad.example>\r\nDATA\r\n")
    assert [wire.hear()[:3] for _ in range(6)] == ["250"] * 5 + ["354"]
    wire.say(b"second\r\n.\r\nQUIT\r\n")
    assert [wire.hear()[:3] for _ in range(2)] == ["250", "221"]
    assert post.ledger.raws == [b"first\r\n", b"second\r\n"]


@pytest.mark.parametrize("greeting", [b"EHLO mx.test", b"HELO mx.test"])
def test_who_greets_as_over_smtp_is_told_where_they_are(wire: Wire, greeting: bytes) -> None:
    assert wire.hear() == "220 stad.example LMTP mailagent"
    assert wire.asks(greeting) == "500 5.5.1 Here we speak LMTP: say LHLO"
    assert wire.asks(b"MAIL FROM:<jan@home.example>") == "503 Error: send LHLO first"
    assert wire.asks(b"LHLO").startswith("501")
    assert wire.asks(b"HELP").startswith("250")
    assert wire.asks(b"LHLO mx.test").startswith("250")
    assert wire.asks(b"MAIL FROM:<jan@home.example>").startswith("250")


def test_over_smtp_there_is_no_lhlo() -> None:
    post = Post()
    with Wire(post.port) as wire:
        wire.hear()
        assert wire.asks(b"LHLO mx.test").startswith("500")
    post.close()


@pytest.mark.parametrize("broken", [False, True])
def test_stopping_waits_for_every_answer_to_the_mail_in_hand(
    wire: Wire, post: Post, monkeypatch: pytest.MonkeyPatch, *, broken: bool
) -> None:
    monkeypatch.setattr(smtp, "STOP_SECONDS", 3_600.0)
    post.ledger.pause = 0.3
    post.ledger.failure = RuntimeError("crash") if broken else None
    to_three(wire)
    wire.say(b"x\r\n.\r\n")
    time.sleep(0.1)
    post.run(post.sink.stop)
    assert [wire.hear()[:3] for _ in range(5)] == ["451" if broken else "250"] * 3 + ["421", ""]


def test_the_address_of_the_scanner_is_ours_where_there_is_one() -> None:
    post = Post(LmtpSink, Door(("127.0.0.1", 0), scanner="scans@stad.example"))
    try:
        with Wire(post.port) as wire:
            wire.hear()
            wire.asks(b"LHLO mx.test")
            wire.asks(b"MAIL FROM:<>")
            to = (b"Scans@stad.example", b"scans@elders.example", b"iemand@stad.example")
            assert [wire.asks(b"RCPT TO:<%s>" % name)[:3] for name in to] == ["250", "550", "550"]
    finally:
        post.close()
