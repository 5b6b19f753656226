"""What leaves is signed once, with the key of our domain, and who looks that up finds the mail unbroken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import dkim
import pytest
from certificate import make_rsa_key
from desk import CONFIG, Desk, Got, open_desk
from relays import FULL, TAKEN, moody

from mailagent.cli.inspect import inspect
from mailagent.outbound.dkim import BadKey, Signer

DKIM = """
[dkim]
domain = "stad.example"
selector = "klachten"
key = "{key}"
"""


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_rsa_key(tmp_path_factory.mktemp("dkim"))


@pytest.fixture
def signing(tmp_path: Path, key: Path) -> Iterator[Desk]:
    desk = open_desk(tmp_path, more=DKIM.format(key=key))
    yield desk
    desk.house.close()


def dns(signer: Signer) -> Callable[..., bytes | None]:
    """A name server that knows one record, and remembers nothing else."""
    name, text = signer.record()
    known = {f"{name}.": text.encode()}
    return lambda asked, **_: known.get(asked.decode())


def receipt(desk: Desk) -> Got:
    jan = desk.citizen("jan@home.example")
    jan.writes("Café", "Ik werd onbeleefd behandeld, zei Zoë.")
    return jan.gets("ontvangstbevestiging")


def signed_headers(raw: bytes) -> set[str]:
    head = raw.partition(b"\r\n\r\n")[0].decode().replace("\r\n ", " ").split("\r\n")
    [signature] = [line for line in head if line.startswith("DKIM-Signature:")]
    [names] = [tag for tag in signature.split("; ") if tag.startswith("h=")]
    return {name.strip() for name in names[2:].split(":")}


def test_every_mail_is_signed_and_the_record_we_print_verifies_it(signing: Desk) -> None:
    signer = signing.house.post.signer
    assert signer is not None

    for mail in (receipt(signing), signing.agent("anna@stad.example").gets("nieuw_voor_team")):
        assert dkim.verify(mail.raw, dnsfunc=dns(signer))
        assert not dkim.verify(mail.raw.replace(b"klachten+r-", b"klachten+r_", 1), dnsfunc=dns(signer))
        assert not dkim.verify(b"From: burgemeester@stad.example\r\n" + mail.raw, dnsfunc=dns(signer))
        asked = {"from", "subject", "date", "message-id", "to", "reply-to", "auto-submitted", "in-reply-to"}
        assert asked - signed_headers(mail.raw) <= {"in-reply-to"}


def test_a_mail_that_is_sent_again_has_the_same_signature(signing: Desk) -> None:
    relay = moody(signing)
    relay.says(FULL)
    signing.citizen("jan@home.example").writes("Balie", "Ik werd onbeleefd behandeld.")
    relay.says(TAKEN)
    signing.passes(hours=1)

    raws = {o.raw for o in relay.offered if o.recipient == "jan@home.example"}
    assert len([o for o in relay.offered if o.recipient == "jan@home.example"]) == 2
    assert len(raws) == 1


def test_without_a_key_nothing_is_signed(desk: Desk) -> None:
    assert b"DKIM-Signature" not in receipt(desk).raw


def test_check_tells_which_record_the_dns_must_have(signing: Desk, tmp_path: Path) -> None:
    assert signing.house.post.signer is not None
    name, text = signing.house.post.signer.record()

    found = [finding.text for finding in inspect(tmp_path / "mailagent.toml", {}) if not finding.wrong]
    assert f"[dkim] the DNS must have this TXT record: {name} {text}" in found
    assert name == "klachten._domainkey.stad.example"


@pytest.mark.parametrize("text", ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", ""])
def test_a_key_that_cannot_sign_is_a_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadKey, match="no RSA private key"):
        Signer("stad.example", "klachten", text.encode())
    if text:
        (tmp_path / "dkim.pem").write_text(text, "utf-8")
        desk_file = open_settings(tmp_path)
        assert f"[dkim] {tmp_path / 'dkim.pem'} holds no RSA private key in PEM" in [
            finding.text for finding in inspect(desk_file, {}) if finding.wrong
        ]


def open_settings(folder: Path) -> Path:
    path = folder / "mailagent.toml"
    more = DKIM.format(key=folder / "dkim.pem")
    path.write_text(CONFIG.format(database="sqlite:///", proof="token", more=more), "utf-8")
    return path
