"""PostgreSQL ends a connection, which is not used again, or one of two that wait for each other, or says late
what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import psycopg
import pytest
import sqlalchemy as sa
from at_work import until

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
    keep = Prepared(sa.text("INSERT INTO one VALUES (:id)"))
    hang_up = Prepared(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    def write(*ids: int, but: Callable[[sa.Connection], object] = lambda _: None) -> None:
        with store.begin(waits=False) as tx:
            for id in ids:
                keep.run(tx, [{"id": id}])
            but(tx)

    write(1)
    with pytest.raises(sa.exc.IntegrityError):
        write(2, 1)
    with pytest.raises(TryLater):
        write(3, but=lambda tx: hang_up.run(tx, [{}]))
    with pytest.raises(ZeroDivisionError):
        write(4, but=lambda _: 1 / 0)
    write(5)
    with pytest.raises(sa.exc.IntegrityError), store.begin() as tx:  # the same connection, as it was before
        keep.run(tx, [{"id": 6}, {"id": 5}])
    with store.read() as tx:
        assert list(tx.scalars(sa.text("SELECT id FROM one ORDER BY id"))) == [1, 5]


def test_who_asks_in_another_way_is_answered_as_well(grown: sa.Engine) -> None:
    """By SQLAlchemy itself, which looks at once at what came: also after what was only sent."""
    store = Store(grown, make_jobs(grown))
    with grown.begin() as tx:
        tx.execute(sa.text("CREATE TABLE one (id serial PRIMARY KEY, word text)"))
    one = sa.table("one", sa.column("id", sa.Integer), sa.column("word", sa.Text))
    keep = Prepared(sa.text("INSERT INTO one (word) VALUES ('sent')"))

    with store.begin(waits=False) as tx:
        keep.run(tx, [{}])
        assert tx.execute(sa.select(one.c.word)).scalar() == "sent"
        assert tx.execute(sa.insert(one).values(word="told").returning(one.c.id)).scalar_one() == 2
        assert [row.word for row in tx.execute(sa.select(one).order_by(one.c.id))] == ["sent", "told"]
        later = Prepared(sa.select(one.c.word).order_by(one.c.id)).later(tx, {})
        tx.execute(sa.update(one).values(word="changed"))
        assert later() == [("sent",), ("told",)]
    with store.read() as tx:
        assert list(tx.execute(sa.select(one.c.word)).scalars()) == ["changed", "changed"]


def test_what_was_not_kept_is_never_said_to_be(grown: sa.Engine) -> None:
    """PostgreSQL answers the end of a transaction that failed without complaint: it rolls it back."""
    store = Store(grown, make_jobs(grown))
    with grown.begin() as tx:
        tx.execute(sa.text("CREATE TABLE one (id integer PRIMARY KEY)"))

    def swallow() -> None:
        with store.begin(waits=False) as tx:
            tx.execute(sa.text("INSERT INTO one VALUES (1)"))
            with suppress(sa.exc.IntegrityError, psycopg.Error):
                tx.execute(sa.text("INSERT INTO one VALUES (1)"))

    with pytest.raises(sa.exc.PendingRollbackError):
        swallow()
    with store.read() as tx:
        assert tx.scalar(sa.text("SELECT count(*) FROM one")) == 0


def test_what_another_committed_last_is_found_by_who_waited_for_it(grown: sa.Engine) -> None:
    """Who asks for what lies beside a row, in one breath with the row itself, finds it as it is by then."""
    store, line = Store(grown, make_jobs(grown)), Barrier(2)
    with grown.begin() as tx:
        tx.execute(sa.text("CREATE TABLE one (id integer PRIMARY KEY, beside integer)"))
        tx.execute(sa.text("INSERT INTO one VALUES (1, 0)"))
    hold = Prepared(sa.text("SELECT id FROM one WHERE id = 1 FOR NO KEY UPDATE").columns(id=sa.Integer))
    beside = Prepared(sa.text("SELECT beside FROM one").columns(beside=sa.Integer))

    def first() -> None:
        with store.begin() as tx:
            hold.rows(tx, {})
            line.wait()
            until(lambda: waits(grown))
            tx.execute(sa.text("UPDATE one SET beside = 1"))

    with ThreadPoolExecutor(1) as pool:
        going = pool.submit(first)
        line.wait()
        with store.begin(waits=False) as tx:
            held, found = hold.later(tx, {}), beside.later(tx, {})
            assert (held(), found()) == ([(1,)], [(1,)])
        going.result()


def waits(engine: sa.Engine) -> bool:
    """Does anybody wait for a lock?"""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with reading(engine) as tx:
        return bool(tx.execute(sa.text(asked)).scalar_one())
