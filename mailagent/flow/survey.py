"""A survey: made active, shown to whoever was invited, answered once, and closed for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailagent.core import surveys as trade
from mailagent.core.errors import AnswersWrong, LinkGone, LinkUnknown, NotPossible
from mailagent.core.events import MELDER, Actor, Event, FollowUpAsked, OptedOut, SurveyAnswered
from mailagent.core.klacht import Klacht
from mailagent.core.surveys import ACTIVE, ANSWERED, CLOSED, DRAFT, Invitation, Survey, SurveyAnswer
from mailagent.flow.happen import happen
from mailagent.flow.world import Act, World
from mailagent.store import invitations, klachten, rounds, surveys
from mailagent.store.store import Tx
from mailagent.store.surveys import State

Given = Sequence[tuple[str, str]]
"""What somebody filled in: the id of a question and what was sent for it, which may be repeated."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page of a survey may show: kenmerk and category, never the text of the klacht."""

    kenmerk: str
    category: str
    language: str
    until: datetime
    survey: Survey


def activate(id: str, world: World) -> None:
    """From now on it is sent; `NotPossible` where there is no such draft."""
    _move(id, DRAFT, ACTIVE, world)


def close(id: str, world: World) -> None:
    """It is sent no more, and its links stop working; `NotPossible` where it is not active."""
    _move(id, ACTIVE, CLOSED, world)


def _move(id: str, before: str, after: str, world: World) -> None:
    with world.store.begin() as tx:
        state = surveys.state_of(tx, id)
        if id not in world.surveys and state == DRAFT:
            known = ", ".join(world.surveys) or "none"
            raise NotPossible(f"there is no survey {id}; there is {known}")
        if not surveys.move(tx, id, before, after, world.now()):
            raise NotPossible(f"survey {id} is {state}; only one that is {before} can become {after}")


def states(world: World) -> list[State]:
    """Every survey: those that have a file, and those that were active once."""
    with world.store.read() as tx:
        kept = surveys.states(tx)
    return [kept.get(id, State(id, DRAFT)) for id in sorted(kept.keys() | world.surveys.keys())]


def look(invitation_id: int, world: World) -> Asked:
    """What an invitation asks; changes nothing. `LinkUnknown`, or `LinkGone` with why."""
    with world.store.read() as tx:
        invitation, klacht = _found(tx, invitation_id)
        state = surveys.state_of(tx, invitation.survey)
        trade.check_open(invitation, klacht.kenmerk, state, world.now())
    return _asked(invitation, klacht, world)


def answer(invitation_id: int, given: Given, world: World) -> Asked:
    """Keep the answers, once. The identical answers again are welcome again and change nothing.

    `LinkUnknown`; `LinkGone` with why; `AnswersWrong` with what is wrong with each question.
    """
    with world.store.begin() as tx:
        invitation, klacht = _found(tx, invitation_id, lock=True)
        asked = _asked(invitation, klacht, world)
        if invitation.state == ANSWERED and _is_the_same(invitation, asked.survey, given):
            return asked
        state = surveys.state_of(tx, invitation.survey)
        trade.check_open(invitation, klacht.kenmerk, state, world.now())
        answers = trade.read_answers(asked.survey, given)
        _keep(Act(tx, world, world.now(), f"invitation:{invitation.id}"), klacht, invitation, answers)
    return asked


def _is_the_same(invitation: Invitation, survey: Survey, given: Given) -> bool:
    try:
        return trade.digest(trade.read_answers(survey, given)) == invitation.submitted
    except AnswersWrong:
        return False


def _keep(act: Act, klacht: Klacht, invitation: Invitation, answers: Sequence[SurveyAnswer]) -> None:
    survey, actor = act.world.surveys[invitation.survey], Actor(MELDER, invitation.address)
    surveys.keep_answers(act.tx, invitation.id, answers)
    submitted = trade.digest(answers)
    kept = replace(invitation, state=ANSWERED, answered_at=act.at, submitted=submitted, due_at=None)
    invitations.save(act.tx, kept)
    said, low = trade.told(survey, answers), trade.told(survey, answers, low=True)
    events: list[Event] = [SurveyAnswered(act.at, actor, survey.id, invitation.id, said)]
    if low and act.world.policy.mail_opvolgtaak:
        events.append(FollowUpAsked(act.at, actor, survey.id, invitation.id, said, low))
    happen(act, klacht, events)


def _found(tx: Tx, invitation_id: int, *, lock: bool = False) -> tuple[Invitation, Klacht]:
    # the klacht is locked before the invitation, as everywhere, so that two writers never wait for each other
    invitation = invitations.by_id(tx, invitation_id)
    klacht = klachten.by_id(tx, invitation.klacht_id, lock=lock) if invitation else None
    if lock and klacht:
        invitation = invitations.by_id(tx, invitation_id, lock=True)
    if invitation is None or klacht is None:
        raise LinkUnknown
    return invitation, klacht


def _asked(invitation: Invitation, klacht: Klacht, world: World) -> Asked:
    survey = world.surveys.get(invitation.survey)
    if survey is None:  # its file is gone, and so is what it asked
        raise LinkGone("closed", klacht.kenmerk, invitation.language)
    category = world.organisation.category(klacht.category)
    name = category.name if category else ""
    return Asked(klacht.kenmerk, name, invitation.language, invitation.expires_at, survey)


def language_of(asked_by: str, id: int, world: World) -> str:
    """The language of whoever holds this link to opt out; `LinkUnknown` where there is no such mail."""
    with world.store.read() as tx:
        return _reader(tx, asked_by, id)[1]


def opt_out(asked_by: str, id: int, world: World) -> str:
    """Whoever got this mail wants no surveys and no reminders any more; once more is welcome. Returns the
    language. `LinkUnknown` where there is no such mail."""
    with world.store.begin() as tx:
        address, language, klacht_id = _reader(tx, asked_by, id)
        klacht = klachten.by_id(tx, klacht_id, lock=True)
        act = Act(tx, world, world.now(), f"{asked_by}:{id}")
        if klacht and surveys.opt_out_of(tx, address, act.at, act.origin):
            happen(act, klacht, [OptedOut(act.at, Actor(MELDER, address))])
    return language


def _reader(tx: Tx, asked_by: str, id: int) -> tuple[str, str, int]:
    """Address and language of whoever got a mail about this, and the id of the klacht."""
    asked = invitations.by_id(tx, id) if asked_by == "invitation" else rounds.by_id(tx, id)
    klacht = klachten.by_id(tx, asked.klacht_id) if asked else None
    if asked is None or klacht is None:
        raise LinkUnknown
    return asked.address, asked.language if isinstance(asked, Invitation) else klacht.language, klacht.id
