"""The demo's relay: takes over SMTP what would leave for the world, and puts it in the postbus."""

from __future__ import annotations

import asyncio

from aiosmtpd.smtp import SMTP, Envelope, Session

from mailagent.demo.postbus import Postbus


class PostbusRelay:
    """A small SMTP server on the loopback; every address is at home here."""

    def __init__(self, postbus: Postbus, listen: tuple[str, int]) -> None:
        self._postbus = postbus
        self._listen = listen
        self._server: asyncio.Server | None = None
        self._sessions: list[SMTP] = []

    async def start(self) -> None:
        """Listen. OSError where the address cannot be had."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, *self._listen)

    async def stop(self) -> None:
        """End, with whoever is still connected."""
        if self._server:
            self._server.close()
            for session in self._sessions:
                if isinstance(session.transport, asyncio.Transport):
                    session.transport.close()
            await self._server.wait_closed()

    def _session(self) -> SMTP:
        session = SMTP(
            self,
            hostname="postbus.example",
            ident="mailagent demo postbus",
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )
        self._sessions.append(session)
        return session

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Anything that is a mail address."""
        if "@" not in address:
            return "550 5.1.3 This is no mail address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """On disk first, then 250."""
        try:
            numbers = await asyncio.to_thread(self._put, envelope)
        except OSError as problem:
            return f"451 4.3.1 The postbus cannot keep this now: {problem.strerror}"
        return f"250 2.0.0 in the postbus as {', '.join(map(str, numbers))}"

    def _put(self, envelope: Envelope) -> list[int]:
        raw = envelope.content
        assert isinstance(raw, bytes)
        return [self._postbus.put(to, envelope.mail_from or "", raw) for to in envelope.rcpt_tos]
