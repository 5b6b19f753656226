"""What `mailagent learn` has to tell: how often the rules and the suggestions were right, and which words
would make a rule."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from mailagent.core.clues import stemmer, words_of
from mailagent.core.suggestion import BAR, MOST, Scores, Suggestion

FEWEST, FEWEST_OF_ONE = 40, 5
"""So many klachten, and so many of a category, are needed to learn from."""
FEWEST_MELDERS = 2
"""What one melder alone wrote may be a name or an address: nothing of it is kept."""

_HINTED = 3
"""So often a word must stand in klachten that the rules missed to be worth a hint,"""
_PURE = 0.75
"""and of all klachten with the word such a share must be of one category."""
MOST_HINTS, MOST_CONFUSIONS = 15, 15


@dataclass(frozen=True, slots=True)
class Case:
    """A klacht that a human sorted: `category` is theirs; `chosen` where they wrote it, and did not just let
    it stand. `ruled` is what the rules say of it today, None where they leave it to a human, with the
    `scores` of all."""

    subject: str
    text: str
    melder: str
    category: str
    chosen: bool
    ruled: str | None
    scores: Scores


@dataclass(frozen=True, slots=True)
class Confusion:
    """So many klachten went from what the rules said (None: nothing) to what a human chose."""

    ruled: str | None
    human: str
    klachten: int


@dataclass(frozen=True, slots=True)
class Hint:
    """A word that a rule could have: of the `klachten` that hold it so many (`there`) are of this category,
    and of those the rules `missed` some."""

    word: str
    category: str
    missed: int
    there: int
    klachten: int

    def __str__(self) -> str:
        """As advice."""
        return f"klachten met “{self.word}” gaan {self.there}× naar {self.category} (van {self.klachten})"


@dataclass(frozen=True, slots=True)
class Report:
    """What came of learning. Shares are between 0 and 1, None where there is nothing to share. Those of the
    suggestions were measured on klachten that the model had not seen (cross-validation)."""

    klachten: int
    chosen: int
    categories: dict[str, int]
    left_out: dict[str, int]
    rules_decided: float
    rules_right: float | None
    first_right: float
    top3_right: float
    answered: float
    answered_right: float | None
    answered_sure: float | None
    confusions: tuple[Confusion, ...]
    hints: tuple[Hint, ...]

    @property
    def abstained(self) -> float:
        """Of so many nothing would have been said."""
        return 1 - self.answered

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self) | {"abstained": self.abstained}


def usable(cases: Sequence[Case]) -> tuple[list[Case], dict[str, int]]:
    """Those of categories that have enough of them, and how many there are of each of the others."""
    counts = Counter(case.category for case in cases)
    few = {category: n for category, n in sorted(counts.items()) if n < FEWEST_OF_ONE}
    return [case for case in cases if case.category not in few], few


def too_few(cases: Sequence[Case]) -> str:
    """Why nothing can be learned from these, as a sentence; "" where something can."""
    kept, _ = usable(cases)
    categories = len({case.category for case in kept})
    if len(kept) >= FEWEST and categories >= 2:
        return ""
    return (
        f"Er is nog te weinig om van te leren: {len(cases)} klachten waarvan een mens de categorie koos, of "
        f"die onder hun categorie zijn afgehandeld. Nodig zijn er {FEWEST}, in twee categorieën of meer met "
        f"elk ten minste {FEWEST_OF_ONE}; nu tellen er {len(kept)} mee, in {categories}."
    )


def report(
    cases: Sequence[Case],
    asked: Sequence[Case],
    likely: Sequence[Sequence[Suggestion]],
    left_out: dict[str, int],
) -> Report:
    """How good the rules and the suggestions were. `likely` has the suggestions for each one that was
    `asked`, of a model that had not seen it."""
    decided = [case for case in cases if case.ruled]
    firsts = [one[0] for one in likely]
    right = [first.category == case.category for first, case in zip(firsts, asked, strict=True)]
    among = [
        case.category in [one.category for one in ones[:MOST]]
        for ones, case in zip(likely, asked, strict=True)
    ]
    heard = [(first.sure, good) for first, good in zip(firsts, right, strict=True) if first.sure >= BAR]
    return Report(
        klachten=len(cases),
        chosen=sum(case.chosen for case in cases),
        categories=dict(sorted(Counter(case.category for case in cases).items())),
        left_out=left_out,
        rules_decided=len(decided) / len(cases),
        rules_right=_share([case.ruled == case.category for case in decided]),
        first_right=sum(right) / len(asked),
        top3_right=sum(among) / len(asked),
        answered=len(heard) / len(asked),
        answered_right=_share([good for _, good in heard]),
        answered_sure=_share([sure for sure, _ in heard]),
        confusions=tuple(confusions(cases)),
        hints=tuple(hints(cases)),
    )


def _share(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def confusions(cases: Sequence[Case]) -> Iterator[Confusion]:
    """Where humans chose otherwise than the rules, the most frequent first."""
    counts = Counter((case.ruled, case.category) for case in cases if case.ruled != case.category)
    ranked = sorted(counts.items(), key=lambda one: (-one[1], str(one[0][0]), one[0][1]))
    for (ruled, human), count in ranked[:MOST_CONFUSIONS]:
        yield Confusion(ruled, human, count)


def hints(cases: Sequence[Case]) -> list[Hint]:
    """Words that point to a category where the rules do not, the most frequent first."""
    stem = stemmer()
    held: defaultdict[str, list[Case]] = defaultdict(list)
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        for word in set(words_of(f"{case.subject} {case.text}")):
            if len(word) > 2 and not word.isdecimal():
                held[stem(word)].append(case)
                written[stem(word)][word] += 1
    found = []
    for stemmed, holding in held.items():
        [(category, there)] = Counter(case.category for case in holding).most_common(1)
        missed = [case for case in holding if case.category == category and case.ruled != category]
        if len({case.melder for case in missed}) >= _HINTED and there / len(holding) >= _PURE:
            [(word, _)] = written[stemmed].most_common(1)
            found.append(Hint(word, category, len(missed), there, len(holding)))
    return sorted(found, key=lambda hint: (-hint.missed, -hint.there, hint.word))[:MOST_HINTS]
