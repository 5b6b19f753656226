"""The child that reads letters, started by `letters`: a file in, a Letter, page ranges or a reason out."""

from __future__ import annotations

import json
import logging
import pickle
import sys

from mailagent.child import answer_all
from mailagent.core.errors import Unreadable
from mailagent.core.letter import AUTOMATIC, CHECK, SURE, Letter, Page
from mailagent.inbound.letters import LetterLimits
from mailagent.inbound.ocr import Tesseract
from mailagent.inbound.scans import Scan, opened


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
        scan = opened(raw, self._limits)
        if asked["what"] == "sheets":
            return [(1, len(scan))]
        first, last = asked["pages"] or (1, len(scan))
        return self._read(scan, range(first - 1, min(last, len(scan))))

    def _read(self, scan: Scan, numbers: range) -> Letter:
        pages = [page for number in numbers if (page := self._page(scan, number)).words]
        if not pages:
            raise Unreadable("no_words")
        confidence = min(page.confidence for page in pages)
        status = AUTOMATIC if confidence >= SURE else CHECK
        return Letter("\n\n".join(page.text for page in pages), confidence, status, pages=tuple(pages))

    def _page(self, scan: Scan, number: int) -> Page:
        picture = scan.picture(number)
        lines = self._tesseract.lines(picture)
        words = tuple(word for line in lines for word in line)
        text = "\n".join(" ".join(word.text for word in line) for line in lines)
        confidence = round(sum(word.confidence for word in words) / max(1, len(words)))
        return Page(number + 1, words, text, confidence, safe=False, image=b"")


def main() -> None:
    """Reads letter after letter."""
    limits = LetterLimits(**json.loads(sys.argv[1]))
    logging.disable(logging.CRITICAL)  # a library would log what stands in the letter
    answer_all(Decipherer(limits).answer, limits.seconds, limits.memory)


if __name__ == "__main__":
    main()
