"""Keeps mails in groups: whatever queued while the previous commit ran goes into the next one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mailagent.core.mail import Envelope
from mailagent.together import Room, Together

Keep = Callable[[Sequence[Envelope]], Sequence[int]]
"""One call is one committed transaction; it blocks, and returns the arrival ids in order."""

GROUP_MAILS = 128
GROUP_BYTES = 16 * 1024 * 1024


class Keeper:
    """Turns many `keep` calls into few commits."""

    def __init__(self, keep: Keep) -> None:
        room = Room[Envelope](GROUP_MAILS, GROUP_BYTES, lambda envelope: len(envelope.raw))
        self._together = Together[Envelope, int](keep, room)

    async def keep(self, envelope: Envelope) -> int:
        """The arrival id, once the mail is committed. Raises what the commit raised; TryLater when closed."""
        return await self._together.ask(envelope)

    async def close(self) -> None:
        """Take nothing new, and finish what was queued."""
        await self._together.close()
