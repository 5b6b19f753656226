"""The store: begin a transaction, look things up, enqueue work inside the same commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mailagent.core.errors import Crossed, TryLater
from mailagent.store.database import reading, sending, writing
from mailagent.store.jobs import Jobs, SqliteJobs, utc_now
from mailagent.store.notices import Owed

AWAY = (sa.exc.OperationalError, sa.exc.TimeoutError)
"""The database does not answer, or all who may ask it wait for an answer already, and too long."""

_DEADLOCK = "40P01"
"""What PostgreSQL says to one of two that wait for each other."""

Tx = sa.Connection
"""A transaction, as the flow holds it. Everything done with one commits or vanishes together."""


@dataclass(frozen=True)
class Store:
    """The database and its jobs."""

    engine: sa.Engine
    jobs: Jobs

    @property
    def is_ours_alone(self) -> bool:
        """Does one process do all the work here? A SQLite file is served by one; see `jobs.SqliteJobs`."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def begin(self, *, waits: bool = True) -> Iterator[Tx]:
        """A transaction that writes: commits at the end, or leaves nothing. `TryLater` where it cannot,
        `Crossed` where it let go so that another could go on.

        Where nothing `waits`, what is written is sent, and PostgreSQL works while we think. At the end all of
        it has been done, or this raises. Who is told of a mistake need not be who made it, so nothing in
        there may be an `attempt`. What SQLAlchemy itself executes is waited for, as ever.
        """
        try:
            with writing(self.engine) if waits or self.is_ours_alone else sending(self.engine) as tx:
                yield tx
        except AWAY as error:
            orig = getattr(error, "orig", None)
            raise Crossed if getattr(orig, "sqlstate", "") == _DEADLOCK else TryLater from error

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A transaction that only looks. `TryLater` where the database does not answer."""
        try:
            with reading(self.engine) as tx:
                yield tx
        except AWAY as error:
            raise TryLater from error

    @contextmanager
    def attempt(self, tx: Tx) -> Iterator[None]:
        """A part of a transaction: whatever is raised within leaves nothing of it, and the rest goes on."""
        with tx.begin_nested():
            yield

    def owe(self, tx: Tx, task: str, mails: Sequence[Owed], now: datetime) -> None:
        """Mails we owe since now; the work of sending them is `task`. A letter waits to be printed."""
        self.jobs.owe(tx, task, mails, now)

    def enqueue(self, tx: Tx, task: str, targets: Sequence[int], at: datetime | None = None) -> None:
        """Work that becomes visible with this very commit, not before `at`."""
        if targets:
            self.jobs.enqueue(tx, task, targets, at)


def make_jobs(engine: sa.Engine, now: Callable[[], datetime] | None = None) -> Jobs:
    """The maker that fits this database. `now` is our clock; PostgreSQL goes by its own."""
    if engine.dialect.name == "sqlite":
        return SqliteJobs(engine, now or utc_now)
    from mailagent.store.pgjobs import PgJobs  # its engine takes half a second to load: only where needed

    return PgJobs(engine)
