"""Mailboxes watched as the service does, beside a diary of what came of it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from mailagent.core.errors import TryLater
from mailagent.core.mail import Envelope
from mailagent.inbound.imap import MailboxAccess
from mailagent.inbound.watcher import Books
from mailagent.service import watch_mailbox


class Diary:
    """Remembers what was kept of which mailbox, and how its rounds went; keeps nothing while it is
    down, and breaks on poison."""

    def __init__(self) -> None:
        self.kept: list[Envelope] = []
        self.good: list[tuple[str, int]] = []
        self.failed: list[tuple[str, str]] = []
        self.is_down = False
        self.poison: bytes | None = None
        self._lock = threading.Lock()

    @property
    def books(self) -> Books:
        return Books(self._keep, self._known, self._good, self._failed)

    def subjects(self, mailbox: str = "klachten") -> list[str]:
        mine = [mail for mail in self.kept if mail.slot and mail.slot.mailbox == mailbox]
        return [mail.raw.split(b"\r\n")[0].decode().removeprefix("Subject: ") for mail in mine]

    def _keep(self, envelopes: Sequence[Envelope]) -> Sequence[int]:
        self._answers()
        if any(self.poison and mail.raw.startswith(self.poison) for mail in envelopes):
            raise RuntimeError("a mistake of ours")
        with self._lock:
            slots = {mail.slot for mail in self.kept}
            self.kept += [envelope for envelope in envelopes if envelope.slot not in slots]
        return [1]

    def _known(self, mailbox: str, uidvalidity: int) -> set[int]:
        slots = [mail.slot for mail in self.kept if mail.slot]
        return {s.uid for s in slots if (s.mailbox, s.uidvalidity) == (mailbox, uidvalidity)}

    def _good(self, mailbox: str, aside: int) -> None:
        self._answers()
        self.good.append((mailbox, aside))

    def _failed(self, mailbox: str, why: str) -> None:
        self.failed.append((mailbox, why))
        self._answers()

    def _answers(self) -> None:
        if self.is_down:
            raise TryLater


@contextmanager
def watching(*mailboxes: MailboxAccess, diary: Diary, every: float = 3_600.0) -> Iterator[None]:
    """Watch these mailboxes as the service does, on a loop of its own."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()

    async def all_of_them() -> None:
        now = lambda: datetime.now(UTC)  # noqa: E731
        await asyncio.gather(*(watch_mailbox(box, diary.books, now, stop, every=every) for box in mailboxes))

    thread = threading.Thread(target=lambda: loop.run_until_complete(all_of_them()))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        assert not thread.is_alive(), "it did not stop"
        loop.close()


def soon(happened: Callable[[], bool]) -> None:
    """Wait until it has happened: far longer than a busy machine takes, far shorter than what we test against
    (a slice of five minutes, an hour between two looks)."""
    until = time.monotonic() + 90
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)
