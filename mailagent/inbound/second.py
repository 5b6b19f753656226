"""A second reader for what Tesseract is not sure of: RapidOCR, in a process that ends when it is done.

It takes four times the work and a gigabyte, and reads handwriting that Tesseract cannot. It comes with
`mailagent[ocr]`; without it a letter waits for a human sooner. It is as sure of what is wrong as of what is
right, so its confidence decides nothing: only a word that both readers saw counts as sure.
"""

from __future__ import annotations

import importlib.util
import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from mailagent.core.letter import SURE, Word
from mailagent.inbound.ocr import Line
from mailagent.inbound.scans import Picture

MEMORY = 4096 * 1024 * 1024
"""Bytes of address space, of which it uses a quarter."""
_SECONDS = 120
_DOUBTFUL = SURE - 20
"""As sure as we are of a word that only this reader saw."""

_Found = tuple[str, list[int]]
"""A line of text and its box; its own score says nothing."""


def read(picture: Picture, seen: Sequence[Line]) -> list[Line]:
    """The words of an upright page, line by line; none where there is no second reader, or it fails.

    `seen` is what the first reader made of the page.
    """
    if not importlib.util.find_spec("rapidocr"):
        return []
    height, width = picture.shape
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "mailagent.inbound.second", str(height), str(width)],
            input=picture.tobytes(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=True,
        )
    except subprocess.SubprocessError:
        return []
    agreed = {word.text.casefold() for line in seen for word in line}
    return [_words(found, agreed) for found in json.loads(done.stdout)]


def _words(found: _Found, agreed: set[str]) -> Line:
    """Its words, each with its share of the line's box."""
    text, (left, top, right, bottom) = found
    each, words, at = (right - left) / max(1, len(text)), [], 0
    for word in text.split():
        at = text.index(word, at)
        box = round(left + at * each), top, round(left + (at + len(word)) * each), bottom
        words.append(Word(word, SURE if word.casefold() in agreed else _DOUBTFUL, box))
        at += len(word)
    return tuple(words)


def main() -> None:
    """One page, from standard input to standard output."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    import numpy
    from rapidocr import RapidOCR

    height, width = int(sys.argv[1]), int(sys.argv[2])
    grey = numpy.frombuffer(sys.stdin.buffer.read(), numpy.uint8).reshape(height, width)
    engine: Any = RapidOCR(params={"Global.use_cls": False, "Global.log_level": "critical"})
    result = engine(numpy.stack([grey] * 3, axis=-1))
    boxes = () if result.boxes is None else result.boxes
    found = []
    for text, corners in zip(result.txts or (), boxes, strict=True):
        lefts, tops = corners[:, 0], corners[:, 1]
        found.append([text, [int(lefts.min()), int(tops.min()), int(lefts.max()), int(tops.max())]])
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
