"""Arrivals: the bytes as they came, kept before anything else, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailagent.core.mail import Envelope, Slot
from mailagent.core.rulings import DISMISSED, Ruling
from mailagent.store.prepared import Prepared, by_name, is_among
from mailagent.store.tables import ASIDE, arrival, klacht, mailbox_slot

KEPT, DONE, STUCK = "kept", "done", "stuck"


@dataclass(frozen=True, slots=True)
class Kept:
    """An arrival that waits for its verdict."""

    id: int
    envelope: Envelope
    kept_at: datetime
    attempts: int
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """What was found and decided about an arrival, as it is stored."""

    verdict: str
    reason: str
    trace: Mapping[str, Any]
    received_at: datetime
    writer: str = ""
    message_id: str | None = None
    content_hash: str | None = None
    klacht_id: int | None = None


def keep(tx: sa.Connection, envelopes: Sequence[Envelope], now: datetime) -> tuple[list[int], list[int]]:
    """Keep the bytes. Returns the id of each envelope in order, and those that are new."""
    if not any(envelope.slot for envelope in envelopes):
        return _keep(tx, envelopes, now)
    try:
        with tx.begin_nested():
            return _keep(tx, envelopes, now)
    except sa.exc.IntegrityError:  # another poller of the same mailbox was first; now we see what it kept
        return _keep(tx, envelopes, now)


def _keep(tx: sa.Connection, envelopes: Sequence[Envelope], now: datetime) -> tuple[list[int], list[int]]:
    known = {i: id for i, e in enumerate(envelopes) if e.slot and (id := _in_ledger(tx, e.slot)) is not None}
    fresh = [(i, e) for i, e in enumerate(envelopes) if i not in known]
    if fresh:
        rows = [_row(envelope, now) for _, envelope in fresh]
        new = [id for (id,) in _KEEP.each(tx, rows)]
        known |= dict(zip((i for i, _ in fresh), new, strict=True))
        _write_ledger(tx, [(e.slot, id) for (_, e), id in zip(fresh, new, strict=True) if e.slot])
        return [known[i] for i in range(len(envelopes))], new
    return [known[i] for i in range(len(envelopes))], []


_KEEP = Prepared(
    sa.insert(arrival)
    .values(
        by_name(("channel", "via", "peer", "sender", "recipients", "raw", "sha256", "reached_at", "kept_at"))
    )
    .returning(arrival.c.id)
)


def _row(envelope: Envelope, now: datetime) -> dict[str, Any]:
    return {
        "channel": envelope.channel,
        "via": envelope.via,
        "peer": _storable(envelope.peer),
        "sender": None if envelope.sender is None else _storable(envelope.sender),
        "recipients": [_storable(recipient) for recipient in envelope.recipients],
        "raw": envelope.sealed or envelope.raw,
        "sha256": envelope.sha256,
        "reached_at": envelope.reached_at,
        "kept_at": now,
    }


def _storable(address: str) -> str:
    """An address as it was said over SMTP, with `?` for what no database keeps: one such mail would keep all
    those out that are committed with it."""
    return address.encode("utf-8", "replace").decode().replace("\0", "?")


def _in_ledger(tx: sa.Connection, slot: Slot) -> int | None:
    c = mailbox_slot.c
    where = (c.mailbox == slot.mailbox, c.uidvalidity == slot.uidvalidity, c.uid == slot.uid)
    return tx.execute(sa.select(c.arrival_id).where(*where)).scalar()


def _write_ledger(tx: sa.Connection, slots: Sequence[tuple[Slot, int]]) -> None:
    if slots:
        tx.execute(sa.insert(mailbox_slot), [{**asdict(slot), "arrival_id": id} for slot, id in slots])


def known_uids(tx: sa.Connection, mailbox: str, uidvalidity: int) -> set[int]:
    """The UIDs of a mailbox that have been kept."""
    c = mailbox_slot.c
    return set(
        tx.execute(sa.select(c.uid).where(c.mailbox == mailbox, c.uidvalidity == uidvalidity)).scalars()
    )


def load(tx: sa.Connection, id: int) -> Kept | None:
    """The arrival while it still waits for its verdict; None when it no longer does."""
    row = _LOAD.first(tx, {"arrival": id})
    return _kept(row) if row else None


def raw(tx: sa.Connection, id: int) -> bytes | None:
    """The bytes of an arrival; None after erasure."""
    found: bytes | None = tx.execute(sa.select(arrival.c.raw).where(arrival.c.id == id)).scalar()
    return found


def of_melder(tx: sa.Connection, klacht_id: int) -> int:
    """The arrival in which the melder sent this klacht; 0 where nobody did so by mail, where an agent passed
    it on, or where it is gone."""
    c = arrival.c
    query = sa.select(c.id, c.trace).where(
        c.klacht_id == klacht_id, c.verdict == "NewKlacht", c.raw.is_not(None)
    )
    found = tx.execute(query.order_by(c.id).limit(1)).one_or_none()
    evidence = found.trace.get("evidence", ()) if found and found.trace else ()
    passed_on = any(one["kind"] in ("forwarded", "on_behalf") for one in evidence)
    return found.id if found and not passed_on else 0


def load_set_aside(tx: sa.Connection, id: int) -> Kept | None:
    """An arrival that waits for a human, with its bytes; None when it no longer does."""
    query = sa.select(*_HOW).where(arrival.c.id == id, _SET_ASIDE, arrival.c.ruling.is_(None))
    row = tx.execute(query).one_or_none()
    return _kept(row) if row else None


def _kept(row: Sequence[Any]) -> Kept:
    id, kept_at, attempts, ruling, raw, via, reached_at, channel, sender, recipients, peer = row
    envelope = Envelope(raw, via, reached_at, channel, sender, tuple(recipients), peer)
    return Kept(id, envelope, kept_at, attempts, _ruling(ruling))


def claim(tx: sa.Connection, id: int) -> bool:
    """Take the arrival for this transaction; False when another has judged it or is doing so."""
    return _CLAIM.first(tx, {"arrival": id}) is not None


_WAITS = (arrival.c.id == sa.bindparam("arrival"), arrival.c.state == KEPT)
_HOW = tuple(
    arrival.c[name]
    for name in (
        *("id", "kept_at", "attempts", "ruling"),
        *("raw", "via", "reached_at", "channel", "sender", "recipients", "peer"),
    )
)
_LOAD = Prepared(sa.select(*_HOW).where(*_WAITS))
_CLAIM = Prepared(sa.select(arrival.c.id).where(*_WAITS).with_for_update(skip_locked=True))


def same_message(tx: sa.Connection, id: int, message_id: str | None, content_hash: str) -> int | None:
    """The arrival that was judged as this message before: same Message-ID and content, or content alone.

    Nobody judges its twin until this transaction ends.
    """
    if tx.dialect.name == "postgresql":
        tx.execute(sa.select(sa.func.pg_advisory_xact_lock(int(content_hash[:15], 16))))
    twin = {"arrival": id, "hash": content_hash, "message_id": message_id}
    found = (_TWIN if message_id else _NAMELESS_TWIN).first(tx, twin)
    return found[0] if found else None


_SAME_WORDS = (
    sa.select(arrival.c.id)
    .where(
        arrival.c.content_hash == sa.bindparam("hash"),
        arrival.c.id != sa.bindparam("arrival"),
        arrival.c.state == DONE,
        arrival.c.verdict != "Duplicate",
    )
    .order_by(arrival.c.id)
    .limit(1)
)
_TWIN = Prepared(_SAME_WORDS.where(arrival.c.message_id == sa.bindparam("message_id")))
_NAMELESS_TWIN = Prepared(_SAME_WORDS)


def one_before(tx: sa.Connection, id: int, token: str) -> bool:
    """Does an earlier arrival to this reply address still wait for its verdict?"""
    recipients = sa.func.lower(sa.cast(arrival.c.recipients, sa.Text))
    where = (arrival.c.state == KEPT, arrival.c.id < id, recipients.contains(token))
    return tx.execute(sa.select(sa.literal(1)).where(*where).limit(1)).scalar() is not None


def starts_before(tx: sa.Connection, id: int, most: int, octets: int) -> list[bytes]:
    """The first octets of the newest mails before this one that still wait for their verdict."""
    start = sa.func.substr(arrival.c.raw, 1, octets, type_=sa.LargeBinary)
    where = (arrival.c.state == KEPT, arrival.c.id < id, arrival.c.raw.is_not(None))
    return list(
        tx.execute(sa.select(start).where(*where).order_by(arrival.c.id.desc()).limit(most)).scalars()
    )


def klachten_of(tx: sa.Connection, message_ids: Sequence[str]) -> list[str]:
    """Kenmerken of klachten that hold a mail with one of these foreign Message-IDs."""
    wanted = [id for id in message_ids if id]
    if not wanted:
        return []
    query = (
        sa.select(klacht.c.kenmerk)
        .join(arrival, arrival.c.klacht_id == klacht.c.id)
        .where(arrival.c.message_id.in_(wanted))
        .order_by(arrival.c.id)
    )
    return list(dict.fromkeys(tx.execute(query).scalars()))


def finish(tx: sa.Connection, id: int, fate: Fate) -> None:
    """Write down what became of it."""
    _FINISH.run(tx, [{"arrival": id, **{name: getattr(fate, name) for name in _FATE}}])


_FATE = tuple(Fate.__dataclass_fields__)
_FINISH = Prepared(
    sa.update(arrival)
    .where(arrival.c.id == sa.bindparam("arrival"))
    .values({"state": DONE, **by_name(_FATE)})
)


def failed(tx: sa.Connection, id: int, reason: str, *, stuck: bool) -> None:
    """An attempt failed; a stuck one steps aside and holds nobody."""
    values: dict[str, Any] = {"attempts": arrival.c.attempts + 1, "reason": reason}
    if stuck:
        values["state"] = STUCK
    tx.execute(sa.update(arrival).where(arrival.c.id == id, arrival.c.state == KEPT).values(**values))


def attempts(tx: sa.Connection, id: int) -> int:
    """How often processing it has failed."""
    return tx.execute(sa.select(arrival.c.attempts).where(arrival.c.id == id)).scalar() or 0


def _ruling(kept: Mapping[str, Any] | None) -> Ruling | None:
    return Ruling(**{**kept, "at": datetime.fromisoformat(kept["at"])}) if kept else None


_SET_ASIDE = sa.or_(
    arrival.c.state == STUCK,
    sa.and_(arrival.c.state == DONE, arrival.c.verdict.in_(("Quarantine", "Review", "Forward"))),
)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A message that a human must judge, or has judged."""

    id: int
    reason: str
    writer: str
    ruling: Ruling | None


def set_aside(tx: sa.Connection, id: int, *, lock: bool = False) -> SetAside | None:
    """A message that was set aside, also when it was judged since; None for any other."""
    c = arrival.c
    query = sa.select(c.id, c.reason, c.writer, c.ruling).where(
        c.id == id, sa.or_(_SET_ASIDE, c.ruling.is_not(None))
    )
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    return SetAside(row.id, row.reason, row.writer, _ruling(row.ruling)) if row else None


def rule(tx: sa.Connection, id: int, ruling: Ruling) -> bool:
    """A human decided about a message that was set aside. False where someone did so before.

    Unless it was dismissed, it waits for its verdict again.
    """
    values: dict[str, Any] = {"ruling": asdict(ruling) | {"at": ruling.at.isoformat()}}
    if ruling.what != DISMISSED:
        values |= {"state": KEPT, "attempts": 0, "reason": "", "verdict": None}
    undecided = sa.and_(arrival.c.id == id, arrival.c.ruling.is_(None), _SET_ASIDE)
    ruled = sa.update(arrival).where(undecided).values(**values).returning(arrival.c.id)
    return tx.execute(ruled).scalar() is not None


def put_back(tx: sa.Connection, ids: Sequence[int] | None) -> list[int]:
    """Give stuck and quarantined arrivals a new chance: these, or all of them. Returns their ids."""
    again = sa.or_(
        arrival.c.state == STUCK,
        sa.and_(arrival.c.state == DONE, arrival.c.verdict == "Quarantine", arrival.c.ruling.is_(None)),
    )
    where = again if ids is None else sa.and_(again, arrival.c.id.in_(ids))
    values: dict[str, Any] = {"state": KEPT, "attempts": 0, "reason": "", "verdict": None}
    return list(
        tx.execute(sa.update(arrival).where(where).values(**values).returning(arrival.c.id)).scalars()
    )


def waiting(tx: sa.Connection, before: datetime, limit: int = 10_000) -> list[int]:
    """Arrivals kept before a moment that still have no verdict."""
    query = sa.select(arrival.c.id).where(arrival.c.state == KEPT, arrival.c.kept_at < before)
    return list(tx.execute(query.order_by(arrival.c.id).limit(limit)).scalars())


def told(
    tx: sa.Connection, *where: sa.ColumnElement[bool] | sa.TextClause, limit: int | None = None
) -> list[sa.Row[Any]]:
    """Arrivals with their kenmerk, oldest first, without their bytes."""
    columns = [c for c in arrival.c if c.name != "raw"]
    query = (
        sa.select(*columns, klacht.c.kenmerk)
        .outerjoin(klacht, klacht.c.id == arrival.c.klacht_id)
        .where(*where)
        .order_by(arrival.c.id)
        .limit(limit)
    )
    return list(tx.execute(query))


def told_of(tx: sa.Connection, *, id: int | None = None, kenmerk: str | None = None) -> list[sa.Row[Any]]:
    """The story of one arrival, of all arrivals of a klacht, or of every arrival."""
    if id is not None:
        return told(tx, arrival.c.id == id)
    if kenmerk is not None:
        return told(tx, klacht.c.kenmerk == kenmerk.upper())
    return told(tx)


_ASIDE = sa.text(f"({ASIDE})")
"""Written out, so that both databases know the index by it."""


def stuck(tx: sa.Connection) -> list[sa.Row[Any]]:
    """Arrivals that wait for a human: stuck, or in Quarantine, Review or Forward without a ruling."""
    undecided = sa.or_(arrival.c.state == STUCK, arrival.c.ruling.is_(None))
    return told(tx, _ASIDE, _SET_ASIDE, undecided)


def astray(tx: sa.Connection, after: int, most: int = 500) -> list[sa.Row[Any]]:
    """Automatic mail that belongs to no klacht, of those that came in after this one."""
    where = (arrival.c.verdict == "AutoMail", arrival.c.klacht_id.is_(None), arrival.c.id > after)
    return told(tx, _ASIDE, *where, limit=most)


def last_judged(tx: sa.Connection) -> int:
    """The last mail up to which each has had its verdict, or stepped aside."""
    waiting = tx.execute(sa.select(sa.func.min(arrival.c.id)).where(arrival.c.state == KEPT)).scalar()
    return waiting - 1 if waiting else tx.execute(sa.select(sa.func.max(arrival.c.id))).scalar() or 0


def message_ids(tx: sa.Connection, id: int) -> list[str]:
    """The Message-ID of one arrival, where it has one."""
    where = (arrival.c.id == id, arrival.c.message_id.is_not(None))
    return list(tx.execute(sa.select(arrival.c.message_id).where(*where)).scalars())


def threads(tx: sa.Connection, klacht_ids: Sequence[int]) -> list[tuple[int, str, str]]:
    """The mails about these klachten, oldest first: the klacht, who wrote it, and its Message-ID."""
    return [(about, by, id) for about, by, id in _THREADS.rows(tx, {"klachten": klacht_ids})]


_THREADS = Prepared(
    sa.select(arrival.c.klacht_id, arrival.c.writer, arrival.c.message_id)
    .where(is_among(arrival.c.klacht_id, "klachten"), arrival.c.message_id.is_not(None))
    .order_by(arrival.c.id)
)
