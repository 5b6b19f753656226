"""Text that somebody typed, without a page behind it: its burgerservicenummers hidden, and what it says.

What was read from paper is masked with its picture, in `bsn`, where any digit may have been read wrong. Who
types a number types it right: so only what can be one is hidden, and what stands behind the word itself. The
time it takes grows with the text alone.
"""

from __future__ import annotations

import re

from stdnum.nl import bsn

from mailagent.core.letter import AUTOMATIC, HIDDEN, Letter, Page, Word
from mailagent.core.letter_fields import fields_of

_ENOUGH = re.compile(r"(?:\d\D*+){7}")
"""Fewer digits are no such number, nor a part of one that was left out."""
_WORD = re.compile(
    r"\b(?:bsn|burger\s?service\s?n(?:umme)?r\w?|sofi\s?-?\s?n(?:umme)?r\w?)\b[^\d\n]{0,40}\n?[^\d\n]{0,20}"
    r"(?P<number>\d(?:[ .\-]{0,2}\d){6,11})(?!\d)",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"(?<![\w.+-])(?<!\d )(?P<number>\d{9}|\d{3}([ .-])\d{3}\2\d{3}|\d{4}([ .-])\d{2}\3\d{3})(?![\w-]|[ .]\d)"
)


def masked(text: str) -> str:
    """The text with `[BSN]` where such a number stands, or may stand: behind the word any number of seven to
    twelve digits, elsewhere nine digits that pass the test of eleven and are part of nothing longer."""
    if not _ENOUGH.search(text):
        return text
    named = _WORD.sub(lambda found: found[0][: found.start("number") - found.start()] + HIDDEN, text)
    return _ALONE.sub(lambda found: HIDDEN if bsn.is_valid(found["number"]) else found[0], named)


_WIDE, _HIGH, _APART = 10, 20, 30
"""A sign of a typewriter, and the lines it stands on: what belongs to a label is found by its place."""


def read_typed(text: str) -> Letter:
    """A letter that a human typed, with what it says of its writer."""
    shown = masked(text)
    words = tuple(word for number, row in enumerate(shown.split("\n")) for word in _typed(row, number))
    page = Page(1, words, shown, 100, safe=True, image=b"")
    return Letter(shown, 100, AUTOMATIC, fields=fields_of([page]) if words else {}, pages=(page,))


def _typed(row: str, number: int) -> tuple[Word, ...]:
    top, words, at = number * _APART, [], 0
    for word in row.split():
        at = row.index(word, at)
        words.append(Word(word, 100, (at * _WIDE, top, (at + len(word)) * _WIDE, top + _HIGH)))
        at += len(word)
    return tuple(words)
