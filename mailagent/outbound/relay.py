"""The relay that carries our mail: one kept connection, and its own words for every mail."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass

from mailagent.flow.deliver import Receipt

TIMEOUT = 60.0

_TROUBLE = (OSError, smtplib.SMTPException, UnicodeError)
"""UnicodeError: a login or host name that smtplib cannot write in ASCII."""


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
        """Hand over one mail. Where the relay cannot be reached, or does not want us, the code is 0.

        Only what it says of the recipient and of the mail itself can be final: a login or a sender that it
        refuses is ours to mend, and no reason to give a mail up.
        """
        try:
            return self._offer(self._alive(), sender, recipient, raw)
        except smtplib.SMTPDataError as error:
            return Receipt(error.smtp_code, _words(error.smtp_error))
        except _TROUBLE as error:
            self.close()
            return Receipt(0, f"{self._access.host}:{self._access.port}: {error}")

    def check(self) -> str | None:
        """What is wrong with the relay, None when it would take a mail."""
        try:
            self._alive()
        except _TROUBLE as error:
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
        access = self._access
        self._kept = smtplib.SMTP(access.host, access.port, local_hostname=self._hostname, timeout=TIMEOUT)
        # whoever called closes it where one of these fails: a half-open line is never used
        if access.starttls:
            self._kept.starttls(context=ssl.create_default_context())
        if access.username:
            self._kept.login(access.username, access.password)
        self._kept.ehlo_or_helo_if_needed()
        return self._kept

    def _offer(self, smtp: smtplib.SMTP, sender: str, recipient: str, raw: bytes) -> Receipt:
        options = ["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else []
        code, said = smtp.mail(sender, options)
        if code >= 300:
            raise smtplib.SMTPSenderRefused(code, said, sender)
        code, said = smtp.rcpt(recipient)
        if code < 300:
            code, said = smtp.data(raw)
        return Receipt(code, _words(said))


def _words(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
