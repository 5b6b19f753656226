"""Conversations by message: what came before in one, and the klacht that is open in it."""

from __future__ import annotations

import sqlalchemy as sa

from mailagent.core.klacht import GESLOTEN, Klacht
from mailagent.core.ways import MESSAGE
from mailagent.store import klachten
from mailagent.store.arrivals import DONE, KEPT
from mailagent.store.tables import arrival, klacht


def same_id(tx: sa.Connection, id: int, message_id: str) -> int | None:
    """The message with this id that was judged before."""
    c = arrival.c
    where = (c.message_id == message_id, c.channel == MESSAGE, c.id != id, c.state == DONE)
    found: int | None = tx.execute(sa.select(c.id).where(*where).order_by(c.id).limit(1)).scalar()
    return found


def one_before(tx: sa.Connection, id: int, conversation: str) -> bool:
    """Does an earlier message of this conversation still wait for its verdict?"""
    c = arrival.c
    where = (c.state == KEPT, c.id < id, c.channel == MESSAGE, c.sender == conversation)
    return tx.execute(sa.select(sa.literal(1)).where(*where).limit(1)).scalar() is not None


def unclosed(tx: sa.Connection, conversation: str) -> Klacht | None:
    """The newest klacht of this conversation that is not closed. Nobody judges another message of it until
    this transaction ends: of two that come at once, one opens the klacht and the other goes on in it."""
    if tx.dialect.name == "postgresql":
        tx.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(conversation, 0))))
    c = klacht.c
    query = sa.select(c.id).where(c.melder == conversation, c.status != GESLOTEN)
    found = tx.execute(query.order_by(c.id.desc()).limit(1)).scalar()
    return klachten.by_id(tx, found) if found else None


def body(tx: sa.Connection, id: int) -> bytes | None:
    """The octets of a message; None for what is none, or was erased."""
    found: bytes | None = tx.execute(
        sa.select(arrival.c.raw).where(arrival.c.id == id, arrival.c.channel == MESSAGE)
    ).scalar()
    return found
