"""Surveys: what is asked and of whom, when it is due, what may be answered, and what is a low score."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from mailagent.core.calendar import local_day
from mailagent.core.errors import AnswersWrong, LinkGone
from mailagent.core.klacht import (
    GESLOTEN,
    HEROPEND,
    IN_BEHANDELING,
    NIEUW,
    OPGELOST,
    STATUSES,
    Klacht,
)

NPS, RATING, MULTIPLE, OPEN, YES_NO = "nps", "rating", "multiple", "open", "yes_no"
KINDS = (NPS, RATING, MULTIPLE, OPEN, YES_NO)
"""What a question can be: 0–10, 1–5, a choice of options, free text, yes or no."""

SCALES: Mapping[str, range] = {NPS: range(11), RATING: range(1, 6)}
LOW: Mapping[str, int] = {NPS: 6, RATING: 2}
"""A score of at most so much is low: a detractor, or somebody who gave one or two out of five."""

YES, NO = "ja", "nee"
MAX_TEXT = 2000

EVENTS: Mapping[str, tuple[str, ...]] = {
    "received": (NIEUW,),
    "taken_up": (IN_BEHANDELING,),
    "answered": STATUSES,
    "resolved": (OPGELOST,),
    "closed": (GESLOTEN,),
    "reopened": (HEROPEND,),
}
"""What may call for a survey, and the status a klacht then has: came in, taken in behandeling, written to,
handled, closed for whatever reason, opened again."""

DRAFT, ACTIVE, CLOSED = "draft", "active", "closed"
STATES = (DRAFT, ACTIVE, CLOSED)
"""The life of a survey: a draft sends nothing, an active one does, and a closed one is never opened again."""

SCHEDULED, SENT, ANSWERED, EXPIRED, SUPPRESSED, FAILED = (
    "scheduled",
    "sent",
    "answered",
    "expired",
    "suppressed",
    "failed",
)
OPT_OUT, COOLDOWN, ALREADY_INVITED, SURVEY_CLOSED, OTHER_STATUS = (
    "opt_out",
    "cooldown",
    "already_invited",
    "survey_closed",
    "other_status",
)
"""Why somebody is not invited, beside those of every mail (flow/reach.py)."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a melder reads, in each of our languages; in Dutch where there is no translation."""

    nl: str
    en: str = ""
    fr: str = ""

    def said(self, language: str) -> str:
        """In this language."""
        return {"en": self.en, "fr": self.fr}.get(language) or self.nl


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a question; its id is kept."""

    id: str
    text: Words


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `options` are those of `multiple`, of which `many` may be chosen, or just one."""

    id: str
    kind: str
    text: Words
    required: bool = True
    options: tuple[Option, ...] = ()
    many: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey as its admin wrote it: sent `delay` after `event`, for klachten that fit; an empty filter fits
    every one. `first_day` and `last_day` are the period in which the event must fall."""

    id: str
    title: Words
    intro: Words
    questions: tuple[Question, ...]
    event: str
    delay: timedelta
    link_days: int
    channels: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None

    def speaks(self, language: str) -> str:
        """The language a melder is asked in. A translation is whole or not there (config/surveys.py)."""
        return language if {"en": self.title.en, "fr": self.title.fr}.get(language) else "nl"

    def fits(self, klacht: Klacht, event: str, at: datetime) -> bool:
        """Does this event of this klacht call for it?"""
        day = local_day(at)
        return (
            event == self.event
            and (not self.channels or klacht.channel in self.channels)
            and (not self.categories or klacht.category in self.categories)
            and self.fits_status(klacht)
            and (self.first_day is None or self.first_day <= day)
            and (self.last_day is None or day <= self.last_day)
        )

    def fits_status(self, klacht: Klacht) -> bool:
        """Is the klacht where this survey wants it? Asked at the event, and again when the mail goes."""
        return not self.statuses or klacht.status in self.statuses

    def due(self, at: datetime) -> datetime:
        """When the mail goes, for an event at this moment."""
        return at + self.delay

    def until(self, at: datetime) -> datetime:
        """When the link dies, for a mail that goes at this moment."""
        return at + timedelta(days=self.link_days)


@dataclass(frozen=True, slots=True)
class Invitation:
    """One survey for one klacht, with what was true when it was decided. Fields are those of the table."""

    id: int
    survey: str
    klacht_id: int
    address: str
    language: str
    channel: str
    category: str | None
    state: str
    reason: str
    decided_at: datetime
    send_at: datetime
    expires_at: datetime
    due_at: datetime | None = None
    sent_at: datetime | None = None
    reminded_at: datetime | None = None
    answered_at: datetime | None = None
    submitted: str | None = None

    @property
    def is_owed(self) -> bool:
        """Has its moment come, so that its mail is on its way? Until then it is due when it is to be sent."""
        return self.due_at != self.send_at

    def is_open(self, now: datetime) -> bool:
        """Can it still be answered? Also where its mail came back: who has the link has had the mail."""
        return self.state in (SCHEDULED, SENT, FAILED) and now < self.expires_at


@dataclass(frozen=True, slots=True)
class SurveyAnswer:
    """The answer to one question: `score` of nps and rating, `choices` (ids) of multiple and yes_no, `text`
    of open."""

    question: str
    kind: str
    score: int | None = None
    choices: tuple[str, ...] = ()
    text: str = ""

    @property
    def is_low(self) -> bool:
        """Would somebody want to call about this?"""
        return self.score is not None and self.score <= LOW.get(self.kind, -1)


def digest(answers: Sequence[SurveyAnswer]) -> str:
    """The same answers again have the same digest."""
    return hashlib.sha256(json.dumps([asdict(answer) for answer in answers]).encode()).hexdigest()


def read_answers(survey: Survey, given: Iterable[tuple[str, str]]) -> tuple[SurveyAnswer, ...]:
    """What somebody filled in, question by question. `given` are the id of a question and what was sent for
    it, which may be repeated. Raises `AnswersWrong` with what is wrong with each, by the id of its question.
    """
    sent: dict[str, list[str]] = {}
    for name, value in given:
        sent.setdefault(name, []).append(value)
    known = {question.id for question in survey.questions}
    wrong = {name: "unknown" for name in sent if name not in known}
    answers = []
    for question in survey.questions:
        values = [value for value in sent.get(question.id, ()) if value.strip()]
        if problem := _problem(question, values):
            wrong[question.id] = problem
        elif values:
            answers.append(_answer(question, values))
    if not answers:
        wrong = wrong or {survey.questions[0].id: "nothing"}
    if wrong:
        raise AnswersWrong(wrong)
    return tuple(answers)


def _problem(question: Question, values: Sequence[str]) -> str:
    """What is wrong with this, as a word for the page; "" where nothing is."""
    if not values:
        return "required" if question.required else ""
    if len(set(values)) > 1 and not question.many:
        return "one"
    if question.kind == OPEN:
        return "too_long" if len(values[0]) > MAX_TEXT else ""
    return "unknown" if any(value not in choices(question) for value in values) else ""


def choices(question: Question) -> tuple[str, ...]:
    """All that may be chosen, as it is sent; nothing for free text."""
    if question.kind in SCALES:
        return tuple(map(str, SCALES[question.kind]))
    return (YES, NO) if question.kind == YES_NO else tuple(option.id for option in question.options)


def _answer(question: Question, values: Sequence[str]) -> SurveyAnswer:
    if question.kind in SCALES:
        return SurveyAnswer(question.id, question.kind, score=int(values[0]))
    if question.kind == OPEN:
        return SurveyAnswer(question.id, question.kind, text=values[0].strip())
    chosen = tuple(choice for choice in choices(question) if choice in values)
    return SurveyAnswer(question.id, question.kind, choices=chosen)


def told(survey: Survey, answers: Sequence[SurveyAnswer], *, low: bool = False) -> tuple[str, ...]:
    """Each question with its answer, in Dutch, as a behandelaar reads it; with `low` the low ones alone."""
    questions = {question.id: question for question in survey.questions}
    return tuple(
        f"{questions[answer.question].text.nl} {_said(questions[answer.question], answer)}"
        for answer in answers
        if answer.question in questions and (answer.is_low or not low)
    )


def _said(question: Question, answer: SurveyAnswer) -> str:
    if answer.score is not None:
        return f"{answer.score} (van {SCALES[answer.kind][-1]})"
    texts = {option.id: option.text.nl for option in question.options}
    return answer.text or ", ".join(texts.get(choice, choice) for choice in answer.choices)


def check_open(invitation: Invitation, kenmerk: str, state: str, now: datetime) -> None:
    """Raise `LinkGone` where this invitation to a survey in `state` can no longer be answered."""
    if invitation.state == ANSWERED:
        raise LinkGone("answered", kenmerk, invitation.language)
    if state == CLOSED:
        raise LinkGone("closed", kenmerk, invitation.language)
    if not invitation.is_open(now):
        raise LinkGone("expired", kenmerk, invitation.language)
