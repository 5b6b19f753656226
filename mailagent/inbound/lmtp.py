"""Takes mail from our own mail server over LMTP: as over SMTP, but with an answer for each recipient."""

from __future__ import annotations

import asyncio

from mailagent.inbound.smtp import SmtpSession, SmtpSink


class LmtpSink(SmtpSink):
    """The same promise to a server that keeps a queue of its own (RFC 2033)."""

    via = "lmtp"

    def session(self, loop: asyncio.AbstractEventLoop) -> SmtpSession:
        """What talks with the next client."""
        return LmtpSession(self, self.domain, loop)


class LmtpSession(SmtpSession):
    """One client, which greets with LHLO and hears what became of its mail once for each recipient.

    A mail is kept whole or not at all, so the answers to one mail are the same.
    """

    protocol = "LMTP"

    async def smtp_LHLO(self, hostname: str | None) -> None:
        """The greeting (RFC 2033 4.1)."""
        await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, _hostname: str | None) -> None:
        """A greeting of SMTP, which a server that counts on one answer would send."""
        await self.push("500 5.5.1 Here we speak LMTP: say LHLO")

    smtp_EHLO = smtp_HELO

    async def check_helo_needed(self, helo: str = "LHLO") -> bool:
        """Is a greeting still owed?"""
        return bool(await super().check_helo_needed(helo))

    def answers_to(self, recipients: int) -> int:
        """One for each recipient that we accepted (RFC 2033 4.2)."""
        return recipients
