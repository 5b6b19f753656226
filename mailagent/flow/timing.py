"""Which clocks run for a klacht: started when it comes in, stopped and changed by what happens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from mailagent.core import clocks
from mailagent.core.awb import DelayAgreed, Extended, HearingInvited
from mailagent.core.calendar import Calendar, local_day
from mailagent.core.clocks import HEROPEND, STATUTORY, Clock, Preset
from mailagent.core.events import (
    MELDER,
    THE_CLOCK,
    Answered,
    Asked,
    Closed,
    Event,
    FieldSet,
    Prioritised,
    ReopenDeclined,
    Reopened,
    ReopenRequested,
    Resolved,
    Routed,
    Settled,
    TakenUp,
    TermChanged,
)
from mailagent.core.klacht import NIEUW, UNHANDLED, Klacht
from mailagent.core.organisation import Category
from mailagent.core.postroom import ReceiptDated, Transcribed
from mailagent.flow.reach import way_to
from mailagent.flow.world import Act, World
from mailagent.store import klachten, notices, terms
from mailagent.store.terms import Terms

ENDS_HANDLING = frozenset({"afgehandeld", "doorgestuurd", "niet_in_behandeling"})
"""Mails that end the handling: the statutory clock stops when the relay has taken one (Awb 9:12, 9:8 lid 3,
2:3). Other reasons end it by themselves (Awb 9:5). A mail about closing is named after its reason."""

RECEIPT = "ontvangstbevestiging"
"""The mail that acknowledges a klacht."""

_HAPPENED = {
    "taken_up": ("taken_up",),
    "decided": ("taken_up", "extended", "hearing_invited", "resolved", "closed"),
    "answered": ("answered", "asked"),
}
"""What a service clock waits for → the events after which it no longer does."""


_ENDS: Mapping[type[Event], tuple[clocks.Until, ...]] = {
    TakenUp: ("taken_up", "decided"),
    Answered: ("answered",),
    Asked: ("answered",),
    Extended: ("decided",),
    HearingInvited: ("decided",),
}
"""What happened → what no service clock has to wait for any more."""


def at_intake(new: Klacht, world: World) -> list[Clock]:
    """The clocks that begin with a klacht, that of the law first (Awb 9:11)."""
    calendar = _hours_of(new, world)
    return [clocks.start(preset, new.received_at, calendar) for preset in _presets(new, world)]


def _hours_of(klacht: Klacht, world: World) -> Calendar:
    """When the team works that has the klacht."""
    return world.organisation.team(klacht.team).calendar(world.calendar)


def _presets(klacht: Klacht, world: World) -> Iterator[Preset]:
    """What the category asks for in the state the klacht is in."""
    category = world.organisation.category(klacht.category)
    yield law(klacht, world)
    for service in _services(category, world):
        if preset := service.in_state(klacht.status, klacht.complexity):
            yield preset


def law(klacht: Klacht, world: World) -> Preset:
    """The term of the law that its category goes by."""
    return _law(world.organisation.category(klacht.category), world)


def _law(category: Category | None, world: World) -> Preset:
    return world.presets[category.clock if category else clocks.AWB]


def _services(category: Category | None, world: World) -> list[Preset]:
    """What runs beside the clock of the law: what that brings, and what the category asks for."""
    ids = dict.fromkeys((*_law(category, world).beside, *(category.service if category else ())))
    return [world.presets[id] for id in ids]


def follow(act: Act, klacht: Klacht, events: Sequence[Event], own: Terms) -> tuple[Klacht, list[Event]]:
    """What events, and then its state, do to the clocks of a klacht; the events that follow from it."""
    for event in events:
        _follow(act, klacht, event, own)
    klacht, changed = _recompute(act, klacht, events, own)
    changed += _follow_team(act, klacht, events, own)
    klacht, entered = _enter_state(act, klacht, own)
    return klacht, [*changed, *entered]


def _follow(act: Act, klacht: Klacht, event: Event, own: Terms) -> None:
    """What an event does to the clocks by itself."""
    _reach(own, act.at, *_ENDS.get(type(event), ()))
    match event:
        case Resolved():
            own.stop_kinds(event.at, _stopped_by("afgehandeld", klacht, act))
        case ReopenDeclined():
            own.stop_kinds(event.at, ("service",))
        case Closed():
            own.stop_kinds(event.at, _stopped_by(event.reason, klacht, act))
        case Settled():
            # who answered has had our notice; that nobody answered proves nothing
            answered = event.actor.role == MELDER
            kinds = ("service", STATUTORY) if answered else ("service",)
            own.stop_kinds(event.at, kinds)
        case Extended() | DelayAgreed() | ReceiptDated():
            _move(act, klacht, event, own)
        case ReopenRequested() | Reopened():
            preset = act.world.presets[HEROPEND]
            own.start(clocks.start(preset, event.at, act.world.calendar), event.at)


def _move(act: Act, klacht: Klacht, event: Extended | DelayAgreed | ReceiptDated, own: Terms) -> None:
    """The clock of the law goes on with another last day (Awb 9:11 lid 2 and 3), or counts from another."""
    if isinstance(event, ReceiptDated):
        _count_from(act, klacht, date.fromisoformat(event.was), own)
        return
    calendar = act.world.calendar
    if clock := own.named(STATUTORY):
        if isinstance(event, Extended):
            moved = clocks.extend(clock, calendar, event.at, event.weeks)
        else:
            moved = clocks.agree(clock, date.fromisoformat(event.last_day), calendar, event.at)
        own.start(moved, event.at)


def _count_from(act: Act, klacht: Klacht, was: date, own: Terms) -> None:
    """The clocks that began with the klacht count from another day of receipt."""
    for clock in own.running:
        if local_day(clock.started_at) == was and not clock.preset.status:
            begun = replace(clock, started_at=klacht.received_at)
            moved = clocks.by_another(begun, clock.preset, _hours_of(klacht, act.world), act.at)
            own.start(moved, act.at)


def _stopped_by(mail: str, klacht: Klacht, act: Act) -> tuple[str, ...]:
    """The clocks that stop at once: the statutory one where it waits for no mail (flow/deliver.py)."""
    waits = mail in ENDS_HANDLING and not way_to(act, klacht, mail)[1]
    return ("service",) if waits else ("service", STATUTORY)


def acknowledged(act: Act, klacht_id: int) -> None:
    """The melder has the receipt: the service clocks that waited for that stop."""
    every = terms.of(act.tx, [klacht_id])()
    _reach(every[klacht_id], act.at, "acknowledged")
    terms.keep(act.tx, every.values())


def _reach(own: Terms, at: datetime, *what: clocks.Until) -> None:
    """The service clocks that waited for one of these stop."""
    own.stop(at, *(clock.name for clock in own.running if _waits_for(clock, what)))


def _waits_for(clock: Clock, what: Sequence[clocks.Until]) -> bool:
    return clock.name not in (STATUTORY, HEROPEND) and clock.preset.until in what


def is_awaited(what: clocks.Until, world: World) -> bool:
    """Does any category have a service clock that waits for this?"""
    every = (None, *world.organisation.categories)
    return any(preset.until == what for category in every for preset in _services(category, world))


def _recompute(act: Act, klacht: Klacht, happened: Sequence[Event], own: Terms) -> tuple[Klacht, list[Event]]:
    """Where a human set the category or the complexity, the clocks go as these ask for now. The events that
    follow tell what they were.

    A clock goes by its new preset from its own start on. What has stopped does not begin again.
    """
    if not any(_may_change_terms(event) for event in happened):
        return klacht, []
    running = {clock.name: clock for clock in own.running}
    wanted = {preset.name: preset for preset in _presets(klacht, act.world)}
    events: list[Event] = []
    for name, clock in running.items():
        if name not in wanted and name != HEROPEND:
            own.stop(act.at, name)
            events.append(TermChanged(act.at, THE_CLOCK, clock.preset.id, clock.said_end, ""))
    for name, preset in wanted.items():
        old = running.get(name)
        new = _changed(act, klacht, old, preset)
        if new:
            own.start(new, act.at)
            was = old.said_end if old else ""
            events.append(TermChanged(act.at, THE_CLOCK, preset.id, was, new.said_end))
            klacht, urgent = _prioritised(act, klacht, old, new)
            events += urgent
    return klacht, events


def _may_change_terms(event: Event) -> bool:
    return isinstance(event, Transcribed) or (
        isinstance(event, FieldSet) and event.name in ("category", "complexity")
    )


def _changed(act: Act, klacht: Klacht, old: Clock | None, preset: Preset) -> Clock | None:
    """The clock that is to run in place of `old`; None where that one stays, or where none may begin."""
    calendar = _hours_of(klacht, act.world)
    if old:
        return None if _is_by(old, preset) else clocks.by_another(old, preset, calendar, act.at)
    if preset.kind == STATUTORY or klacht.status not in UNHANDLED or _is_past(act, klacht, preset):
        return None
    in_state = bool(preset.status) and klacht.status != NIEUW
    return clocks.start(preset, act.at if in_state else klacht.received_at, calendar)


def _is_by(clock: Clock, preset: Preset) -> bool:
    return (clock.preset.id, clock.preset.status, clock.preset.complexity) == (
        preset.id,
        preset.status,
        preset.complexity,
    )


def _is_past(act: Act, klacht: Klacht, preset: Preset) -> bool:
    """Has what this service clock would wait for happened already?"""
    if preset.until == "acknowledged":
        return notices.was_sent(act.tx, klacht.id, RECEIPT)
    kinds = _HAPPENED.get(preset.until, ())
    return any(klachten.told_since(act.tx, klacht.id, kind, klacht.received_at) for kind in kinds)


def _follow_team(act: Act, klacht: Klacht, happened: Sequence[Event], own: Terms) -> list[Event]:
    """A team that works at other hours than the one before it: what is counted in office hours ends at
    another moment. The events that follow tell what it was."""
    calendar, organisation = act.world.calendar, act.world.organisation
    hours = [
        organisation.team(team).calendar(calendar)
        for event in happened
        if isinstance(event, Routed)
        for team in (event.was, event.team)
    ]
    events: list[Event] = []
    running = own.running if len(set(hours)) > 1 else []
    for clock in (clock for clock in running if clock.preset.by_office):
        new = clocks.by_another(clock, clock.preset, _hours_of(klacht, act.world), act.at)
        if new.ends_at != clock.ends_at:
            own.start(new, act.at)
            events.append(TermChanged(act.at, THE_CLOCK, clock.preset.id, clock.said_end, new.said_end))
    return events


def _enter_state(act: Act, klacht: Klacht, own: Terms) -> tuple[Klacht, list[Event]]:
    """A term for a state stops when the klacht leaves it, and the next begins (RE-02)."""
    category = act.world.organisation.category(klacht.category)
    by_state = [preset for preset in _services(category, act.world) if preset.states]
    if not by_state:
        return klacht, []
    events: list[Event] = []
    for preset in by_state:
        old = own.named(preset.name)
        if old and old.preset.status == klacht.status:
            continue
        own.stop(act.at, preset.name)
        chosen = preset.in_state(klacht.status, klacht.complexity)
        new = clocks.start(chosen, act.at, act.world.calendar) if chosen else None
        if new:
            own.start(new, act.at)
        klacht, urgent = _prioritised(act, klacht, old, new)
        events += urgent
    return klacht, events


def _prioritised(
    act: Act, klacht: Klacht, old: Clock | None, new: Clock | None
) -> tuple[Klacht, list[Event]]:
    """What one clock made urgent is so no more where the next one does not."""
    if not (old and clocks.made_urgent(old)) or (new and clocks.made_urgent(new)):
        return klacht, []
    return prioritise(klacht, "normaal", act.at)


def prioritise(klacht: Klacht, priority: str, at: datetime) -> tuple[Klacht, list[Event]]:
    """The priority that follows from state and complexity; a human decision is never overwritten."""
    if klacht.priority == priority or "priority" in klacht.by_hand:
        return klacht, []
    return replace(klacht, priority=priority), [Prioritised(at, THE_CLOCK, priority, klacht.priority)]


def looked_at(klacht: Klacht, round_ends: datetime | None, running: Sequence[Clock]) -> Klacht:
    """The klacht with its last day, and the moment at which it must be looked at again."""
    call = None if klacht.call_reminded else klacht.call_due
    moments = [at for at in (round_ends, call, *map(clocks.next_wake, running)) if at]
    deadline = next((clock.last_day for clock in running if clock.name == STATUTORY), klacht.deadline)
    return klacht.but(deadline=deadline, wake_at=min(moments, default=None))
