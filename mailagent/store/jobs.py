"""Work that waits: a port for both databases, and its embedded maker, a small table in SQLite.

A job is the name of a task and the id of a row; the row is the truth. It joins the caller's transaction,
is done at least once, and comes back when its handler raises or its process dies.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import sqlalchemy as sa

from mailagent.core.errors import TryLater
from mailagent.store import notices
from mailagent.store.database import writing
from mailagent.store.notices import Owed
from mailagent.store.prepared import Prepared, by_name, is_among
from mailagent.store.tables import job

BATCH = 50
"""How many targets a handler gets at most at a time."""

LEASE = timedelta(minutes=15)
"""How long a batch may take. Long, for a restarted service frees what the dead one held anyway."""

POLL_SECONDS = 2.0
"""A bell announces what is due now; this finds what falls due later, or came from another process."""

_AWAY = (TryLater, sa.exc.OperationalError, sa.exc.TimeoutError)
"""Said in one line: while the disk is full it is said at every look, and the log may be on that disk."""

Handler = Callable[[Sequence[int]], None]
Handlers = Mapping[str, Handler]

_log = logging.getLogger(__name__)


class Jobs(Protocol):
    """Work that waits, whichever database keeps it."""

    def enqueue(
        self, tx: sa.Connection, task: str, targets: Sequence[int], at: datetime | None = None
    ) -> None:
        """Owe `task` for each of `targets`, now or `at` a moment, as part of the transaction `tx`."""

    def owe(self, tx: sa.Connection, task: str, mails: Sequence[Owed], now: datetime) -> None:
        """Write down mails we owe, and `task` for each that is to be sent; see `notices.owe`."""

    async def run(self, handlers: Handlers, stop: asyncio.Event) -> None:
        """Do the work of these tasks until `stop`, each handler in a thread of its own."""

    def drain(self, handlers: Handlers) -> int:
        """Do all that is due, here and now; what a handler raises is raised. How many jobs were done."""


def retry_after(attempts: int) -> timedelta:
    """How long a job rests after `attempts` failures: a second, doubling up to five minutes."""
    return min(timedelta(seconds=2.0 ** min(attempts - 1, 9)), timedelta(minutes=5))


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


_ENQUEUE = Prepared(sa.insert(job).values(by_name(("task", "target", "visible_at"))))
_DUE = (
    sa.select(job.c.id)
    .where(job.c.task == sa.bindparam("asked"), job.c.visible_at <= sa.bindparam("now"))
    .order_by(job.c.visible_at, job.c.id)
    .limit(BATCH)
)
_CLAIM = Prepared(
    sa.update(job)
    .where(job.c.id.in_(_DUE))
    .values(token=sa.bindparam("mine"), visible_at=sa.bindparam("until"), attempts=job.c.attempts + 1)
    .returning(job.c.id, job.c.target, job.c.attempts)
)
# a late hand may not tick off or put back what another has claimed since
_TICK_OFF = Prepared(sa.delete(job).where(is_among(job.c.id, "jobs"), job.c.token == sa.bindparam("token")))


class SqliteJobs:
    """Jobs in a table of our own, for the one process that serves an embedded database."""

    def __init__(self, engine: sa.Engine, now: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._now = now
        self._me = secrets.token_hex(8)
        self._dropped: deque[_Claim] = deque()
        self._dropping = threading.Lock()
        self._bells: dict[str, list[_Bell]] = defaultdict(list)
        self._bells_lock = threading.Lock()
        sa.event.listen(engine, "commit", self._committing)
        sa.event.listen(engine, "rollback", self._rolled_back)

    def enqueue(
        self, tx: sa.Connection, task: str, targets: Sequence[int], at: datetime | None = None
    ) -> None:
        """See `Jobs.enqueue`."""
        if targets:
            due = at or self._now()
            _ENQUEUE.run(tx, [{"task": task, "target": t, "visible_at": due} for t in targets])
            tx.info.setdefault(self._me, set()).add(task)

    def owe(self, tx: sa.Connection, task: str, mails: Sequence[Owed], now: datetime) -> None:
        """See `Jobs.owe`."""
        self.enqueue(tx, task, notices.owe(tx, mails, now))

    async def run(self, handlers: Handlers, stop: asyncio.Event) -> None:
        """See `Jobs.run`. What a dead process still held is free at once: nobody else serves this file."""
        await asyncio.to_thread(self._free_what_the_dead_held)
        async with asyncio.TaskGroup() as group:
            for task, handler in handlers.items():
                group.create_task(self._serve(task, handler, stop))
            await stop.wait()
            self._ring(handlers)

    def drain(self, handlers: Handlers) -> int:
        """See `Jobs.drain`."""
        total = 0
        while done := sum(self._work(task, handler, lambda: True) for task, handler in handlers.items()):
            total += done
        return total

    async def _serve(self, task: str, handler: Handler, stop: asyncio.Event) -> None:
        with self._bell(task) as bell:
            while not stop.is_set():
                bell.quiet()
                work = asyncio.to_thread(self._work, task, handler, lambda: not stop.is_set())
                [done] = await asyncio.gather(work, return_exceptions=True)
                if isinstance(done, _AWAY):
                    _log.error("%s waits for the database: %s", task, done.__cause__ or done)
                elif isinstance(done, BaseException):
                    _log.error("%s failed; its jobs will come back", task, exc_info=done)
                await bell.wait(POLL_SECONDS)

    def _work(self, task: str, handler: Handler, goes_on: Callable[[], bool]) -> int:
        """Claim a batch, have it done, tick it off and claim the next in one commit, until there is none:
        how many jobs. What failed is put back first."""
        self._put_back_the_dropped()
        total = 0
        with writing(self._engine) as tx:
            claim = self._claim(tx, task)
        while claim.attempts:
            with ExitStack() as on_failure:
                on_failure.callback(self._put_back_the_dropped)
                on_failure.callback(self._dropped.append, claim)
                handler(claim.targets)
                with writing(self._engine) as tx:
                    _TICK_OFF.run(tx, [{"jobs": list(claim.attempts), "token": claim.token}])
                    following = self._claim(tx, task) if goes_on() else _NOTHING
                on_failure.pop_all()
            total += len(claim.attempts)
            claim = following
        return total

    def _claim(self, tx: sa.Connection, task: str) -> _Claim:
        now, token = self._now(), f"{self._me}-{secrets.token_hex(8)}"
        rows = sorted(_CLAIM.rows(tx, {"asked": task, "now": now, "mine": token, "until": now + LEASE}))
        targets = dict.fromkeys(target for _, target, _ in rows)
        return _Claim(token, tuple(targets), {id_: attempts for id_, _, attempts in rows})

    def _put_back_the_dropped(self) -> None:
        """What failed just now, and what failed while the disk was full: then none could be put back."""
        with self._dropping:
            while self._dropped:
                self._put_back(self._dropped[0])
                self._dropped.popleft()

    def _put_back(self, claim: _Claim) -> None:
        now = self._now()
        with writing(self._engine) as tx:
            for id_, attempts in claim.attempts.items():
                tx.execute(
                    sa.update(job)
                    .where(job.c.id == id_, job.c.token == claim.token)
                    .values(token=None, visible_at=now + retry_after(attempts))
                )

    def _free_what_the_dead_held(self) -> None:
        with writing(self._engine) as tx:
            tx.execute(
                sa.update(job)
                .where(job.c.token.not_like(f"{self._me}-%"))
                .values(token=None, visible_at=self._now())
            )

    @contextmanager
    def _bell(self, task: str) -> Iterator[_Bell]:
        bell = _Bell()
        with self._bells_lock:
            self._bells[task].append(bell)
        try:
            yield bell
        finally:
            with self._bells_lock:
                self._bells[task].remove(bell)

    def _ring(self, tasks: Iterable[str]) -> None:
        with self._bells_lock:
            for bell in itertools.chain.from_iterable(self._bells[task] for task in tasks):
                bell.ring()

    def _committing(self, tx: sa.Connection) -> None:
        # Just before the commit, and early enough: who is woken needs the write lock this one still holds.
        self._ring(tx.info.pop(self._me, ()))

    def _rolled_back(self, tx: sa.Connection) -> None:
        if not tx.invalidated:  # what was interrupted has no connection any more
            tx.info.pop(self._me, None)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A batch in our hands: its fencing token, its targets, and how often each job was tried."""

    token: str
    targets: tuple[int, ...]
    attempts: Mapping[int, int]


_NOTHING = _Claim("", (), {})


class _Bell:
    """Wakes a loop from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake who waits, or who will."""
        self._loop.call_soon_threadsafe(self._rung.set)

    def quiet(self) -> None:
        """Whatever rang so far is about to be looked at."""
        self._rung.clear()

    async def wait(self, seconds: float) -> None:
        """Until it rings, or for so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
