"""The tables as the migrations make them, on both databases."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from servers import PostgresServer

from mailagent.core import clocks
from mailagent.core.calendar import Calendar
from mailagent.core.feedback import Answer
from mailagent.store import tables, terms
from mailagent.store.database import MIGRATIONS, connect, reading, upgrade, version, writing

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)

UPGRADE = """
import sys
from mailagent.store.database import connect, upgrade
sys.stdin.readline()
upgrade(connect(sys.argv[1]))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a single table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/deep/down/mailagent.db"
        return
    postgres: PostgresServer = request.getfixturevalue("postgres")
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def with_an_event(engine: sa.Engine) -> sa.Engine:
    with writing(engine) as tx:
        keep_an_event(tx)
    return engine


def keep_an_event(tx: sa.Connection) -> int:
    klacht = sa.insert(tables.klacht).values(kenmerk="KL26-00001", received_at=NOON)
    klacht_id: int = tx.scalars(klacht.returning(tables.klacht.c.id)).one()
    tx.execute(sa.insert(tables.event).values(an_event(klacht_id)))
    return klacht_id


def an_event(klacht_id: int) -> dict[str, Any]:
    words = {c.name: "x" for c in tables.event.c if isinstance(c.type, sa.Text)}
    return {**words, "klacht_id": klacht_id, "seq": 1, "at": NOON}


def same_default(context: MigrationContext, _: Any, column: sa.Column[Any], *__: Any) -> bool | None:
    """Leave the comparison to Alembic (None), but where it cannot: '' on SQLite, json on PostgreSQL."""
    if context.dialect.name == "sqlite" or isinstance(column.type, sa.JSON):
        return False
    return None


def test_the_migrations_make_the_tables_that_the_code_reads(engine: sa.Engine) -> None:
    ours = sa.MetaData(naming_convention=tables.metadata.naming_convention)
    for table in tables.metadata.sorted_tables:
        if engine.dialect.name == "sqlite" or table is not tables.job:
            table.to_metadata(ours)
    options = {
        "compare_type": True,
        "compare_server_default": same_default,
        "include_name": lambda name, kind, _: kind != "table" or not name.startswith("pgqueuer"),
    }
    with reading(engine) as tx:
        assert compare_metadata(MigrationContext.configure(tx, opts=options), ours) == []


def test_the_migrations_leave_the_room_in_a_page_that_the_tables_ask_for(postgres_url: str) -> None:
    engine = connect(postgres_url)
    with reading(engine) as tx:
        rows = tx.exec_driver_sql("SELECT relname, reloptions FROM pg_class WHERE relkind = 'r'")
        found = {name: options for name, options in rows if options and not name.startswith("pgqueuer")}
    asked = {
        name: [f"{word}={value}" for word, value in table.dialect_options["postgresql"]["with"].items()]
        for name, table in tables.metadata.tables.items()
        if table.dialect_options["postgresql"]["with"]
    }
    assert found == asked != {}
    engine.dispose()


def test_an_empty_database_is_brought_up_to_date_and_then_left_alone(empty_url: str) -> None:
    engine = connect(empty_url)
    assert version(engine) is None

    upgrade(engine)
    upgrade(engine)

    assert version(engine) is not None
    engine.dispose()


OF_BEFORE = {
    "kind": "statutory",
    "preset": {
        "id": "awb",
        "kind": "statutory",
        "weeks": 6,
        "working_days": 0,
        "levels": [["bijna", 0.8], ["te_laat", 1.0]],
    },
    "started_at": "2026-03-02T09:00:00+00:00",
    "last_day": "2026-04-13",
    "levels": [["te_laat", "2026-04-13T22:00:00+00:00"]],
}
"""A clock as it was kept before step 0012; `bijna` has been crossed."""


def test_nw_02_a_clock_that_ran_before_an_upgrade_runs_on(empty_url: str) -> None:
    engine = connect(empty_url)
    with writing(engine) as tx:
        config = Config(attributes={"connection": tx})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.upgrade(config, "0011")
        columns = "klacht_id, kind, version, running, started_at, last_day"
        tx.execute(sa.text("INSERT INTO klacht (kenmerk, received_at) VALUES ('KL26-00001', '2026-03-02')"))
        for kind in ("statutory", "service"):
            row = f"1, '{kind}', 1, '{json.dumps(OF_BEFORE)}', '2026-03-02', '2026-04-13'"
            tx.exec_driver_sql(f"INSERT INTO clock ({columns}) VALUES ({row})")

    upgrade(engine)

    with writing(engine) as tx:
        names = list(tx.execute(sa.select(tables.clock.c.name).order_by(tables.clock.c.id)).scalars())
        [clock, _] = [clock for _, clock in terms.running(tx, 1)]
        [at_risk_at, _] = tx.execute(
            sa.select(tables.clock.c.at_risk_at).order_by(tables.clock.c.id)
        ).scalars()
        terms.stop(tx, 1, NOON, ("service",))
    assert names == ["statutory", "heropend"]
    assert clock.last_day.isoformat() == "2026-04-13"
    assert [(due.name, due.to) for due in clock.levels] == [("te_laat", "lead")]
    assert clock.at_risk_at == at_risk_at
    assert clocks.colour(clock, at_risk_at) == "bijna"
    fresh = clocks.start(clock.preset, clock.started_at, Calendar())
    assert (fresh.ends_at, fresh.at_risk_at) == (clock.ends_at, clock.at_risk_at)
    engine.dispose()


def test_si_01_an_answer_from_before_an_upgrade_is_known_again(empty_url: str) -> None:
    engine, answer = connect(empty_url), Answer(satisfied=True)
    with writing(engine) as tx:
        _upgrade_to(tx, "0020")
        tx.execute(sa.text("INSERT INTO klacht (kenmerk, received_at) VALUES ('KL26-00001', '2026-03-02')"))
        columns = "klacht_id, number, address, opened_at, expires_at, submitted"
        for number, kept in ((1, f"'{answer.digest}{answer.digest}'"), (2, "NULL")):
            row = f"1, {number}, 'jan@home.example', '2026-03-02', '2026-03-09', {kept}"
            tx.exec_driver_sql(f"INSERT INTO round ({columns}) VALUES ({row})")

    upgrade(engine)

    with reading(engine) as tx:
        kept = list(tx.execute(sa.select(tables.round.c.submitted).order_by(tables.round.c.id)).scalars())
    assert kept == [answer.digest, None]
    engine.dispose()


def test_a_letter_for_a_lost_mail_from_before_an_upgrade_is_about_the_same_event(empty_url: str) -> None:
    engine = connect(empty_url)
    with writing(engine) as tx:
        _upgrade_to(tx, "0021")
        tx.execute(sa.text("INSERT INTO klacht (kenmerk, received_at) VALUES ('KL26-00001', '2026-03-02')"))
        tx.exec_driver_sql(
            "INSERT INTO event (klacht_id, seq, at, kind, actor, origin, status, result, body_mac, hash) "
            "VALUES (1, 1, '2026-03-02', 'resolved', 'agent', 'arrival:1', 'opgelost', 'done', '', '')"
        )
        columns = 'klacht_id, event_id, kind, recipient, key, "values", owed_at, way'
        for key, event, way in (
            ("k:1", "1", "mail"),
            ("k:1:letter", "NULL", "letter"),
            ("o", "NULL", "letter"),
        ):
            row = f"1, {event}, 'afgehandeld', 'jan', '{key}', '{{}}', '2026-03-02', '{way}'"
            tx.exec_driver_sql(f"INSERT INTO notice ({columns}) VALUES ({row})")

    upgrade(engine)

    with reading(engine) as tx:
        about = list(tx.execute(sa.select(tables.notice.c.event_id).order_by(tables.notice.c.id)).scalars())
    assert about == [1, 1, None]
    engine.dispose()


def _upgrade_to(tx: sa.Connection, revision: str) -> None:
    config = Config(attributes={"connection": tx})
    config.set_main_option("script_location", str(MIGRATIONS))
    command.upgrade(config, revision)


def test_processes_that_start_at_once_upgrade_once(empty_url: str) -> None:
    command = [sys.executable, "-c", UPGRADE, empty_url]
    starters = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.write("go\n")
        starter.stdin.flush()
    said = [starter.communicate(timeout=30)[1] for starter in starters]

    assert [starter.returncode for starter in starters] == [0, 0, 0], said
    engine = connect(empty_url)
    with reading(engine) as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(sa.table("alembic_version"))) == 1
    engine.dispose()


@pytest.mark.parametrize(
    "change",
    [sa.update(tables.event).values(actor="somebody else"), sa.delete(tables.event)],
    ids=["update", "delete"],
)
def test_nobody_changes_or_deletes_an_event(with_an_event: sa.Engine, change: sa.Executable) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), writing(with_an_event) as tx:
        tx.execute(change)


def test_nobody_replaces_an_event_on_sqlite(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/mailagent.db")
    upgrade(engine)
    with writing(engine) as tx:
        klacht_id = keep_an_event(tx)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), writing(engine) as tx:
        tx.execute(sa.insert(tables.event).prefix_with("OR REPLACE").values(an_event(klacht_id)))
    engine.dispose()


def test_nobody_empties_the_events_on_postgresql(postgres_url: str) -> None:
    engine = connect(postgres_url)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), writing(engine) as tx:
        tx.execute(sa.text("TRUNCATE event CASCADE"))
    engine.dispose()


def test_who_reads_cannot_write(engine: sa.Engine) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="read-?only"), reading(engine) as tx:
        tx.execute(sa.insert(tables.number).values(year=2026, last=1))
    with writing(engine) as tx:
        tx.execute(sa.insert(tables.number).values(year=2026, last=1))


def test_who_reads_waits_for_no_writer(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        tx.execute(sa.insert(tables.number).values(year=2026, last=1))
        with reading(engine) as other:
            assert other.scalar(sa.select(sa.func.count()).select_from(tables.number)) == 0


def test_who_writes_finds_its_statements_as_it_left_them(tmp_path: Path) -> None:
    # a PRAGMA makes a connection forget every statement, and another's commit every page
    engine = connect(f"sqlite:///{tmp_path}/mailagent.db")
    upgrade(engine)
    written: list[object] = []
    for _ in range(3):
        with writing(engine) as tx, reading(engine) as other:
            written.append(tx.connection.dbapi_connection)
            assert other.connection.dbapi_connection is not written[0]
            assert tx.exec_driver_sql("PRAGMA query_only").scalar() == 0
            assert other.exec_driver_sql("PRAGMA query_only").scalar() == 1
    assert written == written[:1] * 3
    engine.dispose()


def test_a_memory_database_is_one_database_for_every_thread() -> None:
    engine = connect("sqlite://")
    upgrade(engine)

    def count() -> None:
        for _ in range(50):
            with writing(engine) as tx:
                last = tx.scalar(sa.select(tables.number.c.last))
                tx.execute(sa.delete(tables.number))
                tx.execute(sa.insert(tables.number).values(year=2026, last=(last or 0) + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with reading(engine) as tx:
        assert tx.scalar(sa.select(tables.number.c.last)) == 200


def test_a_file_survives_power_loss_and_keeps_its_references(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/mailagent.db")
    with reading(engine) as tx:
        settings = [
            tx.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert settings == ["wal", 2, 1]
    engine.dispose()


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ValueError, match="mysql"):
        connect("mysql://localhost/mailagent")
