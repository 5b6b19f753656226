"""Who hears of what: the TELL table, and the owed mails it makes of an event."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from mailagent.core.awb import CopySent, DelayAgreed, Extended, Forwarded, HearingInvited
from mailagent.core.calendar import local_day
from mailagent.core.clocks import Clock
from mailagent.core.events import (
    Answered,
    Asked,
    Assigned,
    CallOverdue,
    CallPromised,
    Closed,
    Event,
    FeedbackGiven,
    FollowUpAsked,
    Invited,
    LevelCrossed,
    MailBounced,
    MailSuppressed,
    MergedIn,
    Reacted,
    Received,
    Reminded,
    ReopenDeclined,
    Reopened,
    ReopenRequested,
    Resolved,
    Routed,
    TakenUp,
)
from mailagent.core.klacht import OPGELOST, Klacht
from mailagent.core.letter import CHECK, RETYPE
from mailagent.core.mails import AGENT, BY_LAW, MAILS, TO_MELDER
from mailagent.core.paper import LetterWritten
from mailagent.core.postroom import LetterRead, OriginalAsked, Transcribed, to_retype
from mailagent.core.ways import LETTER, MAIL
from mailagent.flow.content import discreet, facts, said
from mailagent.flow.invite import GOVERNED
from mailagent.flow.reach import (
    ABSENT,
    CONTACT_REFUSED,
    DEAD_ADDRESS,
    NO_ADDRESS,
    OWN_ADDRESS,
    Hearer,
    circles,
    heard_by,
    prints,
    way_of,
    why_not,
)
from mailagent.flow.world import Act, Policy
from mailagent.store import dead_addresses, notices
from mailagent.store.notices import Owed
from mailagent.store.prepared import Later

When = Callable[[Any, Klacht, Policy], bool]


def _always(event: Any, klacht: Klacht, policy: Policy) -> bool:  # noqa: ARG001
    return True


def _can_be_told(event: Any, klacht: Klacht, policy: Policy) -> bool:  # noqa: ARG001
    """A letter that nobody can read yet is acknowledged, and handed to a team, when a human has."""
    return not to_retype(klacht)


def _has_locked(event: Any, klacht: Klacht, policy: Policy) -> bool:  # noqa: ARG001
    return bool(event.locked) and _from_melder(event)


def _has_encrypted(event: Any, klacht: Klacht, policy: Policy) -> bool:  # noqa: ARG001
    return bool(event.encrypted) and _from_melder(event)


def _from_melder(event: Event) -> bool:
    return not isinstance(event, Reacted) or event.confirmed


def _can_be_read(event: Reacted) -> bool:
    # what cannot has a mail of its own, which says that it came
    return event.supplements and not event.encrypted and not event.locked


def _is_news(event: Assigned) -> bool:
    """Who takes the klacht they are writing about knows it; who takes the next one does not."""
    return bool(event.to) and (event.to != event.actor.address or event.next_up)


def _came_back(event: Any, klacht: Klacht, policy: Policy) -> bool:
    return event.mail not in MISSED_BY_NOBODY and not needs_letter(event, klacht, policy)


def _needs_another_way(event: Any, klacht: Klacht, policy: Policy) -> bool:
    """A dead address and nobody beside it: where a task went to a whole team, the others have it."""
    missed = event.mail in TO_MELDER - MISSED_BY_NOBODY or event.mail == "toegewezen"
    return bool(event.reason == DEAD_ADDRESS) and missed and not needs_letter(event, klacht, policy)


def needs_letter(event: Any, klacht: Klacht, policy: Policy) -> bool:
    """The law asks for this notice, and no mail will ever carry it, nor a letter of ours: a human's does."""
    if event.mail not in BY_LAW or prints(klacht, event.mail, policy):
        return False
    if isinstance(event, MailBounced):
        return event.dead
    return event.reason in (CONTACT_REFUSED, NO_ADDRESS, OWN_ADDRESS, DEAD_ADDRESS)


def _heard_by(whom: str) -> When:
    return lambda event, _klacht, _policy: bool(event.to == whom)


def _closed_for(reason: str) -> When:
    return lambda event, _klacht, _policy: bool(event.reason == reason)


@dataclass(frozen=True, slots=True)
class Telling:
    """One row of TELL: after this event, this mail goes to `to`, where `when` holds.

    `to` is melder, invited (the melder, at the address of the invitation), team (every member), sorting (the
    sorting team), handler (whoever has it, else the team), assignee, asker (who did it), beklaagde, outside
    (whom the event names), lead (of the team), manager, or others: the first of handler, team and
    coordinator with someone other than whom a mail did not reach.
    """

    event: type[Event]
    mail: str
    to: str
    when: When = _always


MISSED_BY_NOBODY = GOVERNED | {
    "niet_bezorgd",
    "hulp",
    "opdracht_uitgevoerd",
    "opdracht_niet_begrepen",
    "opdracht_bevestigen",
}
"""When one of these does not arrive nobody else is told: an agent's own answers, this very message, and what
asks a melder a favour."""

LOCKED, ENCRYPTED = "geweigerd_wachtwoord", "geweigerd_versleuteld"
SUPPLEMENTED = "aanvulling_ontvangen"
OFTEN_ENOUGH = {LOCKED: (3, None), ENCRYPTED: (3, None), SUPPLEMENTED: (1, timedelta(days=1))}
"""So often at most, and in how long, the melder hears about one klacht that something came, or that we cannot
open it: a robot that answers each of our mails, and does not say that it is one, stops here. The team hears
of every one."""

TELL = (
    Telling(Received, "ontvangstbevestiging", "melder", _can_be_told),
    *(Telling(event, LOCKED, "melder", _has_locked) for event in (Received, Reacted, ReopenRequested)),
    *(Telling(event, ENCRYPTED, "melder", _has_encrypted) for event in (Received, Reacted, ReopenRequested)),
    Telling(Received, "nieuw_voor_team", "team", _can_be_told),
    Telling(LetterRead, "brief_controleren", "sorting", lambda e, _k, _p: e.status in (CHECK, RETYPE)),
    Telling(Transcribed, "ontvangstbevestiging", "melder", lambda e, _k, _p: e.first),
    Telling(Transcribed, "nieuw_voor_team", "team", lambda e, _k, _p: e.first or e.moved),
    Telling(OriginalAsked, "inloglink", "asker"),
    Telling(Reacted, SUPPLEMENTED, "melder", lambda e, _k, p: _can_be_read(e) and p.mail_aanvulling),
    Telling(Reacted, "aanvulling", "handler", lambda e, _k, _p: e.supplements),
    Telling(Reacted, "reactie_melder", "handler", lambda e, _k, _p: not e.supplements),
    Telling(TakenUp, "in_behandeling", "melder", lambda _e, _k, policy: policy.mail_in_behandeling),
    Telling(Assigned, "toegewezen", "assignee", lambda e, _k, _p: _is_news(e)),
    Telling(Routed, "nieuw_voor_team", "team"),
    Telling(Answered, "antwoord", "melder"),
    Telling(LetterWritten, "antwoord", "melder"),
    Telling(Asked, "vraag", "melder"),
    Telling(CallPromised, "terugbellen", "handler", lambda e, k, _p: e.actor.address != k.assigned_to),
    Telling(CallOverdue, "terugbellen", "handler"),
    Telling(MergedIn, "samengevoegd", "handler", lambda e, k, _p: e.actor.address != k.assigned_to),
    Telling(Resolved, "afgehandeld", "melder"),
    Telling(ReopenRequested, "feedback_ontvangen", "melder", lambda _e, _k, p: p.mail_feedback_received),
    Telling(ReopenRequested, "verzoek_tot_heropenen", "handler"),
    Telling(
        FeedbackGiven,
        "feedback_ontvangen",
        "melder",
        lambda e, _k, p: p.mail_feedback_received and not e.satisfied and not e.reopens,
    ),
    Telling(
        FeedbackGiven,
        "reactie_melder",
        "handler",
        lambda e, k, _p: not e.satisfied and not e.reopens and k.status == OPGELOST,
    ),
    Telling(Invited, "kto_uitnodiging", "invited"),
    Telling(Reminded, "kto_herinnering", "invited"),
    Telling(FollowUpAsked, "opvolgtaak", "handler"),
    Telling(Reopened, "heropend", "melder"),
    Telling(ReopenDeclined, "afgehandeld_na_ontevreden", "melder", lambda _e, _k, p: p.mail_after_unhappy),
    Telling(Closed, "ingetrokken", "melder", _closed_for("ingetrokken")),
    Telling(Closed, "doorgestuurd", "melder", _closed_for("doorgestuurd")),
    Telling(Closed, "niet_in_behandeling", "melder", _closed_for("niet_in_behandeling")),
    Telling(Closed, "naar_tevredenheid", "melder", _closed_for("naar_tevredenheid")),
    Telling(Extended, "verdaging", "melder"),
    Telling(Extended, "verdaging_beklaagde", "beklaagde", lambda _e, k, _p: bool(k.beklaagde)),
    Telling(DelayAgreed, "instemming", "melder"),
    Telling(HearingInvited, "hoorzitting", "melder"),
    Telling(Forwarded, "doorgestuurd_extern", "outside"),
    Telling(CopySent, "afschrift_beklaagde", "outside"),
    Telling(LevelCrossed, "herinnering", "handler", _heard_by("handler")),
    Telling(LevelCrossed, "escalatie", "lead", _heard_by("lead")),
    Telling(LevelCrossed, "escalatie", "manager", _heard_by("manager")),
    Telling(MailBounced, "niet_bezorgd", "others", _came_back),
    Telling(MailSuppressed, "niet_bezorgd", "others", _needs_another_way),
    Telling(MailBounced, "brief_nodig", "handler", needs_letter),
    Telling(MailSuppressed, "brief_nodig", "handler", needs_letter),
)
_TOLD_OF: Mapping[type[Event], Sequence[Telling]] = {
    row.event: [other for other in TELL if other.event is row.event] for row in TELL
}


@dataclass(frozen=True, slots=True)
class Kept:
    """What happened to one klacht, as it was kept: the events, their ids, and the clocks that run now."""

    act: Act
    klacht: Klacht
    events: Sequence[Event]
    ids: Later[Sequence[int]]
    running: Sequence[Clock]


@dataclass(frozen=True, slots=True)
class _Row:
    """A mail that an event owes, and the circles of those who may hear of it."""

    event: Event
    nth: int
    mail: str
    circles: Sequence[tuple[str, ...]]


def owed_for(kept: Sequence[Kept]) -> list[list[Owed]]:
    """The mails that these events owe, for each klacht; those that may not be sent are suppressed, with their
    reason."""
    rows = [list(_rows(one)) for one in kept]
    away = _away(kept[0].act)
    asked = _dead_among(kept[0].act, rows, away)
    values = [[_values(one, row) for row in its_rows] for one, its_rows in zip(kept, rows, strict=True)]
    dead = asked()
    return [
        [
            _owed(one, row, hearer, said_in_it, dead)
            for row, said_in_it in zip(its_rows, its_values, strict=True)
            for hearer in heard_by(row.circles, dead, _away_for(one.klacht, row.mail, away))
        ]
        for one, its_rows, its_values in zip(kept, rows, values, strict=True)
    ]


def _rows(one: Kept) -> Iterator[_Row]:
    organisation, policy = one.act.world.organisation, one.act.world.policy
    for nth, event in enumerate(one.events):
        for row in _TOLD_OF.get(type(event), ()):
            if row.when(event, one.klacht, policy):
                yield _Row(event, nth, row.mail, list(circles(row.to, one.klacht, event, organisation)))


def _dead_among(act: Act, rows: Sequence[Sequence[_Row]], away: Mapping[str, str]) -> Later[Collection[str]]:
    """Those of whoever may hear of it whose address is dead, looked up for all klachten at once."""
    hear = {address for some in rows for row in some for circle in row.circles for address in circle}
    stand_in = {away[address] for address in hear & away.keys()}
    return dead_addresses.later_among(act.tx, hear | stand_in)


def _away(act: Act) -> dict[str, str]:
    """Who is absent, with who stands in."""
    return act.world.organisation.away(local_day(act.at))


def _away_for(klacht: Klacht, mail: str, away: Mapping[str, str]) -> Mapping[str, str]:
    """Who is absent for this mail; whom the klacht is about stands in for nobody."""
    if MAILS[mail].audience != AGENT:
        return {}
    if klacht.beklaagde not in away.values():
        return away
    return {absent: "" if deputy == klacht.beklaagde else deputy for absent, deputy in away.items()}


def for_melder(events: Sequence[Event], klacht: Klacht, policy: Policy) -> list[str]:
    """The mails that these events owe the melder."""
    return [
        row.mail
        for event in events
        for row in _TOLD_OF.get(type(event), ())
        if row.to == "melder" and row.when(event, klacht, policy)
    ]


def _values(one: Kept, row: _Row) -> dict[str, Any]:
    """What a mail says, whoever hears of it."""
    act, klacht = one.act, one.klacht
    values = facts(klacht, act.world) | said(act, klacht, row.event, row.mail, one.running)
    return discreet(klacht, values) if MAILS[row.mail].audience == AGENT else values


def _owed(one: Kept, row: _Row, hearer: Hearer, values: Mapping[str, Any], dead: Collection[str]) -> Owed:
    act, klacht, mail = one.act, one.klacht, row.mail
    event_id, recipient = one.ids()[row.nth], hearer.address
    values = {**values, **_stands_in(act, hearer)}
    if isinstance(row.event, OriginalAsked):
        values["login"] = event_id
    way, reason = MAIL, ABSENT if hearer.absent else why_not(recipient, act.world, dead)
    if mail in TO_MELDER:
        on_paper = isinstance(row.event, LetterWritten)
        way, reason = (LETTER, "") if on_paper else way_of(klacht, mail, recipient, act.world, dead)
    if way == LETTER and klacht.postal:
        recipient, values = str(klacht.postal), values | {"address": klacht.postal.lines}
    key = f"{event_id}:{mail}:{recipient}"
    owed = Owed(mail, recipient, key, values, klacht.id, event_id, way=way)
    if reason := reason or _enough(act, mail, klacht):
        return replace(owed, state=notices.SUPPRESSED, values=values | {"suppressed": reason})
    return owed


def _stands_in(act: Act, hearer: Hearer) -> dict[str, Any]:
    """For whom its reader stands in."""
    absent = act.world.organisation.agent(hearer.instead_of)
    return {"stands_in_for": absent.name} if absent else {}


def _enough(act: Act, mail: str, klacht: Klacht) -> str:
    """Why this is not said again, "" where it may be."""
    if mail not in OFTEN_ENOUGH:
        return ""
    most, within = OFTEN_ENOUGH[mail]
    told = notices.owed_of(act.tx, klacht.id, mail, act.at - within if within else None)
    return "too_many" if told >= most else ""
