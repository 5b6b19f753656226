"""The child that reads letters, started by `letters`: a file in, a Letter, page ranges or a reason out."""

from __future__ import annotations

import json
import logging
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

from mailagent.child import answer_all
from mailagent.core.bsn import covered, named
from mailagent.core.errors import Unreadable
from mailagent.core.letter import SURE, Letter, Page, Word, judged
from mailagent.core.letter_fields import fields_of
from mailagent.inbound import layer, paper, second
from mailagent.inbound.cutting import cut, original
from mailagent.inbound.letters import LetterLimits
from mailagent.inbound.ocr import Line, Tesseract
from mailagent.inbound.scans import PdfScan, Scan, opened
from mailagent.inbound.sheets import DPI, said, separates

_UPSIDE_DOWN = 75
"""What is read with less confidence may be upside down: that is tried too, and the better reading kept."""
_OVERLOOKED = 6
"""A burgerservicenummer has nine digits: that many signs outside every word that was read cannot hold one."""
_PART = 0.05
"""Where a larger part of the signs lies outside every word, a paragraph was not read."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page as it was read, before anything is hidden; `second` where another engine read it as well."""

    number: int
    sheet: paper.Sheet
    lines: list[Line]
    confidence: int
    second: bool = False

    @property
    def overlooked(self) -> int:
        """The signs that no word covers."""
        return self.sheet.overlooked([word.box for line in self.lines for word in line])

    @property
    def whole(self) -> bool:
        """Was every part of it read?"""
        return self.overlooked <= max(_OVERLOOKED, _PART * self.sheet.overlooked(()))


class Decipherer:
    """What the child keeps from one letter to the next."""

    def __init__(self, limits: LetterLimits) -> None:
        self._limits = limits
        self._tesseract = Tesseract()

    def answer(self, task: bytes) -> bytes:
        """One task done: a letter, page ranges, or the reason why not."""
        try:
            return pickle.dumps(self._done(task), protocol=pickle.HIGHEST_PROTOCOL)
        except Unreadable as error:
            return pickle.dumps(error.reason)

    def _done(self, task: bytes) -> object:
        head, _, raw = task.partition(b"\n")
        asked = json.loads(head)
        if asked["what"] == "cut":
            return cut(raw, self._limits, asked["pages"])
        if asked["what"] == "original":
            return original(raw, self._limits, asked["pages"])
        scan = opened(raw, self._limits)
        if asked["what"] == "sheets":
            return _ranges(scan)
        if asked["what"] == "divided":
            return _divided(scan)
        first, last = asked["pages"] or (1, len(scan))
        return self._read(scan, range(first - 1, min(last, len(scan))))

    def _read(self, scan: Scan, numbers: range) -> Letter:
        leaves = [leaf for number in numbers if (leaf := self._leaf(scan, number))]
        if not leaves:
            raise Unreadable("no_words")
        spoken_of = any(named(leaf.lines) for leaf in leaves)
        pages = tuple(_page(leaf, spoken_of=spoken_of) for leaf in leaves)
        return judged(
            Letter(
                "\n\n".join(page.text for page in pages),
                min((page.confidence for page in pages if page.words), default=0),
                fields=fields_of(pages),
                pages=pages,
            ),
            whole=all(leaf.lines and leaf.whole for leaf in leaves),
            second=any(leaf.second for leaf in leaves),
        )

    def _leaf(self, scan: Scan, number: int) -> Leaf | None:
        """One page; None for a blank one and for a separator sheet."""
        if len(scan) > 1 and separates(scan.picture(number, DPI)):
            return None
        if isinstance(scan, PdfScan) and (typed := layer.read(scan, number)):
            leaf = Leaf(number + 1, *typed, 100)
            if leaf.whole:
                return leaf
        sheet = paper.prepared(scan.picture(number))
        return None if sheet.blank else self._recognised(number + 1, sheet)

    def _recognised(self, number: int, sheet: paper.Sheet) -> Leaf:
        leaf = self._seen(number, sheet)
        if leaf.confidence < _UPSIDE_DOWN:
            leaf = max(leaf, self._seen(number, paper.turned_over(sheet)), key=lambda one: one.confidence)
        if leaf.confidence < SURE and (lines := second.read(leaf.sheet.picture, leaf.lines)):
            return replace(leaf, lines=lines, second=True)
        return leaf

    def _seen(self, number: int, sheet: paper.Sheet) -> Leaf:
        lines = self._tesseract.lines(sheet.picture)
        words = [word for line in lines for word in line]
        return Leaf(number, sheet, lines, round(sum(word.confidence for word in words) / max(1, len(words))))


def _page(leaf: Leaf, *, spoken_of: bool) -> Page:
    """A page with its numbers hidden; its picture only where no number can have been overlooked."""
    cover = covered(leaf.lines, spoken_of=spoken_of)
    safe = leaf.confidence >= SURE and cover.trusted and leaf.overlooked <= _OVERLOOKED
    shown = leaf.sheet.shown(cover.boxes)
    return Page(
        number=leaf.number,
        words=tuple(_scaled(word, shown.scale) for line in cover.lines for word in line),
        text="\n".join(" ".join(word.text for word in line) for line in cover.lines),
        confidence=leaf.confidence,
        safe=safe,
        image=shown.jpeg if safe else b"",
        size=shown.size,
        fingerprint=leaf.sheet.fingerprint,
    )


def _scaled(word: Word, scale: float) -> Word:
    left, top, right, bottom = (round(side * scale) for side in word.box)
    return replace(word, box=(left, top, right, bottom))


def _ranges(scan: Scan) -> list[tuple[int, int]]:
    return [(first, last) for first, last, _ in _divided(scan)]


def _divided(scan: Scan) -> list[tuple[int, int, str]]:
    """The pages between the sheets, without the blank ones at their ends; and the day of receipt, which holds
    until another sheet names another one."""
    ranges: list[tuple[int, int, str]] = []
    begun: list[int] = []
    day = ""
    for number in range(len(scan)):
        picture = scan.picture(number, DPI)
        if (receipt := said(picture)) is not None:
            ranges += _trimmed(begun, day)
            begun, day = [], receipt or day
        elif not paper.prepared(picture).blank:
            begun.append(number + 1)
    return ranges + _trimmed(begun, day)


def _trimmed(numbers: list[int], day: str) -> list[tuple[int, int, str]]:
    return [(numbers[0], numbers[-1], day)] if numbers else []


def main() -> None:
    """Reads letter after letter."""
    limits = LetterLimits(**json.loads(sys.argv[1]))
    logging.disable(logging.CRITICAL)  # a library would log what stands in the letter
    answer: Callable[[bytes], bytes] = Decipherer(limits).answer
    answer_all(answer, limits.seconds, limits.memory, second.MEMORY)


if __name__ == "__main__":
    main()
