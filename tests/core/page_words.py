"""Words on a page that was never scanned: every sign 20 pixels wide and 40 high, a line every 60."""

from __future__ import annotations

import re

from mailagent.core.letter import Page, Word

WIDE, HIGH, LINE = 20, 40, 60


def line(text: str, row: int = 0, confidence: int = 95) -> tuple[Word, ...]:
    """The words of a line where they stand in it: many blanks are much white."""
    top = 100 + row * LINE
    return tuple(
        Word(word.group(), confidence, (word.start() * WIDE, top, word.end() * WIDE, top + HIGH))
        for word in re.finditer(r"\S+", text)
    )


def lines(text: str, confidence: int = 95) -> list[tuple[Word, ...]]:
    """Line under line; a blank one is white on the page."""
    return [
        line(written, row, confidence)
        for row, written in enumerate(text.strip("\n").split("\n"))
        if written.strip()
    ]


def page(text: str, number: int = 1) -> Page:
    """A whole page."""
    words = tuple(word for words in lines(text) for word in words)
    return Page(number, words, text, 95, safe=True, image=b"")
