"""Letters: those that wait to be printed, the batches they are printed in, and those that were posted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mailagent.core.ways import LETTER
from mailagent.store.notices import ACCEPTED, OWED, POSTED, Notice, Proof, prove
from mailagent.store.tables import letter_batch, notice

_FIELDS = tuple(notice.c[name] for name in Notice.__dataclass_fields__)
_OPEN = (notice.c.way == LETTER, notice.c.state == OWED)
"""Not posted yet."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Letters that are printed together; `made_by` is clock or hand."""

    id: int
    made_at: datetime
    made_by: str


def unposted(tx: sa.Connection, limit: int = 5_000) -> list[Notice]:
    """The letters that wait to be printed or posted, oldest first."""
    query = sa.select(*_FIELDS).where(*_OPEN).order_by(notice.c.id).limit(limit)
    return [Notice(**row._asdict()) for row in tx.execute(query)]


def printed(tx: sa.Connection, klacht_id: int) -> list[Notice]:
    """The letters about a klacht that were printed, and not posted yet."""
    where = (*_OPEN, notice.c.klacht_id == klacht_id, notice.c.offered_at.is_not(None))
    query = sa.select(*_FIELDS).where(*where).order_by(notice.c.id)
    return [Notice(**row._asdict()) for row in tx.execute(query)]


def waits(tx: sa.Connection, klacht_id: int, kind: str) -> bool:
    """Is there a letter about a klacht, with what this mail says, that was not posted yet?"""
    where = (*_OPEN, notice.c.klacht_id == klacht_id, notice.c.kind == kind)
    return tx.execute(sa.select(notice.c.id).where(*where).limit(1)).scalar() is not None


def begin(tx: sa.Connection, at: datetime, made_by: str, most: int) -> tuple[Batch, list[Notice]] | None:
    """A new batch of what waits to be printed, the oldest first; None where nothing does."""
    waits = sa.select(notice.c.id).where(*_OPEN, notice.c.batch_id.is_(None))
    ids = list(tx.execute(waits.order_by(notice.c.id).limit(most).with_for_update()).scalars())
    if not ids:
        return None
    new = sa.insert(letter_batch).values(made_at=at, made_by=made_by).returning(letter_batch.c.id)
    batch = Batch(tx.execute(new).scalar_one(), at, made_by)
    take = sa.update(notice).where(notice.c.id.in_(ids)).values(batch_id=batch.id)
    tx.execute(take)
    return batch, of_batch(tx, batch.id)


def batch(tx: sa.Connection, id: int) -> Batch | None:
    """One batch."""
    row = tx.execute(sa.select(letter_batch).where(letter_batch.c.id == id)).one_or_none()
    return Batch(**row._asdict()) if row else None


def of_batch(tx: sa.Connection, id: int) -> list[Notice]:
    """The letters of a batch, in the order in which they are printed."""
    query = sa.select(*_FIELDS).where(notice.c.batch_id == id).order_by(notice.c.id)
    return [Notice(**row._asdict()) for row in tx.execute(query)]


def fixed(tx: sa.Connection, batch_id: int, made: Sequence[tuple[int, bytes]], at: datetime) -> None:
    """The words of these letters are fixed: printed again, each says the same. Whose words another fixed, or
    who is in this batch no more, is left as it is."""
    for id, words in made:
        tx.execute(sa.update(notice).where(*_unwritten(id, batch_id)).values(rendered=words, offered_at=at))


def put_back(tx: sa.Connection, batch_id: int, id: int) -> bool:
    """It comes out of no batch: it waits for the next one. False where another wrote it, or put it back."""
    gone = sa.update(notice).where(*_unwritten(id, batch_id)).values(batch_id=None)
    return tx.execute(gone).rowcount == 1


def _unwritten(id: int, batch_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return notice.c.id == id, notice.c.batch_id == batch_id, notice.c.rendered.is_(None)


def posted(tx: sa.Connection, ids: Collection[int], at: datetime, detail: str) -> list[Notice]:
    """These were put in the post. Returns those of which that was not known yet."""
    where = (notice.c.id.in_(ids), *_OPEN, notice.c.offered_at.is_not(None))
    gone = sa.update(notice).where(*where).values(state=ACCEPTED, sent_at=at).returning(*_FIELDS)
    found = sorted((Notice(**row._asdict()) for row in tx.execute(gone)), key=lambda one: one.id)
    for one in found:
        prove(tx, one.id, Proof(at, POSTED, None, detail))
    return found
