"""Watches one mailbox in a thread of its own: fetches when the server calls, and comes back after trouble.

A mailbox that hangs, breaks or refuses us holds up no other: each has its own thread, line and patience.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from mailagent.core.errors import Problem, TryLater
from mailagent.core.mail import Envelope, Slot
from mailagent.inbound.imap import (
    NOT_UNDERSTOOD,
    Keep,
    KnownUids,
    Line,
    MailboxAccess,
    Now,
    Round,
    hang_up,
    logged_in,
    reason,
    wait_for_news,
)

log = structlog.get_logger(__name__)

SLICE_SECONDS: Final = 300.0
"""So long we wait for a call of the server at most, before we look ourselves: a line may die in silence."""
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 300.0
SIGN_OF_LIFE: Final = timedelta(minutes=1)
"""A round that lasts tells so often that it goes well: after an outage there may be days of mail to fetch."""
RETRY: Final = timedelta(minutes=10)
"""A mail that stepped aside is tried again so often: each time may cost a minute and a connection."""
STOP_SECONDS: Final = 5.0

TROUBLE: Final = (*NOT_UNDERSTOOD, OSError, Problem)


@dataclass(frozen=True, slots=True)
class Books:
    """What a watcher reads and writes of a mailbox, by its name; each raises TryLater when the store is down.

    `good` is told how many mails cannot be fetched, `failed` why there was no round.
    """

    keep: Keep
    known_uids: KnownUids
    good: Callable[[str, int], None]
    failed: Callable[[str, str], None]


async def watch(mailbox: MailboxAccess, books: Books, now: Now, stop: asyncio.Event, *, every: float) -> None:
    """Keep what comes in, until `stop`: as soon as the server calls, and else every so many seconds."""
    watcher = _Watcher(mailbox, books, now, every)
    own = ThreadPoolExecutor(1, thread_name_prefix=f"imap-{mailbox.name}")
    watching = asyncio.get_running_loop().run_in_executor(own, watcher.run)
    told = asyncio.ensure_future(stop.wait())
    either: set[asyncio.Future[Any]] = {watching, told}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        watcher.over.set()
        await asyncio.wait({watching}, timeout=STOP_SECONDS)
    finally:
        told.cancel()
        watcher.end()
        own.shutdown(wait=False)
    await watching


def next_pause(failures: int) -> float:
    """Seconds until the next try: doubled with each failure in a row, to at most five minutes."""
    return min(FIRST_PAUSE * 2.0 ** min(failures - 1, 16), LONGEST_PAUSE)


class _Watcher:
    """The thread's side. `over` ends it between two mails."""

    def __init__(self, mailbox: MailboxAccess, books: Books, now: Now, every: float) -> None:
        self.over = threading.Event()
        self._mailbox = mailbox
        self._books = books
        self._now = now
        self._every = min(every, SLICE_SECONDS)
        self._aside: dict[Slot, str] = {}
        self._failures = 0
        self._line: Line | None = None
        self._good_at: datetime | None = None
        self._tried_at = now()
        self._round = self._new_round()

    def run(self) -> None:
        """Until `over`, whatever the server does."""
        while not self.over.is_set():
            well_before = self._good_at
            try:
                self._stay()
            except TROUBLE as error:
                if not self.over.is_set():
                    self._failed(error)
                    pause = next_pause(self._failures)
                    # A line that breaks after good rounds is no reason to look less often than we should.
                    self.over.wait(pause if self._good_at == well_before else min(pause, self._every))

    def end(self) -> None:
        """End it at once, also where it waits for a server that says nothing."""
        self.over.set()
        if self._line:
            hang_up(self._line)

    def _met(self, line: Line) -> None:
        self._line = line
        if self.over.is_set():
            hang_up(line)

    def _stay(self) -> None:
        """One line: rounds, and waiting for news; until it breaks, or a mail broke it."""
        with logged_in(self._mailbox, self._met) as line:
            called = False
            while not self.over.is_set() and self._round.over_one_line(line):
                kept = self._round.kept
                self._good()
                self._round = self._new_round()
                if kept:
                    called = False  # look again: a server may call once for many
                    continue
                if called:
                    self.over.wait(FIRST_PAUSE)  # for nothing: it must not keep us running
                called = wait_for_news(line, self._every, self.over)
                self._failures = 0

    def _new_round(self) -> Round:
        keep, known = self._keep, self._books.known_uids
        if retry := self._now() - self._tried_at > RETRY:
            self._tried_at = self._now()
        return Round(self._mailbox, keep, known, self._now, self._aside, self.over.is_set, retry)

    def _keep(self, envelopes: Sequence[Envelope]) -> Sequence[int]:
        ids = self._books.keep(envelopes)
        if self._good_at and self._now() - self._good_at > SIGN_OF_LIFE:
            self._good()
        return ids

    def _good(self) -> None:
        self._books.good(self._mailbox.name, len(self._aside))
        self._good_at = self._now()
        if self._round.kept or self._failures:
            log.info("imap_round", mailbox=self._mailbox.name, kept=self._round.kept, aside=len(self._aside))

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        self._round = self._new_round()
        why = reason(self._mailbox, error)
        log.error("imap_round_failed", mailbox=self._mailbox.name, failures=self._failures, why=why)
        try:
            self._books.failed(self._mailbox.name, why)
        except TryLater as problem:
            log.error("imap_failure_not_kept", mailbox=self._mailbox.name, why=str(problem))
