"""Work that waits, on PostgreSQL: pgqueuer is the engine, and any number of processes do the work."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast
from uuid import uuid4

import psycopg
import sqlalchemy as sa
from pgqueuer.adapters.drivers.psycopg import PsycopgDriver
from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import FailingListenerError, RetryRequested
from pgqueuer.domain.models import Job
from pgqueuer.domain.types import QueueEntrypoint, QueueManagerId
from pgqueuer.ports.driver import NotifyCallback, SyncDriver
from pgqueuer.queries import Queries
from psycopg.rows import dict_row

from mailagent.core.errors import TryLater
from mailagent.core.ways import LETTER
from mailagent.store import notices
from mailagent.store.columns import Moment
from mailagent.store.database import writing
from mailagent.store.jobs import BATCH, Handler, Handlers, retry_after
from mailagent.store.notices import Owed
from mailagent.store.prepared import Prepared, PreparedRows, by_name, given_in_json
from mailagent.store.tables import notice

AT_ONCE = 2 * BATCH
"""How many jobs of one task a process holds at most; the rest is left to the others."""

LOG_KEPT = timedelta(days=1)
"""The engine writes three lines a job in its log, and never throws one away."""

LOOKS_BETWEEN_TRIMS = 120
"""Of so many looks at the jobs that are held, one also throws away what is old in the log."""

_QUEUE = sa.table(
    "pgqueuer", *map(sa.column, ("id", "priority", "entrypoint", "payload", "execute_after", "status"))
)
_LOG = sa.table("pgqueuer_log", *map(sa.column, ("job_id", "status", "entrypoint", "priority")))


def _enqueued(task: sa.ColumnElement[str], due: sa.ColumnElement[Any], targets: sa.Select[str]) -> sa.Insert:
    """What the engine's own statement does, without priorities, headers and keys, of which we use none: that
    one takes a seventh of the time in which a mail is kept."""
    none, queued = sa.literal_column("0", sa.Integer), sa.literal_column("'queued'", sa.Text)
    [target] = targets.subquery("targets").c
    payload = sa.func.convert_to(target, sa.literal_column("'UTF8'"))
    names = ["priority", "entrypoint", "payload", "execute_after", "status"]
    new = sa.insert(_QUEUE).from_select(names, sa.select(none, task, payload, due, queued))
    job = new.returning(_QUEUE.c.id).cte("job")
    line = sa.select(job.c.id, queued, task, none)
    return sa.insert(_LOG).from_select(["job_id", "status", "entrypoint", "priority"], line)


_ENQUEUE = Prepared(
    _enqueued(
        sa.bindparam("task", type_=sa.Text),
        sa.func.coalesce(sa.bindparam("due", type_=Moment), sa.func.now()),
        sa.select(sa.func.unnest(sa.cast(sa.bindparam("targets", type_=sa.Text), sa.ARRAY(sa.Text)))),
    )
)


@cache
def _owing(task: str) -> PreparedRows:
    """Mails that are written down with the work of sending them, in one statement."""
    named = notices.COLUMNS
    given = given_in_json({name: notice.c[name].type for name in named})
    one = sa.insert(notice).values(by_name(named))
    every = sa.insert(notice).from_select(list(named), sa.select(*given.c))
    written, listed = (_enqueued(sa.literal(task), sa.func.now(), _to_be_sent(new)) for new in (one, every))
    return PreparedRows(written, listed)


def _to_be_sent(new: sa.Insert) -> sa.Select[str]:
    owed = new.returning(notice.c.id, notice.c.state, notice.c.way).cte("owed")
    leaves = (owed.c.state == notices.OWED, owed.c.way != LETTER)
    return sa.select(sa.cast(owed.c.id, sa.Text)).where(*leaves)


_HELD = sa.text(
    "UPDATE pgqueuer SET status = 'queued', attempts = attempts + 1, execute_after = now(), updated = now(), "
    "queue_manager_id = NULL WHERE status = 'failed'"
)
"""The engine holds a job that failed and could not be given back either, as on a full disk: for good.
This is not its own statement to free it, which writes in its log as well."""

LOST = (psycopg.OperationalError, sa.exc.OperationalError, sa.exc.TimeoutError, FailingListenerError)
"""What a broken connection to the database looks like, by the hand that held it."""

_log = logging.getLogger(__name__)


class PgJobs:
    """Jobs in the tables of pgqueuer. A dead process's work is taken over within the sum of both timeouts."""

    def __init__(
        self,
        engine: sa.Engine,
        heartbeat_timeout: timedelta = timedelta(seconds=10),
        dequeue_timeout: timedelta = timedelta(seconds=5),
        look_every: timedelta = timedelta(seconds=30),
    ) -> None:
        self._engine = engine
        self._heartbeat_timeout = heartbeat_timeout
        self._dequeue_timeout = dequeue_timeout
        self._look_every = look_every
        self._queue = QueryQueueBuilder()

    def enqueue(
        self, tx: sa.Connection, task: str, targets: Sequence[int], at: datetime | None = None
    ) -> None:
        """See `Jobs.enqueue`."""
        if not targets:
            return
        listed = f"{{{','.join(map(str, targets))}}}"
        _ENQUEUE.run(tx, [{"task": task, "due": at, "targets": listed}])

    def owe(self, tx: sa.Connection, task: str, mails: Sequence[Owed], now: datetime) -> None:
        """See `Jobs.owe`."""
        _owing(task).run(tx, notices.rows_of(mails, now))

    async def run(self, handlers: Handlers, stop: asyncio.Event) -> None:
        """See `Jobs.run`. `TryLater` where the connection broke; what was under way comes back."""
        try:
            await self._run(handlers, stop)
        except LOST as error:
            raise TryLater(f"the database let go of the work: {error}") from error
        except BaseExceptionGroup as group:
            lost = group.subgroup(LOST)
            if lost is None:
                raise
            raise TryLater(f"the database let go of the work: {lost.exceptions[0]!r}") from group

    async def _run(self, handlers: Handlers, stop: asyncio.Event) -> None:
        address = self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        async with (
            await psycopg.AsyncConnection.connect(address, autocommit=True) as ears,
            await psycopg.AsyncConnection.connect(address, autocommit=True) as hands,
        ):
            driver = _EarsAndHands(ears, hands, len(handlers))
            async with asyncio.TaskGroup() as group:
                for task, handler in handlers.items():
                    group.create_task(self._serve(driver, task, handler, stop))
                group.create_task(self._tidy(stop))

    def drain(self, handlers: Handlers) -> int:
        """See `Jobs.drain`; by the engine's own statements, as one more worker beside those that run."""
        me = QueueManagerId(uuid4())
        total = 0
        while done := sum(self._work(me, task, handler) for task, handler in handlers.items()):
            total += done
        return total

    def _work(self, me: QueueManagerId, task: str, handler: Handler) -> int:
        with writing(self._engine) as tx:
            claim = self._queue.build_dequeue_query(
                batch_size=BATCH,
                entrypoints=[QueueEntrypoint(task)],
                concurrency_limits=[0],
                queue_manager_id=me,
                global_concurrency_limit=None,
                heartbeat_timeout=self._heartbeat_timeout,
            )
            rows = _InTransaction(tx).fetch(claim.sql, *claim.args)
        jobs = [Job.model_validate(row) for row in rows]
        if jobs:
            with ExitStack() as on_failure:
                on_failure.callback(self._put_back, jobs)
                handler(_targets(jobs))
                on_failure.pop_all()
            with writing(self._engine) as tx:
                done = [job.id for job in jobs], ["successful" for _ in jobs], [None for _ in jobs]
                _InTransaction(tx).fetch(self._queue.build_log_job_query(), *done)
        return len(jobs)

    def _put_back(self, jobs: Sequence[Job]) -> None:
        with writing(self._engine) as tx:
            for job in jobs:
                rest = retry_after(job.attempts + 1)
                _InTransaction(tx).fetch(self._queue.build_retry_job_query(), job.id, rest, None)

    async def _serve(self, driver: PsycopgDriver, task: str, handler: Handler, stop: asyncio.Event) -> None:
        """One manager a task, so that a task that hangs cannot fill the places of the others."""
        manager = QueueManager(Queries(driver))
        batches = _Batches(task, handler, stop)
        manager.entrypoint(task, on_failure="hold", accepts_context=False)(batches.join)
        stopping = asyncio.create_task(_pass_on(stop, manager.shutdown))
        try:
            await manager.run(
                batch_size=BATCH,
                max_concurrent_tasks=AT_ONCE,
                heartbeat_timeout=self._heartbeat_timeout,
                dequeue_timeout=self._dequeue_timeout,
                shutdown_on_listener_failure=True,
                log_aggregation_interval=timedelta(0),
            )
        finally:
            stopping.cancel()

    async def _tidy(self, stop: asyncio.Event) -> None:
        looks = itertools.count()
        while not stop.is_set():
            with suppress(*LOST):  # a disk that is full, for instance: next time
                await asyncio.to_thread(self._put_back_the_held)
                if next(looks) % LOOKS_BETWEEN_TRIMS == 0:
                    await asyncio.to_thread(self._trim_the_log)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look_every.total_seconds()):
                    await stop.wait()

    def _put_back_the_held(self) -> None:
        with writing(self._engine) as tx:
            tx.execute(_HELD)

    def _trim_the_log(self) -> None:
        with writing(self._engine) as tx:
            tx.execute(sa.text("DELETE FROM pgqueuer_log WHERE created < now() - :kept"), {"kept": LOG_KEPT})


class _Batches:
    """Makes batches of the single jobs the engine hands out: what came while one was done is the next."""

    def __init__(self, task: str, handler: Handler, stop: asyncio.Event) -> None:
        self._task = task
        self._handler = handler
        self._stop = stop
        self._waiting: list[tuple[Job, asyncio.Future[BaseException | None]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def join(self, job: Job) -> None:
        """Be done in some batch; raises the engine's word for 'give it back' when that fails."""
        outcome: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, outcome))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        failure = await outcome
        if isinstance(failure, RetryRequested):
            raise failure
        if failure is not None:
            # Its name only: the engine keeps the reason, and a text may hold what somebody wrote.
            raise RetryRequested(retry_after(job.attempts + 1), type(failure).__name__)

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            if self._stop.is_set():
                failure: BaseException | None = RetryRequested(reason="stopping")
            else:
                targets = _targets([job for job, _ in batch])
                [failure] = await asyncio.gather(
                    asyncio.to_thread(self._handler, targets), return_exceptions=True
                )
                if failure:
                    _log.error("%s failed; its jobs will come back", self._task, exc_info=failure)
            for _, outcome in batch:
                if not outcome.done():
                    outcome.set_result(failure)


class _InTransaction(SyncDriver):
    """Lets the engine speak on the connection of a transaction that somebody else begins and ends."""

    def __init__(self, tx: sa.Connection) -> None:
        self._raw = cast("psycopg.Connection[Any]", tx.connection.driver_connection)

    def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """The rows of an answer; none where the statement has no answer."""
        with psycopg.RawCursor(self._raw, row_factory=dict_row) as cursor:
            cursor.execute(query.encode(), args or None)
            return cursor.fetchall() if cursor.description else []


class _EarsAndHands(PsycopgDriver):
    """Listens on one connection and works on another: psycopg locks a connection while it listens."""

    def __init__(self, ears: psycopg.AsyncConnection, hands: psycopg.AsyncConnection, listeners: int) -> None:
        super().__init__(ears)
        self._hands = PsycopgDriver(hands)
        self._deaf = listeners
        self._all_listen = asyncio.Event()

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        """Listen; from the last one on, all do."""
        await super().add_listener(channel, callback)
        self._deaf -= 1
        if not self._deaf:
            self._all_listen.set()

    async def notify(self, channel: str, payload: str) -> None:
        """Call out only when all can hear: a manager that misses its own first call thinks itself deaf."""
        await self._all_listen.wait()
        await super().notify(channel, payload)

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """Ask, with the hands."""
        return await self._hands.fetch(query, *args)

    async def execute(self, query: str, *args: object) -> str:
        """Tell, with the hands."""
        return await self._hands.execute(query, *args)


def _targets(jobs: Sequence[Job]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(job.payload or b"") for job in jobs))


async def _pass_on(first: asyncio.Event, second: asyncio.Event) -> None:
    await first.wait()
    second.set()
