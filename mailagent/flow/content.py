"""What a mail about a klacht says: the facts, and what happened, in the words of MAILS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from mailagent.core import hearing
from mailagent.core.awb import HearingInvited
from mailagent.core.calendar import local_day
from mailagent.core.clocks import Clock
from mailagent.core.events import (
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
    ReopenRequested,
    Resolved,
    Routed,
)
from mailagent.core.findings import findings_and_conclusions
from mailagent.core.klacht import Klacht
from mailagent.core.letter import RETYPE
from mailagent.core.mails import AGENT, BY_LAW, MAILS, SMILEYS, TO_MELDER
from mailagent.core.orders import call_lines, letter_lines, onward
from mailagent.core.postroom import LINK_LIVES, LetterRead, OriginalAsked, Transcribed, picture_name
from mailagent.core.surveys import SUPPRESSED
from mailagent.flow import outward, timing
from mailagent.flow.reach import DEAD_ADDRESS
from mailagent.flow.task import TASKS, task
from mailagent.flow.world import Act, World
from mailagent.store import invitations, notices, printing, rounds
from mailagent.store.store import Tx


def facts(klacht: Klacht, world: World) -> dict[str, Any]:
    """What every mail about a klacht may name; moments in ISO 8601, written out when the mail is made."""
    category = world.organisation.category(klacht.category)
    handler = world.organisation.agent(klacht.assigned_to)
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
        "handler": handler.name if handler else klacht.assigned_to or "",
        "onward": onward(klacht, world.organisation),
    }


def said(act: Act, klacht: Klacht, event: Event, mail: str, running: Sequence[Clock]) -> dict[str, Any]:
    """What this mail says beyond the facts of the klacht, of which these clocks run."""
    known = _SAYS[mail]
    values = {
        **(task(act, klacht, event, running) if mail in TASKS else {}),
        **{name: value for name, value in event.data.items() if name in known},
        **_of_the_melder(act, klacht, event, mail),
        **_of_an_agent(act, klacht, event),
        **_of_more(act, klacht, event),
        **_of_us(act, klacht, event),
        **_on_paper(act, klacht, event),
        **_asked(act, klacht, event),
        **outward.told(act.tx, klacht, event),
    }
    return {name: value for name, value in values.items() if name in known or name in _ROWS}


_ROWS = ("round", "invitation", "photos_of", "files_of", "original_of", "pictures_of", "login", "enclosed")
"""Beside what a mail says, what it is made with: the round or the survey it invites to, the round whose
photos go along, the arrival whose files or masked pages do, and the event that asked for a login link."""

_SAYS = {name: mail.variables for name, mail in MAILS.items()}
"""By the name of a mail, all that its text may say."""


def _of_the_melder(act: Act, klacht: Klacht, event: Event, mail: str) -> dict[str, Any]:
    """What the melder did."""
    text = str(event.data.get("text", ""))
    match event:
        case Received():
            team = act.world.organisation.team(klacht.team).name
            told = {"quote": text, "description": text, "sender": klacht.melder, "team": team}
            return told | {"advised": timing.law(klacht, act.world).advised}
        case FeedbackGiven():
            return {"description": text, "smiley": event.smiley, "confirmed": True}
        case Reacted() | ReopenRequested():
            promised = _promised(klacht, event.at) if mail in TO_MELDER else {}
            reopens, asked = isinstance(event, ReopenRequested), _answered(event, act.world)
            return {"description": text, "reopens": reopens} | promised | _photos(event, mail) | asked
    return {}


def _of_an_agent(act: Act, klacht: Klacht, event: Event) -> dict[str, Any]:
    """What an agent did."""
    world = act.world
    team = world.organisation.team(klacht.team).name
    match event:
        case Routed():
            why = _routed_by(event, world)
            return {"description": klacht.description, "sender": klacht.melder, "team": team, "why": why}
        case Assigned():
            by = "" if event.to == event.actor.address else _named(event.actor.address, world)
            return {"description": klacht.description, "by": by, "team": team}
        case Resolved():
            findings, conclusions = findings_and_conclusions(event.text)
            told = {"text": findings, "conclusions": conclusions}
            return told | _invitation(act.tx, klacht) | _ombudsman(event.at, world)
        case ReopenDeclined():
            return _invitation(act.tx, klacht) | _ombudsman(event.at, world)
        case Closed():
            return {"forwarded_to": event.to} | _ombudsman(event.at, world)
    return {}


def _named(address: str, world: World) -> str:
    agent = world.organisation.agent(address)
    return agent.name if agent else address


def _of_more(act: Act, klacht: Klacht, event: Event) -> dict[str, Any]:
    """What else an agent did: a call, another klacht that goes on in this one."""
    match event:
        case CallPromised():
            return _call(klacht) | {"by": _named(event.actor.address, act.world)}
        case MergedIn():
            return {"description": event.text}
        case HearingInvited():
            return {"changed": bool(event.number), "enclosed": [_entry(event, klacht, act.world)]}
    return {}


def _entry(event: HearingInvited, klacht: Klacht, world: World) -> list[str]:
    """The entry for the melder's calendar: a file with its kind and its content."""
    begins, own = datetime.fromisoformat(event.begins), world.organisation
    told = hearing.Hearing(klacht.kenmerk, begins, event.place, event.number, event.at, own.name, own.address)
    return [hearing.FILE, hearing.KIND, hearing.entry(told, klacht.language)]


def _answered(event: Reacted | ReopenRequested, world: World) -> dict[str, Any]:
    """Whose question it answers."""
    asker = world.organisation.agent(event.asked_by) if isinstance(event, Reacted) else None
    return {"asked_by": asker.name if asker else ""}


def _on_paper(act: Act, klacht: Klacht, event: Event) -> dict[str, Any]:
    """What came by post."""
    match event:
        case LetterRead():
            pictures = [number for number in range(1, event.pages + 1) if number not in event.unsafe]
            return {
                "description": event.text,
                "confidence": str(event.confidence),
                "retype": event.status == RETYPE,
                "unsafe": [str(number) for number in event.unsafe],
                "pictures_of": event.arrival,
                "attachments": [picture_name(number) for number in pictures],
                "tags": letter_lines(reaction=event.reaction),
            }
        case Transcribed():
            team = act.world.organisation.team(klacht.team).name
            return {"quote": event.text, "description": event.text, "sender": klacht.melder, "team": team}
        case OriginalAsked():
            return {"page": str(event.page), "link_until": (event.at + LINK_LIVES).isoformat()}
    return {}


def _of_us(act: Act, klacht: Klacht, event: Event) -> dict[str, Any]:
    """What happened by itself."""
    match event:
        case CallOverdue():
            return _call(klacht)
        case LevelCrossed():
            return {"level": event.level.replace("_", " "), "late": _is_late(event)} | _whose(
                klacht, act.world
            )
        case MailBounced() | MailSuppressed():
            on_paper = {"on_paper": printing.waits(act.tx, klacht.id, event.mail)}
            return {"status": klacht.status, **_missed(event), **_by_letter(act, klacht, event), **on_paper}
    return {}


def _by_letter(act: Act, klacht: Klacht, event: MailBounced | MailSuppressed) -> dict[str, Any]:
    """What a mail would have said that goes as a letter, because the law asks for it."""
    if event.mail not in BY_LAW:
        return {}
    reason, error = (DEAD_ADDRESS, event.status) if isinstance(event, MailBounced) else (event.reason, "")
    sent = [notice for notice in notices.of_klacht(act.tx, klacht.id) if notice.kind == event.mail]
    known = MAILS["brief_nodig"].variables
    said = {name: value for name, value in sent[-1].values.items() if name in known} if sent else {}
    return {
        **said,
        "law": BY_LAW[event.mail],
        "reason": reason,
        "error": error,
        "postal": str(klacht.postal or ""),
    }


def _is_late(event: LevelCrossed) -> bool:
    """Was the term over at the crossing? A last day is over when it has ended."""
    if "T" in event.last_day:
        return event.at >= datetime.fromisoformat(event.last_day)
    return local_day(event.at) > date.fromisoformat(event.last_day)


def _whose(klacht: Klacht, world: World) -> dict[str, str]:
    return {"team": world.organisation.team(klacht.team).name}


def _asked(act: Act, klacht: Klacht, event: Event) -> dict[str, Any]:
    """What asks a melder for an answer, or an agent to look at one."""
    surveys = act.world.surveys
    match event:
        case Invited():
            return _survey(act.tx, event.invitation, act.world)
        case Reminded():
            survey = _survey(act.tx, event.invitation, act.world)
            return survey if event.invitation else _invitation(act.tx, klacht)
        case FollowUpAsked():
            return {"title": surveys[event.survey].title.nl} if event.survey in surveys else {}
    return {}


def _routed_by(event: Routed, world: World) -> str:
    """Who gave it to the team, from where and why."""
    agent, was = world.organisation.agent(event.actor.address), world.organisation.team(event.was)
    who = agent.name if agent else event.actor.address
    return f"{who} stuurde de klacht door van {was.name}" + (f": {event.why}" if event.why else "") + "."


def _photos(event: Reacted | ReopenRequested, mail: str) -> dict[str, Any]:
    """The photos go to whoever works on it, never back to the melder."""
    return {"photos_of": event.photos_of} if event.photos_of and MAILS[mail].audience == AGENT else {}


def _promised(klacht: Klacht, at: datetime) -> dict[str, Any]:
    """A last day that is over is no promise to make once more."""
    return {"last_day": ""} if klacht.deadline and klacht.deadline < local_day(at) else {}


def _call(klacht: Klacht) -> dict[str, Any]:
    """Until when, what was noted, and the tags for it."""
    due = klacht.call_due.isoformat() if klacht.call_due else ""
    attempts = str(klacht.call_attempts) if klacht.call_attempts else ""
    return {"call_due": due, "note": klacht.call_note, "attempts": attempts, "tags": call_lines()}


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
    if last is None or last.state == SUPPRESSED:
        return dict.fromkeys(SMILEYS, "")
    return {"round": [last.id, last.number], "link_until": last.expires_at.isoformat()}


def _survey(tx: Tx, invitation_id: int, world: World) -> dict[str, Any]:
    """What an invitation to a survey says, in its language; its links are made when the mail is."""
    invitation = invitations.by_id(tx, invitation_id)
    survey = world.surveys.get(invitation.survey) if invitation else None
    if invitation is None or survey is None:
        return {}
    return {
        "invitation": invitation.id,
        "language": invitation.language,
        "title": survey.title.said(invitation.language),
        "intro": survey.intro.said(invitation.language),
        "link_until": invitation.expires_at.isoformat(),
    }


def _ombudsman(at: datetime, world: World) -> dict[str, Any]:
    """Which ombudsman, and until when: one year after the notice (Awb 9:12 lid 2, 9:24)."""
    return {"ombudsman": world.policy.ombudsman, "ombudsman_until": _a_year_on(at).isoformat()}


def _a_year_on(at: datetime) -> date:
    day = local_day(at)
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, month=3, day=1)


CONTENT = (
    *("melder_name", "sender", "description", "quote", "attachments", "locked", "reasons", "why", "note"),
    *("postal", "recipient", "answers", "low"),
)
"""What a mail may say of the melder and their words; what it tells of before, `task.filled` leaves out."""


def discreet(klacht: Klacht, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a mail to an agent says: of a confidential klacht nothing that the melder wrote or sent."""
    if not klacht.confidential:
        return dict(values)
    silent = {name: type(values[name])() for name in CONTENT if name in values}
    said = {
        name: value for name, value in values.items() if name not in ("photos_of", "files_of", "pictures_of")
    }
    return {**said, **silent, "subject": "(vertrouwelijk)", "confidential": True}
