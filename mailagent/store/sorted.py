"""Every klacht with what the rules made of it when it came in, for whoever tries other rules on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailagent.core.klacht import Klacht
from mailagent.store import klachten
from mailagent.store.tables import arrival, klacht

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sorted:
    """A klacht, and the stored decision about it; None where no arrival made it."""

    klacht: Klacht
    decision: Mapping[str, Any] | None


def count(tx: sa.Connection, since: datetime | None) -> int:
    """How many came in, from a moment on."""
    where = (klacht.c.received_at >= since,) if since else ()
    return tx.execute(sa.select(sa.func.count()).select_from(klacht).where(*where)).scalar() or 0


def history(tx: sa.Connection, since: datetime | None) -> Iterator[Sorted]:
    """All of them, in the order in which they were kept."""
    after = 0
    while rows := _some(tx, since, after):
        for row in rows:
            *fields, trace = row
            one = klachten.from_row(fields)
            yield Sorted(one, (trace or {}).get("sorting"))
            after = one.id


def of_kenmerk(tx: sa.Connection, kenmerk: str) -> Sorted | None:
    """One of them."""
    for *fields, trace in tx.execute(_query().where(klacht.c.kenmerk == kenmerk)):
        return Sorted(klachten.from_row(fields), (trace or {}).get("sorting"))
    return None


def texts(tx: sa.Connection, most: int) -> Iterator[str]:
    """Subject and text of the newest."""
    query = sa.select(klacht.c.subject, klacht.c.description).order_by(klacht.c.id.desc()).limit(most)
    for subject, description in tx.execute(query):
        yield f"{subject} {description}"


def _some(tx: sa.Connection, since: datetime | None, after: int) -> list[Any]:
    where = (klacht.c.received_at >= since,) if since else ()
    query = _query().where(klacht.c.id > after, *where).order_by(klacht.c.id).limit(AT_ONCE)
    return list(tx.execute(query))


def _query() -> sa.Select[Any]:
    made = sa.and_(arrival.c.klacht_id == klacht.c.id, arrival.c.verdict == "NewKlacht")
    first = sa.select(sa.func.min(arrival.c.id)).where(made).correlate(klacht).scalar_subquery()
    return sa.select(*klachten.FIELDS, arrival.c.trace).select_from(
        klacht.outerjoin(arrival, arrival.c.id == first)
    )
