"""Klachten and their events: found, saved, and chained so that no event can be changed unseen."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from mailagent.core.events import Event
from mailagent.core.klacht import PRIORITIES, UNHANDLED, Klacht
from mailagent.store.prepared import NewRows, Prepared, by_name, inserting, is_among, updating
from mailagent.store.tables import IS_OPEN, event, event_body, klacht, round

FIRST_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class Logged:
    """An event as it was kept. `who` and `data` are empty after erasure."""

    id: int
    seq: int
    at: datetime
    kind: str
    actor: str
    origin: str
    status: str
    who: str
    data: Mapping[str, Any]


def next_number(tx: sa.Connection, year: int) -> int:
    """The next klacht number of a year; it restarts each 1 January."""
    [[number]] = _COUNT.rows(tx, {"year": year})
    return int(number)


_COUNT = Prepared(
    sa.text(
        "INSERT INTO number (year, last) VALUES (:year, 1) "
        "ON CONFLICT (year) DO UPDATE SET last = number.last + 1 RETURNING last"
    )
)


def add(tx: sa.Connection, new: Klacht, salt: bytes) -> Klacht:
    """Keep a new klacht; `salt` binds its log to its texts until erasure destroys it."""
    [[id]] = _ADD.rows(tx, {**_columns(new), "salt": salt})
    return replace(new, id=id)


def save(tx: sa.Connection, *changed: Klacht) -> None:
    """Write every field of these klachten."""
    _SAVE.run(tx, [{**_columns(one), "klacht": one.id} for one in changed])


def _columns(value: Klacht) -> dict[str, Any]:
    lists = {name: list(getattr(value, name)) for name in _LISTS}
    return {name: getattr(value, name) for name in _COLUMNS} | lists


_COLUMNS = tuple(name for name in Klacht.__dataclass_fields__ if name != "id")
_LISTS = ("labels", "by_hand")
FIELDS = tuple(klacht.c[name] for name in Klacht.__dataclass_fields__)
_ADD = Prepared(sa.insert(klacht).values(by_name((*_COLUMNS, "salt"))).returning(klacht.c.id))
_SAVE = updating(klacht, _COLUMNS, "klacht")


def from_row(row: Sequence[Any]) -> Klacht:
    """The klacht in the columns of FIELDS."""
    fields = dict(zip(Klacht.__dataclass_fields__, row, strict=True))
    return Klacht(**fields | {name: tuple(fields[name]) for name in _LISTS})


def by_kenmerk(tx: sa.Connection, kenmerk: str, *, lock: bool = False) -> Klacht | None:
    """One klacht; with `lock`, nobody else changes it until this transaction ends."""
    return _one(_LOCK_NAMED if lock else _NAMED, tx, {"wanted": kenmerk.upper()})


def by_id(tx: sa.Connection, id: int, *, lock: bool = False) -> Klacht | None:
    """One klacht by its id."""
    return _one(_LOCK if lock else _BY_ID, tx, {"wanted": id})


def lock_of_rounds(tx: sa.Connection, round_ids: Collection[int]) -> list[Klacht]:
    """The klachten of these rounds, each once; nobody else changes them until this transaction ends. They are
    locked by id, so that two who want several of them never wait for each other."""
    return [from_row(row) for row in _LOCK_OF_ROUNDS.rows(tx, {"rounds": round_ids})]


def of_event(tx: sa.Connection, event_id: int, *, lock: bool = False) -> Klacht | None:
    """The klacht to which this happened."""
    id = tx.execute(sa.select(event.c.klacht_id).where(event.c.id == event_id)).scalar()
    return by_id(tx, id, lock=lock) if id else None


def brought_since(tx: sa.Connection, melder: str, since: datetime, most: int) -> int:
    """How many klachten this melder brought since a moment; counted no further than `most`."""
    return len(_BROUGHT.rows(tx, {"by": melder, "since": since, "most": most}))


_BROUGHT = Prepared(
    sa.select(klacht.c.id)
    .where(klacht.c.melder == sa.bindparam("by"), klacht.c.received_at > sa.bindparam("since"))
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def _one(query: Prepared, tx: sa.Connection, values: dict[str, object]) -> Klacht | None:
    row = query.first(tx, values)
    return from_row(row) if row else None


_WANTED: sa.BindParameter[Any] = sa.bindparam("wanted")
_HELD: dict[str, Any] = {"key_share": True}
"""The id of a klacht never changes: who only refers to it (a reply address, a notice) need not wait, nor be
waited for."""
_BY_ID = Prepared(sa.select(*FIELDS).where(klacht.c.id == _WANTED))
_LOCK = Prepared(sa.select(*FIELDS).where(klacht.c.id == _WANTED).with_for_update(**_HELD))
_LOCK_OF_ROUNDS = Prepared(
    sa.select(*FIELDS)
    .where(klacht.c.id.in_(sa.select(round.c.klacht_id).where(is_among(round.c.id, "rounds"))))
    .order_by(klacht.c.id)
    .with_for_update(**_HELD)
)
_NAMED = Prepared(sa.select(*FIELDS).where(klacht.c.kenmerk == _WANTED))
_LOCK_NAMED = Prepared(sa.select(*FIELDS).where(klacht.c.kenmerk == _WANTED).with_for_update(**_HELD))


def listed(tx: sa.Connection, *, status: str | None = None, limit: int = 50) -> list[Klacht]:
    """The newest klachten first."""
    query = sa.select(*FIELDS).order_by(klacht.c.id.desc()).limit(limit)
    if status:
        query = query.where(klacht.c.status == status)
    return [from_row(row) for row in tx.execute(query)]


def open_of(tx: sa.Connection, agent: str) -> int:
    """How many klachten on this agent's name ask something of them."""
    mine = sa.select(sa.func.count()).where(klacht.c.assigned_to == agent, sa.text(IS_OPEN))
    return int(tx.execute(mine.select_from(klacht)).scalar_one())


_BY_PRIORITY = sa.case(
    {word: -rank for rank, word in enumerate(PRIORITIES)}, value=klacht.c.priority, else_=0
)


def unassigned(tx: sa.Connection, teams: Sequence[str], most: int) -> list[Klacht]:
    """What nobody has in these teams and can be handled: the highest priority first, and of one priority the
    first last day. Nobody else changes these until this transaction ends; what another has in hand is passed
    over."""
    query = (
        sa.select(*FIELDS)
        .where(klacht.c.assigned_to.is_(None), klacht.c.team.in_(teams), klacht.c.status.in_(UNHANDLED))
        .where(sa.text(IS_OPEN))
        .order_by(_BY_PRIORITY, klacht.c.deadline, klacht.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return [from_row(row) for row in tx.execute(query)]


def due(tx: sa.Connection, now: datetime, limit: int = 500) -> list[int]:
    """Klachten whose `wake_at` has come, longest overdue first."""
    query = sa.select(klacht.c.id).where(klacht.c.wake_at <= now).order_by(klacht.c.wake_at).limit(limit)
    return list(tx.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened to one klacht, and what set it off. `salt` is given for a klacht's first events."""

    klacht: Klacht
    events: Sequence[Event]
    origin: str
    salt: bytes | None = None


def record(
    tx: sa.Connection, of: Klacht, events: Sequence[Event], origin: str, *, salt: bytes | None = None
) -> list[int]:
    """Append events to the chain of one klacht; see `record_all`."""
    [ids] = record_all(tx, [Happened(of, events, origin, salt)])
    return ids


def record_all(tx: sa.Connection, happened: Sequence[Happened]) -> list[list[int]]:
    """Append events to the chains of klachten and return the ids of each; no klacht is among them twice.

    The chain holds words, ids and HMACs under the klacht's salt; the texts and addresses stand apart, so
    that erasure can remove them and leave the chain whole (AVG 17, BIO2 8.15).
    """
    ends = _chain_ends(tx, [one.klacht.id for one in happened if one.events and one.salt is None])
    links: list[dict[str, Any]] = []
    bodies: list[dict[str, Any]] = []
    for one in happened:
        _append(one, ends.get(one.klacht.id) or (0, FIRST_HASH, one.salt or b""), links, bodies)
    ids = _APPEND.ids(tx, links)
    _BODY.run(tx, [{"event_id": id, **body} for id, body in zip(ids, bodies, strict=True)])
    of_each = iter(ids)
    return [list(itertools.islice(of_each, len(one.events))) for one in happened]


def _append(
    one: Happened, end: tuple[int, str, bytes], links: list[dict[str, Any]], bodies: list[dict[str, Any]]
) -> None:
    seq, previous, salt = end
    for happened in one.events:
        seq += 1
        who, data = happened.actor.address, happened.data
        link = {
            "klacht_id": one.klacht.id,
            "seq": seq,
            "at": happened.at,
            "kind": happened.kind,
            "actor": happened.actor.role,
            "origin": one.origin,
            "status": one.klacht.status,
            "result": "done",
            "body_mac": body_mac(salt, body_text(who, data)),
        }
        previous = chained(previous, link)
        links.append({**link, "hash": previous})
        bodies.append({"who": who, "data": data})


LINK = ("klacht_id", "seq", "at", "kind", "actor", "origin", "status", "result", "body_mac")
_APPEND = NewRows(event, (*LINK, "hash"))
_BODY = inserting(event_body, ("event_id", "who", "data"))
_before = event.alias()
_NEWEST = sa.select(sa.func.max(_before.c.seq)).where(_before.c.klacht_id == klacht.c.id).scalar_subquery()
_CHAIN_ENDS = Prepared(
    sa.select(klacht.c.id, event.c.seq, event.c.hash, klacht.c.salt)
    .select_from(klacht.outerjoin(event, sa.and_(event.c.klacht_id == klacht.c.id, event.c.seq == _NEWEST)))
    .where(is_among(klacht.c.id, "klachten"))
)


def _chain_ends(tx: sa.Connection, ids: Sequence[int]) -> dict[int, tuple[int, str, bytes]]:
    """The number and hash of the newest event of each klacht, and its salt."""
    rows = _CHAIN_ENDS.rows(tx, {"klachten": ids}) if ids else []
    return {id: (seq or 0, hash or FIRST_HASH, salt or b"") for id, seq, hash, salt in rows}


def body_text(who: str, data: Mapping[str, object]) -> str:
    """What an event says about people, in one form only."""
    return json.dumps({"who": who, "data": data}, sort_keys=True, ensure_ascii=False)


def body_mac(salt: bytes, text: str) -> str:
    """Binds the text to the chain; worthless once the salt is gone."""
    return hmac.new(salt, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def chained(previous: str, link: Mapping[str, Any]) -> str:
    """The hash of one link of the chain."""
    parts = [previous, *(_plain(link[name]) for name in LINK)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)


def history(tx: sa.Connection, klacht_id: int) -> list[Logged]:
    """Everything that happened to a klacht, oldest first."""
    return histories(tx, [klacht_id])[klacht_id]


def histories(tx: sa.Connection, klacht_ids: Collection[int]) -> dict[int, list[Logged]]:
    """Everything that happened to each of these klachten, oldest first."""
    every: dict[int, list[Logged]] = {id: [] for id in klacht_ids}
    for of, id, seq, at, kind, actor, origin, status, who, data in _HISTORY.rows(
        tx, {"klachten": klacht_ids}
    ):
        every[of].append(Logged(id, seq, at, kind, actor, origin, status, who or "", data or {}))
    return every


_HISTORY = Prepared(
    sa.select(
        *(event.c[name] for name in ("klacht_id", "id", "seq", "at", "kind", "actor", "origin", "status")),
        event_body.c.who,
        event_body.c.data,
    )
    .outerjoin(event_body, event_body.c.event_id == event.c.id)
    .where(is_among(event.c.klacht_id, "klachten"))
    .order_by(event.c.klacht_id, event.c.seq)
)


def melder_reacted(tx: sa.Connection, klacht_id: int) -> bool:
    """Is a later, proven mail of the melder on record?"""
    query = (
        sa.select(event_body.c.data)
        .join(event, event.c.id == event_body.c.event_id)
        .where(event.c.klacht_id == klacht_id, event.c.kind == "reacted")
    )
    return any(data.get("confirmed") for data in tx.execute(query).scalars())


def last_reaction(tx: sa.Connection, klacht_id: int) -> tuple[int, datetime] | None:
    """The newest proven mail of the melder after the klacht came in: its arrival, and when that was."""
    query = (
        sa.select(event.c.origin, event.c.at, event_body.c.data)
        .join(event_body, event_body.c.event_id == event.c.id)
        .where(event.c.klacht_id == klacht_id, event.c.kind.in_(("reacted", "reopen_requested")))
        .where(event.c.origin.startswith("arrival:"))
        .order_by(event.c.seq.desc())
    )
    for origin, at, data in tx.execute(query):
        if data.get("confirmed", True):
            return int(origin.partition(":")[2]), at
    return None


def last_at(tx: sa.Connection, klacht_id: int, kind: str) -> datetime | None:
    """When an event of this kind happened last."""
    query = sa.select(event.c.at).where(event.c.klacht_id == klacht_id, event.c.kind == kind)
    return tx.execute(query.order_by(event.c.seq.desc()).limit(1)).scalar()


def happened(tx: sa.Connection, klacht_id: int, kinds: Collection[str]) -> list[str]:
    """The words of what happened, of these kinds, oldest first."""
    where = (event.c.klacht_id == klacht_id, event.c.kind.in_(kinds))
    return list(tx.execute(sa.select(event.c.kind).where(*where).order_by(event.c.seq)).scalars())


def files_of(tx: sa.Connection, klacht_id: int) -> tuple[str, ...]:
    """The names of the files with which a klacht came in."""
    query = (
        sa.select(event_body.c.data)
        .join(event, event.c.id == event_body.c.event_id)
        .where(event.c.klacht_id == klacht_id, event.c.kind == "received")
    )
    data: dict[str, Any] = tx.execute(query.order_by(event.c.seq).limit(1)).scalar() or {}
    return tuple(data.get("attachments", ()))


def told_since(tx: sa.Connection, klacht_id: int, kind: str, since: datetime) -> list[dict[str, Any]]:
    """What the events of this kind said of a klacht since a moment."""
    query = (
        sa.select(event_body.c.data)
        .join(event, event.c.id == event_body.c.event_id)
        .where(event.c.klacht_id == klacht_id, event.c.kind == kind, event.c.at >= since)
    )
    return list(tx.execute(query).scalars())
