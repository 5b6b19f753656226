"""Who is invited to a survey, and why somebody is not: decided at the event, and again when its mail goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from mailagent.core.events import (
    THE_SYSTEM,
    Answered,
    Closed,
    Event,
    MailSuppressed,
    Received,
    Reopened,
    Resolved,
    Settled,
    TakenUp,
)
from mailagent.core.feedback import Round
from mailagent.core.klacht import Klacht
from mailagent.core.surveys import (
    ACTIVE,
    ALREADY_INVITED,
    ANSWERED,
    COOLDOWN,
    EXPIRED,
    FAILED,
    OPT_OUT,
    SCHEDULED,
    SENT,
    SUPPRESSED,
    SURVEY_CLOSED,
    Invitation,
    Survey,
)
from mailagent.flow.reach import CHANNEL_OFF, unreachable
from mailagent.flow.world import Act, Policy
from mailagent.store import invitations, rounds, surveys
from mailagent.store.notices import Notice
from mailagent.store.store import Tx

INVITATION, REMINDER = "kto_uitnodiging", "kto_herinnering"
GOVERNED = frozenset({INVITATION, REMINDER})
"""Mails that ask for something: who opted out gets none of them, and nobody gets them too often."""

_CALLS: dict[type[Event], str] = {
    Received: "received",
    TakenUp: "taken_up",
    Answered: "answered",
    Resolved: "resolved",
    Closed: "closed",
    Settled: "closed",
    Reopened: "reopened",
}
"""Event → what a survey calls it (core/surveys.py, EVENTS)."""

_SILENT = ("dubbel", "geen_klacht")
"""Closed for one of these, a klacht was none: its melder heard nothing, and is not asked how that was."""


def invite(act: Act, klacht: Klacht, events: Sequence[Event]) -> list[Event]:
    """Decide for each survey that these events call for, and freeze what was decided. Returns what is to be
    told of it: the mails that will not be sent. The others go when they are due (flow/remind.py)."""
    called = [
        (survey, event)
        for survey in act.world.surveys.values()
        for event in events
        if survey.fits(klacht, _call(event), event.at)
    ]
    if not called:
        return []
    states = surveys.states(act.tx)
    decided = [
        _decided(act, klacht, survey)
        for survey, _ in called
        if survey.id in states and states[survey.id].state == ACTIVE
    ]
    return [
        MailSuppressed(act.at, THE_SYSTEM, INVITATION, one.reason, one.address)
        for one in decided
        if one.state == SUPPRESSED
    ]


def _call(event: Event) -> str:
    silent = isinstance(event, Closed) and event.reason in _SILENT
    return "" if silent else _CALLS.get(type(event), "")


def _decided(act: Act, klacht: Klacht, survey: Survey) -> Invitation:
    reason = _why_not(act, klacht, survey)
    due = survey.due(act.at)
    return invitations.add(
        act.tx,
        Invitation(
            0,
            survey.id,
            klacht.id,
            klacht.melder.lower(),
            survey.speaks(klacht.language),
            klacht.channel,
            klacht.category,
            SUPPRESSED if reason else SCHEDULED,
            reason,
            act.at,
            due,
            survey.until(due),
            None if reason else due,
        ),
    )


def _why_not(act: Act, klacht: Klacht, survey: Survey) -> str:
    if reason := unwanted(act, klacht, klacht.melder):
        return reason
    if invitations.is_open_for(act.tx, klacht.id, survey.id, act.at):
        return ALREADY_INVITED
    return COOLDOWN if asked_lately(act, klacht.melder) else ""


def unwanted(act: Act, klacht: Klacht, address: str, mail: str = INVITATION) -> str:
    """Why this address is to be left in peace, "" where it may be asked. How often it was asked is another
    question: `asked_lately`."""
    policy = act.world.policy
    if not (policy.mail_kto_uitnodiging if mail == INVITATION else policy.mail_kto_herinnering):
        return CHANNEL_OFF
    if reason := unreachable(act, klacht, address):
        return reason
    return OPT_OUT if surveys.opted_out(act.tx, [address]) else ""


def asked_lately(act: Act, address: str, *, but_invitation: int = 0, but_round: int = 0) -> bool:
    """Was somebody at this address asked anything within the cooldown, or will be?"""
    days = act.world.policy.cooldown_days
    since = act.at - timedelta(days=days)
    but = {"but_invitation": but_invitation, "but_round": but_round}
    return days > 0 and invitations.asked_since(act.tx, address, since, **but)


def remind_at(at: datetime, until: datetime, policy: Policy) -> datetime | None:
    """When to remind of an invitation that goes now and whose link dies at `until`; None for never."""
    when = until - timedelta(days=policy.reminder_days)
    return when if policy.mail_kto_herinnering and when > at else None


def too_late(tx: Tx, taken: Sequence[Notice], now: datetime) -> dict[int, str]:
    """Which of these mails ask for what is not wanted any more, and why: their reader opted out while they
    waited, or answered, or the link in them is dead."""
    asking = [notice for notice in taken if notice.kind in GOVERNED]
    out = surveys.opted_out(tx, {notice.recipient for notice in asking})
    reasons = {
        notice.id: OPT_OUT if notice.recipient.lower() in out else _over(tx, notice, now) for notice in asking
    }
    return {id: reason for id, reason in reasons.items() if reason}


def _over(tx: Tx, notice: Notice, now: datetime) -> str:
    asked: Invitation | Round | None
    if "invitation" in notice.values:
        asked = invitations.by_id(tx, notice.values["invitation"])
        if asked and surveys.state_of(tx, asked.survey) != ACTIVE:
            return SURVEY_CLOSED
    else:
        asked = rounds.by_id(tx, notice.values["round"][0])
    if asked is None or asked.state == ANSWERED:
        return ANSWERED
    return EXPIRED if asked.expires_at <= now else ""


def became(tx: Tx, notice: Notice, state: str, at: datetime, reason: str = "") -> None:
    """What became of the mail that held an invitation, to smileys or to a survey. A reminder holds none: what
    it reminds of arrived before."""
    if notice.kind == REMINDER:
        return
    before = _BEFORE[state]
    if "round" in notice.values and state == SENT:
        rounds.sent(tx, notice.values["round"][0], at)
    elif "round" in notice.values:
        rounds.set_state(tx, notice.values["round"][0], state, only_from=before, why=reason)
    elif "invitation" in notice.values and state == SENT:
        invitations.sent(tx, notice.values["invitation"], at)
    elif "invitation" in notice.values:
        invitations.set_state(tx, notice.values["invitation"], state, only_from=before, reason=reason)


_BEFORE = {SENT: (SCHEDULED, FAILED), FAILED: (SCHEDULED, SENT), SUPPRESSED: (SCHEDULED,)}
"""State → those from which an invitation may come to it."""
