"""A smiley was clicked, or its word written: one transaction keeps the answer and moves the klacht on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailagent.core import feedback
from mailagent.core import klacht as life
from mailagent.core.errors import AnswerWrong, LinkGone, LinkProblem, LinkUnknown, Problem
from mailagent.core.events import MELDER, Actor, Event, FeedbackGiven, Reacted, ReopenRequested, Settled
from mailagent.core.feedback import Answer, Round, SmileyForm
from mailagent.core.klacht import Klacht
from mailagent.flow.happen import happen
from mailagent.flow.world import Act, Policy, World
from mailagent.store import klachten, photos, rounds
from mailagent.store.rounds import Invited
from mailagent.store.store import Tx


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the smiley page may show: kenmerk and category, never the text of the klacht."""

    kenmerk: str
    category: str
    language: str
    until: datetime
    form: SmileyForm


def look(round_id: int, number: int, world: World) -> Invitation:
    """What an invitation is about; changes nothing. `LinkUnknown`, or `LinkGone` with why."""
    return _said(look_all([(round_id, number)], world)[0])


def by_code(code: str, world: World) -> tuple[int, int]:
    """The round to which a letter invites by this code, and its number; `LinkUnknown` for any other code."""
    with world.store.read() as tx:
        found = rounds.by_code(tx, world.policy.digests(code)) if code else None
    if found is None:
        raise LinkUnknown
    return found.id, found.number


def look_all(links: Sequence[tuple[int, int]], world: World) -> list[Invitation | Problem]:
    """The same for many at once, each with what there is to see or why there is nothing."""
    with world.store.read() as tx:
        found = rounds.invited(tx, [id for id, _ in links])
    return [_looked(found.get(id), number, world) for id, number in links]


def _looked(found: Invited | None, number: int, world: World) -> Invitation | Problem:
    if found is None or found.round.number != number:
        return LinkUnknown()
    try:
        feedback.check_open(found.round, found.latest, found, world.now())
    except LinkGone as gone:
        return gone
    return _invitation(found, found.round, world)


def _said(came: Invitation | Problem) -> Invitation:
    if isinstance(came, Problem):
        raise came
    return came


def cast(round_id: int, number: int, answer: Answer, world: World) -> Invitation:
    """Count an answer, once. The identical answer again is welcome again and changes nothing.

    `LinkUnknown`; `LinkGone` with why; `AnswerWrong` with what is missing on the page.
    """
    return _said(cast_all([(round_id, number, answer)], world)[0])


def cast_all(votes: Sequence[tuple[int, int, Answer]], world: World) -> list[Invitation | Problem]:
    """Count many answers in one transaction; of each what is known of it now, or why it does not count.

    They go in the order of their klachten, which is the one in which all lock klachten, so that two groups
    never wait for each other.
    """
    with world.store.begin() as tx:
        asked = [rounds.by_id(tx, id) for id, _, _ in votes]
        order = sorted(range(len(votes)), key=lambda nth: _klacht_of(asked[nth]))
        came = {nth: _cast(tx, asked[nth], *votes[nth][1:], world) for nth in order}
    return [came[nth] for nth in range(len(votes))]


def _klacht_of(round: Round | None) -> int:
    return round.klacht_id if round else 0


def _cast(tx: Tx, asked: Round | None, number: int, answer: Answer, world: World) -> Invitation | Problem:
    now = world.now()
    try:
        answer = _as_asked(answer, world.policy)
        round, klacht = _locked(tx, asked, number)
        again = round.state == "answered" and round.submitted == answer.digest
        if not again:
            feedback.check_open(round, rounds.latest(tx, klacht.id), klacht, now)
            feedback.check_answer(answer, world.organisation.answers)
    except (AnswerWrong, LinkProblem) as problem:
        return problem
    if not again:
        count(Act(tx, world, now, f"round:{round.id}"), klacht, round, answer)
    return _invitation(klacht, round, world)


def _as_asked(answer: Answer, policy: Policy) -> Answer:
    """What the page did not ask for does not count."""
    if len(answer.reasons) > 1 and not policy.many_answers:
        raise AnswerWrong("one", "Kies één antwoord.")
    return replace(
        answer,
        photos=answer.photos if policy.photos else (),
        contact_refused=answer.contact_refused and policy.ask_contact,
    )


def _locked(tx: Tx, asked: Round | None, number: int) -> tuple[Round, Klacht]:
    # the klacht is locked before the round, as everywhere, so that two writers never wait for each other
    klacht = klachten.by_id(tx, asked.klacht_id, lock=True) if asked else None
    round = rounds.lock(tx, asked.id) if asked and klacht else None
    if round is None or klacht is None or round.number != number:
        raise LinkUnknown
    return round, klacht


def _invitation(of: Klacht | Invited, round: Round, world: World) -> Invitation:
    category = world.organisation.category(of.category)
    return Invitation(
        of.kenmerk, category.name if category else "", of.language, round.expires_at, world.form
    )


def count(act: Act, klacht: Klacht, round: Round, answer: Answer) -> Klacht:
    """Keep the answer and let it take effect, whatever has become of the klacht since."""
    at, world = act.at, act.world
    rounds.answered(act.tx, round.id, answer, at)
    photos.keep(act.tx, round.id, answer.photos)
    actor = Actor(MELDER, round.address)
    known = world.organisation.answers
    reasons = tuple(a.text for a in known if a.id in answer.reasons)
    may_reopen = world.policy.unhappy_reopens and klacht.status == life.OPGELOST
    reopens = may_reopen and feedback.reopens(answer, known)
    given = FeedbackGiven(
        at,
        actor,
        answer.satisfied,
        answer.text,
        reasons,
        round.number,
        reopens,
        answer.contact_refused,
        len(answer.photos),
    )
    ends_contact = answer.contact_refused or (answer.satisfied and world.policy.satisfied_ends_contact)
    if ends_contact:
        klacht = replace(klacht, contact_allowed=False)
    klacht, events = _outcome(klacht, given, round.id if answer.photos else 0)
    return happen(act, klacht, events)


def _outcome(klacht: Klacht, given: FeedbackGiven, photos_of: int) -> tuple[Klacht, list[Event]]:
    at, actor, names = given.at, given.actor, feedback.photo_names(given.photos)
    if klacht.status != life.OPGELOST:
        said = Reacted(
            at,
            actor,
            given.text,
            actor.address,
            confirmed=True,
            attachments=names,
            photos_of=photos_of,
            reasons=given.reasons,
            smiley=given.smiley,
        )
        return klacht, [given, said]
    if given.satisfied:
        return life.after(klacht, "settle", MELDER), [given, Settled(at, actor, "tevreden")]
    if given.reopens:
        asked = ReopenRequested(at, actor, given.text, given.reasons, attachments=names, photos_of=photos_of)
        klacht, events = ask_to_reopen(klacht, asked)
        return klacht, [given, *events]
    return klacht, [given]


def ask_to_reopen(klacht: Klacht, asked: ReopenRequested) -> tuple[Klacht, list[Event]]:
    """The melder is not satisfied: verzoek tot heropenen, which an agent decides about."""
    return life.after(klacht, "ask_to_reopen", MELDER), [asked]
