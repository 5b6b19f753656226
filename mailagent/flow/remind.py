"""An invitation whose moment has come, to a survey or to smileys: it goes, it is recalled, or it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mailagent.core.events import THE_CLOCK, Event, Invited, MailSuppressed, Reminded
from mailagent.core.feedback import Round
from mailagent.core.klacht import OPGELOST, Klacht
from mailagent.core.surveys import (
    ACTIVE,
    COOLDOWN,
    EXPIRED,
    OTHER_STATUS,
    SCHEDULED,
    SENT,
    SUPPRESSED,
    SURVEY_CLOSED,
    Invitation,
    Survey,
)
from mailagent.flow.happen import happen
from mailagent.flow.invite import INVITATION, REMINDER, asked_lately, remind_at, unwanted
from mailagent.flow.world import Act, World
from mailagent.store import invitations, klachten, rounds, surveys

A_WHILE = timedelta(minutes=10)

NOT_SENT = "not_sent"
"""Why there is no reminder: what it would remind of has not left yet."""


def come_due(invitation_id: int, world: World) -> None:
    """Do what is due for one invitation, once."""
    now = world.now()
    with world.store.begin() as tx:
        found = invitations.by_id(tx, invitation_id)
        klacht = klachten.by_id(tx, found.klacht_id, lock=True) if found else None
        invitation = invitations.by_id(tx, invitation_id, lock=True)
        if klacht is None or invitation is None or invitation.due_at is None or invitation.due_at > now:
            return
        act = Act(tx, world, now, "clock")
        after, event = _next(act, klacht, invitation)
        invitations.save(tx, after)
        if event:
            happen(act, klacht, [event])


def _next(act: Act, klacht: Klacht, invitation: Invitation) -> tuple[Invitation, Event | None]:
    survey = act.world.surveys.get(invitation.survey)
    is_active = surveys.state_of(act.tx, invitation.survey) == ACTIVE
    if invitation.is_owed and not invitation.is_open(act.at):
        return replace(invitation, state=EXPIRED, due_at=None), None
    if is_active and survey is None:
        return _left_to_others(act, invitation), None
    if not invitation.is_owed:
        return _sent(act, klacht, invitation, survey if is_active else None)
    return _reminded(act, klacht, invitation, survey if is_active else None)


def _left_to_others(act: Act, invitation: Invitation) -> Invitation:
    """A process that was started before the file was there knows nothing of it; one that does comes by."""
    later = min(act.at + A_WHILE, invitation.expires_at)
    return replace(invitation, due_at=later, send_at=invitation.send_at if invitation.is_owed else later)


def _sent(
    act: Act, klacht: Klacht, invitation: Invitation, survey: Survey | None
) -> tuple[Invitation, Event | None]:
    reason = unwanted(act, klacht, invitation.address)
    if survey is None:
        reason = SURVEY_CLOSED
    elif not survey.fits_status(klacht):
        reason = OTHER_STATUS
    if reason or survey is None:
        left = replace(invitation, state=SUPPRESSED, reason=reason, due_at=None)
        return left, MailSuppressed(act.at, THE_CLOCK, INVITATION, reason, invitation.address)
    until = survey.until(act.at)
    due = remind_at(act.at, until, act.world.policy) or until
    goes = replace(invitation, send_at=act.at, expires_at=until, due_at=due)
    return goes, Invited(act.at, THE_CLOCK, survey.id, invitation.id, invitation.address)


def _reminded(
    act: Act, klacht: Klacht, invitation: Invitation, survey: Survey | None
) -> tuple[Invitation, Event | None]:
    reason = unwanted(act, klacht, invitation.address, REMINDER)
    if survey is None:
        reason = SURVEY_CLOSED
    elif not survey.fits_status(klacht):
        reason = OTHER_STATUS
    elif invitation.state != SENT:
        reason = NOT_SENT
    elif not reason and asked_lately(act, invitation.address, but_invitation=invitation.id):
        reason = COOLDOWN
    waits = replace(invitation, due_at=invitation.expires_at)
    if reason:
        return waits, MailSuppressed(act.at, THE_CLOCK, REMINDER, reason, invitation.address)
    told = Reminded(act.at, THE_CLOCK, invitation.address, invitation.survey, invitation.id)
    return replace(waits, reminded_at=act.at), told


def recall(act: Act, klacht: Klacht) -> list[Event]:
    """The reminders of smiley rounds that are due, each once. Who has answered, or whom a newer round asked
    since, needs none."""
    newest = rounds.latest(act.tx, klacht.id)
    due = rounds.take_reminders(act.tx, klacht.id, act.at)
    return [
        _recalled(act, klacht, round)
        for round in due
        if round.number == newest and round.state in (SCHEDULED, SENT) and round.is_open(act.at)
    ]


def _recalled(act: Act, klacht: Klacht, round: Round) -> Event:
    reason = unwanted(act, klacht, round.address, REMINDER)
    if klacht.status != OPGELOST:
        reason = OTHER_STATUS
    elif round.state != SENT:
        reason = NOT_SENT
    elif not reason and asked_lately(act, round.address, but_round=round.id):
        reason = COOLDOWN
    if reason:
        return MailSuppressed(act.at, THE_CLOCK, REMINDER, reason, round.address)
    rounds.reminded(act.tx, round.id, act.at)
    return Reminded(act.at, THE_CLOCK, round.address, round=round.id)
