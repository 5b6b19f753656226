"""Who can be reached by mail, why somebody cannot, and who hears of it instead."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mailagent.core.awb import CopySent, Forwarded
from mailagent.core.chat import is_conversation
from mailagent.core.events import (
    Assigned,
    CallPromised,
    Event,
    Invited,
    MailBounced,
    MailSuppressed,
    MergedIn,
    Reacted,
    Reminded,
)
from mailagent.core.klacht import Klacht
from mailagent.core.mails import BY_LAW
from mailagent.core.organisation import DEPUTY, LEAD, Organisation
from mailagent.core.reference import is_own
from mailagent.core.ways import LETTER, MAIL, MESSAGE, NOT_ON_PAPER
from mailagent.flow.world import Act, Policy, World
from mailagent.store import dead_addresses

NOBODY = ""
"""The recipient of a mail that has none: it is suppressed, and the log of the klacht tells."""

CONTACT_REFUSED, NO_ADDRESS, OWN_ADDRESS, DEAD_ADDRESS, ABSENT, CHANNEL_OFF = (
    "contact_refused",
    "no_address",
    "own_address",
    "dead_address",
    "absent",
    "channel_off",
)
"""Why somebody gets no mail; the last: an admin switched it off."""


@dataclass(frozen=True, slots=True)
class Hearer:
    """Who is to hear of something. `absent`: they are not there, and another hears of it; `instead_of` is the
    agent that other stands in for."""

    address: str
    absent: bool = False
    instead_of: str = ""


def unreachable(act: Act, klacht: Klacht, address: str | None = None) -> str:
    """Why no mail may go to the melder, "" where it may; at `address`, where that was frozen before."""
    if not klacht.contact_allowed:
        return CONTACT_REFUSED
    to = klacht.melder if address is None else address
    return why_not(to, act.world, dead_addresses.among(act.tx, [to]))


def way_of(klacht: Klacht, mail: str, address: str, world: World, dead: Collection[str]) -> tuple[str, str]:
    """By which way a mail goes to the melder, at this address where it is a mail; and why by none, "" where
    it does. `dead` are the dead addresses, in lower case.

    Paper takes over where the melder asked for it or no mail can go; of who wants no contact any more only
    what the law asks for goes, and on paper.
    """
    on_paper = prints(klacht, mail, world.policy)
    if not klacht.contact_allowed:
        return (LETTER, "") if on_paper and mail in BY_LAW else (MAIL, CONTACT_REFUSED)
    if on_paper and klacht.prefers == LETTER:
        return LETTER, ""
    reason = why_not(address, world, dead)
    if on_paper and reason:
        return LETTER, ""
    return (MESSAGE if is_conversation(address) else MAIL), reason


def prints(klacht: Klacht, mail: str, policy: Policy) -> bool:
    """Can this mail to the melder leave as a letter of ours?"""
    return policy.prints and klacht.postal is not None and mail not in NOT_ON_PAPER


def way_to(act: Act, klacht: Klacht, mail: str) -> tuple[str, str]:
    """The same, for a mail to the melder as they are now."""
    dead = dead_addresses.among(act.tx, [klacht.melder])
    return way_of(klacht, mail, klacht.melder, act.world, dead)


def why_not(address: str, world: World, dead: Collection[str]) -> str:
    """Why no mail may go to an address, "" where it may. `dead` are the dead ones, in lower case."""
    if address == NOBODY or (is_conversation(address) and not world.policy.messages):
        return NO_ADDRESS
    if is_own(address, world.organisation.address):
        return OWN_ADDRESS
    return DEAD_ADDRESS if address.lower() in dead else ""


def circles(to: str, klacht: Klacht, event: Event, organisation: Organisation) -> Iterator[tuple[str, ...]]:
    """Who hears of it; and in the next circle, who does where nobody of these can. Whom the klacht is about
    never does (Awb 9:7). What `to` may be is told in `flow/tell.py`."""
    if (alone := _the_one(to, klacht, event)) is not None:
        yield (alone,)
        return
    passed_over = (klacht.beklaagde, _knows_already(event))
    if isinstance(event, Reacted) and event.asked_by and organisation.agent(event.asked_by):
        asked = (event.asked_by, klacht.assigned_to or event.asked_by)
        yield tuple(dict.fromkeys(address for address in asked if address != klacht.beklaagde))
    above = to in ("lead", "manager", "sorting")
    whose = _who_answers_for(klacht, organisation, to) if above else _who_works_on(klacht, organisation, to)
    for some in whose:
        if others := tuple(dict.fromkeys(address for address in some if address not in passed_over)):
            yield others


def _the_one(to: str, klacht: Klacht, event: Event) -> str | None:
    """Whom it is for alone; None where several may hear of it."""
    if isinstance(event, Forwarded | CopySent | Assigned | Invited | Reminded) and to in _NAMED:
        return event.to
    return {"melder": klacht.melder, "beklaagde": klacht.beklaagde, "asker": event.actor.address}.get(to)


_NAMED = ("outside", "assignee", "invited")


def _knows_already(event: Event) -> str:
    """Who needs no mail about it: they did it, or it is about a mail that did not reach them."""
    if isinstance(event, MailBounced | MailSuppressed):
        return event.recipient
    return event.actor.address if isinstance(event, CallPromised | MergedIn) else NOBODY


def _who_answers_for(klacht: Klacht, organisation: Organisation, to: str) -> Iterator[tuple[str, ...]]:
    """The manager, the lead of the team, or who sorts; where there is none, who stands above or beside."""
    team = organisation.team(klacht.team)
    if to == "sorting":
        yield organisation.task_addresses(organisation.sorting_team)
    elif to == "manager":
        yield (organisation.manager.lower(),)
    else:
        yield team.in_role(LEAD)
        yield team.in_role(DEPUTY)
    yield (organisation.coordinator.lower(),)
    yield organisation.task_addresses(team)


def _who_works_on(klacht: Klacht, organisation: Organisation, to: str) -> Iterator[tuple[str, ...]]:
    """Who has it, then the team, then the coordinator."""
    if to != "team" and klacht.assigned_to and organisation.agent(klacht.assigned_to):
        yield (klacht.assigned_to,)
    yield organisation.task_addresses(organisation.team(klacht.team))
    yield (organisation.coordinator.lower(),)


def heard_by(
    circles: Iterable[tuple[str, ...]], dead: Collection[str], away: Mapping[str, str]
) -> tuple[Hearer, ...]:
    """The first circle in which somebody is there, after those in which nobody is. `away` are the absent
    ones, each with who stands in, "" for nobody.

    The dead ones stay in, for a mail that was not sent must show; so do the absent ones. Where nobody is
    there at all, the absent ones hear of it when they come back.
    """
    passed: dict[str, Hearer] = {}
    for circle in circles:
        for address in circle:
            passed[address] = Hearer(address, absent=address in away)
            if deputy := away.get(address):
                passed.setdefault(deputy, Hearer(deputy, instead_of=address))
        if any(not one.absent and one.address.lower() not in dead for one in passed.values()):
            return tuple(passed.values())
    return tuple(Hearer(address) for address in passed) or (Hearer(NOBODY),)
