"""The guard that makes `event` append-only, and on PostgreSQL the tables of the engine for our jobs."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

REPEATED = (
    "WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id OR (klacht_id, seq) = (NEW.klacht_id, NEW.seq))"
)


def upgrade() -> None:
    """Nobody changes an event any more, whatever program holds the connection."""
    if op.get_bind().dialect.name == "postgresql":
        _guard_on_postgresql()
        _engine_tables()
    else:
        _guard_on_sqlite()


def _guard_on_sqlite() -> None:
    # The one on INSERT is there for INSERT OR REPLACE, which deletes without asking the guard on DELETE.
    for change, when in (("UPDATE", ""), ("DELETE", ""), ("INSERT", REPEATED)):
        op.execute(
            f"CREATE TRIGGER event_append_only_{change.lower()} BEFORE {change} ON event {when} "
            "BEGIN SELECT RAISE(ABORT, 'event is append-only'); END"
        )


def _guard_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'event is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event "
        "FOR EACH STATEMENT EXECUTE FUNCTION event_append_only()"
    )


def _engine_tables() -> None:
    from pgqueuer.adapters.persistence.qb import DBSettings, Durability, QueryBuilderEnvironment

    # Balanced: a job is as durable as the rows it stands for, the engine's own log need not be.
    environment = QueryBuilderEnvironment(DBSettings(durability=Durability.balanced))
    op.get_bind().exec_driver_sql(environment.build_install_query(create_schema=False))
