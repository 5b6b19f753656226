"""Reply addresses: which token was issued to whom, for which klacht."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
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


def issue(tx: sa.Connection, issued: Sequence[Issued], at: datetime) -> None:
    """Remember tokens; the same one twice is the same."""
    if issued:
        tx.execute(_ISSUE, [{**asdict(one), "issued_at": at} for one in issued])


_ISSUE = sa.text(
    "INSERT INTO reply_address (token, klacht_id, role, address, key_id, issued_at) "
    "VALUES (:token, :klacht_id, :role, :address, :key_id, :issued_at) ON CONFLICT (token) DO NOTHING"
).bindparams(sa.bindparam("issued_at", type_=reply_address.c.issued_at.type))


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
