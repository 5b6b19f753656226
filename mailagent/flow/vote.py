"""A smiley was clicked, or its word written: one transaction keeps the answer and moves the klacht on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailagent.core import feedback
from mailagent.core import klacht as life
from mailagent.core.errors import AnswerWrong, LinkGone, LinkProblem, LinkUnknown, Problem
from mailagent.core.events import MELDER, Actor, Event, FeedbackGiven, Reacted, ReopenRequested, Settled
from mailagent.core.feedback import Answer, Round, SmileyForm
from mailagent.core.klacht import Klacht
from mailagent.flow.happen import Happening, Standing, happen_all, standing
from mailagent.flow.world import Act, Policy, World
from mailagent.store import klachten, photos, rounds
from mailagent.store.rounds import Invited
from mailagent.store.store import Tx

Vote = tuple[int, int, Answer]
"""The id of a round, its number, and what was answered."""


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


def cast_all(votes: Sequence[Vote], world: World) -> list[Invitation | Problem]:
    """Count many answers in one transaction; of each what is known of it now, or why it does not count."""
    came: dict[int, Invitation | Problem] = {}
    with world.store.begin(waits=False) as tx:
        while len(came) < len(votes):
            came |= _cast(tx, {nth: vote for nth, vote in enumerate(votes) if nth not in came}, world)
    return [came[nth] for nth in range(len(votes))]


def _cast(tx: Tx, votes: Mapping[int, Vote], world: World) -> dict[int, Invitation | Problem]:
    """Count these answers, but for a second one about the same klacht: that is judged when the first has
    taken effect."""
    now = world.now()
    came: dict[int, Invitation | Problem] = {}
    counted: dict[int, Counted] = {}
    asked = _lock(tx, [round_id for round_id, _, _ in votes.values()])
    read = {its.klacht.id: its.klacht for its in asked.values()}
    before = standing(tx, read, read)
    for nth, (round_id, number, answer) in votes.items():
        its = asked.get(round_id)
        if its and its.klacht.id in counted:
            continue
        try:
            answer = _as_asked(answer, world.policy)
            if its is None or its.round.number != number:
                raise LinkUnknown
            if _is_new(its, answer, world, now):
                act = Act(tx, world, now, f"round:{round_id}")
                counted[its.klacht.id] = Counted(act, its.klacht, its.round, answer, its.rounds)
            came[nth] = _invitation(its.klacht, its.round, world)
        except (AnswerWrong, LinkProblem) as problem:
            came[nth] = problem
    count_all(list(counted.values()), before)
    return came


@dataclass(frozen=True, slots=True)
class _Asked:
    """A round, its klacht, and every round of that, oldest first."""

    round: Round
    klacht: Klacht
    rounds: Sequence[Round]


def _lock(tx: Tx, round_ids: Sequence[int]) -> dict[int, _Asked]:
    """These rounds, which nobody else answers meanwhile."""
    # no round is locked by itself: the post writes down which ones left, and in an order of its own
    held, beside = klachten.lock_of_rounds(tx, round_ids), rounds.beside(tx, round_ids)
    ours = {klacht.id: klacht for klacht in held()}
    return {round.id: _Asked(round, ours[id], every) for id, every in beside().items() for round in every}


def _is_new(asked: _Asked, answer: Answer, world: World, now: datetime) -> bool:
    """Does this answer count now? False where it was counted before; raises why it cannot."""
    if asked.round.state == "answered" and asked.round.submitted == answer.digest:
        return False
    feedback.check_open(asked.round, asked.rounds[-1].number, asked.klacht, now)
    feedback.check_answer(answer, world.organisation.answers)
    return True


def _as_asked(answer: Answer, policy: Policy) -> Answer:
    """What the page did not ask for does not count."""
    if len(answer.reasons) > 1 and not policy.many_answers:
        raise AnswerWrong("one", "Kies één antwoord.")
    if answer.photos and not policy.photos:
        answer = replace(answer, photos=())
    if answer.contact_refused and not policy.ask_contact:
        answer = replace(answer, contact_refused=False)
    return answer


def _invitation(of: Klacht | Invited, round: Round, world: World) -> Invitation:
    category = world.organisation.category(of.category)
    return Invitation(
        of.kenmerk, category.name if category else "", of.language, round.expires_at, world.form
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """An answer that counts, whatever has become of the klacht since it was asked for. `rounds` are all of
    the klacht before it, oldest first; None where nobody looked."""

    act: Act
    klacht: Klacht
    round: Round
    answer: Answer
    rounds: Sequence[Round] | None = None

    @property
    def after(self) -> Sequence[Round] | None:
        """The rounds with this one answered."""
        if self.rounds is None:
            return None
        done = replace(self.round, state="answered", why="", remind_at=None)
        return [done if each is self.round else each for each in self.rounds]


def count(counted: Counted) -> Klacht:
    """Keep an answer and let it take effect."""
    [klacht] = count_all([counted])
    return klacht


def count_all(counted: Sequence[Counted], before: Standing | None = None) -> list[Klacht]:
    """Keep answers and let them take effect, each on another klacht; these stood as `before` says."""
    for one in counted[:1]:
        rounds.answered(one.act.tx, {one.round.id: one.answer for one in counted}, one.act.at)
    for one in counted:
        photos.keep(one.act.tx, one.round.id, one.answer.photos)
    return happen_all([_happening(one) for one in counted], before)


def _happening(one: Counted) -> Happening:
    act, klacht, round, answer = one.act, one.klacht, one.round, one.answer
    known, policy = act.world.organisation.answers, act.world.policy
    may_reopen = policy.unhappy_reopens and klacht.status == life.OPGELOST
    given = FeedbackGiven(
        act.at,
        Actor(MELDER, round.address),
        answer.satisfied,
        answer.text,
        tuple(a.text for a in known if a.id in answer.reasons),
        round.number,
        may_reopen and feedback.reopens(answer, known),
        answer.contact_refused,
        len(answer.photos),
    )
    if answer.contact_refused or (answer.satisfied and policy.satisfied_ends_contact):
        klacht = replace(klacht, contact_allowed=False)
    return Happening(act, *_outcome(klacht, given, round.id if answer.photos else 0), one.after)


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
