"""Klachten, found and saved, and what happened to them (see `chain`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from mailagent.core.klacht import PRIORITIES, UNHANDLED, Klacht
from mailagent.store.prepared import (
    Later,
    Prepared,
    PreparedRows,
    by_name,
    is_among,
    updating,
)
from mailagent.store.tables import IS_OPEN, event, event_body, klacht, round


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
    [[id]] = _ADD.rows(tx, {**vars(new), "salt": salt})
    return replace(new, id=id)


def save(tx: sa.Connection, *changed: Klacht, was: Mapping[int, Klacht] = MappingProxyType({})) -> None:
    """Write these klachten: of one that `was` read and locked in this transaction, by id, what is another
    now; of the others every field but the kenmerk, which never changes."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for one in changed:
        names = _others(one, was[one.id]) if one.id in was else _SAVED
        values = {name: vars(one)[name] for name in names}
        alike.setdefault(names, []).append(values | {"klacht": one.id})
    for names, rows in alike.items():
        if names == _SAVED and tx.dialect.name == "sqlite":
            # it writes the index of a column anew where it is named, also where it stays the same
            _saving(_ALL_BUT_MELDER).run(tx, rows)
            _SAVE_MELDER.run(tx, rows)
        elif names:
            _saving(names).run(tx, rows)


def _others(one: Klacht, was: Klacht) -> tuple[str, ...]:
    """The fields of which the value is another now."""
    return tuple(name for name, value in vars(one).items() if value != vars(was)[name])


@cache
def _saving(names: Sequence[str]) -> PreparedRows:
    return updating(klacht, names, "klacht")


_NAMES = tuple(Klacht.__dataclass_fields__)
_LISTS = ("labels", "by_hand")
FIELDS = tuple(klacht.c[name] for name in _NAMES)
_ADDED = (*(name for name in _NAMES if name != "id"), "salt")
_ADD = Prepared(sa.insert(klacht).values(by_name(_ADDED)).returning(klacht.c.id))
_SAVED = tuple(name for name in _NAMES if name not in ("id", "kenmerk"))
_ALL_BUT_MELDER = tuple(name for name in _SAVED if name != "melder")
_is_another = sa.and_(klacht.c.id == sa.bindparam("klacht"), klacht.c.melder != sa.bindparam("melder"))
_SAVE_MELDER = Prepared(sa.update(klacht).where(_is_another).values(by_name(["melder"])))


def from_row(row: Sequence[Any]) -> Klacht:
    """The klacht in the columns of FIELDS."""
    fields = dict(zip(_NAMES, row, strict=True))
    for name in _LISTS:
        fields[name] = tuple(fields[name])
    return Klacht.of(fields)


def by_kenmerk(tx: sa.Connection, kenmerk: str, *, lock: bool = False) -> Klacht | None:
    """One klacht; with `lock`, nobody else changes it until this transaction ends."""
    return _one(_LOCK_NAMED if lock else _NAMED, tx, {"wanted": kenmerk.upper()})


def by_id(tx: sa.Connection, id: int, *, lock: bool = False) -> Klacht | None:
    """One klacht by its id."""
    return _one(_LOCK if lock else _BY_ID, tx, {"wanted": id})


def by_ids(tx: sa.Connection, ids: Collection[int]) -> list[Klacht]:
    """Klachten by their ids."""
    return [from_row(row) for row in _BY_IDS.rows(tx, {"ids": ids})]


def lock_of_rounds(tx: sa.Connection, round_ids: Collection[int]) -> Later[list[Klacht]]:
    """The klachten of these rounds, each once; nobody else changes them until this transaction ends. They are
    locked by id, so that two who want several of them never wait for each other."""
    found = _LOCK_OF_ROUNDS.later(tx, {"rounds": round_ids})
    return lambda: [from_row(row) for row in found()]


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
_BY_IDS = Prepared(sa.select(*FIELDS).where(is_among(klacht.c.id, "ids")))
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


def history(tx: sa.Connection, klacht_id: int) -> list[Logged]:
    """Everything that happened to a klacht, oldest first."""
    return histories(tx, [klacht_id])()[klacht_id]


def histories(tx: sa.Connection, klacht_ids: Collection[int]) -> Later[dict[int, list[Logged]]]:
    """Everything that happened to each of these klachten, oldest first."""
    found = _HISTORY.later(tx, {"klachten": klacht_ids})

    def of_each() -> dict[int, list[Logged]]:
        every: dict[int, list[Logged]] = {id: [] for id in klacht_ids}
        for of, id, seq, at, kind, actor, origin, status, who, data in found():
            every[of].append(Logged(id, seq, at, kind, actor, origin, status, who or "", data or {}))
        return every

    return of_each


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
