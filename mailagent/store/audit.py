"""Is the log still what was written? Every chain is walked, every text held against its HMAC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from mailagent.store.chain import FIRST_HASH, body_mac, body_text, chained
from mailagent.store.tables import event, event_body, klacht


@dataclass(frozen=True, slots=True)
class Broken:
    """A place where the log is not what was written."""

    kenmerk: str
    seq: int
    what: str


def verify(tx: sa.Connection) -> Iterator[tuple[str, int, list[Broken]]]:
    """Per klacht: its kenmerk, the number of events, and what is broken. Streams; memory stays small."""
    query = (
        sa.select(event, event_body.c.who, event_body.c.data, klacht.c.kenmerk, klacht.c.salt)
        .join(klacht, klacht.c.id == event.c.klacht_id)
        .outerjoin(event_body, event_body.c.event_id == event.c.id)
        .order_by(event.c.klacht_id, event.c.seq)
        .execution_options(yield_per=1000)
    )
    kenmerk, previous, count = "", FIRST_HASH, 0
    broken: list[Broken] = []
    for row in tx.execute(query):
        if row.kenmerk != kenmerk:
            if kenmerk:
                yield kenmerk, count, broken
            kenmerk, previous, count, broken = row.kenmerk, FIRST_HASH, 0, []
        count += 1
        if row.seq != count:
            broken.append(Broken(kenmerk, row.seq, f"event {count} is missing"))
            count = row.seq
        if row.hash != chained(previous, row._asdict()):
            broken.append(Broken(kenmerk, row.seq, "the event was changed, or the one before it"))
        if row.salt is not None and not _body_holds(row):
            broken.append(Broken(kenmerk, row.seq, "the text of the event was changed or removed"))
        previous = row.hash
    if kenmerk:
        yield kenmerk, count, broken


def _body_holds(row: sa.Row[tuple[object, ...]]) -> bool:
    if row.who is None:
        return False
    return bool(body_mac(row.salt, body_text(row.who, row.data)) == row.body_mac)
