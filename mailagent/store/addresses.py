"""Reply addresses: which token was issued to whom, for which klacht."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from mailagent.core.reference import message_name, report_name
from mailagent.store.prepared import Prepared
from mailagent.store.tables import klacht, reply_address


@dataclass(frozen=True, slots=True)
class Issued:
    """A reply address that was given out: to a melder or an agent, for one klacht, or to an agent for one
    message that was set aside (`arrival_id`) or for what a report lists (`report_id`); `kenmerk` is then the
    name of that. `round_id` is the smiley round that may be answered there."""

    token: str
    kenmerk: str
    klacht_id: int | None
    role: str
    address: str
    key_id: str
    arrival_id: int | None = None
    round_id: int | None = None
    report_id: int | None = None


def issue(tx: sa.Connection, issued: Sequence[Issued], at: datetime) -> None:
    """Remember tokens; the same one twice is the same."""
    _ISSUE.run(tx, [{**asdict(one), "issued_at": at} for one in issued])


_ISSUE = Prepared(
    sa.text(
        "INSERT INTO reply_address "
        "(token, klacht_id, arrival_id, round_id, report_id, role, address, key_id, issued_at) "
        "VALUES (:token, :klacht_id, :arrival_id, :round_id, :report_id, "
        ":role, :address, :key_id, :issued_at) "
        "ON CONFLICT (token) DO NOTHING"
    ).bindparams(sa.bindparam("issued_at", type_=reply_address.c.issued_at.type))
)


_KEPT = tuple(name for name in Issued.__dataclass_fields__ if name != "kenmerk")


def find(tx: sa.Connection, token: str) -> Issued | None:
    """To whom a token was issued, None for one we never gave out."""
    c = reply_address.c
    query = (
        sa.select(*(c[name] for name in _KEPT), klacht.c.kenmerk)
        .outerjoin(klacht, klacht.c.id == c.klacht_id)
        .where(c.token == token)
    )
    row = tx.execute(query).one_or_none()
    if row is None:
        return None
    name = report_name(row.report_id) if row.report_id else message_name(row.arrival_id)
    return Issued(**row._asdict() | {"kenmerk": row.kenmerk or name})


def keys_in_use(tx: sa.Connection) -> set[str]:
    """The ids of the keys that some reply address was made with."""
    return set(tx.execute(sa.select(reply_address.c.key_id).distinct()).scalars())
