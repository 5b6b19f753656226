"""The clock: what is due now, found by one sweep, each klacht in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from mailagent.core import clocks
from mailagent.core import klacht as life
from mailagent.core.events import CLOCK, THE_CLOCK, CallOverdue, Event, LevelCrossed, RoundExpired, Settled
from mailagent.core.klacht import Klacht
from mailagent.flow import confirm, remind, timing
from mailagent.flow.happen import happen
from mailagent.flow.world import POST, PROCESS, Act, World
from mailagent.store import arrivals, invitations, klachten, notices, pending, retention, rounds, terms
from mailagent.store.store import Tx

FORGOTTEN_AFTER = timedelta(minutes=5)
"""Work that could have been done so long ago may have lost its job; the rows are the truth."""


def sweep(world: World) -> int:
    """Everything whose moment has come. Returns how many steps were taken."""
    steps = due(world)
    for _, step in steps:
        step()
    return len(steps)


def due(world: World) -> list[tuple[str, Callable[[], None]]]:
    """What has to be done now: each step by its name, in a transaction of its own."""
    with world.store.read() as tx:
        awake = klachten.due(tx, world.now())
        lapsed = pending.lapsed(tx, world.now())
        invited = invitations.due(tx, world.now())
    steps: list[tuple[str, Callable[[], None]]] = [(f"klacht {id}", partial(tick, id, world)) for id in awake]
    steps += [(f"order {parked.id}", partial(confirm.lapse, parked.id, world)) for parked in lapsed]
    return steps + [(f"invitation {id}", partial(remind.come_due, id, world)) for id in invited]


def tick(klacht_id: int, world: World) -> None:
    """The levels a klacht has crossed, the call that nobody made, and the smiley rounds that are to be
    recalled or have expired, each once."""
    now = world.now()
    with world.store.begin() as tx:
        klacht = klachten.by_id(tx, klacht_id, lock=True)
        if klacht is None or klacht.wake_at is None or klacht.wake_at > now:
            return
        klacht, events = _crossed(tx, klacht, now)
        act = Act(tx, world, now, "clock")
        events += remind.recall(act, klacht)
        events += [RoundExpired(r.expires_at, THE_CLOCK, r.number) for r in rounds.expire(tx, klacht.id, now)]
        klacht, overdue = _overdue(klacht, now)
        klacht, ended = _ended(tx, klacht, now)
        happen(act, klacht, [*events, *overdue, *ended])


def _crossed(tx: Tx, klacht: Klacht, now: datetime) -> tuple[Klacht, list[Event]]:
    events: list[Event] = []
    for id, clock in terms.running(tx, klacht.id):
        over, wound = clocks.crossed(clock, now)
        if over:
            terms.wind(tx, id, wound)
        for due in over:
            if due.name == clocks.URGENT.name:
                klacht, urgent = timing.prioritise(klacht, "spoed", due.at)
                events += urgent
                continue
            told = (clock.preset.id, due.name, clock.said_end, clock.awaits, due.to)
            events.append(LevelCrossed(due.at, THE_CLOCK, *told))
    return klacht, events


def _overdue(klacht: Klacht, now: datetime) -> tuple[Klacht, list[Event]]:
    """Whoever was to call the melder is reminded of it once."""
    due = klacht.call_due
    if due is None or klacht.call_reminded or now < due:
        return klacht, []
    late = CallOverdue(due, THE_CLOCK, klacht.call_note, klacht.call_attempts)
    return replace(klacht, call_reminded=True), [late]


def _ended(tx: Tx, klacht: Klacht, now: datetime) -> tuple[Klacht, list[Event]]:
    """opgelost → gesloten when the last invitation has expired, or as many days later without one."""
    last = rounds.last_of(tx, klacht.id)
    if klacht.status != life.OPGELOST or last is None or now < last.expires_at:
        return klacht, []
    return life.after(klacht, "settle", CLOCK), [Settled(last.expires_at, THE_CLOCK, "verlopen")]


def destroy(world: World) -> int:
    """Destroy the mail that became nothing and whose days are over (AVG art. 5 lid 1 onder e). How many."""
    before = world.now() - timedelta(days=world.policy.arrivals_days)
    total = 0
    while True:
        with world.store.begin() as tx:
            gone = retention.destroy_arrivals(tx, before)
        total += gone
        if not gone:
            return total


def remember(world: World) -> None:
    """Put rows back to work that wait although no job carries them any more."""
    before = world.now() - FORGOTTEN_AFTER
    with world.store.read() as tx:
        kept, owed = arrivals.waiting(tx, before), notices.waiting(tx, before)
    if kept or owed:
        with world.store.begin() as tx:
            world.store.enqueue(tx, PROCESS, kept)
            world.store.enqueue(tx, POST, owed)
