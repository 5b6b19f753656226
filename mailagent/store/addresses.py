"""Reply addresses: which token was issued to whom, for which klacht."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mailagent.store.tables import klacht, reply_address


@dataclass(frozen=True, slots=True)
class Issued:
    """A reply address that was given out: to a melder or an agent, for one klacht."""

    token: str
    kenmerk: str
    klacht_id: int
    role: str
    address: str
    key_id: str


def issue(tx: sa.Connection, issued: Issued, at: datetime) -> None:
    """Remember a token; the same one twice is the same."""
    if find(tx, issued.token) is None:
        values = {
            "token": issued.token,
            "klacht_id": issued.klacht_id,
            "role": issued.role,
            "address": issued.address,
            "key_id": issued.key_id,
            "issued_at": at,
        }
        tx.execute(sa.insert(reply_address).values(**values))


def find(tx: sa.Connection, token: str) -> Issued | None:
    """To whom a token was issued, None for one we never gave out."""
    c = reply_address.c
    query = (
        sa.select(c.token, klacht.c.kenmerk, c.klacht_id, c.role, c.address, c.key_id)
        .join(klacht, klacht.c.id == c.klacht_id)
        .where(c.token == token)
    )
    row = tx.execute(query).one_or_none()
    return Issued(**row._asdict()) if row else None


def keys_in_use(tx: sa.Connection) -> set[str]:
    """The ids of the keys that some reply address was made with."""
    return set(tx.execute(sa.select(reply_address.c.key_id).distinct()).scalars())
