"""What a klacht is about, by the words in it: every rule scores, the highest score wins, a tie is human.

Nothing here depends on the order of rules, and the work grows with the length of the text, never with the
number of rules: the words of all rules lie in one table, and each word of a text is looked up in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal

import Stemmer

_WORD = re.compile(r"[^\W_]+")
_ACCENT = re.compile("[\u0300-\u036f]+")
_SHORTEST_PART = 4
"""Letters of a word that may be found at either end of a compound, and of what may stand before it. With
fewer, `beleefd` would be found in `onbeleefd`."""
_SHORTEST_REST = 3
"""Letters that must follow it. With fewer, `park` would be found in `parkeren` (whose stem is `parker`)."""
_LONGEST_WORD = 60
"""No Dutch word is longer: what is, would only cost time."""


_REMEMBERED = 20_000
"""Words whose clues are kept at hand: some megabytes."""


@dataclass(frozen=True, slots=True)
class Clue:
    """One test of a rule: any of these words (`woord`: by stem or as part of a compound) or literal phrases
    (`frase`). Its points, which may be negative, count once, however often it is found."""

    kind: Literal["woord", "frase"]
    any_of: tuple[str, ...]
    points: int


@dataclass(frozen=True, slots=True)
class Rule:
    """The clues that point to one category. `source` is the file and line it was written on."""

    id: str
    category: str
    clues: tuple[Clue, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A clue that was found: whose it is, where that rule stands, and the words of the text that matched."""

    rule_id: str
    source: str
    points: int
    matched: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules conclude, and why.

    `category` is None where nothing scores or where several share the highest score (then they are `tied`).
    `runner_up` is the next category that scored, `margin` the points between the two.
    """

    category: str | None = None
    score: int = 0
    runner_up: str | None = None
    margin: int = 0
    tied: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """For the stored trace."""
        return asdict(self)


_Place = tuple[str, int]
"""A clue: the id of its rule, and its number there."""

_Found = dict[_Place, str]
"""The clues found so far, each with the words that matched first."""


class RuleSet:
    """Rules made ready for use: `words` holds the clues by each form of their words, `phrases` by their first
    word, `looked_up` those of words that came by. ValueError where two rules share an id or a clue holds no
    word."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        listed = tuple(rules)
        self.rules = {rule.id: rule for rule in listed}
        if len(self.rules) < len(listed):
            raise ValueError("two rules share an id")
        self.words: defaultdict[str, set[_Place]] = defaultdict(set)
        self.phrases: defaultdict[str, list[tuple[list[str], _Place]]] = defaultdict(list)
        self.looked_up: dict[str, tuple[_Place, ...]] = {}
        stem = _stemmer()
        for rule in listed:
            for number, clue in enumerate(rule.clues):
                for text in clue.any_of:
                    if not (words := _words_of(text)):
                        raise ValueError(f"no word in {text!r}")
                    self._add(clue.kind, words, (rule.id, number), stem)

    def _add(self, kind: str, words: list[str], place: _Place, stem: Callable[[str], str]) -> None:
        if kind == "frase":
            self.phrases[words[0]].append((words, place))
            return
        for word in words:
            # The stemmer takes an inflected adjective (onbeleefde) for another word than the bare one.
            for form in (word, stem(word), stem(word + "e")):
                self.words[form].add(place)


def decide(subject: str, text: str, rules: RuleSet) -> Decision:
    """The category of a klacht with this subject and description, and why. Never raises."""
    stem = _stemmer()
    found: _Found = {}
    for part in (subject, text):
        words = _words_of(part)
        _find_words(words, rules, stem, found)
        _find_phrases(words, rules, found)
    hits = tuple(_hit(rules, place, found[place]) for place in sorted(found))
    return _conclude(_scores(rules, hits), hits)


def _stemmer() -> Callable[[str], str]:
    # One for each call: it keeps state and may not be shared between threads, and costs half a microsecond.
    stem: Callable[[str], str] = Stemmer.Stemmer("dutch").stemWord
    return stem


def _words_of(text: str) -> list[str]:
    """The words of a text, in small letters and without accents."""
    return _WORD.findall(_ACCENT.sub("", unicodedata.normalize("NFD", text.casefold())))


def _find_words(words: list[str], rules: RuleSet, stem: Callable[[str], str], found: _Found) -> None:
    for word in dict.fromkeys(words):
        if len(word) > _LONGEST_WORD:
            continue
        places = rules.looked_up.get(word)
        if places is None:
            places = _look_up(word, rules, stem)
        for place in places:
            found.setdefault(place, word)


def _look_up(word: str, rules: RuleSet, stem: Callable[[str], str]) -> tuple[_Place, ...]:
    """The clues a word is found by; remembered, for most words of a mail stand in other mails too."""
    places = tuple(place for form in _forms(stem(word)) for place in sorted(rules.words.get(form, ())))
    if len(rules.looked_up) >= _REMEMBERED:
        rules.looked_up.clear()  # strangers choose the words, and may never run out of them
    rules.looked_up[word] = places
    return places


def _forms(stem: str) -> Iterator[str]:
    """The stem itself, then what may be a word at the beginning or the end of it."""
    yield stem
    for split in range(_SHORTEST_PART, len(stem) - _SHORTEST_REST + 1):
        yield stem[:split]
        if len(stem) - split >= _SHORTEST_PART:
            yield stem[split:]


def _find_phrases(words: list[str], rules: RuleSet, found: _Found) -> None:
    for start, word in enumerate(words):
        for phrase, place in rules.phrases.get(word, ()):
            if words[start : start + len(phrase)] == phrase:
                found.setdefault(place, " ".join(phrase))


def _hit(rules: RuleSet, place: _Place, matched: str) -> Hit:
    rule = rules.rules[place[0]]
    return Hit(rule.id, rule.source, rule.clues[place[1]].points, matched)


def _scores(rules: RuleSet, hits: Iterable[Hit]) -> list[tuple[int, str]]:
    """Each category that scores, with the points of its best rule, highest first."""
    points: Counter[str] = Counter()
    for hit in hits:
        points[hit.rule_id] += hit.points
    best: dict[str, int] = {}
    for id, score in points.items():
        category = rules.rules[id].category
        best[category] = max(score, best.get(category, 0))
    return sorted(((score, category) for category, score in best.items() if score > 0), key=_rank)


def _rank(scored: tuple[int, str]) -> tuple[int, str]:
    return -scored[0], scored[1]


def _conclude(scores: list[tuple[int, str]], hits: tuple[Hit, ...]) -> Decision:
    if not scores:
        return Decision(hits=hits)
    score, category = scores[0]
    tied = tuple(name for points, name in scores if points == score)
    if len(tied) > 1:
        return Decision(None, score, tied[1], 0, tied, hits)
    next_score, runner_up = scores[1] if len(scores) > 1 else (0, None)
    return Decision(category, score, runner_up, score - next_score, (), hits)
