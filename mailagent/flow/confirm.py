"""An order that waits for its confirm link: shown, carried out once, or lapsed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailagent.core import commands
from mailagent.core.errors import LinkGone, LinkUnknown, NotPossible
from mailagent.core.events import AGENT, Actor, OrderLapsed
from mailagent.core.klacht import Klacht
from mailagent.core.organisation import Agent
from mailagent.core.reference import message_name, report_name
from mailagent.flow import batch, obey, settle
from mailagent.flow.answer import CONFIRM_HOURS
from mailagent.flow.happen import happen
from mailagent.flow.outward import Leaving, leaving
from mailagent.flow.world import Act, World
from mailagent.store import klachten, pending, reports
from mailagent.store.pending import Pending
from mailagent.store.store import Tx


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the confirm page shows: the order in full, and all that it would send to others. `kenmerk` may
    be the name of a message."""

    kenmerk: str
    agent: str
    text: str
    state: str
    leaving: tuple[Leaving, ...] = ()


def waiting(pending_id: int, world: World) -> Waiting:
    """What a confirm link is about; changes nothing. `LinkUnknown`, or `LinkGone` with why."""
    with world.store.read() as tx:
        parked = pending.load(tx, pending_id)
        if parked is None:
            raise LinkUnknown
        name = _name(tx, parked)
        if parked.state == "open" and parked.expires_at <= world.now():
            raise LinkGone("expired", name)
        if parked.state not in ("open", "done", "refused"):
            raise LinkGone("expired", name)
        leaves = tuple(_leaving(tx, parked, world))
    return Waiting(name, parked.agent, parked.text, parked.state, leaves)


def _leaving(tx: Tx, parked: Pending, world: World) -> Iterator[Leaving]:
    """What the order would send to others, about its klacht or about each that a report lists."""
    written = commands.read(parked.text)
    if parked.klacht_id and (klacht := klachten.by_id(tx, parked.klacht_id)):
        yield from leaving(tx, klacht, written, world)
    if parked.about_report:
        for id in reports.listed(tx, parked.about_report, written.named).values():
            if klacht := klachten.by_id(tx, id):
                yield from leaving(tx, klacht, written.apart()[klacht.kenmerk], world)


def confirm(pending_id: int, world: World) -> Waiting:
    """Carry out a parked order, once, judged against what it is about as that is now. The result comes by
    mail."""
    with world.store.begin() as tx:
        parked, klacht = _locked(tx, pending_id)
        if parked is None:
            raise LinkUnknown
        name = _name(tx, parked)
        if parked.state == "expired":
            raise LinkGone("expired", name)
        if parked.state != "open":
            return Waiting(name, parked.agent, parked.text, parked.state)
        agent = world.organisation.agent(parked.agent)
        if parked.expires_at <= world.now() or agent is None:
            raise LinkGone("expired", name)
        act = Act(tx, world, world.now(), f"confirmed:{parked.arrival_id}")
        state = "done" if _carried_out(act, parked, klacht, agent) else "refused"
        pending.set_state(tx, pending_id, state)
    return Waiting(name, parked.agent, parked.text, state)


def _carried_out(act: Act, parked: Pending, klacht: Klacht | None, agent: Agent) -> bool:
    written = commands.read(parked.text)
    if parked.about_report:
        about_all = batch.of_all(act, parked.about_report, written)
        return batch.carry_out(act, parked.about_report, agent, about_all)
    if klacht is None:
        return settle.carry_out(act, parked.about_arrival or 0, agent, written)
    try:
        obey.carry_out(act, klacht, agent, written)
    except NotPossible as problem:
        obey.refuse(act, klacht, agent, (str(problem),))
        return False
    return True


def lapse(pending_id: int, world: World) -> None:
    """An order whose link was not used in time: nothing was done, and the agent is told."""
    with world.store.begin() as tx:
        parked, klacht = _locked(tx, pending_id)
        if parked is None or parked.state != "open" or parked.expires_at > world.now():
            return
        pending.set_state(tx, parked.id, "expired")
        agent = world.organisation.agent(parked.agent)
        act = Act(tx, world, world.now(), f"lapsed:{parked.arrival_id}")
        if agent and klacht:
            after = happen(act, klacht, [OrderLapsed(act.at, Actor(AGENT, agent.address))])
            obey.tell_refusal(act, after, agent, (_LAPSED,))
        elif agent and parked.about_report:
            batch.lapse(act, parked.about_report, agent, parked.text, _LAPSED)
        elif agent:
            settle.refuse(act, parked.about_arrival or 0, agent, (_LAPSED,))
        if parked.about_arrival:
            settle.ask_after_all(act, parked.about_arrival)


_LAPSED = f"U hebt uw opdracht niet binnen {CONFIRM_HOURS} uur bevestigd. Er is niets gedaan."


def _locked(tx: Tx, pending_id: int) -> tuple[Pending | None, Klacht | None]:
    """The order, and the klacht it is about, which is locked first, as everywhere."""
    parked = pending.load(tx, pending_id)
    klacht = klachten.by_id(tx, parked.klacht_id, lock=True) if parked and parked.klacht_id else None
    return pending.load(tx, pending_id, lock=True), klacht


def _name(tx: Tx, parked: Pending) -> str:
    klacht = klachten.by_id(tx, parked.klacht_id) if parked.klacht_id else None
    if parked.about_report:
        return report_name(parked.about_report)
    return klacht.kenmerk if klacht else message_name(parked.about_arrival or 0)
