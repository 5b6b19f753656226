"""STARTTLS (RFC 3207): offered where there is a certificate, and a new beginning once it is agreed."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from certificate import make_certificate

from mailagent.inbound import smtp
from mailagent.inbound.lmtp import LmtpSink
from tests.sink import OWN, Door, Post, Wire


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def door(certificate: tuple[Path, Path]) -> Door:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return Door(("127.0.0.1", 0), tls=context)


@pytest.fixture
def post(door: Door) -> Iterator[Post]:
    opened = Post(door=door)
    yield opened
    opened.close()


@pytest.fixture
def trust(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """What a client needs that has our certificate at hand."""
    return ssl.create_default_context(cafile=certificate[0])


def encrypted(port: int, trust: ssl.SSLContext) -> smtplib.SMTP:
    client = smtplib.SMTP("localhost", port, local_hostname="mx.test", timeout=20)
    client.starttls(context=trust)
    return client


def test_without_a_certificate_nothing_is_offered() -> None:
    post = Post()
    with post.client() as client:
        client.ehlo()
        assert "starttls" not in client.esmtp_features
        assert client.docmd("STARTTLS")[0] == 454
    post.close()


def test_a_mail_comes_in_encrypted_by_a_certificate_the_client_can_check(
    post: Post, trust: ssl.SSLContext
) -> None:
    raw = b"Subject: Container\r\n\r\n" + b"Hij is vol.\r\n" * 100_000
    with encrypted(post.port, trust) as client:
        client.sendmail("jan@home.example", [OWN, OWN.replace("@", "+a@")], raw)
    assert post.ledger.raws == [raw]
    assert post.ledger.kept[0].peer == "127.0.0.1"


def test_once_encrypted_it_is_not_offered_again_and_neither_is_a_login(
    post: Post, trust: ssl.SSLContext
) -> None:
    with encrypted(post.port, trust) as client:
        client.ehlo()
        assert client.esmtp_features.keys() & {"starttls", "auth"} == set()
        assert {"size", "8bitmime", "smtputf8", "pipelining"} <= client.esmtp_features.keys()
        assert client.docmd("AUTH", "PLAIN AGphbgBnZWhlaW0=")[0] >= 500


def test_a_client_begins_anew_once_encrypted(post: Post, trust: ssl.SSLContext) -> None:
    client = smtplib.SMTP("localhost", post.port, local_hostname="mx.test", timeout=20)
    client.ehlo()
    client.mail("mallory@evil.example")
    client.rcpt(OWN)
    client.starttls(context=trust)
    assert client.docmd("DATA")[0] == 503
    client.sendmail("jan@home.example", [OWN], b"x\r\n")
    client.quit()
    assert post.ledger.kept[0].sender == "jan@home.example"


def test_what_was_whispered_before_the_encryption_is_not_heard(post: Post, trust: ssl.SSLContext) -> None:
    """Whoever sits on the line may add commands of their own to the STARTTLS of another (CVE-2011-0411)."""
    client = smtplib.SMTP("localhost", post.port, local_hostname="mx.test", timeout=20)
    client.ehlo()
    client.send(b"STARTTLS\r\nEHLO evil.example\r\nMAIL FROM:<mallory@evil.example>\r\n")
    assert client.getreply()[0] == 220
    assert client.sock is not None
    client.sock = trust.wrap_socket(client.sock, server_hostname="localhost")
    client.file = None
    assert client.docmd("NOOP") == (250, b"OK")
    assert client.docmd("MAIL", "FROM:<jan@home.example>")[0] == 503
    client.ehlo()
    client.sendmail("jan@home.example", [OWN], b"x\r\n")
    client.quit()
    assert [kept.sender for kept in post.ledger.kept] == ["jan@home.example"]


def test_a_client_that_does_not_speak_tls_hurts_nobody(post: Post, trust: ssl.SSLContext) -> None:
    for babble in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01", b""):
        with Wire(post.port) as wire:
            wire.hear()
            wire.asks(b"EHLO mx.test")
            assert wire.asks(b"STARTTLS").startswith("220")
            wire.say(babble)
    with encrypted(post.port, trust) as client:
        client.sendmail("jan@home.example", [OWN], b"x\r\n")
    assert post.ledger.raws == [b"x\r\n"]


def test_stopping_does_not_wait_for_an_encrypted_client_that_is_silent(
    post: Post, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "STOP_SECONDS", 3_600.0)
    client = encrypted(post.port, trust)
    post.run(post.sink.stop)
    assert client.getreply()[0] == 421
    client.close()


def test_stopping_waits_for_an_encrypted_mail_in_hand(
    post: Post, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "STOP_SECONDS", 3_600.0)
    post.ledger.pause = 0.3
    client = encrypted(post.port, trust)
    client.ehlo()
    client.mail("jan@home.example")
    client.rcpt(OWN)
    assert client.docmd("DATA")[0] == 354
    client.send(b"x\r\n.\r\n")
    post.run(post.sink.stop)
    assert client.getreply() == (250, b"kept as 1")
    assert client.getreply()[0] == 421
    client.close()


def test_our_own_server_may_encrypt_over_lmtp_too(door: Door, trust: ssl.SSLContext) -> None:
    post = Post(LmtpSink, door)
    with smtplib.LMTP("localhost", post.port, local_hostname="mx.test") as client:
        client.starttls(context=trust)
        client.sendmail("jan@home.example", [OWN], b"x\r\n")
    assert post.ledger.kept[0].via == "lmtp"
    post.close()
