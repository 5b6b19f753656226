"""Learns from how humans sorted klachten (the only door to scikit-learn, which `mailagent[learn]` brings).

The rules know the klachten there are better than the next one: whoever wrote them had these at hand. So each
klacht is looked at twice: as the rules see it, and as they would if nobody had thought of the words that only
klachten held back with it (a fold) hold. And the words of the rules are learned from by themselves, so that
what looks like one of them is known too: a compound, a misspelling, a dialect.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from mailagent.core.lessons import FEWEST_MELDERS, Case, Report, report, usable
from mailagent.core.message import Message
from mailagent.core.rules import RuleSet, decide
from mailagent.core.suggestion import Model, Scores, Seen, ranked, seen_in, shares_of, weighed
from mailagent.core.wording import Wording, without, wordings

FOLDS = 5

_STRENGTH = 10.0
"""How far the weights may follow the klachten (C of the regression)."""
_MOST_FEATURES = 20_000
"""More would make the model large and no better."""
_TEMPERATURES: tuple[float, ...] = tuple(1.1**power for power in range(-20, 21))
_OURS = "rules"

Progress = Callable[[int, int], None]
"""Told after each step: how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What was seen, what it is about, and who wrote it."""

    seen: Seen
    category: str
    writer: str


@dataclass(frozen=True, slots=True)
class _Fold:
    """Klachten that are held back, by number, with the words of the rules that only these hold."""

    held: tuple[int, ...]
    theirs: frozenset[Wording]


def learn(
    cases: Sequence[Case], rules: RuleSet, progress: Progress = lambda _done, _all: None
) -> tuple[Model, Report]:
    """A model of these cases, of which there are enough (`too_few`), and how good it is on those it has not
    seen."""
    kept, left_out = usable(cases)
    progress(0, FOLDS + 1)
    known = _seen([_as_ruled(case) for case in kept])
    words = {one: _word(one) for one in wordings(rules) if one.category in {case.category for case in kept}}
    folds = _folds(kept, known, words)
    fresh = _seen(_as_new(kept, rules, folds))
    totals: list[list[list[float]]] = [[], []]
    for done, fold in enumerate(folds, 1):
        others = [i for i in range(len(kept)) if i not in fold.held]
        lessons = [view[i] for view in (known, fresh) for i in others]
        lessons += [lesson for one, lesson in words.items() if one not in fold.theirs]
        fitted = _Fitted(lessons)
        for view, found in zip((known, fresh), totals, strict=True):
            found += fitted.totals([view[i].seen for i in fold.held])
        progress(done, FOLDS + 1)
    order = [i for fold in folds for i in fold.held]
    fitted = _Fitted([*known, *fresh, *words.values()])
    rows, asked = totals[0] + totals[1], [kept[i] for i in order] * 2
    temperature = _temperature(rows, [fitted.categories.index(case.category) for case in asked])
    progress(FOLDS + 1, FOLDS + 1)
    likely = [ranked(fitted.categories, shares_of(row, temperature)) for row in rows]
    return fitted.model(temperature), report(kept, asked, likely, left_out)


def _as_ruled(case: Case) -> tuple[Case, Scores]:
    return case, case.scores


def _as_new(cases: Sequence[Case], rules: RuleSet, folds: Sequence[_Fold]) -> list[tuple[Case, Scores]]:
    """Each with the points that rules would give it which nobody wrote with it at hand."""
    points: dict[int, Scores] = {}
    for fold in folds:
        fewer = without(rules, fold.theirs)
        for i in fold.held:
            points[i] = decide(Message(cases[i].subject, cases[i].text), fewer).scores
    return [(case, points[i]) for i, case in enumerate(cases)]


def _seen(cases: Sequence[tuple[Case, Scores]]) -> list[_Lesson]:
    return [
        _Lesson(seen_in(case.subject, case.text, scores), case.category, case.melder or f"nobody:{number}")
        for number, (case, scores) in enumerate(cases)
    ]


def _word(one: Wording) -> _Lesson:
    return _Lesson(seen_in("", one.text, ()), one.category, _OURS)


def _folds(cases: Sequence[Case], known: Sequence[_Lesson], words: Mapping[Wording, _Lesson]) -> list[_Fold]:
    answers = [case.category for case in cases]
    split = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(answers, answers)
    held = [tuple(map(int, numbers)) for _, numbers in split]
    fold_of = {i: number for number, fold in enumerate(held) for i in fold}
    theirs: defaultdict[int, set[Wording]] = defaultdict(set)
    for one, lesson in words.items():
        among = {
            fold_of[i]
            for i, klacht in enumerate(known)
            if lesson.seen.words.keys() <= klacht.seen.words.keys()
        }
        if len(among) == 1:
            theirs[among.pop()].add(one)
    return [_Fold(fold, frozenset(theirs[number])) for number, fold in enumerate(held)]


class _Fitted:
    """A regression fitted to some lessons."""

    def __init__(self, lessons: Sequence[_Lesson]) -> None:
        self.rarity = _rarity(lessons)
        self._columns = {name: place for place, name in enumerate(self.rarity)}
        # saga is tens of times as fast as the others where most of a row is empty
        self._regression = LogisticRegression(
            C=_STRENGTH, solver="saga", tol=0.01, max_iter=300, random_state=0
        )
        self._regression.fit(self._matrix([one.seen for one in lessons]), [one.category for one in lessons])
        self.categories = [str(category) for category in self._regression.classes_]

    def totals(self, seen: Sequence[Seen]) -> list[list[float]]:
        """For each klacht a total for each category."""
        found = self._regression.decision_function(self._matrix(seen)).tolist()
        return [row if isinstance(row, list) else [-row / 2, row / 2] for row in found]

    def model(self, temperature: float) -> Model:
        """Its weights as data: those that say most, rounded."""
        rows, begin = self._regression.coef_.tolist(), self._regression.intercept_.tolist()
        if len(self.categories) == 2:  # scikit-learn then keeps the second alone
            rows = [[-weight / 2 for weight in rows[0]], [weight / 2 for weight in rows[0]]]
            begin = [-begin[0] / 2, begin[0] / 2]
        by_name = dict(zip(self.rarity, zip(*rows, strict=True), strict=True))
        says_most = sorted(by_name, key=lambda name: -max(map(abs, by_name[name])))[:_MOST_FEATURES]
        weights = {name: _rounded((self.rarity[name], *by_name[name])) for name in sorted(says_most)}
        return Model(self.categories, _rounded(begin), temperature, weights)

    def _matrix(self, seen: Sequence[Seen]) -> csr_matrix:
        values: list[float] = []
        places: list[int] = []
        ends = [0]
        for one in seen:
            for name, value in weighed(one, self.rarity).items():
                places.append(self._columns[name])
                values.append(value)
            ends.append(len(values))
        return csr_matrix((values, places, ends), shape=(len(seen), len(self._columns)))


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 4) for value in values]


def _rarity(lessons: Sequence[_Lesson]) -> dict[str, float]:
    """How rare each feature is among these; what one melder alone wrote is none, if no rule has it."""
    writers: defaultdict[str, set[str]] = defaultdict(set)
    holding: Counter[str] = Counter()
    rules: set[str] = set()
    for one in lessons:
        names = (*one.seen.words, *one.seen.grams)
        for name in names:
            writers[name].add(one.writer)
        holding.update(names)
        rules.update(one.seen.rules)
    known = sorted(name for name, who in writers.items() if len(who) >= FEWEST_MELDERS or _OURS in who)
    rarity = {name: math.log((1 + len(lessons)) / (1 + holding[name])) + 1 for name in known}
    return rarity | dict.fromkeys(sorted(rules), 1.0)


def _temperature(totals: Sequence[Sequence[float]], right: Sequence[int]) -> float:
    """By which the shares tell best how often they are right, on klachten that were not learned from."""

    def surprise(temperature: float) -> float:
        pairs = zip(totals, right, strict=True)
        return -sum(math.log(shares_of(row, temperature)[place] + 1e-9) for row, place in pairs)

    best = min(_TEMPERATURES, key=surprise)
    return round(best, 4)
