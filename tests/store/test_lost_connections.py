"""A connection that the server of PostgreSQL has ended is not handed out again."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from mailagent.store.database import connect, reading, writing

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
