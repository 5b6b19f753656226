"""PostgreSQL ends a connection, which is not used again, or one of two that wait for each other, or says late
what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
import sqlalchemy as sa

from mailagent.core.errors import Crossed, TryLater
from mailagent.store.database import connect, reading, writing
from mailagent.store.prepared import Prepared
from mailagent.store.store import Store, make_jobs

HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %s"


@pytest.fixture
def grown(postgres_url: str) -> Iterator[sa.Engine]:
    engine = connect(postgres_url)
    yield engine
    engine.dispose()


def my_process(tx: sa.Connection) -> int:
    """Which process of the server this connection talks with."""
    return int(tx.execute(sa.text("SELECT pg_backend_pid()")).scalar_one())


def test_work_goes_on_after_the_server_hung_up(grown: sa.Engine, postgres_url: str) -> None:
    with writing(grown) as tx:
        before = my_process(tx)
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(HANG_UP, (before,))
        while admin.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (before,)).fetchone():
            pass
    with writing(grown) as tx:
        assert my_process(tx) != before


def test_a_connection_that_still_holds_is_used_again(grown: sa.Engine) -> None:
    with writing(grown) as tx:
        before = my_process(tx)
    with reading(grown) as tx:
        assert my_process(tx) == before


def test_a_connection_that_broke_under_a_transaction_is_not_used_again(grown: sa.Engine) -> None:
    with pytest.raises(sa.exc.DBAPIError), writing(grown) as tx:
        tx.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with writing(grown) as tx:
        assert my_process(tx)


def test_where_everybody_waits_for_the_database_another_is_asked_to_come_back() -> None:
    engine = sa.create_engine(
        "sqlite://", poolclass=sa.QueuePool, pool_size=1, max_overflow=0, pool_timeout=0
    )
    store = Store(engine, make_jobs(engine))
    with engine.connect():
        for transaction in (store.begin, store.read):
            with pytest.raises(TryLater), transaction():
                pass
    engine.dispose()


def test_of_two_that_wait_for_each_other_one_lets_go_and_says_so(grown: sa.Engine) -> None:
    store, line = Store(grown, make_jobs(grown)), Barrier(2)

    def take(first: int, second: int) -> str:
        try:
            with store.begin() as tx:
                tx.execute(sa.select(sa.func.pg_advisory_xact_lock(first)))
                line.wait()
                tx.execute(sa.select(sa.func.pg_advisory_xact_lock(second)))
        except Crossed:
            return "let go"
        return "went on"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, (1, 2), (2, 1))) == ["let go", "went on"]


def test_what_was_not_waited_for_is_told_before_it_is_committed(grown: sa.Engine) -> None:
    store = Store(grown, make_jobs(grown))
    with grown.begin() as tx:
        tx.execute(sa.text("CREATE TABLE one (id integer PRIMARY KEY)"))
    keep = Prepared(sa.text("INSERT INTO one VALUES (1)"))

    with store.begin() as tx, store.unwaited(tx):
        keep.run(tx, [{}])
    with pytest.raises(sa.exc.IntegrityError), store.begin() as tx, store.unwaited(tx):
        keep.run(tx, [{}])
    with pytest.raises(TryLater), store.begin() as tx, store.unwaited(tx):
        Prepared(sa.text("SELECT pg_terminate_backend(pg_backend_pid())")).run(tx, [{}])
    with store.read() as tx:
        assert tx.scalar(sa.text("SELECT count(*) FROM one")) == 1
