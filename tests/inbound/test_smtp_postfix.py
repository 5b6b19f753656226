"""A real Postfix hands us its mail, over LMTP and over SMTP: once, and never lost."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from dataclasses import replace

import pytest
from certificate import make_certificate
from postfix import Postfix

from mailagent.core.errors import Refused, TryLater
from mailagent.inbound.lmtp import LmtpSink
from mailagent.inbound.smtp import SmtpSink
from tests.sink import OWN, Door, Post

JAN = "jan@home.example"
THREE = ["klachten@stad.example", "klachten+r-abc@stad.example", "klachten+r-def@stad.example"]
MAIL = b"From: jan@home.example\r\nSubject: Container\r\n\r\nDe bak is niet geleegd.\r\n"
KINDS = {"smtp": SmtpSink, "lmtp": LmtpSink}


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    with Postfix() as server:
        yield server


@pytest.fixture(scope="module", params=KINDS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def door(way: str, postfix: Postfix, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    """A door of ours, with STARTTLS, and the Postfix that stands before it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*make_certificate(tmp_path_factory.mktemp("tls")))
    opened = Post(KINDS[way], Door(("127.0.0.1", 0), tls=context))
    postfix.hand_over(way, opened.port)
    yield opened
    opened.close()


@pytest.fixture
def post(door: Post, postfix: Postfix) -> Post:
    """The same door, as if nothing had come in yet."""
    postfix.forget()
    door.ledger.kept.clear()
    door.ledger.failure = None
    return door


def test_one_mail_to_three_of_us_is_one_arrival_that_is_answered_for_each(
    postfix: Postfix, post: Post, way: str
) -> None:
    postfix.give(JAN, THREE, MAIL)
    postfix.until_empty()

    [kept] = post.ledger.kept
    assert (kept.via, kept.sender, sorted(kept.recipients)) == (way, JAN, sorted(THREE))
    assert kept.raw.endswith(MAIL.partition(b"\r\n\r\n")[2])
    assert kept.raw.startswith(b"Received: from home.example")
    sent = [line for line in postfix.log().splitlines() if "status=sent (250 kept as 1)" in line]
    assert {to for to in THREE for line in sent if f"/{way}[" in line and f"to=<{to}>" in line} == set(THREE)
    assert re.search(rf"/{way}\[\d+\]: Untrusted TLS connection established to 127.0.0.1", postfix.log())


def test_while_we_cannot_keep_it_holds_the_mail_and_then_brings_it_once(postfix: Postfix, post: Post) -> None:
    post.ledger.failure = TryLater()
    postfix.give(JAN, THREE, MAIL)
    postfix.until(lambda: len(postfix.reasons()) == 3)
    assert all("451 4.3.0 We could not keep your mail just now" in reason for reason in postfix.reasons())
    assert post.ledger.kept == []

    post.ledger.failure = None
    postfix.until_empty()
    assert [sorted(kept.recipients) for kept in post.ledger.kept] == [sorted(THREE)]


def test_while_we_are_closed_it_holds_the_mail_and_then_brings_it_once(postfix: Postfix, post: Post) -> None:
    post.run(post.sink.stop)
    postfix.give(JAN, [OWN], MAIL)
    postfix.until(lambda: any("refused" in reason for reason in postfix.reasons()))

    post.sink.door = replace(post.sink.door, listen=("127.0.0.1", post.port))
    post.run(post.sink.start)
    postfix.until_empty()
    assert len(post.ledger.kept) == 1


def test_what_we_refuse_goes_back_at_once(postfix: Postfix, post: Post) -> None:
    post.ledger.failure = Refused("Dit nemen wij niet aan.")
    postfix.give(JAN, THREE, MAIL)
    postfix.until_empty()
    said = "status=bounced (host 127.0.0.1[127.0.0.1] said: 550 5.7.1 Dit nemen wij niet aan."
    assert postfix.log().count(said) >= 3
    assert post.ledger.kept == []


def test_a_recipient_we_do_not_know_does_not_hold_the_others(postfix: Postfix, post: Post) -> None:
    postfix.give(JAN, [OWN, "iemand@stad.example"], MAIL)
    postfix.until_empty()
    assert [kept.recipients for kept in post.ledger.kept] == [(OWN,)]
    assert "to=<iemand@stad.example>" in postfix.log()
    assert "550 5.1.1 This address is not ours" in postfix.log()


def test_a_sender_and_a_text_outside_ascii_come_through(postfix: Postfix, post: Post) -> None:
    raw = "From: jörg@köln.example\r\nSubject: Müll\r\n\r\nDie Tonne ist übervoll: 日本.\r\n".encode()
    postfix.give("jörg@köln.example", [OWN], raw, ["SMTPUTF8", "BODY=8BITMIME"])
    postfix.until_empty()
    [kept] = post.ledger.kept
    assert kept.sender == "jörg@köln.example"
    assert "übervoll: 日本.\r\n".encode() in kept.raw


def test_lines_longer_than_the_standard_allows_and_lines_of_dots_come_through(
    postfix: Postfix, post: Post
) -> None:
    body = b"x" * 990 + b"\r\n.\r\n..\r\n.a\r\n" + b"y" * 900 + b".\r\n"
    postfix.give(JAN, [OWN], b"Subject: x\r\n\r\n" + body)
    postfix.until_empty()
    assert post.ledger.raws[0].endswith(b"\r\n\r\n" + body)


def test_two_hundred_mails_at_once_all_come_in_once(postfix: Postfix, post: Post) -> None:
    for number in range(200):
        postfix.give(JAN, [OWN], b"Subject: %d\r\n\r\nx\r\n" % number)
    postfix.until_empty()
    subjects = [raw.partition(b"Subject: ")[2].partition(b"\r\n")[0] for raw in post.ledger.raws]
    assert sorted(subjects) == sorted(b"%d" % number for number in range(200))
