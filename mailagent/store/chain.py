"""The chain of what happened to each klacht: no event can be changed, taken out or put in unseen."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailagent.core.events import Event
from mailagent.core.klacht import Klacht
from mailagent.store.columns import in_utc, written
from mailagent.store.prepared import (
    Later,
    NewRows,
    Prepared,
    PreparedRows,
    by_name,
    given_in_json,
    inserting,
    is_among,
    once,
)
from mailagent.store.tables import event, event_body, klacht

FIRST_HASH = "0" * 64
Ends = Mapping[int, tuple[int, str, bytes]]
"""By the id of a klacht, the number and the hash of its newest event, and its salt."""


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
    [ids] = record_all(tx, [Happened(of, events, origin, salt)])()
    return ids


def record_all(
    tx: sa.Connection, happened: Sequence[Happened], ends: Later[Ends] | None = None
) -> Later[list[list[int]]]:
    """Append events to the chains of klachten and return the ids of each; no klacht is among them twice.
    `ends` are those of their chains, where they were asked for before.

    The chain holds words, ids and HMACs under the klacht's salt; the texts and addresses stand apart, so
    that erasure can remove them and leave the chain whole (AVG 17, BIO2 8.15).
    """
    ends = ends or ends_of(tx, [one.klacht.id for one in happened if one.events and one.salt is None])
    known = ends()
    links: list[dict[str, Any]] = []
    bodies: list[dict[str, Any]] = []
    for one in happened:
        _append(one, known.get(one.klacht.id) or (0, FIRST_HASH, one.salt or b""), links, bodies)
    ids = _keep(tx, links, bodies)

    def of_each() -> list[list[int]]:
        every = iter(ids())
        return [list(itertools.islice(every, len(one.events))) for one in happened]

    return once(of_each)


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


def _keep(
    tx: sa.Connection, links: Sequence[dict[str, Any]], bodies: Sequence[dict[str, Any]]
) -> Later[list[int]]:
    if tx.dialect.name == "postgresql":
        kept = _WITH_BODY.later_each(tx, [link | body for link, body in zip(links, bodies, strict=True)])
        return lambda: [id for (id,) in kept()]
    ids = _APPEND.ids(tx, links)
    _BODY.run(tx, [{"event_id": id, **body} for id, body in zip(ids, bodies, strict=True)])
    return lambda: ids


LINK = ("klacht_id", "seq", "at", "kind", "actor", "origin", "status", "result", "body_mac")
_LINK, _SAID = (*LINK, "hash"), ("who", "data")
_APPEND = NewRows(event, _LINK)
_BODY = inserting(event_body, ("event_id", *_SAID))


def _with_body(many: sa.CTE | None) -> sa.Select[Any]:
    """New events and what they say of people in one statement: `many`, or the one in the bound parameters."""
    if many is None:
        link = sa.insert(event).values(by_name(_LINK)).returning(event.c.id).cte("link")
        said = sa.select(link.c.id, *(sa.bindparam(name, type_=event_body.c[name].type) for name in _SAID))
    else:
        rows = sa.select(*(many.c[name] for name in _LINK))
        new = sa.insert(event).from_select(list(_LINK), rows)
        link = new.returning(event.c.id, event.c.klacht_id, event.c.seq).cte("link")
        its_own = sa.and_(many.c.klacht_id == link.c.klacht_id, many.c.seq == link.c.seq)
        said = sa.select(link.c.id, *(many.c[name] for name in _SAID)).join(many, its_own)
    body = sa.insert(event_body).from_select(["event_id", *_SAID], said).cte("body")
    return sa.select(link.c.id).add_cte(body)


_given = given_in_json(
    {name: event.c[name].type for name in _LINK} | {name: event_body.c[name].type for name in _SAID}
)
_WITH_BODY = PreparedRows(_with_body(None), _with_body(sa.select(*_given.c).cte("many")))
_before = event.alias()
_NEWEST = sa.select(sa.func.max(_before.c.seq)).where(_before.c.klacht_id == klacht.c.id).scalar_subquery()
_CHAIN_ENDS = Prepared(
    sa.select(klacht.c.id, event.c.seq, event.c.hash, klacht.c.salt)
    .select_from(klacht.outerjoin(event, sa.and_(event.c.klacht_id == klacht.c.id, event.c.seq == _NEWEST)))
    .where(is_among(klacht.c.id, "klachten"))
)


def ends_of(tx: sa.Connection, ids: Collection[int]) -> Later[Ends]:
    """Where the chains of these klachten end now."""
    rows = _CHAIN_ENDS.later(tx, {"klachten": ids}) if ids else list
    return lambda: {id: (seq or 0, hash or FIRST_HASH, salt or b"") for id, seq, hash, salt in rows()}


def body_text(who: str, data: Mapping[str, object]) -> str:
    """What an event says about people, in one form only."""
    return _IN_ONE_FORM.encode({"who": who, "data": data})


_IN_ONE_FORM = json.JSONEncoder(sort_keys=True, ensure_ascii=False)


def body_mac(salt: bytes, text: str) -> str:
    """Binds the text to the chain; worthless once the salt is gone."""
    return hmac.digest(salt, text.encode("utf-8", "replace"), "sha256").hex()


def chained(previous: str, link: Mapping[str, Any]) -> str:
    """The hash of one link of the chain."""
    parts = [previous, *(_plain(link[name]) for name in LINK)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return written(in_utc(value))
    return str(value)
