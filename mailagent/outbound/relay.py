"""The relay that carries our mail: kept connections, several at once, and its own words for every mail."""

from __future__ import annotations

import math
import smtplib
import ssl
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Literal

from mailagent.flow.receipt import Receipt

TIMEOUT, SHORT = 60.0, 5.0
"""Seconds for which we wait for the relay: the second when it was silent over another line just now, or when
mails that were begun together are under way for `LONG`. Who holds them must not lose them meanwhile."""

LONG = 4 * TIMEOUT

Parcel = tuple[str, str, bytes]
"""A mail on its way: envelope sender, recipient, octets."""

_Talk = Generator[None, None, tuple[int, bytes]]
"""What is said over a line, up to the last answer; it stops wherever the relay is to answer first."""

_TROUBLE = (OSError, smtplib.SMTPException, UnicodeError)
"""UnicodeError: a login or host name that smtplib cannot write in ASCII."""


class _Away(Exception):
    """The relay cannot be reached, or does not want us; why is its cause."""


@dataclass(frozen=True, slots=True)
class RelayAccess:
    """Where the relay is and how we log in; `username` "" is no login. `tls` checks the certificate."""

    host: str
    port: int
    username: str = ""
    password: str = ""
    tls: Literal["none", "starttls", "smtps"] = "none"


class Relay:
    """Connections that are kept: as many as there ever were mails at once. For one thread at a time."""

    def __init__(self, access: RelayAccess, hostname: str) -> None:
        self._access = access
        self._hostname = hostname
        self._lines: list[_Line] = []

    def deliver(self, parcels: Sequence[Parcel]) -> list[Receipt]:
        """Hand over these mails, each over a line of its own: while the relay thinks about one it hears the
        others. Where it says nothing of a mail the code is 0; `away` where it cannot be reached, or does not
        want us.

        Only what it says of the recipient and of the mail itself can be final: a login or a sender that it
        refuses is ours to mend, and no reason to give a mail up.
        """
        while len(self._lines) < len(parcels):
            self._lines.append(_Line(self._access, self._hostname))
        lines = self._lines[: len(parcels)]
        talks = [line.offer(parcel) for line, parcel in zip(lines, parcels, strict=True)]
        said: list[Receipt | None] = [None] * len(parcels)
        until, silent = time.monotonic() + LONG, False
        while None in said:
            for nth, (line, talk) in enumerate(zip(lines, talks, strict=True)):
                if said[nth] is None:
                    line.wait(SHORT if silent or time.monotonic() > until else TIMEOUT)
                    said[nth] = receipt = self._went_on(line, talk)
                    silent = silent or (receipt is not None and not receipt.code)
        return [receipt for receipt in said if receipt]

    def _went_on(self, line: _Line, talk: _Talk) -> Receipt | None:
        """Up to the next answer we wait for; what came of it where that was the last."""
        try:
            next(talk)
        except StopIteration as ended:
            return self._receipt(*ended.value)
        except _Away as error:
            line.close()
            return self._receipt(0, str(error.__cause__), away=True)
        except _TROUBLE as error:
            line.close()
            return self._receipt(0, str(error))
        return None

    def _receipt(self, code: int, said: bytes | str, *, away: bool = False) -> Receipt:
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        return Receipt(code, f"{self._access.host}:{self._access.port}: {words}", away)

    def check(self) -> str | None:
        """What is wrong with the relay, None when it would take a mail."""
        line = _Line(self._access, self._hostname)
        try:
            line.open()
        except _Away as error:
            return f"{self._access.host}:{self._access.port}: {error.__cause__}"
        finally:
            line.close()
        return None

    def close(self) -> None:
        """Say goodbye."""
        for line in self._lines:
            line.close()


class _Line:
    """One connection; a lost one is made again."""

    def __init__(self, access: RelayAccess, hostname: str) -> None:
        self._access = access
        self._hostname = hostname
        self._kept: smtplib.SMTP | None = None
        self._patience = TIMEOUT
        self._handed_over = -math.inf

    def wait(self, seconds: float) -> None:
        """Wait so long for an answer from now on; but what was handed over may well be taken, and who gives
        it up sends it twice: that has its whole minute."""
        seconds = max(seconds, self._handed_over + TIMEOUT - time.monotonic())
        if seconds != self._patience:
            self._patience = seconds
            if self._kept and self._kept.sock:
                self._kept.sock.settimeout(seconds)

    def offer(self, parcel: Parcel) -> _Talk:
        """What the relay says of one mail. `_Away`, or one of _TROUBLE: close it then."""
        sender, recipient, raw = parcel
        smtp, code, said = yield from self._begun(sender, recipient)
        if code == _GO_AHEAD:
            smtp.send(_stuffed(raw))
            self._handed_over = time.monotonic()
            yield
            reply = smtp.getreply()
            self._handed_over = -math.inf
            return reply
        if code < _LATER:  # an answer to something else: what it says from here on is worth nothing either
            raise smtplib.SMTPDataError(code, said)
        self._break_off(smtp)
        return code, said

    def _begun(self, sender: str, recipient: str) -> Generator[None, None, tuple[smtplib.SMTP, int, bytes]]:
        """The relay took our sender; what it says of the recipient, or else to DATA. A line that was kept may
        have died meanwhile: then on a new one."""
        if self._kept:
            try:
                return self._kept, *(yield from _asked(self._kept, sender, recipient))
            except (_Away, *_TROUBLE):
                self.close()
        smtp = self.open()
        return smtp, *(yield from _asked(smtp, sender, recipient))

    def _break_off(self, smtp: smtplib.SMTP) -> None:
        """The relay still waits for the rest of this mail; the next one must not be taken for it."""
        try:
            ended = smtp.rset()[0] == 250
        except _TROUBLE:
            ended = False
        if not ended:
            self.close()

    def open(self) -> smtplib.SMTP:
        """Greeted and logged in. `_Away` where that fails."""
        try:
            return self._greeted()
        except _TROUBLE as error:
            raise _Away from error

    def _greeted(self) -> smtplib.SMTP:
        access = self._access
        self._kept = self._connected()
        # whoever called closes it where one of these fails: a half-open line is never used
        if access.tls == "starttls":
            self._kept.starttls(context=ssl.create_default_context())
        if access.username:
            self._kept.login(access.username, access.password)
        self._kept.ehlo_or_helo_if_needed()
        return self._kept

    def _connected(self) -> smtplib.SMTP:
        access, own = self._access, self._hostname
        if access.tls == "smtps":  # RFC 8314 3.3
            tls = ssl.create_default_context()
            return smtplib.SMTP_SSL(access.host, access.port, own, timeout=self._patience, context=tls)
        return smtplib.SMTP(access.host, access.port, own, timeout=self._patience)

    def close(self) -> None:
        """Hang up."""
        self._handed_over = -math.inf
        if self._kept:
            self._kept.close()
            self._kept = None


_REFUSED, _GO_AHEAD, _LATER, _GOODBYE = 300, 354, 400, 421
_DATA = "DATA"


def _asked(smtp: smtplib.SMTP, sender: str, recipient: str) -> _Talk:
    """What the relay refuses of a recipient and of DATA, or its go-ahead. `_Away` where it refuses us."""
    replies = yield from _said(smtp, _commands(smtp, sender, recipient))
    code, said = replies[0]
    if code >= _REFUSED:
        raise _Away from smtplib.SMTPSenderRefused(code, said, sender)
    code, said = replies[1]
    if code < _REFUSED:
        return replies[-1]
    if replies[2:] and replies[-1][0] == _GO_AHEAD:  # it waits for a mail to nobody (RFC 2920 3.1)
        smtp.send(".\r\n")
        smtp.getreply()
    return code, said


def _commands(smtp: smtplib.SMTP, sender: str, recipient: str) -> tuple[str, str, str]:
    reports = smtp.has_extn("dsn")
    options = (
        *(["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else ()),
        *(_about(sender) if reports else ()),
    )
    return (
        _path("MAIL FROM", sender, options),
        _path("RCPT TO", recipient, _REPORTS if reports else ()),
        _DATA,
    )


def _said(smtp: smtplib.SMTP, commands: Sequence[str]) -> Generator[None, None, list[tuple[int, bytes]]]:
    """The reply to each of these, up to the first that ends it. All are sent at once where the relay takes
    that (RFC 2920): each answer that is waited for is a turn of its own, for us and for it."""
    if any(sign in command for command in commands for sign in "\r\n"):
        raise ValueError("a command holds a line end")
    at_once = smtp.has_extn("pipelining")
    if at_once:
        smtp.send("".join(f"{command}\r\n" for command in commands))
        yield
    replies: list[tuple[int, bytes]] = []
    for command in commands:
        if not at_once:
            smtp.send(f"{command}\r\n")
            yield
        code, said = smtp.getreply()
        if _REFUSED <= code < _LATER and command != _DATA:  # an answer to something else
            raise smtplib.SMTPDataError(code, said)
        replies.append((code, said))
        if code == _GOODBYE or (code >= _REFUSED and not at_once):
            break
    return replies


def _stuffed(raw: bytes) -> bytes:
    """A mail in CRLF lines as it goes over the line, and the dot that ends it (RFC 5321 4.5.2). smtplib looks
    at each place where a line may begin, which takes as long as making the mail."""
    lines = (b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:]
    return lines + (b".\r\n" if lines.endswith(b"\r\n") else b"\r\n.\r\n")


def _path(word: str, address: str, options: Sequence[str]) -> str:
    """An address as MAIL and RCPT take it. Ours are bare, for `Headers` takes no other; smtplib would read
    each as a person might have typed it, which takes half as long as handing the mail over."""
    return " ".join((f"{word}:<{address}>", *options))


_REPORTS = ("NOTIFY=FAILURE,DELAY",)


def _about(sender: str) -> tuple[str, str]:
    """What a report must carry: the headers, which hold our Message-ID, and what stands behind the + of our
    bounce address, by which the log of the relay and ours can be laid side by side (RFC 3461 4.3, 4.4)."""
    return "RET=HDRS", f"ENVID={sender.partition('@')[0].rpartition('+')[2]}"
