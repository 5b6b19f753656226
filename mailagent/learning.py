"""Learns from how humans sorted klachten (the only door to scikit-learn, which `mailagent[learn]` brings)."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from mailagent.core.lessons import FEWEST_MELDERS, Case, Report, report, usable
from mailagent.core.suggestion import Model, Seen, ranked, seen_in, shares_of, weighed

FOLDS = 5

_STRENGTH = 10.0
"""How far the weights may follow the klachten (C of the regression)."""
_MOST_FEATURES = 20_000
"""More would make the model large and no better."""
_TEMPERATURES: tuple[float, ...] = tuple(1.1**power for power in range(-20, 21))

Progress = Callable[[int, int], None]
"""Told after each step: how many are done, and of how many."""


def learn(cases: Sequence[Case], progress: Progress = lambda _done, _all: None) -> tuple[Model, Report]:
    """A model of these cases, of which there are enough (`too_few`), and how good it is on those it has not
    seen."""
    kept, left_out = usable(cases)
    seen = [seen_in(case.subject, case.text, case.scores) for case in kept]
    answers = [case.category for case in kept]
    totals: list[list[float]] = [[] for _ in kept]
    progress(0, FOLDS + 1)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(answers, answers)
    for done, (train, held) in enumerate(folds, 1):
        fitted = _Fitted([kept[i] for i in train], [seen[i] for i in train])
        for i, row in zip(held, fitted.totals([seen[i] for i in held]), strict=True):
            totals[i] = row
        progress(done, FOLDS + 1)
    fitted = _Fitted(kept, seen)
    temperature = _temperature(totals, [fitted.categories.index(case.category) for case in kept])
    model = fitted.model(temperature)
    progress(FOLDS + 1, FOLDS + 1)
    likely = [ranked(model.categories, shares_of(row, temperature)) for row in totals]
    return model, report(kept, likely, left_out)


class _Fitted:
    """A regression fitted to some cases."""

    def __init__(self, cases: Sequence[Case], seen: Sequence[Seen]) -> None:
        self.rarity = _rarity(cases, seen)
        self._columns = {name: place for place, name in enumerate(self.rarity)}
        self._regression = LogisticRegression(C=_STRENGTH, max_iter=300, tol=1e-3)
        self._regression.fit(self._matrix(seen), [case.category for case in cases])
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


def _rarity(cases: Sequence[Case], seen: Sequence[Seen]) -> dict[str, float]:
    """How rare each feature is among these; what one melder alone wrote is none."""
    melders: defaultdict[str, set[str]] = defaultdict(set)
    holding: Counter[str] = Counter()
    rules: set[str] = set()
    for number, (case, one) in enumerate(zip(cases, seen, strict=True)):
        for name in (*one.words, *one.grams):
            melders[name].add(case.melder or f"nobody:{number}")
        holding.update((*one.words, *one.grams))
        rules.update(one.rules)
    names = sorted(name for name, who in melders.items() if len(who) >= FEWEST_MELDERS)
    rarity = {name: math.log((1 + len(cases)) / (1 + holding[name])) + 1 for name in names}
    return rarity | dict.fromkeys(sorted(rules), 1.0)


def _temperature(totals: Sequence[Sequence[float]], right: Sequence[int]) -> float:
    """By which the shares tell best how often they are right, on klachten that were not learned from."""

    def surprise(temperature: float) -> float:
        pairs = zip(totals, right, strict=True)
        return -sum(math.log(shares_of(row, temperature)[place] + 1e-9) for row, place in pairs)

    best = min(_TEMPERATURES, key=surprise)
    return round(best, 4)
