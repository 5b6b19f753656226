"""What a klacht may be about, going by how humans sorted earlier ones: a proposal, never a decision.

The weights were learned elsewhere (`mailagent/learning.py`); here they are only added up, in plain Python.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailagent.core.clues import forms, stemmer, words_of

MOST = 3
"""So many categories are proposed."""
BAR = 0.4
"""Who is not at least so sure of the first one proposes nothing."""

_READ = 3_000
"""Characters of a text that are looked at: what a klacht is about stands at its beginning."""
_LONGEST_WORD = 40
_SHORTEST_GRAM, _LONGEST_GRAM = 3, 5
_MOST_POINTS = 12
"""More points than these make nothing surer."""
_VERSION = 1

_WORD, _GRAM, _POINTS, _FIRST = "w:", "g:", "p:", "f:"
"""How a feature begins: a stem or a part of one, letters that follow each other, the points that the rules
gave a category, and which category had most."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A category, and how sure it is: of those at 0.7, seven in ten are right."""

    category: str
    sure: float

    def __str__(self) -> str:
        """As it stands in a mail: `afval (62 %)`."""
        return f"{self.category} ({self.sure:.0%})".replace("%", " %")


Scores = Sequence[tuple[str, int]]
"""Each category that the rules gave points, the highest first (`Decision.scores`)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a klacht holds to go by: how often each word and each run of letters, and what the rules gave."""

    words: Mapping[str, int]
    grams: Mapping[str, int]
    rules: Mapping[str, float]


def seen_in(subject: str, text: str, scores: Scores) -> Seen:
    """The features of a klacht. A word of the subject counts twice. Parts of words are there as well: which
    of them are words, only the model knows."""
    stem = stemmer()
    parts: defaultdict[str, int] = defaultdict(int)
    grams: defaultdict[str, int] = defaultdict(int)
    words = Counter(words_of(f"{subject} {subject} {text[:_READ]}"))
    for word, often in words.items():
        cut = word[:_LONGEST_WORD]
        for form in forms(stem(cut)):
            parts[_WORD + form] += often
        for gram in _grams(cut):
            grams[_GRAM + gram] += often
    return Seen(parts, grams, dict(_of_rules(scores)))


def _grams(word: str) -> Iterator[str]:
    closed = f" {word} "
    for length in range(_SHORTEST_GRAM, _LONGEST_GRAM + 1):
        for start in range(len(closed) - length + 1):
            yield closed[start : start + length]


def _of_rules(scores: Scores) -> Iterator[tuple[str, float]]:
    for category, points in scores:
        yield f"{_POINTS}{category}", min(points, _MOST_POINTS) / _MOST_POINTS
        if points == scores[0][1]:
            yield f"{_FIRST}{category}", 1.0


def weighed(seen: Seen, rarity: Mapping[str, float]) -> dict[str, float]:
    """The value of each feature that has a rarity: what is rare weighs more, and a long text no more than a
    short one."""
    values = {name: value for name, value in seen.rules.items() if name in rarity}
    for counts in (seen.words, seen.grams):
        known = {name: (1 + math.log(n)) * rarity[name] for name, n in counts.items() if name in rarity}
        length = math.sqrt(sum(value * value for value in known.values())) or 1.0
        values |= {name: value / length for name, value in known.items()}
    return values


class Model:
    """Weights by feature, one for each category, with how rare the feature is."""

    def __init__(
        self,
        categories: Sequence[str],
        begin: Sequence[float],
        temperature: float,
        weights: Mapping[str, Sequence[float]],
    ) -> None:
        self.categories, self.begin, self.temperature = tuple(categories), tuple(begin), temperature
        self.rarity = {name: row[0] for name, row in weights.items()}
        self.weights = {name: tuple(row[1:]) for name, row in weights.items()}

    def suggest(
        self, subject: str, text: str, scores: Scores, known: Collection[str]
    ) -> tuple[Suggestion, ...]:
        """The likeliest of the `known` categories, the surest first; none where it is not sure enough of the
        first. What went to one that is gone makes no other surer: nobody learned where it goes now."""
        likely = tuple(one for one in self.likely(subject, text, scores) if one.category in known)[:MOST]
        return likely if likely and likely[0].sure >= BAR else ()

    def likely(self, subject: str, text: str, scores: Scores) -> tuple[Suggestion, ...]:
        """Every category, the likeliest first."""
        totals = list(self.begin)
        for name, value in weighed(seen_in(subject, text, scores), self.rarity).items():
            for place, weight in enumerate(self.weights[name]):
                totals[place] += weight * value
        shares = shares_of(totals, self.temperature)
        return tuple(ranked(self.categories, shares))

    def as_dict(self) -> dict[str, Any]:
        """Numbers and words alone, ready for JSON."""
        weights = {name: [self.rarity[name], *row] for name, row in self.weights.items()}
        return {
            "version": _VERSION,
            "categories": list(self.categories),
            "begin": list(self.begin),
            "temperature": self.temperature,
            "weights": weights,
        }


def ranked(categories: Sequence[str], shares: Sequence[float]) -> list[Suggestion]:
    """The likeliest first."""
    found = (
        Suggestion(category, round(share, 3)) for category, share in zip(categories, shares, strict=True)
    )
    return sorted(found, key=lambda one: (-one.sure, one.category))


def shares_of(totals: Sequence[float], temperature: float) -> list[float]:
    """Totals as shares of one; the higher the temperature, the less sure."""
    highest = max(totals)
    raised = [math.exp((total - highest) / temperature) for total in totals]
    total = sum(raised)
    return [one / total for one in raised]


def read_model(said: object) -> Model:
    """A model as it was stored. ValueError where it is not one of ours, whole, and nothing but numbers."""
    if not (isinstance(said, dict) and said.get("version") == _VERSION):
        raise ValueError(_NOT_OURS)
    categories, weights = said.get("categories"), said.get("weights")
    if not (isinstance(categories, list) and isinstance(weights, dict) and len(categories) > 1):
        raise ValueError(_NOT_OURS)
    begin = _numbers(said.get("begin"), len(categories))
    [temperature] = _numbers([said.get("temperature")], 1)
    if temperature <= 0 or not all(isinstance(id, str) for id in categories):
        raise ValueError(_NOT_OURS)
    rows = {name: _numbers(row, len(categories) + 1) for name, row in weights.items()}
    return Model(categories, begin, temperature, rows)


_NOT_OURS = "what was learned cannot be used, and nothing is suggested: run `mailagent learn` again"


def _numbers(said: object, how_many: int) -> list[float]:
    if not (isinstance(said, list) and len(said) == how_many):
        raise ValueError(_NOT_OURS)
    if not all(type(one) in (int, float) and math.isfinite(one) for one in said):
        raise ValueError(_NOT_OURS)
    return [float(one) for one in said]
