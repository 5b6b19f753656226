"""The figures of every survey side by side: of the whole, period by period, and by channel or category."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mailagent.core.figures import Answered, Figures, Invited, Tally, Trend, figures, trend
from mailagent.core.organisation import StandardAnswer
from mailagent.core.periods import MONTH, Period, last_periods
from mailagent.core.surveys import MULTIPLE, YES_NO, Option, Question, Survey, Words, choices

SMILEYS, SATISFIED, GOOD, BAD = "smileys", "tevreden", "ging_goed", "ging_niet_goed"
"""The smiley rounds are told as a survey of their own, with these three questions."""

_SATISFIED = Words("Bent u tevreden?", "Are you satisfied?", "Êtes-vous satisfait ?")
_GOOD = Words("Wat ging er goed?", "What went well?", "Qu’est-ce qui s’est bien passé ?")
_BAD = Words("Wat ging er niet goed?", "What did not go well?", "Qu’est-ce qui ne s’est pas bien passé ?")

CHANNEL, CATEGORY, PERIOD = "channel", "category", "period"
GROUPS = (CHANNEL, CATEGORY, PERIOD)
"""By what figures can be told apart."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figures: of one survey or all (""), told apart `by` one of GROUPS or not at all (""), in periods
    of this `size`, of invitations sent from `since` up to `until`, both included."""

    until: date
    since: date | None = None
    survey: str = ""
    by: str = ""
    size: str = MONTH

    @property
    def periods(self) -> tuple[Period, ...]:
        """The last twelve."""
        return last_periods(self.until, self.size, self.since)


@dataclass(frozen=True, slots=True)
class SurveyFigures:
    """The figures of one survey: of the whole, of each period (`row`), and of each group by its name."""

    survey: Survey
    whole: Figures
    row: tuple[Figures, ...]
    groups: Mapping[str, Figures]

    def over(self, question: Question) -> tuple[Tally, ...]:
        """The answers to one question in each period; a gap where there are none."""
        return tuple(tally_of(period, question) for period in self.row)

    def trend(self, question: Question) -> Trend | None:
        """Where it is going: the last period beside the one before."""
        return trend(question.kind, [tally.figure for tally in self.over(question)])


@dataclass(frozen=True, slots=True)
class Overview:
    """What was asked for, and what is told of each survey."""

    wanted: Wanted
    periods: tuple[Period, ...]
    surveys: tuple[SurveyFigures, ...]

    @property
    def is_running(self) -> bool:
        """Is the last period not over yet?"""
        return self.periods[-1].last > self.wanted.until


def tally_of(found: Figures, question: Question) -> Tally:
    """The answers to one question; an empty tally where there are none."""
    return found.questions.get(question.id) or Tally(question.kind)


@dataclass(frozen=True, slots=True)
class Chosen:
    """How often one choice was made, and by what share of those who answered."""

    choice: str
    text: Words
    answers: int
    share: float


def chosen(tally: Tally, question: Question) -> list[Chosen]:
    """Every choice of a question in its order, then those of once; nothing where nobody answered."""
    texts = {option.id: option.text for option in question.options}
    possible = choices(question) if question.kind in (MULTIPLE, YES_NO) and tally.answers else ()
    every = (*possible, *sorted(tally.choices.keys() - set(possible)))
    counts, shares = tally.choices, tally.shares
    return [Chosen(id, texts.get(id, Words(id)), counts.get(id, 0), shares.get(id, 0.0)) for id in every]


def overview(
    wanted: Wanted, surveys: Iterable[Survey], counts: tuple[Sequence[Invited], Sequence[Answered]]
) -> Overview:
    """Put together what was counted of these surveys, in their order."""
    periods = wanted.periods
    return Overview(
        wanted, periods, tuple(_figures(wanted.by, periods, survey, *counts) for survey in surveys)
    )


def _figures(
    by: str,
    periods: Sequence[Period],
    survey: Survey,
    every_invited: Sequence[Invited],
    every_answered: Sequence[Answered],
) -> SurveyFigures:
    invited = [line for line in every_invited if line.survey == survey.id]
    answered = [line for line in every_answered if line.survey == survey.id]
    row = tuple(
        figures(
            (line for line in invited if line.period == place),
            (line for line in answered if line.period == place),
        )
        for place in range(len(periods))
    )
    if by == PERIOD:
        groups = {period.name: found for period, found in zip(periods, row, strict=True)}
    else:
        groups = {
            name: figures(
                (line for line in invited if line.group == name),
                (line for line in answered if line.group == name),
            )
            for name in sorted({line.group for line in invited} if by else ())
        }
    return SurveyFigures(_as_answered(survey, answered), figures(invited, answered), row, groups)


def _as_answered(survey: Survey, answered: Iterable[Answered]) -> Survey:
    """The survey with the questions that were answered once and are in its file no more."""
    known = {question.id for question in survey.questions}
    gone = {line.question: line.kind for line in answered if line.question not in known}
    more = (Question(id, kind, Words(id)) for id, kind in sorted(gone.items()))
    return replace(survey, questions=(*survey.questions, *more))


def smileys(answers: Sequence[StandardAnswer]) -> Survey:
    """The smiley rounds as a survey: which of the two it was, and the standard answers below each."""
    went: dict[bool, list[Option]] = {True: [], False: []}
    for one in answers:
        went[one.satisfied].append(Option(one.id, Words(one.text, one.en, one.fr)))
    questions = (
        Question(SATISFIED, YES_NO, _SATISFIED),
        Question(GOOD, MULTIPLE, _GOOD, options=tuple(went[True]), many=True),
        Question(BAD, MULTIPLE, _BAD, options=tuple(went[False]), many=True),
    )
    title = Words("Smileys na de afhandeling", "Smileys after the handling", "Smileys après le traitement")
    return _bare(SMILEYS, title, questions)


def survey_of(id: str, surveys: Mapping[str, Survey], answers: Sequence[StandardAnswer]) -> Survey:
    """A survey by its id, the smileys too; a bare one where it was answered once and its file is gone."""
    if id == SMILEYS:
        return smileys(answers)
    return surveys.get(id) or _bare(id, Words(id), ())


def _bare(id: str, title: Words, questions: tuple[Question, ...]) -> Survey:
    return Survey(id, title, Words(""), questions, "resolved", timedelta(0), 0)
