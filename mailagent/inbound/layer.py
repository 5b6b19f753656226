"""The words that a PDF brings along: those of whoever typed it, not what some scanner made of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailagent.core.letter import Word
from mailagent.inbound import paper
from mailagent.inbound.ocr import Line
from mailagent.inbound.pdf import POINTS
from mailagent.inbound.scans import DPI, PdfScan

_PICTURED = 0.3
"""Where pictures cover more than a letterhead, it may be a scan, with the words of a scanner under it."""
_DUTCH = 0.2
"""A fifth of the words of any Dutch text are among the commonest; of what was badly read, hardly one."""
_COMMONEST = frozenset(
    re.findall(
        r"\w+",
        """de het een en van ik te dat die in is op voor met niet u uw mijn wij we ons onze er aan om ook als
        bij naar maar was heb hebben heeft zijn door over deze dit dan of wordt worden kan geen al nog uit zo
        had wat graag geachte gemeente brief klacht datum kenmerk betreft groet vriendelijke""",
    )
)
_FEWEST = 8
"""Words below which nothing can be said."""

TypedPage = tuple[paper.Sheet, list[Line]]


def read(scan: PdfScan, number: int) -> TypedPage | None:
    """The page as drawn and its words, sure of each; None where the layer is none, or not to be trusted."""
    found = scan.pdf.words(number)
    if not good([word for word, _ in found]) or scan.pdf.image_share(number) > _PICTURED:
        return None
    scale = scan.dpi(number, DPI) / POINTS
    words = [
        Word(
            text,
            100,
            (round(box[0] * scale), round(box[1] * scale), round(box[2] * scale), round(box[3] * scale)),
        )
        for text, box in found
    ]
    return paper.as_typed(scan.picture(number)), list(_lines(words))


def good(words: Sequence[str]) -> bool:
    """Is this Dutch, as a person writes it?"""
    plain = [re.sub(r"\W+", "", word).casefold() for word in words]
    plain = [word for word in plain if word]
    return len(plain) >= _FEWEST and sum(word in _COMMONEST for word in plain) >= _DUTCH * len(plain)


def _lines(words: Sequence[Word]) -> Sequence[Line]:
    """A word that does not begin to the right of the one before it, or at its height, begins a line."""
    lines: list[list[Word]] = []
    for word in words:
        before = lines[-1][-1] if lines else None
        if before and word.box[0] >= before.box[0] and _level(before, word):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [tuple(line) for line in lines]


def _level(one: Word, other: Word) -> bool:
    shared = min(one.box[3], other.box[3]) - max(one.box[1], other.box[1])
    return shared > (other.box[3] - other.box[1]) / 2
