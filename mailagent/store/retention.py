"""What is destroyed when its time is over: mail that became nothing, down to its skeleton."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailagent.core.rulings import DISMISSED
from mailagent.store import letters
from mailagent.store.tables import NOTHING, arrival, notice, proof

MOST = 500
"""So many in one transaction: nobody waits long for it."""

_NOTHING = sa.text(NOTHING)
"""Written out, so that both databases know the index by it."""


def destroy_arrivals(tx: sa.Connection, before: datetime) -> int:
    """Destroy the mail kept before a moment that became nothing: its bytes, its people and its words, and
    those of our mails about it. What is left says that it was there, and what it was taken for. How many.

    A message that still waits for a human has not become anything yet, and stays.
    """
    over = sa.select(arrival.c.id, arrival.c.verdict, arrival.c.ruling).where(
        _NOTHING,
        arrival.c.kept_at < before,
        sa.or_(arrival.c.verdict.in_(_SETTLED), arrival.c.ruling.is_not(None)),
    )
    rows = [row for row in tx.execute(over.order_by(arrival.c.kept_at).limit(MOST)) if _is_over(row)]
    for row in rows:
        bare = row.ruling and {**row.ruling, "melder": "", "text": ""}
        tx.execute(sa.update(arrival).where(arrival.c.id == row.id).values(**_BARE, ruling=bare))
    if rows:
        letters.forget(tx, [row.id for row in rows])
        _destroy_mails_about(tx, [row.id for row in rows])
    return len(rows)


def _is_over(row: Any) -> bool:
    return row.ruling["what"] == DISMISSED if row.ruling else row.verdict in _SETTLED


_BARE: dict[str, Any] = {
    **{"raw": None, "sender": None, "recipients": [], "peer": "", "writer": ""},
    **{"trace": None, "message_id": None, "content_hash": None},
}
_SETTLED = ("AutoMail", "BounceNote", "Duplicate", "Scanned")
"""Verdicts after which nobody decides any more."""


def _destroy_mails_about(tx: sa.Connection, arrivals: list[int]) -> None:
    about = sa.and_(notice.c.arrival_id.in_(arrivals), notice.c.klacht_id.is_(None), notice.c.state != "owed")
    ids = list(tx.execute(sa.select(notice.c.id).where(about)).scalars())
    tx.execute(sa.update(proof).where(proof.c.notice_id.in_(ids)).values(detail=""))
    tx.execute(sa.update(notice).where(notice.c.id.in_(ids)).values(recipient="", values={}, rendered=None))
