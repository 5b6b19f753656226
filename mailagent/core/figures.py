"""Figures of surveys: what answers come to, how many of those who were asked gave one, and which way it goes.

Nothing is told of nothing: where there are no answers a figure is None, and never 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mailagent.core.surveys import NPS, RATING, YES, YES_NO

PROMOTER, DETRACTOR = 9, 6
"""From so much on somebody recommends us, up to so much they warn against us (Reichheld, 2003)."""

CONTENT = 4
"""Who gives so much out of five is satisfied."""

FLAT: Mapping[str, float] = {NPS: 5, RATING: 0.2, YES_NO: 5}
"""Points, out of 5, and percentage points: what moved less than this has not moved."""

OUTSIDE = -1
"""The place of what lies in none of the periods."""

UP, DOWN, LEVEL = "up", "down", "level"


def rounded(part: int, whole: int, decimals: int = 0) -> float:
    """part / whole to the nearest; a half goes away from zero, so that a figure and its mirror match."""
    scale: int = 10**decimals
    twice, over = 2 * abs(part) * scale, 2 * whole
    nearest = (twice + whole) // over
    return (nearest if part >= 0 else -nearest) / scale


def nps(scores: Mapping[int, int]) -> int | None:
    """Of how often each score of 0 to 10 was given: % 9–10 less % 0–6, whole, from -100 to 100."""
    total = sum(scores.values())
    promoters = sum(count for score, count in scores.items() if score >= PROMOTER)
    detractors = sum(count for score, count in scores.items() if score <= DETRACTOR)
    return int(rounded(100 * (promoters - detractors), total)) if total else None


def average(scores: Mapping[int, int]) -> float | None:
    """The mean score, to two decimals."""
    total = sum(scores.values())
    return rounded(sum(score * count for score, count in scores.items()), total, 2) if total else None


def share(part: int, whole: int) -> float | None:
    """Per cent, to one decimal; None of nothing."""
    return rounded(100 * part, whole, 1) if whole else None


@dataclass(frozen=True, slots=True)
class Response:
    """What became of invitations. `expired` had been sent; `unsent` expired before any relay took them."""

    scheduled: int = 0
    sent: int = 0
    answered: int = 0
    expired: int = 0
    unsent: int = 0
    suppressed: int = 0
    failed: int = 0

    @property
    def delivered(self) -> int:
        """Those that somebody could answer: who got none cannot count as silent."""
        return self.sent + self.answered + self.expired

    @property
    def rate(self) -> float | None:
        """Per cent of the delivered ones that were answered."""
        return share(self.answered, self.delivered)


@dataclass(frozen=True, slots=True)
class Tally:
    """The answers to one question: how many there are, and how often each score or choice was given."""

    kind: str
    answers: int = 0
    scores: Mapping[int, int] = field(default_factory=dict)
    choices: Mapping[str, int] = field(default_factory=dict)

    @property
    def nps(self) -> int | None:
        """The Net Promoter Score, of a question of 0 to 10."""
        return nps(self.scores) if self.kind == NPS else None

    @property
    def average(self) -> float | None:
        """The mean score, of a question with a scale."""
        return average(self.scores) if self.kind in (NPS, RATING) else None

    @property
    def satisfied(self) -> float | None:
        """Per cent that says yes, or gives four or five out of five."""
        if self.kind == YES_NO:
            return share(self.choices.get(YES, 0), self.answers)
        content = sum(count for score, count in self.scores.items() if score >= CONTENT)
        return share(content, self.answers) if self.kind == RATING else None

    @property
    def figure(self) -> float | None:
        """The one figure of this kind of question: NPS, average, or per cent yes; a choice has none."""
        return {NPS: self.nps, RATING: self.average, YES_NO: self.satisfied}.get(self.kind)

    @property
    def shares(self) -> Mapping[str, float]:
        """Per cent of those who answered that chose each; together over 100 where one may choose more."""
        return {choice: rounded(100 * count, self.answers, 1) for choice, count in self.choices.items()}


@dataclass(frozen=True, slots=True)
class Invited:
    """So many invitations of a survey in one state. `period` is a place in the row of periods, or OUTSIDE."""

    survey: str
    group: str
    period: int
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class Answered:
    """So many times this answer to a question of a survey."""

    survey: str
    group: str
    period: int
    question: str
    kind: str
    score: int | None
    choices: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of some invitations: of a survey, or of one channel, category or period of it."""

    response: Response
    questions: Mapping[str, Tally]


def figures(invited: Iterable[Invited], answered: Iterable[Answered]) -> Figures:
    """Add up what was counted."""
    states: Counter[str] = Counter()
    for line in invited:
        states[line.state] += line.count
    lines: dict[str, list[Answered]] = {}
    for answer in answered:
        lines.setdefault(answer.question, []).append(answer)
    return Figures(Response(**states), {question: tallied(found) for question, found in lines.items()})


def tallied(lines: Sequence[Answered]) -> Tally:
    """Add up the answers to one question."""
    scores: Counter[int] = Counter()
    choices: Counter[str] = Counter()
    for line in lines:
        if line.score is not None:
            scores[line.score] += line.count
        for choice in line.choices:
            choices[choice] += line.count
    return Tally(lines[0].kind, sum(line.count for line in lines), dict(scores), dict(choices))


@dataclass(frozen=True, slots=True)
class Trend:
    """From one period to the next: by how much a figure moved, and whether that is more than FLAT."""

    change: float
    direction: str


def trend(kind: str, row: Sequence[float | None]) -> Trend | None:
    """The last of a row of figures beside the one before it; None where either of them is not there."""
    if len(row) < 2 or row[-1] is None or row[-2] is None:
        return None
    change = round(row[-1] - row[-2], 2)
    if abs(change) < FLAT[kind]:
        return Trend(change, LEVEL)
    return Trend(change, UP if change > 0 else DOWN)
