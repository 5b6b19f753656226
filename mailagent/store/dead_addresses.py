"""Addresses that take no mail any more: since when, and what was said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mailagent.store.prepared import Later, Prepared, is_among
from mailagent.store.tables import dead_address, notice


@dataclass(frozen=True, slots=True)
class Dead:
    """An address in lower case; `status` as in RFC 3463."""

    address: str
    since: datetime
    status: str


def mark(tx: sa.Connection, address: str, at: datetime, status: str) -> None:
    """Dead since this moment, or since longer."""
    tx.execute(_MARK, {"address": address.lower(), "since": at, "status": status})


_MARK = sa.text(
    "INSERT INTO dead_address (address, since, status) VALUES (:address, :since, :status) "
    "ON CONFLICT (address) DO NOTHING"
).bindparams(sa.bindparam("since", type_=dead_address.c.since.type))


def revive(tx: sa.Connection, address: str) -> bool:
    """Somebody wrote to us from there; says whether it was dead."""
    return _REVIVE.first(tx, {"whose": address.lower()}) is not None


_REVIVE = Prepared(
    sa.delete(dead_address)
    .where(dead_address.c.address == sa.bindparam("whose"))
    .returning(dead_address.c.address)
)


def revive_for(tx: sa.Connection, notices: Sequence[int]) -> None:
    """The addresses of these mails are to be tried again."""
    whose = sa.select(notice.c.recipient).where(notice.c.id.in_(notices))
    tx.execute(sa.delete(dead_address).where(dead_address.c.address.in_(whose)))


def among(tx: sa.Connection, addresses: Collection[str]) -> dict[str, Dead]:
    """Which of these are dead."""
    return later_among(tx, addresses)()


def later_among(tx: sa.Connection, addresses: Collection[str]) -> Later[dict[str, Dead]]:
    """The same, looked up while we go on."""
    wanted = {address.lower() for address in addresses} - {""}
    rows = _AMONG.later(tx, {"wanted": wanted}) if wanted else list
    return lambda: {row[0]: Dead(*row) for row in rows()}


_AMONG = Prepared(
    sa.select(dead_address.c.address, dead_address.c.since, dead_address.c.status).where(
        is_among(dead_address.c.address, "wanted")
    )
)


def since(tx: sa.Connection, moment: datetime | None, most: int = 500) -> list[Dead]:
    """Those that died after a moment (all of them where there is none), the newest first."""
    c = dead_address.c
    query = sa.select(c.address, c.since, c.status).order_by(c.since.desc()).limit(most)
    rows = tx.execute(query.where(c.since > moment) if moment else query)
    return [Dead(*row) for row in rows]


def count(tx: sa.Connection) -> int:
    """How many there are."""
    return tx.execute(sa.select(sa.func.count()).select_from(dead_address)).scalar_one()
