"""Who hears of what: the TELL table, and the owed mails it makes of an event."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from mailagent.core.calendar import local_day
from mailagent.core.events import (
    Answered,
    Assigned,
    Closed,
    Event,
    FeedbackGiven,
    LevelCrossed,
    MailBounced,
    MailSuppressed,
    Reacted,
    Received,
    ReopenDeclined,
    Reopened,
    ReopenRequested,
    Resolved,
    TakenUp,
)
from mailagent.core.klacht import GROUNDS, Klacht
from mailagent.core.mails import AGENT, MAILS, TO_MELDER
from mailagent.flow.reach import CONTACT_REFUSED, DEAD_ADDRESS, NOBODY, heard_by, why_not
from mailagent.flow.world import Act, Policy, World
from mailagent.store import dead_addresses, notices, rounds
from mailagent.store.notices import Owed
from mailagent.store.store import Tx

When = Callable[[Any, Klacht, Policy], bool]


def _always(event: Any, klacht: Klacht, policy: Policy) -> bool:  # noqa: ARG001
    return True


def _has_locked(event: Any, klacht: Klacht, policy: Policy) -> bool:  # noqa: ARG001
    return bool(event.locked) and _from_melder(event)


def _has_encrypted(event: Any, klacht: Klacht, policy: Policy) -> bool:  # noqa: ARG001
    return bool(event.encrypted) and _from_melder(event)


def _from_melder(event: Event) -> bool:
    return not isinstance(event, Reacted) or event.confirmed


def _can_be_read(event: Reacted) -> bool:
    # what cannot has a mail of its own, which says that it came
    return event.supplements and not event.encrypted and not event.locked


def _needs_another_way(event: Any, klacht: Klacht, policy: Policy) -> bool:  # noqa: ARG001
    """A dead address and nobody beside it: where a task went to a whole team, the others have it."""
    return bool(event.reason == DEAD_ADDRESS) and (event.mail in TO_MELDER or event.mail == "toegewezen")


def _closed_for(reason: str) -> When:
    return lambda event, _klacht, _policy: bool(event.reason == reason)


@dataclass(frozen=True, slots=True)
class Telling:
    """One row of TELL: after this event, this mail goes to `to`, where `when` holds.

    `to` is melder, team (every member), handler (whoever has it, else the team), assignee, or others: the
    first of handler, team and coordinator with someone other than whom a mail did not reach.
    """

    event: type[Event]
    mail: str
    to: str
    when: When = _always


MISSED_BY_NOBODY = frozenset(
    {"niet_bezorgd", "hulp", "opdracht_uitgevoerd", "opdracht_niet_begrepen", "opdracht_bevestigen"}
)
"""When one of these does not arrive nobody else is told: an agent's own answers, and this very message."""

LOCKED, ENCRYPTED = "geweigerd_wachtwoord", "geweigerd_versleuteld"
SUPPLEMENTED = "aanvulling_ontvangen"
OFTEN_ENOUGH = {LOCKED: (3, None), ENCRYPTED: (3, None), SUPPLEMENTED: (1, timedelta(days=1))}
"""So often at most, and in how long, the melder hears about one klacht that something came, or that we cannot
open it: a robot that answers each of our mails, and does not say that it is one, stops here. The team hears
of every one."""

TELL = (
    Telling(Received, "ontvangstbevestiging", "melder"),
    *(Telling(event, LOCKED, "melder", _has_locked) for event in (Received, Reacted, ReopenRequested)),
    *(Telling(event, ENCRYPTED, "melder", _has_encrypted) for event in (Received, Reacted, ReopenRequested)),
    Telling(Received, "nieuw_voor_team", "team"),
    Telling(Reacted, SUPPLEMENTED, "melder", lambda e, _k, p: _can_be_read(e) and p.mail_aanvulling),
    Telling(Reacted, "aanvulling", "handler", lambda e, _k, _p: e.supplements),
    Telling(Reacted, "reactie_melder", "handler", lambda e, _k, _p: not e.supplements),
    Telling(TakenUp, "in_behandeling", "melder", lambda _e, _k, policy: policy.mail_in_behandeling),
    Telling(Assigned, "toegewezen", "assignee", lambda e, _k, _p: bool(e.to and e.to != e.actor.address)),
    Telling(Answered, "antwoord", "melder"),
    Telling(Resolved, "afgehandeld", "melder"),
    Telling(ReopenRequested, "feedback_ontvangen", "melder", lambda _e, _k, p: p.mail_feedback_received),
    Telling(ReopenRequested, "verzoek_tot_heropenen", "handler"),
    Telling(
        FeedbackGiven,
        "feedback_ontvangen",
        "melder",
        lambda e, _k, p: p.mail_feedback_received and not e.satisfied and not e.reopens,
    ),
    Telling(Reopened, "heropend", "melder"),
    Telling(ReopenDeclined, "afgehandeld_na_ontevreden", "melder", lambda _e, _k, p: p.mail_after_unhappy),
    Telling(Closed, "ingetrokken", "melder", _closed_for("ingetrokken")),
    Telling(Closed, "doorgestuurd", "melder", _closed_for("doorgestuurd")),
    Telling(Closed, "niet_in_behandeling", "melder", _closed_for("niet_in_behandeling")),
    Telling(Closed, "naar_tevredenheid", "melder", _closed_for("naar_tevredenheid")),
    Telling(LevelCrossed, "herinnering", "handler"),
    Telling(MailBounced, "niet_bezorgd", "others", lambda e, _k, _p: e.mail not in MISSED_BY_NOBODY),
    Telling(MailSuppressed, "niet_bezorgd", "others", _needs_another_way),
)


def owed_for(act: Act, klacht: Klacht, happened: Sequence[tuple[Event, int]]) -> list[Owed]:
    """The mails these kept events owe; those that may not be sent are suppressed, with their reason."""
    rows = [
        ((event, id), row.mail, list(_circles(row.to, klacht, event, act.world)))
        for event, id in happened
        for row in TELL
        if isinstance(event, row.event) and row.when(event, klacht, act.world.policy)
    ]
    known = {address for *_, circles in rows for circle in circles for address in circle}
    dead = dead_addresses.among(act.tx, known)
    return [
        _owed(act, klacht, happening, mail, recipient, dead)
        for happening, mail, circles in rows
        for recipient in heard_by(circles, dead)
    ]


def concerns_melder(events: Sequence[Event], klacht: Klacht, policy: Policy) -> bool:
    """Does one of these events owe the melder a mail?"""
    rows = [row for row in TELL if row.to == "melder"]
    return any(isinstance(e, row.event) and row.when(e, klacht, policy) for e in events for row in rows)


def _circles(to: str, klacht: Klacht, event: Event, world: World) -> Iterator[tuple[str, ...]]:
    """Who hears of it; and in the next circle, who does where all of these are dead."""
    if to == "melder":
        yield (klacht.melder,)
        return
    if to == "assignee" and isinstance(event, Assigned):
        yield (event.to,)
        return
    unreached = event.recipient if isinstance(event, MailBounced | MailSuppressed) else NOBODY
    for some in _who_works_on(klacht, world, first="team" if to == "team" else "handler"):
        if others := tuple(dict.fromkeys(address for address in some if address != unreached)):
            yield others


def _who_works_on(klacht: Klacht, world: World, *, first: str) -> Iterator[tuple[str, ...]]:
    """Who has it, then the team, then the coordinator."""
    organisation = world.organisation
    if first == "handler" and klacht.assigned_to and organisation.agent(klacht.assigned_to):
        yield (klacht.assigned_to,)
    yield organisation.task_addresses(organisation.team(klacht.team))
    yield (organisation.coordinator.lower(),)


def _owed(
    act: Act,
    klacht: Klacht,
    happened: tuple[Event, int],
    mail: str,
    recipient: str,
    dead: Collection[str],
) -> Owed:
    event, event_id = happened
    values = {**facts(klacht, act.world), **_said(act, klacht, event, mail)}
    key = f"{klacht.kenmerk}:{event_id}:{mail}:{recipient}"
    owed = Owed(mail, recipient, key, values, klacht.id, event_id)
    refused = CONTACT_REFUSED if mail in TO_MELDER and not klacht.contact_allowed else ""
    if reason := refused or why_not(recipient, act.world, dead) or _enough(act, mail, klacht):
        return replace(owed, state=notices.SUPPRESSED, values=values | {"suppressed": reason})
    return owed


def _enough(act: Act, mail: str, klacht: Klacht) -> str:
    """Why this is not said again, "" where it may be."""
    if mail not in OFTEN_ENOUGH:
        return ""
    most, within = OFTEN_ENOUGH[mail]
    told = notices.owed_of(act.tx, klacht.id, mail, act.at - within if within else None)
    return "too_many" if told >= most else ""


def facts(klacht: Klacht, world: World) -> dict[str, Any]:
    """What every mail about a klacht may name; moments in ISO 8601, written out when the mail is made."""
    category = world.organisation.category(klacht.category)
    return {
        "kenmerk": klacht.kenmerk,
        "language": klacht.language,
        "subject": klacht.subject,
        "category": category.name if category else "",
        "status": klacht.status,
        "received": klacht.received_at.isoformat(),
        "channel": klacht.channel,
        "last_day": klacht.deadline.isoformat() if klacht.deadline else "",
        "melder_name": klacht.melder_name,
    }


def _said(act: Act, klacht: Klacht, event: Event, mail: str) -> dict[str, Any]:
    """What this mail says beyond the facts of the klacht."""
    known = MAILS[mail].variables
    said = {name: value for name, value in event.data.items() if name in known}
    text = str(event.data.get("text", ""))
    world = act.world
    match event:
        case Received():
            team = world.organisation.team(klacht.team).name
            said |= {"quote": text, "description": text, "sender": klacht.melder, "team": team}
        case Reacted() | ReopenRequested():
            said |= {"description": text, "reopens": isinstance(event, ReopenRequested)}
            said |= _promised(klacht, event.at) if mail == SUPPLEMENTED else {}
            said |= _photos(event, mail)
        case Assigned():
            said |= {"description": klacht.description, "by": event.actor.address}
            said |= {"team": world.organisation.team(klacht.team).name}
        case Resolved() | ReopenDeclined():
            said |= _invitation(act.tx, klacht) | _ombudsman(event.at, world)
        case LevelCrossed():
            said |= {"level": event.level.replace("_", " ")}
        case MailBounced() | MailSuppressed():
            said |= {"status": klacht.status, **_missed(event)}
        case Closed():
            said |= {"ground": GROUNDS.get(event.ground, "")} | _ombudsman(event.at, world)
    return {name: value for name, value in said.items() if name in known or name in _ROWS}


_ROWS = ("round", "photos_of")
"""Beside what a mail says, what it is made with: the round it invites to, the one whose photos go along."""


def _photos(event: Reacted | ReopenRequested, mail: str) -> dict[str, Any]:
    """The photos go to whoever works on it, never back to the melder."""
    return {"photos_of": event.photos_of} if event.photos_of and MAILS[mail].audience == AGENT else {}


def _promised(klacht: Klacht, at: datetime) -> dict[str, Any]:
    """A last day that is over is no promise to make once more."""
    return {"last_day": ""} if klacht.deadline and klacht.deadline < local_day(at) else {}


def _missed(event: MailBounced | MailSuppressed) -> dict[str, Any]:
    """Why somebody did not get a mail, and whether the next one would reach them."""
    if isinstance(event, MailSuppressed):
        return {
            "error": "het adres neemt geen mail meer aan",
            "to_melder": event.mail in TO_MELDER,
            "dead": True,
        }
    return {"error": event.status, "to_melder": event.mail in TO_MELDER, "dead": event.dead}


def _invitation(tx: Tx, klacht: Klacht) -> dict[str, Any]:
    """The smiley round this mail invites to; its links are made when the mail is."""
    last = rounds.last_of(tx, klacht.id)
    return {"round": [last.id, last.number], "link_until": last.expires_at.isoformat()} if last else {}


def _ombudsman(at: datetime, world: World) -> dict[str, Any]:
    """Which ombudsman, and until when: one year after the notice (Awb 9:12 lid 2, 9:24)."""
    return {"ombudsman": world.policy.ombudsman, "ombudsman_until": _a_year_on(at).isoformat()}


def _a_year_on(at: datetime) -> date:
    day = local_day(at)
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, month=3, day=1)
