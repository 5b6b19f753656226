"""A pile cut into letters, and one page drawn as it came in: in the child that reads letters."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageSequence

from mailagent.core.errors import Unreadable
from mailagent.inbound.letters import LetterLimits
from mailagent.inbound.scans import ImageScan, PdfScan, opened

ON_SCREEN = 150
"""Dots to the inch at which a page is shown to whoever must read it."""


def cut(raw: bytes, limits: LetterLimits, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
    """The pages of these ranges (from 1, both ends included), each a file of its own. Raises Unreadable."""
    scan = opened(raw, limits)
    if any(not 1 <= first <= last <= len(scan) for first, last in ranges):
        raise Unreadable("broken_file")
    if isinstance(scan, PdfScan):
        return [scan.pdf.part(first - 1, last) for first, last in ranges]
    assert isinstance(scan, ImageScan)
    frames = [frame.copy() for frame in ImageSequence.Iterator(scan.image)]
    return [_tiff(frames[first - 1 : last]) for first, last in ranges]


def _tiff(frames: Sequence[Image.Image]) -> bytes:
    file = io.BytesIO()
    first, *more = frames
    how = "group4" if first.mode == "1" else "tiff_lzw"
    dpi = first.info.get("dpi", (0, 0))
    first.save(file, "TIFF", save_all=True, append_images=more, compression=how, dpi=dpi)
    return file.getvalue()


def original(raw: bytes, limits: LetterLimits, number: int) -> bytes:
    """A page as it came in, as a JPEG; nothing is masked. Raises Unreadable."""
    scan = opened(raw, limits)
    if not 1 <= number <= len(scan):
        raise Unreadable("broken_file")
    file = io.BytesIO()
    Image.fromarray(scan.picture(number - 1, ON_SCREEN)).save(file, "JPEG", quality=80)
    return file.getvalue()
