"""Photos: what a melder sent with the answer of a smiley round."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from mailagent.store.tables import photo


def keep(tx: sa.Connection, round_id: int, jpegs: Sequence[bytes]) -> None:
    """Keep the photos of one answer, in this order."""
    rows = [{"round_id": round_id, "number": n, "jpeg": jpeg} for n, jpeg in enumerate(jpegs, 1)]
    if rows:
        tx.execute(sa.insert(photo), rows)


def of_round(tx: sa.Connection, round_id: int) -> list[bytes]:
    """The photos of one answer."""
    query = sa.select(photo.c.jpeg).where(photo.c.round_id == round_id).order_by(photo.c.number)
    return list(tx.execute(query).scalars())


def count(tx: sa.Connection, round_id: int) -> int:
    """How many photos there are with one answer."""
    query = sa.select(sa.func.count()).where(photo.c.round_id == round_id)
    return tx.execute(query).scalar_one()
