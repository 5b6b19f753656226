"""Notices: the mails we owe, each rendered once, sent, and proven."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailagent.core.mails import TO_MELDER
from mailagent.core.ways import LETTER, MAIL
from mailagent.store.prepared import NewRows, Prepared, by_name, is_among
from mailagent.store.tables import notice, proof

OWED, ACCEPTED, SUPPRESSED, FAILED, BOUNCED = "owed", "accepted", "suppressed", "failed", "bounced"
"""What a notice can be; also what the proof log says of it."""

OFFERED, DELAYED, HELD, RETURNED = "offered", "delayed", "held", "returned"
PRINTED, POSTED = "printed", "posted"
"""What the proof log says beside. Returned: it came back, and is sent once more. The last two: of a letter,
where a mail is offered and accepted."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A mail we owe. `key` keeps it from being owed twice; `values` is what its template may say.

    `event_id` and `klacht_id` are None for an answer to a mail that belongs to no klacht.
    """

    kind: str
    recipient: str
    key: str
    values: Mapping[str, Any]
    klacht_id: int | None = None
    event_id: int | None = None
    arrival_id: int | None = None
    state: str = OWED
    way: str = MAIL


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail we owe, as it was kept."""

    id: int
    kind: str
    recipient: str
    key: str
    values: Mapping[str, Any]
    klacht_id: int | None
    event_id: int | None
    arrival_id: int | None
    state: str
    owed_at: datetime
    attempts: int
    message_id: str | None
    bounce_token: str | None
    rendered: bytes | None
    offered_at: datetime | None
    sent_at: datetime | None
    way: str
    batch_id: int | None


@dataclass(frozen=True, slots=True)
class Proof:
    """One line of the proof log: owed, accepted (with the relay's code and words), delayed, held, failed …"""

    at: datetime
    what: str
    code: int | None = None
    detail: str = ""


_FIELDS = tuple(notice.c[name] for name in Notice.__dataclass_fields__)


def owe(tx: sa.Connection, owed: Sequence[Owed], now: datetime) -> list[int]:
    """Write down what we owe; returns the ids of those that are to be sent. A letter waits to be printed."""
    ids = _OWE.ids(tx, rows_of(owed, now))
    return [id for id, one in zip(ids, owed, strict=True) if one.state == OWED and one.way != LETTER]


def rows_of(owed: Sequence[Owed], now: datetime) -> list[dict[str, Any]]:
    """What we owe since now, as rows of COLUMNS."""
    return [{"owed_at": now, **{name: getattr(one, name) for name in COLUMNS[1:]}} for one in owed]


COLUMNS = ("owed_at", *Owed.__dataclass_fields__)
_OWE = NewRows(notice, COLUMNS)


def free(tx: sa.Connection, ids: Sequence[int], now: datetime) -> list[Notice]:
    """Those of these notices that are owed, are no letters, and nobody's now."""
    return [Notice(*row) for row in _FREE.rows(tx, {"ids": ids, "now": now})]


_NOBODYS = (
    is_among(notice.c.id, "ids"),
    notice.c.state == OWED,
    notice.c.way != LETTER,
    sa.or_(notice.c.claimed_until.is_(None), notice.c.claimed_until <= sa.bindparam("now")),
)
_FREE = Prepared(sa.select(*_FIELDS).where(*_NOBODYS).order_by(notice.c.id))


def claim(tx: sa.Connection, ids: Sequence[int], now: datetime, until: datetime) -> list[Notice]:
    """Take these notices for sending, until a moment; those that are another's, or put off, stay out.

    `attempts` counts the takings, so that who took a notice is told from who takes it later.
    """
    return [Notice(*row) for row in sorted(_CLAIM.rows(tx, {"ids": ids, "now": now, "until": until}))]


_CLAIM = Prepared(
    sa.update(notice)
    .where(*_NOBODYS)
    .values(claimed_until=sa.bindparam("until"), attempts=notice.c.attempts + 1)
    .returning(*_FIELDS)
)


def free_at(tx: sa.Connection, ids: Collection[int]) -> list[tuple[int, datetime]]:
    """Which of these are owed but another's, or put off; and until when."""
    c = notice.c
    where = (c.id.in_(ids), c.state == OWED, c.claimed_until.is_not(None))
    return [(row.id, row.claimed_until) for row in tx.execute(sa.select(c.id, c.claimed_until).where(*where))]


def release(tx: sa.Connection) -> None:
    """Nobody holds what is owed: for whoever knows that all who held something are gone."""
    where = (notice.c.state == OWED, notice.c.claimed_until.is_not(None))
    tx.execute(sa.update(notice).where(*where).values(claimed_until=None))


def rendered(tx: sa.Connection, made: Sequence[tuple[int, str, str, bytes]], at: datetime) -> None:
    """Fix the bytes at the first try: notice id, Message-ID, bounce token and the mail itself. From here on
    it counts as offered, in the same row: a line in the proof log would be one more for every mail."""
    names = ("notice", "message_id", "bounce_token", "rendered")
    _FIX.run(tx, [{**dict(zip(names, one, strict=True)), "offered_at": at} for one in made])


_FIX = Prepared(
    sa.update(notice)
    .where(notice.c.id == sa.bindparam("notice"))
    .values(by_name(("message_id", "bounce_token", "rendered", "offered_at")))
)


def prove(tx: sa.Connection, id: int, line: Proof) -> None:
    """One line of the proof log (Awb afdeling 2.3: the burden of proof is on the organ)."""
    _prove(tx, [(id, line)])


def _prove(tx: sa.Connection, lines: Sequence[tuple[int, Proof]]) -> None:
    _PROVE.run(
        tx,
        [
            {
                "notice_id": id,
                "at": line.at,
                "what": line.what,
                "code": line.code,
                "detail": line.detail[:500],
            }
            for id, line in lines
        ],
    )


_PROVE = Prepared(sa.insert(proof).values(by_name(("notice_id", *Proof.__dataclass_fields__))))


def sent(tx: sa.Connection, taken: Sequence[tuple[int, int, str]], at: datetime) -> None:
    """The relay took these: notice, its code, its words. Whoever holds them now need not send them again."""
    _SENT.run(tx, [{"notice": id, "at": at} for id, _, _ in taken])
    _prove(tx, [(id, Proof(at, ACCEPTED, code, said)) for id, code, said in taken])


_SENT = Prepared(
    sa.update(notice)
    .where(notice.c.id == sa.bindparam("notice"), notice.c.state == OWED)
    .values(state=ACCEPTED, sent_at=sa.bindparam("at"), claimed_until=None)
)


def put_off(tx: sa.Connection, taken: Notice, again: datetime, line: Proof, *, tried: bool = True) -> None:
    """Not now: it stays owed, and nobody takes it before `again`. What was not offered was not `tried`."""
    attempts = taken.attempts if tried else taken.attempts - 1
    tx.execute(_still_taken(taken).values(claimed_until=again, attempts=attempts))
    prove(tx, taken.id, line)


def failed(tx: sa.Connection, taken: Notice, line: Proof) -> bool:
    """It will not be sent. False where another has taken it since, and may still send it."""
    gone = _still_taken(taken).values(state=FAILED, claimed_until=None).returning(notice.c.id)
    if tx.execute(gone).scalar() is None:
        return False
    prove(tx, taken.id, line)
    return True


def suppress(tx: sa.Connection, taken: Notice, line: Proof) -> bool:
    """It was owed, and will not be sent any more. False where another has taken it since."""
    values = {**taken.values, "suppressed": line.detail}
    gone = _still_taken(taken).values(state=SUPPRESSED, claimed_until=None, values=values)
    if tx.execute(gone.returning(notice.c.id)).scalar() is None:
        return False
    prove(tx, taken.id, line)
    return True


def _still_taken(taken: Notice) -> sa.Update:
    c = notice.c
    return sa.update(notice).where(c.id == taken.id, c.state == OWED, c.attempts == taken.attempts)


def bounced(tx: sa.Connection, id: int, line: Proof) -> bool:
    """It came back. False where that was known."""
    where = (notice.c.id == id, notice.c.state.in_((OWED, ACCEPTED)))
    back = sa.update(notice).where(*where).values(state=BOUNCED, claimed_until=None)
    if tx.execute(back.returning(notice.c.id)).scalar() is None:
        return False
    prove(tx, id, line)
    return True


def has_returned(tx: sa.Connection, id: int) -> bool:
    """Did it come back before, and was it sent once more?"""
    where = (proof.c.notice_id == id, proof.c.what == RETURNED)
    return tx.execute(sa.select(proof.c.id).where(*where).limit(1)).scalar() is not None


def send_again(tx: sa.Connection, id: int, again: datetime, line: Proof) -> bool:
    """It came back, and goes once more, the same bytes, not before `again`. False where it is not out."""
    where = (notice.c.id == id, notice.c.state == ACCEPTED)
    owed = sa.update(notice).where(*where).values(state=OWED, claimed_until=again, attempts=0)
    if tx.execute(owed.returning(notice.c.id)).scalar() is None:
        return False
    prove(tx, id, line)
    return True


def put_back(tx: sa.Connection, ids: Sequence[int] | None) -> list[int]:
    """Give failed notices a new chance: these, or all of them."""
    where = notice.c.state == FAILED
    if ids is not None:
        where = sa.and_(where, notice.c.id.in_(ids))
    again = sa.update(notice).where(where).values(state=OWED, attempts=0, claimed_until=None)
    return list(tx.execute(again.returning(notice.c.id)).scalars())


def waiting(tx: sa.Connection, before: datetime, limit: int = 10_000) -> list[int]:
    """Notices that could have been sent since before a moment."""
    free = sa.or_(notice.c.claimed_until.is_(None), notice.c.claimed_until <= before)
    leaves = (notice.c.state == OWED, notice.c.way != LETTER)
    query = sa.select(notice.c.id).where(*leaves, notice.c.owed_at < before, free)
    return list(tx.execute(query.order_by(notice.c.id).limit(limit)).scalars())


def sent_since(tx: sa.Connection, since: datetime, like: Sequence[Notice]) -> list[Sent]:
    """The mails that went to melders since a moment, to the address of one of these or about its klacht,
    oldest first."""
    whose, about = {one.recipient for one in like}, {one.klacht_id for one in like if one.klacht_id}
    rows = _SENT_SINCE.rows(tx, {"since": since, "whose": sorted(whose), "about": sorted(about)})
    return sorted(((to, klacht_id, at) for to, klacht_id, at in rows), key=lambda one: one[2])


Sent = tuple[str, int | None, datetime]
"""To whom, about which klacht, and when."""

_SENT_SINCE = Prepared(
    sa.select(notice.c.recipient, notice.c.klacht_id, notice.c.sent_at).where(
        notice.c.sent_at >= sa.bindparam("since"),
        notice.c.kind.in_([sa.literal_column(f"'{kind}'") for kind in sorted(TO_MELDER)]),
        sa.or_(is_among(notice.c.recipient, "whose"), is_among(notice.c.klacht_id, "about")),
    )
)


def asked_about(tx: sa.Connection, kind: str, arrival_id: int) -> dict[str, str]:
    """To whom a mail of this kind was owed about this arrival, and what became of it."""
    where = (notice.c.arrival_id == arrival_id, notice.c.kind == kind)
    query = sa.select(notice.c.recipient, notice.c.state).where(*where)
    return {row.recipient: row.state for row in tx.execute(query)}


def answered_since(tx: sa.Connection, since: datetime, recipient: str, klacht_id: int | None) -> int:
    """How many answers to mails of this reader about this klacht (or about none) we owed since a moment."""
    c = notice.c
    where = (c.klacht_id == klacht_id, c.recipient == recipient, c.arrival_id.is_not(None), c.owed_at > since)
    return tx.execute(sa.select(sa.func.count()).where(*where)).scalar_one()


def owed_of(tx: sa.Connection, klacht_id: int, kind: str, since: datetime | None = None) -> int:
    """How many mails of this kind about a klacht we owed and did not hold back, since a moment or ever."""
    c = notice.c
    where = [c.klacht_id == klacht_id, c.kind == kind, c.state != SUPPRESSED]
    where += [c.owed_at > since] if since else []
    return tx.execute(sa.select(sa.func.count()).where(*where)).scalar_one()


def told_since(tx: sa.Connection, klacht_id: int, kind: str, since: datetime) -> bool:
    """Has a mail of this kind about a klacht been owed since a moment?"""
    c = notice.c
    where = (c.klacht_id == klacht_id, c.kind == kind, c.owed_at >= since)
    return tx.execute(sa.select(c.id).where(*where).limit(1)).scalar() is not None


def was_sent(tx: sa.Connection, klacht_id: int, kind: str) -> bool:
    """Has a relay taken a mail of this kind about a klacht?"""
    c = notice.c
    where = (c.klacht_id == klacht_id, c.kind == kind, c.sent_at.is_not(None))
    return tx.execute(sa.select(c.id).where(*where).limit(1)).scalar() is not None


def owed_to(tx: sa.Connection, recipient: str, kind: str, since: datetime) -> int:
    """How many mails of this kind we have owed to an address since a moment, and did not hold back."""
    c = notice.c
    where = (c.recipient == recipient, c.kind == kind, c.owed_at > since, c.state != SUPPRESSED)
    return tx.execute(sa.select(sa.func.count()).where(*where)).scalar_one()


def is_owed(tx: sa.Connection, key: str) -> bool:
    """Has this very mail been owed before?"""
    return tx.execute(sa.select(notice.c.id).where(notice.c.key == key)).scalar() is not None


def by_bounce_token(tx: sa.Connection, token: str) -> Notice | None:
    """The mail whose bounce address this is."""
    return _one(tx, notice.c.bounce_token == token)


def by_message_id(tx: sa.Connection, ids: Sequence[str]) -> Notice | None:
    """A mail of ours with one of these Message-IDs."""
    return _one(tx, notice.c.message_id.in_(ids)) if ids else None


def _one(tx: sa.Connection, where: sa.ColumnElement[bool]) -> Notice | None:
    row = tx.execute(sa.select(*_FIELDS).where(where).order_by(notice.c.id).limit(1)).one_or_none()
    return Notice(**row._asdict()) if row else None


def of_klacht(tx: sa.Connection, klacht_id: int) -> list[Notice]:
    """Every mail about a klacht, oldest first."""
    query = sa.select(*_FIELDS).where(notice.c.klacht_id == klacht_id).order_by(notice.c.id)
    return [Notice(**row._asdict()) for row in tx.execute(query)]


def threads(tx: sa.Connection, klacht_ids: Sequence[int]) -> list[tuple[int, str, int, str]]:
    """Our mails about these klachten, oldest first: the klacht, to whom, and the mail's id and Message-ID."""
    rows = _THREADS.rows(tx, {"klachten": klacht_ids})
    return [(about, to, number, id) for about, to, number, id in rows]


_THREADS = Prepared(
    sa.select(notice.c.klacht_id, notice.c.recipient, notice.c.id, notice.c.message_id)
    .where(is_among(notice.c.klacht_id, "klachten"), notice.c.message_id.is_not(None))
    .order_by(notice.c.id)
)


def proofs(tx: sa.Connection, of: Notice) -> list[Proof]:
    """The proof log of one mail, oldest first: from the moment it was owed, or why it never left."""
    query = sa.select(proof.c.at, proof.c.what, proof.c.code, proof.c.detail)
    rows = tx.execute(query.where(proof.c.notice_id == of.id).order_by(proof.c.id))
    lines = [Proof(of.owed_at, OWED), *(Proof(*row) for row in rows)]
    if of.state == SUPPRESSED and lines[-1].what != SUPPRESSED:
        lines.append(Proof(of.owed_at, SUPPRESSED, None, str(of.values.get("suppressed", ""))))
    if offered_at := of.offered_at:
        before = [line for line in lines[1:] if line.at < offered_at]
        offered = PRINTED if of.way == LETTER else OFFERED
        return [lines[0], *before, Proof(offered_at, offered), *lines[1 + len(before) :]]
    return lines


def struggling(tx: sa.Connection, tries: int = 3, limit: int = 500) -> list[Notice]:
    """Mails that will not be sent, and those still owed after so many tries; oldest first."""
    owed_long = sa.and_(notice.c.state == OWED, notice.c.attempts >= tries)
    query = sa.select(*_FIELDS).where(sa.or_(notice.c.state == FAILED, owed_long))
    return [Notice(**row._asdict()) for row in tx.execute(query.order_by(notice.c.id).limit(limit))]


def held(tx: sa.Connection, limit: int = 500) -> list[Notice]:
    """Mails that wait until the caps have room, oldest first."""
    last = sa.select(sa.func.max(proof.c.id)).where(proof.c.notice_id == notice.c.id)
    query = sa.select(*_FIELDS).join(proof, proof.c.id == last.correlate(notice).scalar_subquery())
    query = query.where(notice.c.state == OWED, proof.c.what == HELD).order_by(notice.c.id).limit(limit)
    return [Notice(**row._asdict()) for row in tx.execute(query)]


def in_state(tx: sa.Connection, state: str, limit: int = 500) -> list[Notice]:
    """Mails in a state, oldest first."""
    query = sa.select(*_FIELDS).where(notice.c.state == state).order_by(notice.c.id).limit(limit)
    return [Notice(**row._asdict()) for row in tx.execute(query)]
