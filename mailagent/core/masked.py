"""Text that somebody typed, without a page behind it: its burgerservicenummers hidden, and what it says."""

from __future__ import annotations

from mailagent.core.bsn import Line, covered, named
from mailagent.core.letter import AUTOMATIC, Letter, Page, Word
from mailagent.core.letter_fields import fields_of

_WIDE, _HIGH, _APART = 10, 20, 30
"""A sign of a typewriter, and the lines it stands on: what belongs to a label is found by its place."""


def masked(text: str) -> str:
    """The text with `[BSN]` where such a number stood; as it was where none may stand."""
    if sum(char.isdigit() for char in text) < _FEWEST:
        return text
    rows = text.split("\n")
    typed = [_typed(row, number) for number, row in enumerate(rows)]
    hidden = covered(
        [line for line in typed if line], spoken_of=named([line for line in typed if line])
    ).lines
    shown = iter(hidden)
    return "\n".join(
        _said(row, line, next(shown)) if line else row for row, line in zip(rows, typed, strict=True)
    )


_FEWEST = 7


def _said(row: str, line: Line, hidden: Line) -> str:
    """A line in which nothing is hidden keeps its spaces."""
    return row if hidden == line else " ".join(word.text for word in hidden)


def read_typed(text: str) -> Letter:
    """A letter that a human typed, with what it says of its writer."""
    shown = masked(text)
    words = tuple(word for number, row in enumerate(shown.split("\n")) for word in _typed(row, number))
    page = Page(1, words, shown, 100, safe=True, image=b"")
    return Letter(shown, 100, AUTOMATIC, fields=fields_of([page]) if words else {}, pages=(page,))


def _typed(row: str, number: int) -> Line:
    top, words, at = number * _APART, [], 0
    for word in row.split():
        at = row.index(word, at)
        words.append(Word(word, 100, (at * _WIDE, top, (at + len(word)) * _WIDE, top + _HIGH)))
        at += len(word)
    return tuple(words)
