"""Smiley rounds: opened at each handling, answered once, expired by the clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailagent.core.feedback import WAITING, Answer, Round
from mailagent.store.prepared import Later, Prepared, by_name, is_among, updating
from mailagent.store.tables import klacht
from mailagent.store.tables import round as table

_FIELDS = tuple(table.c[name] for name in Round.__dataclass_fields__)
_ID: sa.BindParameter[int] = sa.bindparam("round")
_KLACHT: sa.BindParameter[int] = sa.bindparam("klacht")


def open_next(
    tx: sa.Connection, klacht_id: int, address: str, at: datetime, until: datetime, suppressed: str = ""
) -> Round:
    """A new round for a klacht: every earlier one is now an older round. `suppressed` is why nobody is
    invited, "" where somebody is."""
    values = {
        "klacht_id": klacht_id,
        "number": latest(tx, klacht_id) + 1,
        "address": address,
        "opened_at": at,
        "expires_at": until,
        "state": "suppressed" if suppressed else "scheduled",
        "why": suppressed,
    }
    [row] = _OPEN.rows(tx, values)
    return Round(*row)


_OPENED = ("klacht_id", "number", "address", "opened_at", "expires_at", "state", "why")
_OPEN = Prepared(sa.insert(table).values(by_name(_OPENED)).returning(*_FIELDS))


@dataclass(frozen=True, slots=True)
class Invited:
    """A round with what its page tells of its klacht, and the number of the newest round."""

    round: Round
    kenmerk: str
    category: str | None
    language: str
    latest: int


def invited(tx: sa.Connection, ids: Collection[int]) -> dict[int, Invited]:
    """Rounds as their pages show them, by id."""
    return {row[0]: Invited(Round(*row[:-4]), *row[-4:]) for row in _INVITED.rows(tx, {"ids": ids})}


_newer = table.alias()
_INVITED = Prepared(
    sa.select(
        *_FIELDS,
        klacht.c.kenmerk,
        klacht.c.category,
        klacht.c.language,
        sa.select(sa.func.max(_newer.c.number))
        .where(_newer.c.klacht_id == table.c.klacht_id)
        .scalar_subquery(),
    )
    .join(klacht, klacht.c.id == table.c.klacht_id)
    .where(is_among(table.c.id, "ids"))
)


def by_id(tx: sa.Connection, id: int) -> Round | None:
    """One round."""
    return _one(_BY_ID, tx, {"round": id})


def beside(tx: sa.Connection, ids: Collection[int]) -> Later[dict[int, list[Round]]]:
    """Every round of the klachten of these rounds, by klacht and oldest first. Who holds the klachten holds
    their rounds: nobody else answers or closes them until this transaction ends."""
    found = _BESIDE.later(tx, {"ids": ids})
    return lambda: _by_klacht(found())


def of_klachten(tx: sa.Connection, ids: Collection[int]) -> Later[dict[int, list[Round]]]:
    """Every round of these klachten, by klacht and oldest first."""
    found = _OF_KLACHTEN.later(tx, {"klachten": ids}) if ids else list
    return lambda: _by_klacht(found())


def _by_klacht(rows: Iterable[Sequence[Any]]) -> dict[int, list[Round]]:
    every: dict[int, list[Round]] = {}
    for row in rows:
        round = Round(*row)
        every.setdefault(round.klacht_id, []).append(round)
    return every


def last_of(tx: sa.Connection, klacht_id: int) -> Round | None:
    """The newest round of a klacht."""
    return _one(_LAST, tx, {"klacht": klacht_id})


def _one(query: Prepared, tx: sa.Connection, values: dict[str, int]) -> Round | None:
    row = query.first(tx, values)
    return Round(*row) if row else None


def latest(tx: sa.Connection, klacht_id: int) -> int:
    """The number of the newest round, 0 where there is none."""
    last = last_of(tx, klacht_id)
    return last.number if last else 0


_BY_ID = Prepared(sa.select(*_FIELDS).where(table.c.id == _ID))
_one_of_them = table.alias()
_BESIDE = Prepared(
    sa.select(*_FIELDS)
    .where(
        table.c.klacht_id.in_(sa.select(_one_of_them.c.klacht_id).where(is_among(_one_of_them.c.id, "ids")))
    )
    .order_by(table.c.klacht_id, table.c.number)
)
_OF_KLACHTEN = Prepared(
    sa.select(*_FIELDS)
    .where(is_among(table.c.klacht_id, "klachten"))
    .order_by(table.c.klacht_id, table.c.number)
)
_LAST = Prepared(
    sa.select(*_FIELDS).where(table.c.klacht_id == _KLACHT).order_by(table.c.number.desc()).limit(1)
)


def answered(tx: sa.Connection, answers: Mapping[int, Answer], at: datetime) -> None:
    """Keep the answers of these rounds, by id."""
    rows: list[dict[str, Any]] = [
        {
            "round": id,
            "answered_at": at,
            "satisfied": answer.satisfied,
            "reasons": list(answer.reasons),
            "text": answer.text,
            "submitted": answer.digest,
        }
        for id, answer in answers.items()
    ]
    _ANSWER.run(tx, rows)


_SAID = ("answered_at", "satisfied", "reasons", "text", "submitted")
_ANSWER = updating(table, _SAID, "round", state="answered", why="", remind_at=None)


def sent(tx: sa.Connection, id: int, at: datetime) -> None:
    """A relay took its mail."""
    waits = table.c.state.in_(("scheduled", "failed"))
    tx.execute(sa.update(table).where(table.c.id == id, waits).values(state="sent", why="", sent_at=at))


def set_state(tx: sa.Connection, id: int, state: str, *, only_from: Sequence[str], why: str = "") -> None:
    """Move a round on, where it still is in one of these states."""
    here = (table.c.id == id, table.c.state.in_(only_from))
    tx.execute(sa.update(table).where(*here).values(state=state, why=why))


def remind_at(tx: sa.Connection, id: int, at: datetime | None) -> None:
    """When to remind of a round; None for never."""
    _REMIND_AT.run(tx, [{"round": id, "at": at}])


_REMIND_AT = Prepared(sa.update(table).where(table.c.id == _ID).values(remind_at=sa.bindparam("at")))


def take_reminders(tx: sa.Connection, klacht_id: int, now: datetime) -> list[Round]:
    """The rounds of a klacht of which to remind now: each is returned once, in whatever state."""
    due = (table.c.klacht_id == klacht_id, table.c.remind_at <= now)
    rows = tx.execute(sa.update(table).where(*due).values(remind_at=None).returning(*_FIELDS))
    return sorted((Round(**row._asdict()) for row in rows), key=lambda round: round.number)


def invite_by(tx: sa.Connection, id: int, code: str, until: datetime) -> None:
    """A letter invites to it, by a code of which this is the digest."""
    values = {"code": code, "expires_at": until, "remind_at": None}
    tx.execute(sa.update(table).where(table.c.id == id).values(values))


def by_code(tx: sa.Connection, digests: Sequence[str]) -> Round | None:
    """The round to which a letter invited by this code."""
    row = tx.execute(sa.select(*_FIELDS).where(table.c.code.in_(digests)).limit(1)).one_or_none()
    return Round(**row._asdict()) if row else None


def reminded(tx: sa.Connection, id: int, at: datetime) -> None:
    """Its melder was reminded."""
    tx.execute(sa.update(table).where(table.c.id == id).values(reminded_at=at))


def expire(tx: sa.Connection, klacht_id: int, now: datetime) -> list[Round]:
    """The rounds of a klacht that nobody answered in time: each is returned once."""
    over = (table.c.klacht_id == klacht_id, table.c.state.in_(WAITING), table.c.expires_at <= now)
    rows = tx.execute(sa.update(table).where(*over).values(state="expired").returning(*_FIELDS))
    return sorted((Round(**row._asdict()) for row in rows), key=lambda round: round.number)


def of_klacht(tx: sa.Connection, klacht_id: int) -> list[sa.Row[Any]]:
    """Every round of a klacht with its answer, oldest first."""
    return list(tx.execute(sa.select(table).where(table.c.klacht_id == klacht_id).order_by(table.c.number)))
