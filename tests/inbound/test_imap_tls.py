"""A mailbox behind TLS, as every mailbox outside our own machine is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailagent.inbound.imap import MailboxAccess, check_login
from tests.certificate import make_certificate
from tests.dovecot import Dovecot
from tests.inbound.watching import Diary, soon, watching

PASSWORD = "geheim-woord"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def server(certificate: tuple[Path, Path]) -> Iterator[Dovecot]:
    dovecot = Dovecot({"jan": PASSWORD}, certificate=certificate).start()
    yield dovecot
    dovecot.stop()


@pytest.fixture
def access(server: Dovecot) -> MailboxAccess:
    return MailboxAccess("klachten", "localhost", "jan", PASSWORD, server.tls_port)


def test_a_mail_that_comes_in_while_we_wait_is_kept_at_once(
    server: Dovecot, access: MailboxAccess, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    diary = Diary()
    with watching(access, diary=diary), server.client("jan") as other:
        for number in range(3):
            soon(lambda: bool(diary.good))
            other.append("INBOX", f"Subject: {number}\r\n\r\nhoi\r\n".encode())
            soon(lambda number=number: len(diary.kept) == number + 1)  # type: ignore[misc]
    assert diary.subjects() == ["0", "1", "2"]
    assert diary.failed == []


def test_a_certificate_that_nobody_we_trust_has_signed_gets_no_password(
    server: Dovecot, access: MailboxAccess
) -> None:
    logins = server.log().count("Login: ")
    answer = check_login(access)
    assert answer is not None
    assert answer.startswith("klachten: localhost:")
    assert "self-signed certificate" in answer
    assert server.log().count("Login: ") == logins


def test_a_server_under_another_name_gets_no_password(
    access: MailboxAccess, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    elsewhere = MailboxAccess("klachten", "127.0.0.1", "jan", PASSWORD, access.port)
    assert check_login(access) is None
    assert "certificate is not valid for '127.0.0.1'" in str(check_login(elsewhere))
