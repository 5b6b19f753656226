"""Invitations to surveys: decided once, sent, reminded of, answered once, expired by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa

from mailagent.core.surveys import ANSWERED, EXPIRED, FAILED, SCHEDULED, SENT, SUPPRESSED, Invitation
from mailagent.store.tables import invitation
from mailagent.store.tables import round as smiley_round

_FIELDS = tuple(invitation.c[name] for name in Invitation.__dataclass_fields__)
_BOTHERED = (SCHEDULED, SENT, ANSWERED, EXPIRED)


def add(tx: sa.Connection, new: Invitation) -> Invitation:
    """Keep what was decided."""
    values = {name: getattr(new, name) for name in Invitation.__dataclass_fields__ if name != "id"}
    id = tx.execute(sa.insert(invitation).values(**values).returning(invitation.c.id)).scalar_one()
    return replace(new, id=id)


def save(tx: sa.Connection, changed: Invitation) -> None:
    """Write every field of an invitation."""
    values = {name: getattr(changed, name) for name in Invitation.__dataclass_fields__ if name != "id"}
    tx.execute(sa.update(invitation).where(invitation.c.id == changed.id).values(**values))


def by_id(tx: sa.Connection, id: int, *, lock: bool = False) -> Invitation | None:
    """One invitation; with `lock`, nobody else changes it until this transaction ends."""
    query = sa.select(*_FIELDS).where(invitation.c.id == id)
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    return Invitation(**row._asdict()) if row else None


def due(tx: sa.Connection, now: datetime, limit: int = 500) -> list[int]:
    """Those at which the clock has to look now, longest overdue first."""
    c = invitation.c
    return list(tx.execute(sa.select(c.id).where(c.due_at <= now).order_by(c.due_at).limit(limit)).scalars())


def of_klacht(tx: sa.Connection, klacht_id: int) -> list[Invitation]:
    """Every invitation about a klacht, oldest first."""
    query = sa.select(*_FIELDS).where(invitation.c.klacht_id == klacht_id).order_by(invitation.c.id)
    return [Invitation(**row._asdict()) for row in tx.execute(query)]


def is_open_for(tx: sa.Connection, klacht_id: int, survey: str, now: datetime) -> bool:
    """Is there an invitation to this survey about this klacht that is still to be answered?"""
    c = invitation.c
    where = (
        c.klacht_id == klacht_id,
        c.survey == survey,
        c.state.in_((SCHEDULED, SENT)),
        c.expires_at > now,
    )
    return tx.execute(sa.select(sa.literal(1)).where(*where).limit(1)).scalar() is not None


def set_state(tx: sa.Connection, id: int, state: str, *, only_from: Sequence[str], reason: str = "") -> bool:
    """Move an invitation on, where it still is in one of these states; says whether it was."""
    c = invitation.c
    values: dict[str, object] = {"state": state}
    if state not in (SCHEDULED, SENT):
        values["due_at"] = None
    if state == SUPPRESSED:
        values["reason"] = reason
    moved = sa.update(invitation).where(c.id == id, c.state.in_(only_from)).values(**values)
    return tx.execute(moved.returning(c.id)).scalar() is not None


def sent(tx: sa.Connection, id: int, at: datetime) -> None:
    """The relay took its mail."""
    c = invitation.c
    due = sa.func.coalesce(c.due_at, c.expires_at)
    where = (c.id == id, c.state.in_((SCHEDULED, FAILED)))
    tx.execute(sa.update(invitation).where(*where).values(state=SENT, sent_at=at, due_at=due))


def asked_since(
    tx: sa.Connection,
    address: str,
    since: datetime,
    *,
    but_invitation: int | None = None,
    but_round: int | None = None,
) -> bool:
    """Was this address invited to a survey, or reminded of anything, since a moment; or will it be?

    The one invitation or round that is named does not count. Who asks this of an address is alone in it
    until the transaction ends, or two klachten of one melder would each find that the other is not there.
    """
    _alone(tx, address)
    c, r = invitation.c, smiley_round.c
    invited = sa.select(sa.literal(1)).where(
        c.address == address.lower(), c.send_at > since, c.state.in_(_BOTHERED), c.id != (but_invitation or 0)
    )
    reminded_of_survey = sa.select(sa.literal(1)).where(
        c.address == address.lower(), c.reminded_at > since, c.id != (but_invitation or 0)
    )
    reminded = sa.select(sa.literal(1)).where(
        r.address == address.lower(), r.reminded_at > since, r.id != (but_round or 0)
    )
    either = sa.union_all(invited, reminded_of_survey, reminded)
    return tx.execute(either.limit(1)).scalar() is not None


def _alone(tx: sa.Connection, address: str) -> None:
    # SQLite has one writer at a time
    if tx.dialect.name == "postgresql":
        key = int(sha256(address.lower().encode()).hexdigest()[:15], 16)
        tx.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
