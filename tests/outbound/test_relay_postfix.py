"""A real Postfix as the relay: over TLS, with reports of what does not arrive, and every octet as signed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import dkim
import pytest
from certificate import make_certificate, make_rsa_key
from desk import settings_for, with_people
from postfix import Postfix
from scripted import scripted
from typer.testing import CliRunner

from mailagent.cli import app
from mailagent.config.files import load_rules
from mailagent.core.mail import Envelope
from mailagent.flow import arrive
from mailagent.flow.receipt import Receipt
from mailagent.house import House, open_house, wall_clock
from mailagent.inbound.parse import parse
from mailagent.outbound.dkim import Signer
from mailagent.outbound.relay import Relay, RelayAccess
from mailagent.service import handlers
from mailagent.store import klachten, notices
from tests.sink import OWN, Ledger, Post

ANNA, JAN = "anna@kantoor.example", "jan@nergens.example"
BOUNCE = "klachten+b-abcdefghijklmnop@stad.example"
MAIL = (
    b"From: klachten@stad.example\r\nTo: jan@home.example\r\nSubject: Klacht\r\n"
    b"Date: Mon, 02 Mar 2026 10:00:00 +0100\r\nMessage-ID: <1@stad.example>\r\n\r\nEen.\r\n.Twee.\r\n\r\n"
)

Tls = Literal["none", "starttls", "smtps"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def postfix(certificate: tuple[Path, Path]) -> Iterator[Postfix]:
    with Postfix(certificate) as server:
        yield server


@contextmanager
def relay(postfix: Postfix, tls: Tls, host: str = "localhost") -> Iterator[Relay]:
    port = postfix.smtps if tls == "smtps" else postfix.port
    ours = Relay(RelayAccess(host, port, tls=tls), "stad.example")
    yield ours
    ours.close()


def delivered(relay: Relay, recipient: str, raw: bytes) -> Receipt:
    [receipt] = relay.deliver([(BOUNCE, recipient, raw)])
    return receipt


@pytest.mark.parametrize("tls", ["starttls", "smtps"])
def test_a_relay_with_a_certificate_we_can_check_gets_its_mail_over_tls(
    postfix: Postfix, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, tls: Tls
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with relay(postfix, tls) as ours:
        assert ours.check() is None
        first, second = (delivered(ours, "jan@home.example", MAIL) for _ in range(2))

    assert (first.code, second.code) == (250, 250)
    assert "queued as" in first.text


@pytest.mark.parametrize("tls", ["starttls", "smtps"])
def test_a_certificate_that_nobody_vouches_for_gets_nothing(postfix: Postfix, tls: Tls) -> None:
    with relay(postfix, tls) as ours:
        receipt = delivered(ours, "jan@home.example", MAIL)

        assert (receipt.code, receipt.final) == (0, False)
        assert "CERTIFICATE_VERIFY_FAILED" in receipt.text
        assert "CERTIFICATE_VERIFY_FAILED" in (ours.check() or "")


@pytest.mark.parametrize("tls", ["starttls", "smtps"])
def test_a_certificate_of_another_name_gets_nothing(
    postfix: Postfix, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, tls: Tls
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with relay(postfix, tls, host="127.0.0.1") as ours:
        assert "IP address mismatch" in delivered(ours, "jan@home.example", MAIL).text


def test_what_was_signed_arrives_octet_for_octet(postfix: Postfix, tmp_path: Path) -> None:
    signer = Signer("stad.example", "klachten", make_rsa_key(tmp_path).read_bytes())
    name, text = signer.record()
    signed = signer.sign(MAIL)
    door = Post()
    postfix.hand_over("smtp", door.port)

    with relay(postfix, "none") as ours:
        assert delivered(ours, OWN, signed).accepted
    postfix.until_empty()
    door.close()

    assert isinstance(door.ledger, Ledger)
    [arrived] = door.ledger.raws
    assert arrived.endswith(signed)
    assert dkim.verify(arrived, dnsfunc=lambda asked, **_: {f"{name}.": text}[asked.decode()].encode())


@pytest.fixture
def came_back() -> list[bytes]:
    """What came in by our door, as it came."""
    return []


@pytest.fixture
def house(postfix: Postfix, tmp_path: Path, came_back: list[bytes]) -> Iterator[House]:
    """A house whose mail leaves by this Postfix, which brings back what it cannot deliver."""
    settings = settings_for(
        tmp_path, f"sqlite:///{tmp_path}/mailagent.db", env={"MAILAGENT_RELAY__PORT": str(postfix.port)}
    )
    opened = open_house(settings, with_people(load_rules(None), [ANNA]), parse)

    def keep(envelopes: Sequence[Envelope]) -> Sequence[int]:
        came_back.extend(envelope.raw for envelope in envelopes)
        return arrive.keep(envelopes, opened.world)

    door = Post(keep=keep)
    postfix.hand_over("smtp", door.port)
    yield opened
    door.close()
    opened.close()


def settle(house: House, postfix: Postfix) -> None:
    """All that was set going has come to rest: work done, queue empty, and what came back judged."""
    for _ in range(2):
        house.world.store.jobs.drain(handlers(house))
        postfix.until_empty()
    house.world.store.jobs.drain(handlers(house))


def shown_by(folder: Path, kenmerk: str) -> dict[str, list[dict[str, Any]]]:
    """The proof of each mail about a klacht, as `mailagent show` has it."""
    told = CliRunner().invoke(app, ["show", kenmerk, "--json", "--config", str(folder / "mailagent.toml")])
    return {mail["mail"]: mail["proof"] for mail in json.loads(told.stdout)["mails"]}


def test_what_the_relay_cannot_deliver_comes_back_and_is_known_by_its_report(
    postfix: Postfix, house: House, came_back: list[bytes], tmp_path: Path
) -> None:
    raw = f"From: Jan <{JAN}>\r\nTo: {OWN}\r\nSubject: Balie\r\n\r\nIk werd onbeleefd behandeld.\r\n".encode()
    arrive.keep([Envelope(raw, "smtp", wall_clock(), "email", JAN, (OWN,), "192.0.2.1")], house.world)

    with scripted({"RCPT": "550 5.1.1 no such person"}) as elsewhere:
        postfix.carry("nergens.example", f"smtp:[127.0.0.1]:{elsewhere.port}")
        settle(house, postfix)

    with house.world.store.read() as tx:
        [klacht] = klachten.listed(tx)
        mails = {mail.kind: mail for mail in notices.of_klacht(tx, klacht.id)}
        kinds = [event.kind for event in klachten.history(tx, klacht.id)]
        proof = [line.what for line in notices.proofs(tx, mails["ontvangstbevestiging"])]
    assert mails["ontvangstbevestiging"].state == notices.BOUNCED
    assert kinds == ["received", "mail_bounced"]
    assert proof[-2:] == ["accepted", "bounced"]
    assert mails["brief_nodig"].recipient == ANNA
    shown = shown_by(tmp_path, klacht.kenmerk)["ontvangstbevestiging"]
    assert [(line["what"], line["code"]) for line in shown] == [
        ("owed", None),
        ("offered", None),
        ("accepted", 250),
        ("bounced", None),
    ]
    assert re.fullmatch(r"127\.0\.0\.1:\d+: 2\.0\.0 Ok: queued as \w+", shown[2]["detail"])
    assert shown[3]["detail"] == "5.1.1"
    [report] = came_back
    assert f"Original-Envelope-Id: b-{mails['ontvangstbevestiging'].bounce_token}".encode() in report
    assert b"text/rfc822-headers" in report, "a melder's own words need not travel twice"
