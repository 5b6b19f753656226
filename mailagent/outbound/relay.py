"""The relay that carries our mail: one kept connection, and its own words for every mail."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass

from mailagent.flow.deliver import Receipt

TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class RelayAccess:
    """Where the relay is and how we log in; `username` "" is no login."""

    host: str
    port: int
    username: str = ""
    password: str = ""
    starttls: bool = False


class Relay:
    """One connection at a time; a lost one is made again."""

    def __init__(self, access: RelayAccess, hostname: str) -> None:
        self._access = access
        self._hostname = hostname
        self._kept: smtplib.SMTP | None = None

    def deliver(self, sender: str, recipient: str, raw: bytes) -> Receipt:
        """Hand over one mail. A relay that cannot be reached is a receipt with code 0."""
        try:
            return self._offer(self._alive(), sender, recipient, raw)
        except smtplib.SMTPResponseException as error:
            self.close()
            return Receipt(error.smtp_code, _words(error.smtp_error))
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Receipt(0, f"{self._access.host}:{self._access.port}: {error}")

    def check(self) -> str | None:
        """What is wrong with the relay, None when it would take a mail."""
        try:
            self._alive()
        except (OSError, smtplib.SMTPException) as error:
            return f"{self._access.host}:{self._access.port}: {error}"
        finally:
            self.close()
        return None

    def close(self) -> None:
        """Say goodbye."""
        if self._kept:
            self._kept.close()
            self._kept = None

    def _alive(self) -> smtplib.SMTP:
        if self._kept:
            try:
                if self._kept.rset()[0] == 250:
                    return self._kept
            except smtplib.SMTPServerDisconnected:
                pass
            self.close()
        self._kept = self._connect()
        return self._kept

    def _connect(self) -> smtplib.SMTP:
        access = self._access
        smtp = smtplib.SMTP(access.host, access.port, local_hostname=self._hostname, timeout=TIMEOUT)
        if access.starttls:
            smtp.starttls(context=ssl.create_default_context())
        if access.username:
            smtp.login(access.username, access.password)
        smtp.ehlo_or_helo_if_needed()
        return smtp

    def _offer(self, smtp: smtplib.SMTP, sender: str, recipient: str, raw: bytes) -> Receipt:
        options = ["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else []
        for code, said in (smtp.mail(sender, options), smtp.rcpt(recipient)):
            if code >= 300:
                return Receipt(code, _words(said))
        code, said = smtp.data(raw)
        return Receipt(code, _words(said))


def _words(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
