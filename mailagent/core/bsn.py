"""Finds burgerservicenummers among the words of a page, so that nobody is shown one: fails closed.

The test of eleven alone is not enough: one in eleven numbers passes by chance, and a reader doubles and loses
digits. So a number near the word itself is hidden whatever it is, and any number that may be one with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from stdnum.nl import bsn

from mailagent.core.letter import HIDDEN, SURE, Box, Word

Line = tuple[Word, ...]
Span = tuple[int, int]

_LIKE = dict(zip("OoQDIil!ZSsBGgq", "000011112558699", strict=True))
"""What a reader makes of a digit now and then."""
_DIGIT = f"[0-9{''.join(map(re.escape, _LIKE))}]"
_BETWEEN = " .,:·•'-–—/_|"
_RUN = re.compile(rf"{_DIGIT}(?:[{re.escape(_BETWEEN)}]{{0,3}}{_DIGIT}){{6,13}}")

_NAMES_IT = re.compile(
    r"(?<![a-z])[b8][. ]?[s5][. ]?[nm](?![a-z])"
    r"|(?:sofi|burger.?serv|(?:burger|service).?n(?:umme|o)?r)\w*",
    re.IGNORECASE,
)
_LONG_NAMES = ("burgerservicenummer", "burgerservicenr", "sofinummer")
_ALIKE = 0.8

_IBAN = re.compile(r"[A-Z]{2} ?[0-9OIl]{2} ?[A-Z0-9]{4}(?: ?[0-9OIlSB]){10}(?![0-9])")
_PHONE_LABEL = re.compile(
    r"(?:tel|telefoon|telnr|mob|mobiel|gsm|fax)[a-z]*[ .:]*(?:nr|nummer)?[ .:]*[(+]*$", re.IGNORECASE
)
_REFERENCE_LABEL = re.compile(
    r"(?:kenmerk|referentie|ref|dossier|zaak|factuur|nota|klant|polis)[a-z]*[ .:]*\S{0,4} ?$", re.IGNORECASE
)
_AMOUNT = re.compile(r"(?:€|eur|euro) ?$", re.IGNORECASE)
_DATE = re.compile(r"\D*[0-3]?\d\s*[-./]\s*[01]?\d\s*[-./]\s*(?:19|20)\d\d\D*")

_BEFORE, _AFTER, _RIGHT_BEFORE = 45, 25, 30
"""Characters between the word and its number; right before it, even one shaped like a telephone's counts."""
_BELOW = 2.5
"""Heights of a word between a heading and what stands under it."""


@dataclass(frozen=True, slots=True)
class Covered:
    """The lines of a page with HIDDEN where a number stood, and the boxes to be blackened. Not `trusted`: a
    number may still be there, unread."""

    lines: tuple[Line, ...]
    boxes: tuple[Box, ...]
    trusted: bool


def named(lines: Sequence[Line]) -> bool:
    """Does a page speak of a burgerservicenummer?"""
    return any(True for line in lines for _ in _names(_text(line)))


def covered(lines: Sequence[Line], *, spoken_of: bool) -> Covered:
    """A page with its numbers hidden. `spoken_of`: the word is somewhere, so any number may be one."""
    found = [list(_found(lines, at, spoken_of)) for at in range(len(lines))]
    loose = [list(_loose(lines, found, at)) for at in range(len(lines))]
    done, boxes = [], []
    for line, numbers, answers in zip(lines, found, loose, strict=True):
        spans = list(_merged(sorted((*numbers, *answers))))
        for span in spans:
            boxes += [line[index].box for index in sorted(_words_in(line, span))]
        done.append(_with_hidden(line, spans))
    return Covered(tuple(done), tuple(boxes), trusted=not any(loose) and not _doubtful(done))


def _merged(spans: Sequence[Span]) -> Iterator[Span]:
    """Spans that touch as one."""
    while spans:
        (start, end), *spans = spans
        while spans and spans[0][0] <= end:
            end, spans = max(end, spans[0][1]), spans[1:]
        yield start, end


def _loose(lines: Sequence[Line], found: Sequence[Sequence[Span]], at: int) -> Iterator[Span]:
    """What stands behind a label that has no number: a short answer whatever it is, or words with digits."""
    text = _text(lines[at])
    for label in _names(text):
        if _answered(lines, found, at, label):
            continue
        if len(text[label[1] :].split()) <= _LOOSE_WORDS:
            yield label[1], len(text)
            continue
        for word in re.finditer(r"\S+", text[: label[1] + _BEFORE]):
            if word.start() >= label[1] and sum(map(str.isdigit, word.group())) >= _SOME_DIGITS:
                yield word.span()


_LOOSE_WORDS = 3
"""Behind a label, this few words are an answer that was not read as a number; more are a sentence."""
_SOME_DIGITS = 4


def _text(line: Line) -> str:
    return " ".join(word.text for word in line)


def _words_in(line: Line, span: Span) -> set[int]:
    """The indexes of the words that a span of the line's text touches."""
    found, start = set(), 0
    for index, word in enumerate(line):
        if start < span[1] and start + len(word.text) > span[0]:
            found.add(index)
        start += len(word.text) + 1
    return found


def _names(text: str) -> Iterator[Span]:
    """Where the word itself stands, also as a reader may have spelt it."""
    for match in _NAMES_IT.finditer(text):
        yield match.span()
    for match in re.finditer(r"[^\W\d]{9,22}", text):
        word = match.group().lower()
        if not _NAMES_IT.search(word) and any(
            SequenceMatcher(None, word, name).ratio() >= _ALIKE for name in _LONG_NAMES
        ):
            yield match.span()


def _found(lines: Sequence[Line], at: int, spoken_of: bool) -> Iterator[Span]:  # noqa: FBT001
    """Of one line: each number that is to be hidden."""
    line, text = lines[at], _text(lines[at])
    ibans = [match.span() for match in _IBAN.finditer(text)]
    for span in _runs(text):
        if any(span[0] < end and start < span[1] for start, end in ibans):
            continue
        confidence = min(line[index].confidence for index in _words_in(line, span))
        if _near(lines, at, span) or _may_be_one(text, span, confidence, spoken_of):
            yield span


def _runs(text: str) -> Iterator[Span]:
    """What may be seven digits or more, without the words beside it that have none."""
    for match in _RUN.finditer(text):
        words = [word.span() for word in re.finditer(r"\S*\d\S*", text)]
        real = [(start, end) for start, end in words if start < match.end() and end > match.start()]
        if not real:
            continue
        start, end = max(match.start(), real[0][0]), min(match.end(), real[-1][1])
        end = start + len(text[start:end].rstrip(_BETWEEN))
        digits = sum(char.isdigit() for char in text[start:end])
        if digits >= _REAL_DIGITS and 7 <= len(_digits(text[start:end])) <= 14:
            yield start, end


_REAL_DIGITS = 5


def _digits(text: str) -> str:
    return "".join(_LIKE.get(char, char) for char in text if char.isdigit() or char in _LIKE)


def _near(lines: Sequence[Line], at: int, span: Span) -> bool:
    """Does the word stand before it, behind it, to its left, or over it?"""
    text = _text(lines[at])
    number = text[slice(*span)]
    before, after = text[max(0, span[0] - _BEFORE) : span[0]], text[span[1] : span[1] + _AFTER]
    if _DATE.fullmatch(number):
        return False
    if any(_names(before[-_RIGHT_BEFORE:])) and not _PHONE_LABEL.search(before):
        return True
    if _is_phone(before, number):
        return False
    if any(_names(before)) or any(_names(after)):
        return True
    if at and len(before) < _AFTER and any(_names(_text(lines[at - 1])[-_BEFORE:])):
        return True
    box = _box_of(lines[at], span)
    return any(_points_at(_box_of(line, label), box) for line in lines for label in _names(_text(line)))


def _box_of(line: Line, span: Span) -> Box:
    return _around([line[index].box for index in _words_in(line, span)])


def _points_at(label: Box, number: Box) -> bool:
    height = label[3] - label[1]
    beside = label[2] <= number[0] and min(label[3], number[3]) - max(label[1], number[1]) > height / 3
    over = label[0] < number[2] and number[0] < label[2] and 0 < number[1] - label[1] < _BELOW * height
    return beside or over


def _around(boxes: Sequence[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _may_be_one(text: str, span: Span, confidence: int, spoken_of: bool) -> bool:  # noqa: FBT001
    """A number that stands by itself: may it be one?"""
    number, digits = text[slice(*span)], _digits(text[slice(*span)])
    before = text[max(0, span[0] - _BEFORE) : span[0]]
    if _is_something_else(before, number, digits):
        return False
    if len(digits) == 9 and (bsn.is_valid(digits) or confidence < SURE):
        return True
    if spoken_of:
        return 8 <= len(digits) <= 10
    return len(digits) == 10 and any(bsn.is_valid(one) for one in _without_a_double(digits))


def _without_a_double(digits: str) -> Iterator[str]:
    for at in range(1, len(digits)):
        if digits[at] == digits[at - 1]:
            yield digits[:at] + digits[at + 1 :]


def _is_something_else(before: str, number: str, digits: str) -> bool:
    """A telephone number, an amount, a date, or a kenmerk with letters before it or by its label."""
    if _is_phone(before, number) or _AMOUNT.search(before) or _DATE.fullmatch(number):
        return True
    if re.search(r"[A-Z]{1,6}[-/_.]?$", before):
        return True
    labelled = bool(_REFERENCE_LABEL.search(before))
    return labelled and not (len(digits) == 9 and bsn.is_valid(digits))


def _is_phone(before: str, number: str) -> bool:
    """By its label, or by its shape: 0 and nine more digits with a gap, or a country before it."""
    if _PHONE_LABEL.search(before):
        return True
    digits = _digits(number)
    if before.rstrip(" (").endswith("+") or digits.startswith("0031"):
        return True
    return len(digits) == 10 and digits[0] == "0" and digits[1] != "0"


def _answered(lines: Sequence[Line], found: Sequence[Sequence[Span]], at: int, label: Span) -> bool:
    """Was a number hidden that this label speaks of?"""
    if any(found[index] for index in range(at, min(at + 2, len(lines)))):
        return True
    words = _box_of(lines[at], label)
    return any(
        _points_at(words, _box_of(lines[row], number))
        for row, numbers in enumerate(found)
        for number in numbers
    )


def _doubtful(lines: Sequence[Line]) -> bool:
    """Is there a word that may be the better part of a number, and was hardly read?"""
    return any(
        word.confidence < _HARDLY and sum(char.isdigit() for char in word.text) >= _REAL_DIGITS
        for line in lines
        for word in line
    )


_HARDLY = 40


def _with_hidden(line: Line, spans: Sequence[Span]) -> Line:
    """A hidden number is one word, with the brackets that stood around it."""
    text, kept = _text(line), list(line)
    for start, end in reversed(spans):
        words = sorted(_words_in(line, (start, end)))
        if not words or words[-1] >= len(kept):
            continue
        before = text[text.rfind(" ", 0, start + 1) + 1 : start]
        behind = text[end : (text + " ").find(" ", end)]
        shown = f"{_DIGITS.sub('', before)}{HIDDEN}{_DIGITS.sub('', behind)}"
        box = _around([line[index].box for index in words])
        kept[words[0] : words[-1] + 1] = [replace(line[words[0]], text=shown, box=box)]
    return tuple(kept)


_DIGITS = re.compile(r"\d")
