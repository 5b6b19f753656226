"""Clocks by their name, several service clocks of a klacht beside each other, and when each is at risk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# As it is at this step; store/tables.py and core/clocks.py may move on.
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = sa.DateTime(timezone=True)
AT_RISK = 0.8
HEARD_BY = {"te_laat": "lead", "ruim_te_laat": "manager"}


def upgrade() -> None:
    """The one service clock there was is that of a reopened klacht; a running clock now says when it ends."""
    op.add_column("clock", sa.Column("at_risk_at", MOMENT))
    clock = sa.table(
        "clock",
        sa.column("id", ID),
        sa.column("kind", sa.Text),
        sa.column("running", sa.JSON),
        sa.column("at_risk_at", sa.DateTime(timezone=op.get_bind().dialect.name == "postgresql")),
    )
    for row in op.get_bind().execute(sa.select(clock.c.id, clock.c.kind, clock.c.running)).fetchall():
        at_risk_at, running = _with_its_end(row.running)
        moment = at_risk_at if op.get_bind().dialect.name == "postgresql" else at_risk_at.replace(tzinfo=None)
        name = "heropend" if row.kind == "service" else row.kind
        change = sa.update(clock).where(clock.c.id == row.id)
        op.get_bind().execute(change.values(kind=name, running=running, at_risk_at=moment))
    with op.batch_alter_table("clock") as alter:
        alter.drop_constraint("uq_clock_klacht_id_kind_version", type_="unique")
        alter.alter_column("kind", new_column_name="name", existing_type=sa.Text(), existing_nullable=False)
        alter.alter_column("at_risk_at", existing_type=MOMENT, nullable=False)
    with op.batch_alter_table("clock") as alter:
        alter.create_unique_constraint("uq_clock_klacht_id_name_version", ["klacht_id", "name", "version"])


def _with_its_end(running: Mapping[str, Any]) -> tuple[datetime, dict[str, Any]]:
    """A clock of days, with the moments at which it is at risk and over, and who hears of its levels."""
    started_at = datetime.fromisoformat(running["started_at"])
    begins = _over(started_at.astimezone(ZoneInfo("Europe/Amsterdam")).date())
    ends = _over(date.fromisoformat(running["last_day"]))
    at_risk = begins + AT_RISK * (ends - begins)
    preset = running["preset"]
    levels = [[name, share, HEARD_BY.get(name, "handler")] for name, share in preset["levels"]]
    return at_risk, {
        "preset": {**preset, "levels": levels},
        "started_at": running["started_at"],
        "at_risk_at": at_risk.isoformat(),
        "ends_at": ends.isoformat(),
        "levels": [[name, at, HEARD_BY.get(name, "handler")] for name, at in running["levels"]],
        "extended": False,
        "agreed": False,
    }


def _over(day: date) -> datetime:
    midnight = datetime.combine(day + timedelta(days=1), time.min, ZoneInfo("Europe/Amsterdam"))
    return midnight.astimezone(UTC)
