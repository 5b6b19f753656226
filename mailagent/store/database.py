"""Opens the database, embedded (SQLite) or grown (PostgreSQL), and brings its tables up to date."""

from __future__ import annotations

import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.pool import ConnectionPoolEntry

from mailagent.core.errors import TryLater
from mailagent.store.columns import as_json, from_json
from mailagent.store.prepared import Prepared
from mailagent.store.writers import Writers

MIGRATIONS = Path(__file__).parent / "migrations"

_BUSY_SECONDS = 30
_CACHED = -16 * 1024
"""Pages that a connection to SQLite keeps at hand, in KiB when it is negative."""
_CHECKPOINT = 64 * 1024
"""After so many pages (256 MB) a commit writes the log back into the file itself: only where `Writers` never
came to the end of it, because nobody paused."""
_EVERY: dict[str, Any] = {
    "hide_parameters": True,
    "json_serializer": as_json,
    "json_deserializer": from_json,
}
_UPGRADE_LOCK = 7_245_318_119
"""Any number will do, as long as nothing else in the database locks on it."""


def connect(url: str) -> sa.Engine:
    """An engine for `sqlite:///path`, `sqlite://` (in memory) or `postgresql://`.

    The folder of a SQLite file is made. Nothing is read or written yet: `upgrade` makes the tables.
    """
    parsed = sa.make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return _embedded(parsed)
        case "postgresql":
            engine = sa.create_engine(parsed.set(drivername="postgresql+psycopg"), **_EVERY)
            sa.event.listen(engine, "checkout", _refuse_if_gone)
            sa.event.listen(engine, "after_cursor_execute", _wait_for_it)
            return engine
        case other:
            raise ValueError(f"no database of ours: {other}; use sqlite:///path or postgresql://host/name")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that may write: committed at the end, rolled back when anything is raised."""
    # SQLite has one writer at a time, and lets the others sleep and ask again: within this process they wait
    # in line, and go on at once
    with engine.get_execution_options().get("writers", nullcontext()), engine.begin() as tx:
        yield tx


@contextmanager
def sending(engine: sa.Engine) -> Iterator[sa.Connection]:
    """The same on PostgreSQL, but nothing is waited for, from the beginning to the commit, until what was
    found is asked for, or it ends; what SQLAlchemy itself executes is waited for at once."""
    with engine.connect() as connection:
        # the driver would begin by itself, and wait until that was done
        tx = connection.execution_options(isolation_level="AUTOCOMMIT")
        raw: Any = tx.connection.dbapi_connection
        error: Any = tx.dialect.loaded_dbapi.Error
        try:
            with raw.pipeline() as tx.info["sent"]:
                _BEGIN.run(tx, [{}])
                yield tx
                end = raw.execute("COMMIT")
        except error as problem:
            raise sa.exc.DBAPIError.instance(
                None, None, problem, error, hide_parameters=True, dialect=tx.dialect
            ) from problem
        finally:
            tx.info.pop("sent", None)
        if end.statusmessage != "COMMIT":  # what failed was passed over, and PostgreSQL did not complain
            raise sa.exc.PendingRollbackError("nothing was kept: a part of it had failed")


def _wait_for_it(tx: sa.Connection, *_: object) -> None:
    """SQLAlchemy takes an answer that has not come yet for one without rows."""
    if sent := tx.info.get("sent"):
        sent.sync()


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that only reads: it waits for no writer, and the database refuses it a write."""
    with engine.get_execution_options().get("readers", engine).connect() as connection:
        tx = connection.execution_options(reading=True, postgresql_readonly=True)
        tx.begin()
        yield tx


def upgrade(engine: sa.Engine) -> None:
    """Bring the tables to this release; two processes may do so at once, the second finds it done.

    `TryLater` where the database cannot be reached.
    """
    try:
        _upgrade(engine)
    except sa.exc.OperationalError as error:
        raise TryLater(f"the database does not answer: {error.orig}") from error


def _upgrade(engine: sa.Engine) -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    if version(engine) == script.get_current_head():
        return
    with writing(engine) as tx:
        if engine.dialect.name == "postgresql":
            tx.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
        config = Config(attributes={"connection": tx})
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        command.upgrade(config, "head")


def version(engine: sa.Engine) -> str | None:
    """The migration this database has; None when it has no tables yet."""
    with reading(engine) as tx:
        return MigrationContext.configure(tx).get_current_revision()


def _embedded(url: sa.URL) -> sa.Engine:
    url = url.set(drivername="sqlite")
    arguments: dict[str, Any] = {
        "connect_args": {"timeout": _BUSY_SECONDS, "check_same_thread": False},
        "poolclass": sa.QueuePool,
    }
    # One writes at a time, on a connection that is kept for it: it finds its statements and its pages as it
    # left them, where another's commit or a word about reading would have made it forget them.
    engine = sa.create_engine(
        url,
        pool_size=1,
        max_overflow=0,
        **_EVERY,
        **arguments,
    )
    _prepare(engine)
    engine.update_execution_options(writers=threading.Lock())
    if url.database not in (None, "", ":memory:"):  # there the one connection is the database
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        readers = sa.create_engine(url, pool_use_lifo=True, **_EVERY, **arguments)
        _prepare(readers)
        engine.update_execution_options(readers=readers, writers=Writers(readers))
        sa.event.listen(engine, "engine_disposed", _dispose_readers)
    return engine


def _dispose_readers(engine: sa.Engine) -> None:
    options = engine.get_execution_options()
    options["writers"].wait()
    options["readers"].dispose()


def _prepare(engine: sa.Engine) -> None:
    sa.event.listen(engine, "connect", _make_durable)
    sa.event.listen(engine, "begin", _begin)


def _refuse_if_gone(raw: Any, _record: ConnectionPoolEntry, _proxy: object) -> None:
    """Take no connection out of the pool that the server has ended: such a socket has its goodbye to be read.

    The pool's own way, a question and an answer, makes a mail that is kept wait for the server once more.
    """
    heard = select.poll()
    if not raw.closed:
        heard.register(raw.fileno(), select.POLLIN)
    if raw.closed or heard.poll(0):
        raise sa.exc.InvalidatePoolError("the server has ended this connection")


def _make_durable(raw: Any, _: ConnectionPoolEntry) -> None:
    raw.isolation_level = None  # or the driver begins transactions of its own, and only before a write
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"cache_size = {_CACHED}",
        f"wal_autocheckpoint = {_CHECKPOINT}",
    ):
        raw.execute(f"PRAGMA {pragma}")


_BEGIN, _WRITE = Prepared(sa.text("BEGIN")), Prepared(sa.text("BEGIN IMMEDIATE"))


def _begin(connection: sa.Connection) -> None:
    """A writer takes the lock at once: one that read first could no longer wait for another writer."""
    reads = bool(connection.get_execution_options().get("reading"))
    if connection.info.get("reads") != reads:
        connection.exec_driver_sql(f"PRAGMA query_only = {int(reads)}")
        connection.info["reads"] = reads
    (_BEGIN if reads else _WRITE).run(connection, [{}])
