"""The words of a page as the eye takes them in: rows, cut into cells where there is much white."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median

from mailagent.core.letter import Box, Word

_TOO_HIGH = 5
"""Times the usual height of a word."""
_SAME_ROW = 0.55
"""Heights between the middles of two words of one row."""
_WIDE = 2.2
"""Heights of white that part two cells."""
_BELOW = 3.0
"""Heights between a heading and what stands under it."""
_NEXT = 1.6
"""Heights between two lines of one block, such as an address."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Words that belong together; `row` and `column` count from 0 on its page."""

    text: str
    box: Box
    row: int
    column: int
    page: int

    @property
    def height(self) -> int:
        """Of its largest word, in pixels."""
        return self.box[3] - self.box[1]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one page from top to bottom, each with its cells from left to right."""

    rows: tuple[tuple[Cell, ...], ...]

    @property
    def cells(self) -> Iterator[Cell]:
        """All of them, as one reads."""
        return (cell for row in self.rows for cell in row)

    def text(self, row: int) -> str:
        """A row from edge to edge."""
        return " ".join(cell.text for cell in self.rows[row])

    def right_of(self, cell: Cell) -> Cell | None:
        """The next cell of its row."""
        row = self.rows[cell.row]
        return row[cell.column + 1] if cell.column + 1 < len(row) else None

    def below(self, cell: Cell) -> Cell | None:
        """What stands under it, beginning about where it begins."""
        for row in self.rows[cell.row + 1 : cell.row + 3]:
            for other in row:
                level = abs(other.box[0] - cell.box[0]) < 2 * cell.height
                if level and other.box[1] - cell.box[3] < _BELOW * cell.height:
                    return other
        return None

    def above(self, cell: Cell) -> Iterator[Cell]:
        """The lines over it that belong to one block with it, from below to above."""
        for row in reversed(self.rows[: cell.row]):
            over = [
                other
                for other in row
                if other.box[0] < cell.box[2] and cell.box[0] < other.box[2] + cell.height
            ]
            if not over:
                continue
            other = min(over, key=lambda one: abs(one.box[0] - cell.box[0]))
            if cell.box[1] - other.box[3] > _NEXT * max(cell.height, other.height):
                return
            yield other
            cell = other


def sheet(words: Iterable[Word], page: int) -> Sheet:
    """The words of one page, whatever order they were read in; without what is too high for one, such as
    the edge of a sheet."""
    words = list(words)
    highest = _TOO_HIGH * _height(words) if words else 0
    rows: list[list[Word]] = []
    for word in sorted((word for word in words if word.box[3] - word.box[1] < highest), key=_middle):
        if rows and _middle(word) - _middle(rows[-1][-1]) < _SAME_ROW * _height(rows[-1]):
            rows[-1].append(word)
        else:
            rows.append([word])
    return Sheet(tuple(tuple(_cells(row, number, page)) for number, row in enumerate(rows)))


def _middle(word: Word) -> float:
    return (word.box[1] + word.box[3]) / 2


def _height(words: list[Word]) -> float:
    return median(word.box[3] - word.box[1] for word in words)


def _cells(words: list[Word], row: int, page: int) -> Iterator[Cell]:
    words = sorted(words, key=lambda word: word.box[0])
    wide = _WIDE * max(_height(words), 1)
    cell, column = [words[0]], 0
    for word in words[1:]:
        if word.box[0] - cell[-1].box[2] > wide:
            yield _cell(cell, row, column, page)
            cell, column = [], column + 1
        cell.append(word)
    yield _cell(cell, row, column, page)


def _cell(words: list[Word], row: int, column: int, page: int) -> Cell:
    lefts, tops, rights, bottoms = zip(*(word.box for word in words), strict=True)
    box = min(lefts), min(tops), max(rights), max(bottoms)
    return Cell(" ".join(word.text for word in words).lstrip(" :"), box, row, column, page)
