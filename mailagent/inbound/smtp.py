"""Takes mail over SMTP: keeps it, then says yes."""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

import structlog
from aiosmtpd.smtp import SMTP, TLSSetupException, syntax
from aiosmtpd.smtp import Envelope as Dialogue
from aiosmtpd.smtp import Session as Client

from mailagent.core.errors import Refused, TooLarge, TryLater
from mailagent.core.mail import Envelope
from mailagent.inbound.clients import Clients
from mailagent.inbound.keeper import Keeper

log = structlog.get_logger(__name__)

IDLE_SECONDS: Final = 300.0
"""RFC 5321 4.5.3.2.7: a server waits at least five minutes."""
MAX_RECIPIENTS: Final = 100
"""RFC 5321 4.5.3.1.8: at least a hundred."""
COMMAND_OCTETS: Final = 1024
"""RFC 5321 4.5.3.1.4 asks for 512, and SIZE, BODY and SMTPUTF8 each ask for some more."""
BLOCK_OCTETS: Final = 64 * 1024
STOP_SECONDS: Final = 10.0

LINE_OF_DOT: Final = b".\r\n"
END_OF_MAIL: Final = b"\r\n.\r\n"
ADDED_DOT: Final = b"\r\n."
NULL_PATH: Final = "<>"

_ATOMS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_USUAL_PATH = re.compile(rf"<({_ATOMS}@{_ATOMS})>([^(]*)")
"""RFC 5321 4.1.2, without quotes, comments, source routes and literals: nearly every path there is."""

TOO_LARGE: Final = (
    "Deze mail is groter dan {limit} MB. Stuur hem opnieuw met kleinere bijlagen, verdeeld over meer mails, "
    "of stuur een brief. / This mail is larger than {limit} MB. Send it again with smaller attachments, "
    "spread over several mails, or send a letter."
)
TRY_LATER: Final = "451 4.3.0 We could not keep your mail just now; please try again later"
TOO_MANY: Final = "451 4.7.1 These are more mails than we take of you in one minute; please try again later"
NO_TLS: Final = "454 4.7.0 We could not agree on how to encrypt; please try again"
CLOSING: Final = "421 4.3.2 We are closing for a moment; please try again later"


@dataclass(frozen=True)
class Door:
    """Where we listen, for whom, and with which certificate (without one we offer no STARTTLS). `scanner` is
    the address to which a scanner mails, "" for none."""

    listen: tuple[str, int] = ("127.0.0.1", 2525)
    clients: Clients = field(default_factory=Clients)
    tls: ssl.SSLContext | None = None
    scanner: str = ""


class SmtpSink:
    """A listening socket in our own loop that answers 250 only for what `keeper` has committed."""

    via = "smtp"

    def __init__(
        self, keeper: Keeper, own_address: str, max_bytes: int, now: Callable[[], datetime], door: Door
    ) -> None:
        self._keeper = keeper
        self._local, _, self.domain = own_address.lower().rpartition("@")
        self.max_bytes = max_bytes
        self._now = now
        self.door = door
        self._server: asyncio.Server | None = None
        self.sessions: set[SmtpSession] = set()

    @property
    def port(self) -> int:
        """The port we listen on, once started."""
        if self._server is None:
            raise RuntimeError("not started")
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen. OSError where the address cannot be had."""
        # The library logs every command at INFO, and a recipient may be a signed reply address.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: self.session(loop), *self.door.listen)

    def session(self, loop: asyncio.AbstractEventLoop) -> SmtpSession:
        """What talks with the next client."""
        return SmtpSession(self, self.domain, loop)

    async def stop(self) -> None:
        """Take no new clients; let those who are handing over a mail get their answer."""
        if self._server is None:
            return
        self._server.close()
        for session in tuple(self.sessions):
            session.leave()
        if running := [session.dialogue() for session in self.sessions]:
            await asyncio.wait(running, timeout=STOP_SECONDS)
        for session in tuple(self.sessions):
            session.cut()
        await self._server.wait_closed()
        self._server = None

    async def take(self, raw: bytes, client: Client, dialogue: Dialogue) -> str:
        """Keep one mail, then say so."""
        envelope = Envelope(
            raw=raw,
            via=self.via,
            reached_at=self._now(),
            sender="" if dialogue.mail_from == NULL_PATH else dialogue.mail_from,
            recipients=tuple(dialogue.rcpt_tos),
            peer=_address(client),
        )
        arrival = await self._keeper.keep(envelope)
        return f"250 kept as {arrival}"

    def too_large(self) -> TooLarge:
        """The refusal of a mail over the limit, with what does work."""
        return TooLarge(TOO_LARGE.format(limit=self.max_bytes // 1_000_000))

    def is_ours(self, address: str) -> bool:
        """Our own address, its plus-addresses, postmaster (RFC 5321 4.5.1: with or without domain), and that
        of the scanner."""
        local, at, domain = address.lower().rpartition("@")
        if not at or address.lower() == self.door.scanner:
            return bool(at) or domain == "postmaster"
        ours = local in (self._local, "postmaster") or local.startswith(f"{self._local}+")
        return ours and domain == self.domain

    async def handle_EHLO(
        self, server: SMTP, client: Client, _dialogue: Dialogue, hostname: str, lines: list[str]
    ) -> list[str]:
        """Announce what we can, which is not AUTH.

        The size we check and not the library, for its refusal does not say what does work.
        """
        client.host_name = hostname
        # The library adds to its limits at every EHLO and shares them between all clients.
        server.command_size_limits = defaultdict(lambda: COMMAND_OCTETS)
        able = [line for line in lines[1:] if not line.startswith("250-AUTH")]
        return [lines[0], f"250-SIZE {self.max_bytes}", "250-PIPELINING", *able]

    async def handle_MAIL(
        self, server: SMTP, client: Client, dialogue: Dialogue, address: str, options: list[str]
    ) -> str:
        """Accept any sender we can write down, from a client that does not send too much."""
        if self.door.clients.sends_too_much(_address(client), server.loop.time()):
            return TOO_MANY
        if not address.isprintable():
            return "553 5.1.7 We cannot read the address of the sender"
        sizes = [int(option.removeprefix("SIZE=")) for option in options if option.startswith("SIZE=")]
        if any(size > self.max_bytes for size in sizes):
            raise self.too_large()
        dialogue.mail_from = address
        dialogue.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, _server: SMTP, _client: Client, dialogue: Dialogue, address: str, _options: list[str]
    ) -> str:
        """Accept what is for us, and nothing to pass on."""
        if not address.isprintable() or not self.is_ours(address):
            return "550 5.1.1 This address is not ours"
        if len(dialogue.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        dialogue.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_exception(self, error: Exception) -> str:
        """The SMTP guard: whatever went wrong, the sender learns whose fault it is and nothing else."""
        if isinstance(error, TLSSetupException):
            log.info("smtp_no_tls", why=repr(error.__cause__))
            return NO_TLS
        if isinstance(error, TooLarge):
            return _answer("552 5.3.4", error)
        if isinstance(error, Refused):
            return _answer("550 5.7.1", error)
        if isinstance(error, TryLater):
            # One line, for while the disk is full or the database away it is said of every mail.
            log.error("smtp_try_later", why=str(error.__cause__ or error)[:300])
        else:
            log.error("smtp_broke", exc_info=error)
        return TRY_LATER


class SmtpSession(SMTP):
    """One client. Differs from the library in how it reads a mail, and in how it says goodbye."""

    protocol = "ESMTP"
    line_length_limit = BLOCK_OCTETS
    """How much the reader buffers; a line of a mail may be longer (in 1 % of real mail it passes 1000)."""

    def __init__(self, sink: SmtpSink, hostname: str, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            sink,
            data_size_limit=None,
            enable_SMTPUTF8=True,
            hostname=hostname,
            ident=f"{self.protocol} mailagent",
            tls_context=sink.door.tls,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            timeout=IDLE_SECONDS,
            loop=loop,
        )
        self._sink = sink
        self.client = ""
        self._owed = 0  # how many answers the client waits for, about the mail in hand
        self._leaving = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, unless this client may not come in, or too many others are talking."""
        if self.client:  # the same client once more, encrypted from here on (RFC 3207 4.2)
            super().connection_made(transport)
            return
        peer = transport.get_extra_info("peername")
        if not peer:  # it hung up before we could greet it, as who tries every port does
            transport.close()
            return
        client = str(peer[0])
        talking = (session.client for session in self._sink.sessions)
        if answer := self._sink.door.clients.turn_away(client, talking):
            _say_and_close(transport, answer)
            return
        self.client = client
        super().connection_made(transport)
        self._sink.sessions.add(self)
        self.dialogue().add_done_callback(self._ended)

    def connection_lost(self, error: Exception | None) -> None:
        """End, if we had begun."""
        self._sink.sessions.discard(self)
        if self.session is not None:
            super().connection_lost(error)

    def dialogue(self) -> asyncio.Task[None]:
        """The task that talks with the client."""
        assert self._handler_coroutine is not None  # made by connection_made
        return self._handler_coroutine

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The address of a command and what stands behind it; the library's way costs many times as much."""
        usual = _USUAL_PATH.fullmatch(arg)
        return (usual[1], usual[2]) if usual else super()._getaddr(arg)

    def leave(self) -> None:
        """Say goodbye, but not before the answer to a mail that is being handed over."""
        self._leaving = True
        if not self._owed and self.transport is not None and not self.transport.is_closing():
            _say_and_close(self.transport, CLOSING)
            # Once encrypted, the connection ends when the client agrees: nobody need wait for that.
            self.dialogue().cancel()

    def cut(self) -> None:
        """End now: the client keeps its mail."""
        if self.transport is not None:
            cast(asyncio.WriteTransport, self.transport).abort()

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:
        """Read a mail, have it kept, and only then say so (RFC 5321 4.1.1.4)."""
        if await self.check_helo_needed():
            return
        assert self.session is not None  # both made by connection_made
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Say first whom the mail is for")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        self._owed = self.answers_to(len(self.envelope.rcpt_tos))
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        raw = await self._read_mail()
        await self.push(self._settle(await self._sink.take(raw, self.session, self.envelope)))

    def answers_to(self, _recipients: int) -> int:
        """How many answers a mail to so many recipients gets."""
        return 1

    async def handle_exception(self, error: Exception) -> str:
        """What we say when something goes wrong; where that was a mail, as often as its answer is owed."""
        if isinstance(error, TooLarge):  # nothing is kept of it: that it was offered must not go unseen
            log.warning("smtp_too_large", client=self.client)
        answer: str = await super().handle_exception(error)
        return self._settle(answer) if self._owed else answer

    async def push(self, status: str | bytes) -> None:
        """Answer, in octets that every client can read; and leave, where only this answer kept us."""
        await super().push(status.encode("ascii", "replace") if isinstance(status, str) else status)
        if self._leaving:
            self.leave()

    def _settle(self, answer: str) -> str:
        """The mail in hand is done with: the answers that are owed for it."""
        answers = "\r\n".join([answer] * self._owed)
        self._owed = 0
        self.envelope = self._create_envelope()
        return answers

    async def _read_mail(self) -> bytes:
        """The octets up to the line of one dot, without the added dots (RFC 5321 4.5.2). Raises TooLarge.

        Only CRLF ends a line: a dot between bare line feeds is text, or one mail could smuggle in another.
        """
        mail = bytearray(b"\r\n")  # of the DATA line, so that a mail may end where it begins
        too_large = False
        while not mail.endswith(END_OF_MAIL):
            mail += await self._read_block()
            if len(mail) > self._sink.max_bytes + len(END_OF_MAIL):
                # Read on to the end, or the client would take our refusal for a broken line.
                too_large = True
                del mail[: -len(END_OF_MAIL)]
        if too_large:
            raise self._sink.too_large()
        del mail[-len(LINE_OF_DOT) :]
        if ADDED_DOT in mail:
            mail = mail.replace(ADDED_DOT, b"\r\n")
        return bytes(memoryview(mail)[2:])

    async def _read_block(self) -> bytes:
        """As much as there is, but never past a line that ends with a dot: a command may follow it."""
        try:
            block: bytes = await self._reader.readuntil(LINE_OF_DOT)
        except asyncio.LimitOverrunError as overrun:
            block = await self._reader.readexactly(overrun.consumed)
        self._reset_timeout()
        return block

    @staticmethod
    def _ended(dialogue: asyncio.Task[None]) -> None:
        error = None if dialogue.cancelled() else dialogue.exception()
        if error is not None and not isinstance(error, ConnectionError):
            log.error("smtp_session_broke", exc_info=error)


def _address(client: Client) -> str:
    return str(client.peer[0]) if client.peer else ""


def _answer(code: str, error: Exception) -> str:
    return f"{code} {' '.join(str(error).split())[:400]}"


def _say_and_close(transport: asyncio.BaseTransport, answer: str) -> None:
    # A loop need not derive its transports from those of asyncio; uvloop does not.
    cast(asyncio.WriteTransport, transport).write(answer.encode() + b"\r\n")
    transport.close()
