"""What follows from an event: clocks and smiley rounds, the log, and the mails we owe; one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from mailagent.core import clocks
from mailagent.core.events import (
    Closed,
    Event,
    MailSuppressed,
    Received,
    ReopenDeclined,
    Reopened,
    ReopenRequested,
    Resolved,
    Settled,
)
from mailagent.core.klacht import OPGELOST, Klacht
from mailagent.flow.tell import owed_for, unreachable
from mailagent.flow.world import POST, Act
from mailagent.store import klachten, notices, rounds, terms
from mailagent.store.store import Tx


def happen(act: Act, klacht: Klacht, events: Sequence[Event]) -> Klacht:
    """Let events take effect on a kept klacht: one commit holds them, the clocks and the mails they owe."""
    tx, world = act.tx, act.world
    for event in events:
        _follow(act, klacht, event)
    if any(isinstance(event, Received) for event in events):
        klacht = replace(klacht, deadline=_last_day(tx, klacht))
    klacht = replace(klacht, wake_at=_wake_at(tx, klacht))
    klachten.save(tx, klacht)
    ids = klachten.record(tx, klacht, events, act.origin)
    owed = owed_for(act, klacht, list(zip(events, ids, strict=True)))
    kept = notices.owe(tx, owed, act.at)
    world.store.enqueue(tx, POST, kept)
    silent = [
        MailSuppressed(act.at, event.actor, one.kind, str(one.values["suppressed"]))
        for event, id in zip(events, ids, strict=True)
        for one in owed
        if one.event_id == id and one.state == notices.SUPPRESSED
    ]
    if silent:
        klachten.record(tx, klacht, silent, act.origin)
    return klacht


def _follow(act: Act, klacht: Klacht, event: Event) -> None:
    tx, world = act.tx, act.world
    match event:
        case Received():
            category = world.organisation.category(klacht.category)
            preset = world.presets[category.clock if category else clocks.AWB]
            terms.start(tx, klacht.id, clocks.start(preset, klacht.received_at, world.calendar))
        case Resolved():
            # the statutory clock stops when the relay has taken the notice of Awb 9:12 (outbound/post.py)
            kinds = ("service", "statutory") if unreachable(klacht, world) else ("service",)
            terms.stop(tx, klacht.id, event.at, kinds)
            _open_round(act, klacht)
        case ReopenDeclined():
            terms.stop(tx, klacht.id, event.at, ("service",))
            _open_round(act, klacht, invited=world.policy.mail_after_unhappy)
        case Closed() | Settled():
            terms.stop(tx, klacht.id, event.at, ("statutory", "service"))
        case ReopenRequested() | Reopened():
            start = clocks.start(world.presets[clocks.HEROPEND], event.at, world.calendar)
            terms.start(tx, klacht.id, start)


def _open_round(act: Act, klacht: Klacht, *, invited: bool = True) -> None:
    # without an invitation the round only counts the days until the klacht closes
    address = klacht.melder if invited and not unreachable(klacht, act.world) else ""
    until = act.at + timedelta(days=act.world.policy.link_days)
    rounds.open_next(act.tx, klacht.id, address, act.at, until)


def _last_day(tx: Tx, klacht: Klacht) -> date | None:
    return next((c.last_day for _, c in terms.running(tx, klacht.id) if c.kind == "statutory"), None)


def _wake_at(tx: Tx, klacht: Klacht) -> datetime | None:
    moments = [at for at in (terms.next_moment(tx, klacht.id), _round_ends(tx, klacht)) if at]
    return min(moments, default=None)


def _round_ends(tx: Tx, klacht: Klacht) -> datetime | None:
    if klacht.status != OPGELOST:
        return None
    last = rounds.last_of(tx, klacht.id)
    return last.expires_at if last else None
