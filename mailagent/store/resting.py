"""Who does not take our mail just now: domains that asked us to come back later, and a relay that is away."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mailagent.store.prepared import Prepared
from mailagent.store.tables import resting

THE_RELAY = ""
"""Stands for every domain: the relay itself cannot be reached, or does not want us."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Mails to `domain` rest until a moment; `said` is what was said there last."""

    domain: str
    until: datetime
    said: str


def now_resting(tx: sa.Connection, now: datetime) -> dict[str, Rest]:
    """Who rests at this moment, by domain."""
    return {row[0]: Rest(*row) for row in _RESTING.rows(tx, {"now": now})}


_RESTING = Prepared(
    sa.select(resting.c.domain, resting.c.until, resting.c.said)
    .where(resting.c.until > sa.bindparam("now"))
    .order_by(resting.c.domain)
)


def refused(tx: sa.Connection, domain: str, times: int, said: str) -> tuple[int, int]:
    """It said "later" so many times more: how often since it last took a mail, and how often it rested."""
    row = tx.execute(_REFUSED, {"domain": domain, "times": times, "said": said[:500]}).one()
    return row.refused, row.rests


_REFUSED = sa.text(
    "INSERT INTO resting (domain, refused, rests, said) VALUES (:domain, :times, 0, :said) "
    "ON CONFLICT (domain) DO UPDATE SET refused = resting.refused + :times, said = :said "
    "RETURNING refused, rests"
)


def rest(tx: sa.Connection, domain: str, until: datetime) -> None:
    """Nobody tries it before this moment."""
    c = resting.c
    tx.execute(sa.update(resting).where(c.domain == domain).values(until=until, rests=c.rests + 1))


def took(tx: sa.Connection, domains: Collection[str]) -> None:
    """These took a mail, or are to be asked anew: what they said before counts no more."""
    _TOOK.run(tx, [{"whose": domain} for domain in domains])


_TOOK = Prepared(sa.delete(resting).where(resting.c.domain == sa.bindparam("whose")))


def forget(tx: sa.Connection) -> None:
    """Everybody is to be asked anew."""
    tx.execute(sa.delete(resting))
