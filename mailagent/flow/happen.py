"""What follows from an event: clocks, smiley rounds and invitations, the log, and the mails we owe, in one
transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mailagent.core import clocks
from mailagent.core.clocks import Preset
from mailagent.core.events import (
    MELDER,
    Closed,
    Event,
    FieldSet,
    MailSuppressed,
    Received,
    ReopenDeclined,
    Reopened,
    ReopenRequested,
    Resolved,
    Settled,
)
from mailagent.core.klacht import OPGELOST, Klacht
from mailagent.flow.invite import invite
from mailagent.flow.reach import DEAD_ADDRESS, MAIL_OFF, unreachable
from mailagent.flow.tell import owed_for
from mailagent.flow.world import POST, Act, World
from mailagent.store import dead_addresses, klachten, notices, rounds, terms
from mailagent.store.store import Tx

ENDS_HANDLING = frozenset({"afgehandeld", "doorgestuurd", "niet_in_behandeling"})
"""Mails that end the handling: the statutory clock stops when the relay has taken one (Awb 9:12, 9:8 lid 3,
2:3). Other reasons end it by themselves (Awb 9:5). A mail about closing is named after its reason."""


def happen(act: Act, klacht: Klacht, events: Sequence[Event]) -> Klacht:
    """Let events take effect on a kept klacht: one commit holds them, the clocks and the mails they owe."""
    for event in events:
        klacht = _follow(act, klacht, event)
    events = [*events, *invite(act, klacht, events)]
    klacht = replace(klacht, wake_at=_wake_at(act.tx, klacht))
    klachten.save(act.tx, klacht)
    _tell(act, klacht, events, klachten.record(act.tx, klacht, events, act.origin))
    return klacht


def begin(act: Act, new: Klacht, received: Received) -> Klacht:
    """A klacht comes into being, with its statutory clock running (Awb 9:11)."""
    world = act.world
    clock = clocks.start(_preset(new, world), new.received_at, world.calendar)
    salt = world.salt()
    due = replace(new, deadline=clock.last_day, wake_at=clocks.next_wake(clock))
    klacht = klachten.add(act.tx, due, salt)
    terms.begin(act.tx, klacht.id, clock)
    events = [received, *invite(act, klacht, [received])]
    _tell(act, klacht, events, klachten.record(act.tx, klacht, events, act.origin, salt=salt))
    return klacht


def _preset(klacht: Klacht, world: World) -> Preset:
    """By which clock its category goes."""
    category = world.organisation.category(klacht.category)
    return world.presets[category.clock if category else clocks.AWB]


def _tell(act: Act, klacht: Klacht, events: Sequence[Event], ids: Sequence[int]) -> None:
    """Owe the mails of these events; what may not be sent leaves an event with its reason."""
    happened = list(zip(events, ids, strict=True))
    owed = owed_for(act, klacht, happened)
    act.world.store.enqueue(act.tx, POST, notices.owe(act.tx, owed, act.at))
    actors = {id: event.actor for event, id in happened}
    silent = [
        MailSuppressed(act.at, actors[one.event_id], one.kind, str(one.values["suppressed"]), one.recipient)
        for one in owed
        if one.state == notices.SUPPRESSED and one.event_id
    ]
    if silent:
        _look_for_another_way(act, klacht, silent, klachten.record(act.tx, klacht, silent, act.origin))


def _look_for_another_way(
    act: Act, klacht: Klacht, silent: Sequence[MailSuppressed], ids: Sequence[int]
) -> None:
    """Whose address is dead is reached otherwise: somebody hears of it, once for each klacht."""
    dead = dead_addresses.among(act.tx, {one.recipient for one in silent if one.reason == DEAD_ADDRESS})
    for one, id in zip(silent, ids, strict=True):
        died = dead.get(one.recipient.lower()) if one.reason == DEAD_ADDRESS else None
        if died and not notices.told_since(act.tx, klacht.id, "niet_bezorgd", died.since):
            _tell(act, klacht, [one], [id])


def _follow(act: Act, klacht: Klacht, event: Event) -> Klacht:
    tx, world = act.tx, act.world
    match event:
        case Resolved():
            terms.stop(tx, klacht.id, event.at, _stopped_by("afgehandeld", klacht, act))
            _open_round(act, klacht)
        case ReopenDeclined():
            terms.stop(tx, klacht.id, event.at, ("service",))
            _open_round(act, klacht, invited=world.policy.mail_after_unhappy)
        case Closed():
            terms.stop(tx, klacht.id, event.at, _stopped_by(event.reason, klacht, act))
        case Settled():
            # who answered has had our notice; that nobody answered proves nothing
            answered = event.actor.role == MELDER
            terms.stop(tx, klacht.id, event.at, ("service", "statutory") if answered else ("service",))
        case ReopenRequested() | Reopened():
            start = clocks.start(world.presets[clocks.HEROPEND], event.at, world.calendar)
            terms.start(tx, klacht.id, start)
        case FieldSet(name="category" | "complexity"):
            return _wound_anew(act, klacht)
    return klacht


def _wound_anew(act: Act, klacht: Klacht) -> Klacht:
    """The statutory clock as its category and complexity now ask, from the same moment of receipt. What ran
    before is kept as an older version; a clock that has stopped stays so."""
    preset = _preset(klacht, act.world)
    old = next((clock for _, clock in terms.running(act.tx, klacht.id) if clock.kind == preset.kind), None)
    if old is None or old.preset == preset:
        return klacht
    new = clocks.again(old, preset, act.at, act.world.calendar)
    terms.stop(act.tx, klacht.id, act.at, (new.kind,))
    terms.start(act.tx, klacht.id, new)
    return replace(klacht, deadline=new.last_day)


def _stopped_by(mail: str, klacht: Klacht, act: Act) -> tuple[str, ...]:
    """The clocks that stop at once: the statutory one where it waits for no mail (flow/deliver.py)."""
    waits = mail in ENDS_HANDLING and not unreachable(act, klacht)
    return ("service",) if waits else ("service", "statutory")


def _open_round(act: Act, klacht: Klacht, *, invited: bool = True) -> None:
    # without an invitation the round only counts the days until the klacht closes
    silent = unreachable(act, klacht) if invited else MAIL_OFF
    until = act.at + timedelta(days=act.world.policy.link_days)
    rounds.open_next(act.tx, klacht.id, klacht.melder, act.at, until, silent)


def _wake_at(tx: Tx, klacht: Klacht) -> datetime | None:
    # what is handled closes when its newest round is over, also one to which nobody was invited
    ends = rounds.next_end(tx, klacht.id, newest=klacht.status == OPGELOST)
    return min((at for at in (terms.next_moment(tx, klacht.id), ends) if at), default=None)
