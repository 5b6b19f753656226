"""Mail over SMTP, as real clients speak it: kept octet for octet, and refused with a reason."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from mailagent.inbound import smtp
from tests.sink import MAX_BYTES, NOON, OWN, Post, Wire


@pytest.fixture
def post() -> Iterator[Post]:
    opened = Post()
    yield opened
    opened.close()


@pytest.fixture
def wire(post: Post) -> Iterator[Wire]:
    with Wire(post.port) as line:
        yield line


def letter(body: bytes) -> bytes:
    return b"From: jan@home.example\r\nSubject: Container\r\n\r\n" + body


def test_a_mail_is_kept_with_its_envelope_and_answered_with_its_arrival(post: Post) -> None:
    with post.client() as client:
        client.ehlo()
        client.mail("jan@home.example")
        client.rcpt("klachten+KL26-00042.aB3@stad.example")
        client.rcpt("Postmaster@STAD.example")
        answer = client.data(letter(b"De bak is niet geleegd.\r\n"))

    assert answer == (250, b"kept as 1")
    [kept] = post.ledger.kept
    assert kept.raw == letter(b"De bak is niet geleegd.\r\n")
    assert (kept.via, kept.channel, kept.sender) == ("smtp", "email", "jan@home.example")
    assert kept.recipients == ("klachten+KL26-00042.aB3@stad.example", "Postmaster@STAD.example")
    assert (kept.peer, kept.reached_at, kept.slot) == ("127.0.0.1", NOON, None)


def test_a_bounce_has_an_empty_sender(post: Post) -> None:
    with post.client() as client:
        client.sendmail("", [OWN], letter(b"failed\r\n"))

    assert post.ledger.kept[0].sender == ""


def test_the_greeting_announces_size_and_8bit_and_utf8(post: Post) -> None:
    with post.client() as client:
        client.ehlo()
        assert client.esmtp_features["size"] == str(MAX_BYTES)
        assert {"8bitmime", "smtputf8"} <= client.esmtp_features.keys()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty body"),
        pytest.param(b".\r\n..\r\n.a\r\n...\r\n\r\n.\r\n", id="lines of dots"),
        pytest.param(b"Punt.\r\nEn nog een punt.\r\n", id="lines that end with a dot"),
        pytest.param(b"x" * 5_000 + b"\r\n" + b"y" * 300_000 + b".\r\n", id="long lines"),
        pytest.param(b"nul \x00 octets\r\n", id="NUL octets"),
        pytest.param("Café, grüße, 日本\r\n".encode() + b"\xff\xfe\r\n", id="eight bits"),
        pytest.param(b"\r\n" * 500, id="blank lines"),
        pytest.param(b"carriage\rreturn\r\n", id="lone CR"),
        pytest.param((b"." * 70 + b"\r\n") * 3_000, id="many dots over many reads"),
    ],
)
def test_a_mail_arrives_octet_for_octet(wire: Wire, post: Post, body: bytes) -> None:
    sent = letter(body)
    wire.until_data()
    wire.say((b"\r\n" + sent).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n")

    assert wire.hear() == "250 kept as 1"
    assert post.ledger.raws == [sent]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"a\r\n.\r\n", b"a\r\n"),
        (b"a.\r\n.\r\n", b"a.\r\n"),
        (b".\r\r\n.\r\n", b"\r\r\n"),
    ],
)
def test_the_end_is_seen_however_the_octets_are_split(post: Post, said: bytes, kept: bytes) -> None:
    with Wire(post.port) as wire:
        wire.until_data()
        for octet in said:
            wire.say(bytes([octet]))
            time.sleep(0.005)
        assert wire.hear().startswith("250 kept")

    assert post.ledger.raws == [kept]


def test_the_end_is_seen_at_every_split_around_the_read_size(post: Post) -> None:
    with Wire(post.port) as wire:
        wire.hear()
        wire.asks(b"EHLO mx.test")
        for length in range(smtp.BLOCK_OCTETS - 6, smtp.BLOCK_OCTETS + 6):
            wire.asks(b"MAIL FROM:<jan@home.example>")
            wire.asks(b"RCPT TO:<klachten@stad.example>")
            wire.asks(b"DATA")
            wire.say(b"a" * length + b"\r\n.\r\n")
            assert wire.hear().startswith("250 kept")

    assert [len(raw) for raw in post.ledger.raws] == [
        length + 2 for length in range(smtp.BLOCK_OCTETS - 6, smtp.BLOCK_OCTETS + 6)
    ]


def test_commands_right_after_the_dot_are_heard(wire: Wire, post: Post) -> None:
    wire.until_data()
    wire.say(
        b"first\r\n.\r\n"
        b"MAIL FROM:<>\r\nRCPT TO:<klachten@stad.example>\r\nDATA\r\n"
        b"second\r\n.\r\nNOOP\r\nQUIT\r\n"
    )

    codes = [wire.hear()[:3] for _ in range(7)]
    assert codes == ["250", "250", "250", "354", "250", "250", "221"]
    assert post.ledger.raws == [b"first\r\n", b"second\r\n"]


@pytest.mark.parametrize(
    "almost", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\r\n.\x00\r\n"]
)
def test_only_a_true_line_of_one_dot_ends_a_mail(wire: Wire, post: Post, almost: bytes) -> None:
    wire.until_data()
    wire.say(b"outer" + almost + b"MAIL FROM:<smuggler@evil.example>\r\n")
    assert wire.silent()
    assert post.ledger.kept == []

    wire.say(b"\r\n.\r\n")
    assert wire.hear() == "250 kept as 1"
    assert b"MAIL FROM:<smuggler@evil.example>" in post.ledger.raws[0]


def test_lines_with_a_bare_line_feed_are_kept_as_they_came(wire: Wire, post: Post) -> None:
    wire.until_data()
    wire.say(b"Subject: Container\n\nDe bak\n.niet geleegd\n\r\n.\r\n")

    assert wire.hear() == "250 kept as 1"
    assert post.ledger.raws == [b"Subject: Container\n\nDe bak\n.niet geleegd\n\r\n"]


@pytest.mark.parametrize(
    "address",
    [
        "iemand@stad.example",
        "klachten@elders.example",
        "postmaster@elders.example",
        "klachtenx@stad.example",
        "klachten+x@stad.example.evil.example",
        '"klachten@stad.example"@evil.example',
        "klachten%evil.example@stad.example",
        "xklachten+a@stad.example",
    ],
)
def test_an_unknown_recipient_is_refused(post: Post, address: str) -> None:
    with post.client() as client:
        client.ehlo()
        client.mail("jan@home.example")
        assert client.rcpt(address)[0] == 550
        assert client.docmd("DATA")[0] == 503


@pytest.mark.parametrize("line", [b"RCPT TO:<postmaster>", b"RCPT TO:<KLACHTEN@Stad.Example>"])
def test_postmaster_needs_no_domain_and_case_is_no_matter(wire: Wire, line: bytes) -> None:
    wire.hear()
    wire.asks(b"EHLO mx.test")
    wire.asks(b"MAIL FROM:<jan@home.example>")
    assert wire.asks(line).startswith("250")


def test_one_mail_has_no_endless_list_of_recipients(wire: Wire) -> None:
    wire.hear()
    wire.asks(b"EHLO mx.test")
    wire.asks(b"MAIL FROM:<jan@home.example>")
    codes = [wire.asks(b"RCPT TO:<klachten+%d@stad.example>" % i)[:3] for i in range(101)]
    assert codes == ["250"] * 100 + ["452"]


@pytest.mark.parametrize(
    "line", [b"MAIL FROM:<j\xffn@home.example> SMTPUTF8", b"MAIL FROM:<j\x00n@home.example>"]
)
def test_a_sender_nobody_can_write_down_is_refused(wire: Wire, line: bytes) -> None:
    wire.hear()
    wire.asks(b"EHLO mx.test")
    assert wire.asks(line).startswith("553")


def test_a_sender_outside_ascii_is_kept(wire: Wire, post: Post) -> None:
    wire.hear()
    wire.asks(b"EHLO mx.test")
    assert wire.asks("MAIL FROM:<jörg@home.example> SMTPUTF8 BODY=8BITMIME".encode()).startswith("250")
    wire.asks(b"RCPT TO:<klachten@stad.example>")
    wire.asks(b"DATA")
    assert wire.asks(b"x\r\n.").startswith("250 kept")
    assert post.ledger.kept[0].sender == "jörg@home.example"


def test_greeting_again_and_again_does_not_stretch_the_limits(wire: Wire) -> None:
    wire.hear()
    for _ in range(200):
        wire.asks(b"EHLO mx.test")
    assert wire.asks(b"MAIL FROM:<" + b'"' * 1_500 + b"@home.example>") == "500 Command line too long"
    assert wire.asks(b"MAIL FROM:<jan@home.example>").startswith("250")


def test_an_announced_size_over_the_limit_is_refused_with_what_does_work(wire: Wire) -> None:
    wire.hear()
    wire.asks(b"EHLO mx.test")
    answer = wire.asks(b"MAIL FROM:<jan@home.example> SIZE=%d" % (MAX_BYTES + 1))
    assert answer.startswith("552 5.3.4")
    assert "2 MB" in answer
    assert "brief" in answer
    assert "letter" in answer
    assert len(answer) <= 510


def test_a_mail_over_the_limit_is_read_to_its_end_and_refused(
    wire: Wire, post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    wire.until_data()
    wire.say(b"x" * 70 + b"\r\n")
    wire.say((b"y" * 998 + b"\r\n") * 2_500)
    wire.say(b"RSET\r\n.\r\nNOOP\r\n")

    assert wire.hear().startswith("552 5.3.4")
    assert wire.hear().startswith("250")
    assert wire.asks(b"DATA").startswith("503")
    assert post.ledger.kept == []
    assert capsys.readouterr().out.count("smtp_too_large") == 1, "whoever runs us can see that it happened"


@pytest.mark.parametrize(("over", "code"), [(0, "250"), (1, "552")])
def test_the_limit_is_exact(wire: Wire, over: int, code: str) -> None:
    wire.until_data()
    wire.say(b"z" * (MAX_BYTES - 2 + over) + b"\r\n.\r\n")
    assert wire.hear().startswith(code)
