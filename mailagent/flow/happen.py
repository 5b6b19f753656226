"""What follows from an event: clocks and smiley rounds, the log, and the mails we owe; one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

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
    for event in events:
        _follow(act, klacht, event)
    klacht = replace(klacht, wake_at=_wake_at(act.tx, klacht))
    klachten.save(act.tx, klacht)
    _tell(act, klacht, events, klachten.record(act.tx, klacht, events, act.origin))
    return klacht


def begin(act: Act, new: Klacht, received: Received) -> Klacht:
    """A klacht comes into being, with its statutory clock running (Awb 9:11)."""
    world = act.world
    category = world.organisation.category(new.category)
    preset = world.presets[category.clock if category else clocks.AWB]
    clock = clocks.start(preset, new.received_at, world.calendar)
    salt = world.salt()
    due = replace(new, deadline=clock.last_day, wake_at=clocks.next_wake(clock))
    klacht = klachten.add(act.tx, due, salt)
    terms.begin(act.tx, klacht.id, clock)
    _tell(act, klacht, [received], klachten.record(act.tx, klacht, [received], act.origin, salt=salt))
    return klacht


def _tell(act: Act, klacht: Klacht, events: Sequence[Event], ids: Sequence[int]) -> None:
    """Owe the mails of these events; what may not be sent leaves an event with its reason."""
    happened = list(zip(events, ids, strict=True))
    owed = owed_for(act, klacht, happened)
    act.world.store.enqueue(act.tx, POST, notices.owe(act.tx, owed, act.at))
    actors = {id: event.actor for event, id in happened}
    silent = [
        MailSuppressed(act.at, actors[one.event_id], one.kind, str(one.values["suppressed"]))
        for one in owed
        if one.state == notices.SUPPRESSED and one.event_id
    ]
    if silent:
        klachten.record(act.tx, klacht, silent, act.origin)


def _follow(act: Act, klacht: Klacht, event: Event) -> None:
    tx, world = act.tx, act.world
    match event:
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


def _wake_at(tx: Tx, klacht: Klacht) -> datetime | None:
    moments = [at for at in (terms.next_moment(tx, klacht.id), _round_ends(tx, klacht)) if at]
    return min(moments, default=None)


def _round_ends(tx: Tx, klacht: Klacht) -> datetime | None:
    if klacht.status != OPGELOST:
        return None
    last = rounds.last_of(tx, klacht.id)
    return last.expires_at if last else None
