"""Reads the words of a picture with Tesseract (the only door to tesserocr)."""

from __future__ import annotations

import os

import tesserocr

from mailagent.core.letter import Word
from mailagent.inbound.scans import DPI, Picture

_LONG_DASHES, _DASH = ("—", "―"), "–"
"""A dash between words is one of these to a reader; a Dutch letter has the short one."""

Line = tuple[Word, ...]


class Tesseract:
    """One engine, which costs a moment to start and is then used for page after page."""

    def __init__(self) -> None:
        self._path = os.environ["TESSDATA_PREFIX"]
        self._engine = tesserocr.PyTessBaseAPI(path=self._path, lang="nld", psm=tesserocr.PSM.AUTO)

    def lines(self, picture: Picture) -> list[Line]:
        """The words of an upright page, line by line, in the order in which one reads them."""
        height, width = picture.shape
        self._engine.SetImageBytes(picture.tobytes(), width, height, 1, width)
        self._engine.SetSourceResolution(DPI)
        lines: dict[tuple[str, ...], list[Word]] = {}
        for row in self._engine.GetTSVText(0).splitlines():
            level, _, block, paragraph, line, _, left, top, across, down, confidence, *rest = row.split("\t")
            text = "\t".join(rest).strip()
            if level == "5" and text:
                box = (int(left), int(top), int(left) + int(across), int(top) + int(down))
                word = Word(
                    _DASH if text in _LONG_DASHES else text, max(0, min(100, round(float(confidence)))), box
                )
                lines.setdefault((block, paragraph, line), []).append(word)
        return [tuple(words) for words in lines.values()]
