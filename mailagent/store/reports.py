"""Reports we mailed: made once for each reader and day, and the klachten about which they may be answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from mailagent.store.report_tables import report, report_klacht
from mailagent.store.tables import klacht


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it was made; `seen_arrival` is the last mail it knew of."""

    id: int
    kind: str
    recipient: str
    day: date
    made_at: datetime
    seen_arrival: int


_FIELDS = tuple(report.c[name] for name in Report.__dataclass_fields__)


def begin(tx: sa.Connection, new: Report) -> int | None:
    """Make a report (its id is not looked at); None where it was made before, for it is made once."""
    values = {name: getattr(new, name) for name in Report.__dataclass_fields__ if name != "id"}
    insert: Any = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    made = insert(report).values(values).on_conflict_do_nothing().returning(report.c.id)
    return tx.execute(made).scalar()


def made_on(tx: sa.Connection, kind: str, day: date) -> set[str]:
    """For whom this report of a day was made."""
    where = (report.c.kind == kind, report.c.day == day)
    return set(tx.execute(sa.select(report.c.recipient).where(*where)).scalars())


def last_for(tx: sa.Connection, kind: str, recipient: str) -> Report | None:
    """The newest one of this kind that somebody was made."""
    where = (report.c.kind == kind, report.c.recipient == recipient)
    query = sa.select(*_FIELDS).where(*where).order_by(report.c.day.desc()).limit(1)
    row = tx.execute(query).one_or_none()
    return Report(**row._asdict()) if row else None


def by_id(tx: sa.Connection, id: int) -> Report | None:
    """One report."""
    row = tx.execute(sa.select(*_FIELDS).where(report.c.id == id)).one_or_none()
    return Report(**row._asdict()) if row else None


def list_klachten(tx: sa.Connection, id: int, klachten: Sequence[int]) -> None:
    """It lists these."""
    if klachten:
        tx.execute(sa.insert(report_klacht), [{"report_id": id, "klacht_id": one} for one in klachten])


def listed(tx: sa.Connection, id: int, kenmerken: Collection[str]) -> dict[str, int]:
    """Which of these a report lists: kenmerk → id."""
    query = (
        sa.select(klacht.c.kenmerk, klacht.c.id)
        .join(report_klacht, report_klacht.c.klacht_id == klacht.c.id)
        .where(report_klacht.c.report_id == id, klacht.c.kenmerk.in_(kenmerken))
    )
    return {row.kenmerk: row.id for row in tx.execute(query)}


@dataclass(frozen=True, slots=True)
class Listed:
    """A klacht that a report lists."""

    id: int
    kenmerk: str


def every(tx: sa.Connection, id: int) -> list[Listed]:
    """All klachten that a report lists."""
    query = (
        sa.select(klacht.c.id, klacht.c.kenmerk)
        .join(report_klacht, report_klacht.c.klacht_id == klacht.c.id)
        .where(report_klacht.c.report_id == id)
        .order_by(klacht.c.id)
    )
    return [Listed(*row) for row in tx.execute(query)]
