"""The single tests of rules, and finding all of them in a message at once.

The work grows with the length of the message, never with the number of tests: the words of all rules lie in
one table in which each word of a text is looked up, and their expressions are one automaton.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import Stemmer

from mailagent.core.folding import folded
from mailagent.core.message import IN_TEXT, Message
from mailagent.core.patterns import Patterns

_WORD = re.compile(r"[^\W_]+")
_SHORTEST_PART = 4
"""Letters of a word that may be found at either end of a compound, and of what may stand before it. With
fewer, `beleefd` would be found in `onbeleefd`."""
_SHORTEST_REST = 3
"""Letters that must follow it. With fewer, `park` would be found in `parkeren` (whose stem is `parker`)."""
_LONGEST_WORD = 60
"""No Dutch word is longer: what is, would only cost time."""
_LONGEST_ADDRESS = 320
_REMEMBERED = 20_000
"""Words whose clues are kept at hand: some megabytes."""

_FURTHER = 20
"""So often a word is looked for anew to show what it stands in."""

Kind = Literal["woord", "frase", "regex", "is", "in_lijst", "van_domein", "groter_dan"]
KINDS: tuple[Kind, ...] = get_args(Kind)
TEXTUAL: tuple[Kind, ...] = ("woord", "frase", "regex")


@dataclass(frozen=True, slots=True)
class Clue:
    """One test: is any of these in any of those fields? `woord` is found by its stem or as a part of a
    compound, `frase` as it stands, `regex` by RE2, all without capitals and accents; `is` and `in_lijst` are
    a whole value, `van_domein` the domain of an address or one above it, `groter_dan` a number that is
    exceeded."""

    kind: Kind
    any_of: tuple[str, ...]
    fields: tuple[str, ...] = IN_TEXT


@dataclass(frozen=True, slots=True)
class Seen:
    """How a clue was found: what the rule asks for, what stands in the message, and in which field."""

    wanted: str
    matched: str
    field: str


Found = dict[int, Seen]
"""The clues found, by number, each where it was found first."""

_Wanted = tuple[int, str]
"""The number of a clue, and which of its words or values."""


def stemmer() -> Callable[[str], str]:
    """The stem of a Dutch word. One for each call: it keeps state and may not be shared between threads, and
    costs half a microsecond."""
    stem: Callable[[str], str] = Stemmer.Stemmer("dutch").stemWord
    return stem


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters and without accents."""
    return _WORD.findall(folded(text))


class Table:
    """The tests of a text in the same fields, made ready for use: `words` by each form they are found by,
    `phrases` by their first word and their second ("" where there is none); `looked_up` holds what is known
    of words that came by."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.fields = fields
        self.words: defaultdict[str, list[_Wanted]] = defaultdict(list)
        self.phrases: dict[str, dict[str, list[tuple[list[str], _Wanted]]]] = {}
        self.looked_up: dict[str, tuple[_Wanted, ...]] = {}
        self._expressions: list[tuple[int, str]] = []
        self._patterns: Patterns | None = None

    def add(self, number: int, clue: Clue, stem: Callable[[str], str]) -> None:
        """ValueError where a clue holds no word."""
        for text in clue.any_of:
            if clue.kind == "regex":
                self._expressions.append((number, text))
                continue
            if not (words := words_of(text)):
                raise ValueError(f"no word in {text!r}")
            if clue.kind == "frase":
                second = words[1] if len(words) > 1 else ""
                self.phrases.setdefault(words[0], {}).setdefault(second, []).append((words, (number, text)))
                continue
            for word in words:
                # The stemmer takes an inflected adjective (onbeleefde) for another word than the bare one.
                for form in dict.fromkeys((word, stem(word), stem(word + "e"))):
                    self.words[form].append((number, text))

    def ready(self) -> None:
        """All were added."""
        self._patterns = Patterns(self._expressions) if self._expressions else None

    def find(self, text: str, words: list[str], field: str, stem: Callable[[str], str], found: Found) -> None:
        """Those that are in a text and its words, both `folded`; the text is one of a field of this table."""
        self._find_words(words, text, field, stem, found)
        if self.phrases:
            self._find_phrases(words, field, found)
        if self._patterns:
            for number, asked, matched in self._patterns.find(text):
                found.setdefault(number, Seen(asked, matched, field))

    def _find_words(
        self, words: list[str], text: str, field: str, stem: Callable[[str], str], found: Found
    ) -> None:
        looked_up = self.looked_up
        for word in dict.fromkeys(words):
            wanted = looked_up.get(word)
            if wanted is None:
                wanted = self._look_up(word, stem)
            for number, asked in wanted:
                if number not in found:
                    found[number] = Seen(asked, _whole(word, text), field)

    def _look_up(self, word: str, stem: Callable[[str], str]) -> tuple[_Wanted, ...]:
        """The clues a word is found by; remembered, for most words of a mail stand in other mails too."""
        if len(word) > _LONGEST_WORD:
            return ()
        wanted: dict[int, str] = {}
        for form in forms(stem(word)):
            for number, asked in self.words.get(form, ()):
                wanted.setdefault(number, asked)
        if len(self.looked_up) >= _REMEMBERED:
            self.looked_up.clear()  # strangers choose the words, and may never run out of them
        self.looked_up[word] = found = tuple(wanted.items())
        return found

    def _find_phrases(self, words: list[str], field: str, found: Found) -> None:
        phrases = self.phrases
        for start in [place for place, word in enumerate(words) if word in phrases]:
            begun, second = phrases[words[start]], "".join(words[start + 1 : start + 2])
            for phrase, (number, asked) in (*begun.get("", ()), *(begun.get(second, ()) if second else ())):
                if number not in found and words[start : start + len(phrase)] == phrase:
                    found[number] = Seen(asked, " ".join(phrase), field)


def forms(stem: str) -> Iterator[str]:
    """The stem itself, then what may be a word at the beginning or the end of it."""
    yield stem
    for split in range(_SHORTEST_PART, len(stem) - _SHORTEST_REST + 1):
        yield stem[:split]
        if len(stem) - split >= _SHORTEST_PART:
            yield stem[split:]


def _whole(word: str, text: str) -> str:
    """What a word of a text is written in: `gft` stands in `gft-bak`."""
    start = text.find(word)
    for _ in range(_FURTHER):
        if start < 1 or not text[start - 1].isalnum():
            break
        start = text.find(word, start + 1)  # that was inside a longer word
    end = start + len(word)
    if start < 0 or text[end : end + 1].isalnum():
        return word
    while end - start < _LONGEST_WORD and text[end : end + 1] == "-" and text[end + 1 : end + 2].isalnum():
        end += len(_WORD.match(text, end + 1)[0]) + 1  # type: ignore[index]  # it begins with a letter
    while start > 1 and text[start - 1] == "-" and text[start - 2].isalnum() and end - start < _LONGEST_WORD:
        start = next((i + 1 for i in range(start - 2, -1, -1) if not text[i].isalnum()), 0)
    return text[start:end]


class Clues:
    """Every clue of a set of rules, by number, ready to be looked for."""

    def __init__(self, clues: Sequence[Clue]) -> None:
        self.clues = tuple(clues)
        self._tables: dict[tuple[str, ...], Table] = {}
        self._values: defaultdict[tuple[str, str], list[_Wanted]] = defaultdict(list)
        self._bounds: list[tuple[str, float, _Wanted]] = []
        stem = stemmer()
        for number, clue in enumerate(self.clues):
            self._add(number, clue, stem)
        for table in self._tables.values():
            table.ready()
        self._exact = sorted({field for field, _ in self._values})

    def _add(self, number: int, clue: Clue, stem: Callable[[str], str]) -> None:
        if clue.kind in TEXTUAL:
            self._tables.setdefault(clue.fields, Table(clue.fields)).add(number, clue, stem)
            return
        for field in clue.fields:
            for value in clue.any_of:
                if clue.kind == "groter_dan":
                    self._bounds.append((field, float(value), (number, value)))
                elif clue.kind == "van_domein":
                    self._values[field, f"@{value.casefold().lstrip('@.')}"].append((number, value))
                else:
                    self._values[field, folded(value).strip()].append((number, value))

    def find(self, message: Message) -> Found:
        """All that are in this message. Never raises."""
        found: Found = {}
        stem = stemmer()
        texts: dict[str, list[tuple[str, list[str]]]] = {}
        for table in self._tables.values():
            for field in table.fields:
                if field not in texts:  # most tables look in the same ones
                    texts[field] = [
                        (text, _WORD.findall(text)) for text in map(folded, message.values(field))
                    ]
                for text, words in texts[field]:
                    table.find(text, words, field, stem, found)
        for field, value, number, asked in self._in_fields(message):
            found.setdefault(number, Seen(asked, value, field))
        return found

    def _in_fields(self, message: Message) -> Iterator[tuple[str, str, int, str]]:
        """What is found in whole values."""
        for field in self._exact:
            for value in message.values(field):
                for key in _keys(value):
                    for wanted in self._values.get((field, key), ()):
                        yield field, value, *wanted
        for field, bound, wanted in self._bounds:
            for value in message.values(field):
                if _number(value) > bound:
                    yield field, value, *wanted


def _keys(value: str) -> Iterator[str]:
    """What a value is known by: as a whole; of an address also its domain, and those above it."""
    yield folded(value).strip()
    domain = value[-_LONGEST_ADDRESS:].rpartition("@")[2].casefold() if "@" in value else ""
    while domain:
        yield f"@{domain}"
        domain = domain.partition(".")[2]


def _number(value: str) -> float:
    try:
        return float(value.replace(",", "."))
    except ValueError:
        return float("-inf")
