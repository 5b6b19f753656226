"""Reading a scanned page: what our preparation, masking and fields add to Tesseract's own time."""

from __future__ import annotations

import io
import os
import pickle
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy
import tesserocr
from PIL import Image

from mailagent.core.letter import Letter
from mailagent.inbound.deciphering import Decipherer
from mailagent.inbound.letters import LetterLimits, tessdata
from tests.bench.bars import Bar, spread

PASSES = 5
MOST = 1.5
CORPORA = Path(os.environ.get("MAILAGENT_CORPORA", "../shared/corpora")) / "letters"
TASK = b'{"what": "read", "pages": null}\n'


def pages() -> list[bytes]:
    """The clean scans of printed letters; where there are none, a page of our own."""
    names = [f"brief_{number:02d}_p1__clean300.jpg" for number in range(1, 11)]
    found = [CORPORA / "scans" / name for name in names if (CORPORA / "scans" / name).is_file()]
    return [path.read_bytes() for path in found] or [_of_our_own()]


def _of_our_own() -> bytes:
    page = numpy.full((3508, 2480), 255, numpy.uint8)
    for row in range(30):
        written = f"Regel {row}: de bak aan de Lindelaan is weer niet geleegd."
        cv2.putText(page, written, (200, 300 + 90 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 0, 3)
    return bytes(cv2.imencode(".jpg", page)[1])


def cpu(read: Callable[[bytes], object], raw: bytes) -> float:
    """CPU seconds of one reading, in this process."""
    began = time.process_time()
    read(raw)
    return time.process_time() - began


def bars(_: Path) -> list[Bar]:
    """Measure and print."""
    os.environ |= {"TESSDATA_PREFIX": str(tessdata()), "OMP_THREAD_LIMIT": "1"}
    cv2.setNumThreads(1)
    engine = tesserocr.PyTessBaseAPI(path=os.environ["TESSDATA_PREFIX"], lang="nld", psm=tesserocr.PSM.AUTO)
    decipherer = Decipherer(LetterLimits())

    def bare(raw: bytes) -> str:
        engine.SetImage(Image.open(io.BytesIO(raw)))
        return str(engine.GetUTF8Text())

    def ours(raw: bytes) -> Letter:
        letter = pickle.loads(decipherer.answer(TASK + raw))
        assert isinstance(letter, Letter)
        return letter

    scans = pages()
    assert all(ours(raw).status == "automatic" for raw in scans)
    passes = [[(cpu(ours, raw), cpu(bare, raw)) for raw in scans] for _ in range(PASSES)]
    own, other = ([sum(pair[which] for pair in each) / len(scans) for each in passes] for which in (0, 1))
    print(f"\nReading {len(scans)} clean pages, CPU seconds a page; medians of {PASSES} passes [low – high]")
    print(f"  Tesseract alone      {spread(other, 2)}")
    print(f"  prepared, masked, … {spread(own, 2)}")
    return [
        Bar(
            "a clean page read",
            "Tesseract",
            [o / b for o, b in zip(own, other, strict=True)],
            MOST,
            at_most=True,
        )
    ]
