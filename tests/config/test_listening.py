"""The doors for mail: who may come in, and with which certificate we answer."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from certificate import make_certificate
from test_settings import MINIMAL, load, mistakes

SMTP = '[smtp]\nlisten = "127.0.0.1:8025"\n'


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "mailagent.toml"


def with_smtp(more: str) -> str:
    return MINIMAL.replace(SMTP, SMTP + more)


def test_without_more_words_everyone_may_come_and_nothing_is_encrypted(toml: Path) -> None:
    settings = load(toml, MINIMAL)
    assert (settings.smtp.networks, settings.smtp.tls(), settings.lmtp) == ((), None, None)


def test_networks_may_come_from_the_environment(toml: Path) -> None:
    settings = load(toml, MINIMAL, MAILAGENT_SMTP__NETWORKS="10.0.0.0/8, 2001:db8::/32")
    assert settings.smtp.networks == ("10.0.0.0/8", "2001:db8::/32")


def test_the_lmtp_door_may_come_from_the_environment(toml: Path) -> None:
    settings = load(toml, MINIMAL, MAILAGENT_LMTP__LISTEN="127.0.0.1:8024")
    assert settings.lmtp is not None
    assert (settings.lmtp.host, settings.lmtp.port) == ("127.0.0.1", 8024)


def test_a_certificate_with_its_key_will_do(toml: Path) -> None:
    cert, key = make_certificate(toml.parent)
    assert load(toml, with_smtp(f'tls_cert = "{cert}"\ntls_key = "{key}"\n')).smtp.tls() is not None


@pytest.mark.parametrize("missing", ["tls_cert", "tls_key"])
def test_a_certificate_without_its_key_is_no_help(toml: Path, missing: str) -> None:
    cert, key = make_certificate(toml.parent)
    given = f'tls_cert = "{cert}"\n' if missing == "tls_key" else f'tls_key = "{key}"\n'
    [mistake] = mistakes(toml, with_smtp(given))
    assert mistake == f"mailagent.toml:9: '{missing}' is missing: STARTTLS needs tls_cert and tls_key"


def test_the_key_of_another_certificate_is_refused(toml: Path) -> None:
    cert, _ = make_certificate(toml.parent)
    _, key = make_certificate(toml.parent, "elders.example")
    [mistake] = mistakes(toml, with_smtp(f'tls_cert = "{cert}"\ntls_key = "{key}"\n'))
    assert mistake.startswith("mailagent.toml:11: no certificate with the key in tls_key, both in PEM")


def test_a_key_behind_a_password_is_refused_and_nobody_is_asked_for_it(toml: Path) -> None:
    cert, key = make_certificate(toml.parent)
    locked = toml.parent / "locked.pem"
    lock = ["openssl", "pkcs8", "-topk8", "-in", str(key), "-out", str(locked), "-passout", "pass:geheim"]
    subprocess.run(lock, check=True, capture_output=True)
    [mistake] = mistakes(toml, with_smtp(f'tls_cert = "{cert}"\ntls_key = "{locked}"\n'))
    assert mistake.startswith("mailagent.toml:11: no certificate with the key in tls_key, both in PEM")


def test_a_certificate_that_is_not_there_is_named(toml: Path) -> None:
    [mistake] = mistakes(toml, with_smtp('tls_cert = "nergens.pem"\ntls_key = "nergens.pem"\n'))[:1]
    assert mistake == "mailagent.toml:11: tls_cert: there is no file nergens.pem"


def test_a_network_that_is_none_is_refused(toml: Path) -> None:
    [mistake] = mistakes(toml, with_smtp('networks = ["stadhuis"]\n'))
    assert mistake.startswith("mailagent.toml:11: networks, item 1: 'stadhuis' does not appear to be")


def test_an_lmtp_door_that_others_reach_must_know_our_mail_server(toml: Path) -> None:
    key = MINIMAL.split('keys = ["')[1].split('"')[0]
    lmtp = '\n[lmtp]\nlisten = "0.0.0.0:8024"\n'
    [mistake] = mistakes(toml, MINIMAL.replace(key, "k" * 32) + lmtp)
    assert mistake.startswith("mailagent.toml:23: others can reach this, and LMTP is for our own mail server")
    assert load(toml, with_smtp('networks = ["10.0.0.0/8"]\n').replace(key, "k" * 32) + lmtp).lmtp


def test_the_key_of_the_docs_does_not_go_with_an_lmtp_door_that_others_reach(toml: Path) -> None:
    lmtp = '\n[lmtp]\nlisten = "0.0.0.0:8024"\n'
    [mistake] = mistakes(toml, with_smtp('networks = ["10.0.0.0/8"]\n') + lmtp)
    assert "is the key of the docs" in mistake
