"""A million handled klachten, each with an invitation that waits for its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mailagent.core import clocks
from mailagent.core.calendar import Calendar
from mailagent.store.chain import FIRST_HASH
from mailagent.store.database import connect, upgrade
from mailagent.store.tables import clock, event, event_body, klacht, round

INVITATIONS = 1_000_000

Column = Callable[[sa.ColumnElement[int]], sa.ColumnElement[Any]]
"""Number of a klacht → what stands in a column of it."""


def invite(url: str) -> None:
    """Make the tables and let the database fill them itself: seconds, not minutes."""
    engine = connect(url)
    upgrade(engine)
    engine.dispose()
    with _in_haste(url).begin() as tx:
        for table, columns in _rows(datetime.now(UTC)).items():
            number = _numbers(tx.dialect.name)
            made = sa.select(*(column(number.c.n).label(name) for name, column in columns.items()))
            tx.execute(sa.insert(table).from_select(list(columns), made))
            if tx.dialect.name == "postgresql":
                _go_on_counting(tx, table)
        tx.exec_driver_sql("ANALYZE")


def _go_on_counting(tx: sa.Connection, table: sa.Table) -> None:
    [key] = table.primary_key
    if found := tx.execute(sa.select(sa.func.pg_get_serial_sequence(table.name, key.name))).scalar():
        tx.execute(sa.select(sa.func.setval(found, INVITATIONS)))


def _in_haste(url: str) -> sa.Engine:
    """The database without what makes it sure: nobody misses these rows."""
    if url.startswith("sqlite"):
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        careless = ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -262144")
    else:
        engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool)
        careless = ("SET session_replication_role = replica",)  # looks at no foreign key

    def begin(raw: Any, _: object) -> None:
        for statement in careless:
            raw.execute(statement)
        raw.commit()

    sa.event.listen(engine, "connect", begin)
    return engine


def _numbers(dialect: str) -> sa.FromClause:
    if dialect == "postgresql":
        return sa.func.generate_series(1, INVITATIONS).table_valued("n").render_derived()
    one = sa.select(sa.literal(1).label("n")).cte("numbers", recursive=True)
    return one.union_all(sa.select(one.c.n + 1).where(one.c.n < INVITATIONS))


def _rows(now: datetime) -> Mapping[sa.Table, Mapping[str, Column]]:
    """Each klacht was received and handled; its term stopped when the relay had our answer, which invites."""
    received, until = now - timedelta(days=20), now + timedelta(days=5)
    term = clocks.start(clocks.Preset("awb", clocks.STATUTORY, weeks=6), received, Calendar())

    def always(table: sa.Table, **values: object) -> dict[str, Column]:
        return {name: _the(sa.literal(value, table.c[name].type)) for name, value in values.items()}

    return {
        klacht: {
            "id": lambda n: n,
            "kenmerk": lambda n: "KL26-" + sa.cast(n, sa.Text),
            "melder": lambda n: "melder" + sa.cast(n, sa.Text) + "@home.example",
            **always(klacht, subject="Container", description="De gft-bak is niet geleegd."),
            **always(klacht, category="afval", status="opgelost", team="klachten", salt=bytes(16)),
            **always(klacht, received_at=received, deadline=date(2026, 4, 7), wake_at=until, labels=[]),
        },
        round: {
            "id": lambda n: n,
            "klacht_id": lambda n: n,
            "address": lambda n: "melder" + sa.cast(n, sa.Text) + "@home.example",
            **always(round, number=1, opened_at=now, expires_at=until, reasons=[], state="sent", sent_at=now),
        },
        event: {
            "id": lambda n: n,
            "klacht_id": lambda n: n,
            **always(event, seq=1, at=received, kind="received", actor="melder", origin="arrival:1"),
            **always(event, status="nieuw", result="done", body_mac=FIRST_HASH, hash=FIRST_HASH),
        },
        event_body: {
            "event_id": lambda n: n,
            **always(event_body, who="", data={}),
        },
        clock: {
            "id": lambda n: n,
            "klacht_id": lambda n: n,
            **always(clock, name=term.name, version=1, running=term.as_dict(), started_at=received),
            **always(clock, last_day=term.last_day, at_risk_at=term.at_risk_at, stopped_at=now),
        },
    }


def _the(value: sa.ColumnElement[Any]) -> Column:
    return lambda _: value
