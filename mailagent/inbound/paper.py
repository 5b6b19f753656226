"""Makes a picture of a page fit to read: the sheet alone, white, level and straight (the door to OpenCV)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy

from mailagent.core.letter import Box
from mailagent.inbound.scans import A4_INCHES, DPI, Picture

SMALL = 4
"""Where a page is only weighed and not read, one pixel in so many is enough."""

INK = 160
"""What is darker than this on an even page is ink."""

_DARKEST_SHARE = 0.2
"""Per cent of a page that any letter of a few lines covers with ink."""
_DEEP, _FAINT = 30, 205
"""Ink that is darker needs no help; where all is lighter there is none, but paper and what shines through."""

_SHEET = (0.2, 0.93)
"""How much of a photo a sheet may cover: less is no letter, more is a page with nothing around it."""
_DARKER = 50
"""So much darker is a table than the sheet that lies on it."""

_WIDEST, _STEP, _FINE_STEP = 6.0, 1.0, 0.1
"""Degrees a sheet may be askew, and in which steps that is looked for."""
_STRAIGHT = 0.15
"""Degrees that no reader minds."""

_SIGN = (5, 22)
"""Pixels, at a quarter of the size, that a digit or a letter is high: 7 to 80 points at 300 to the inch."""

_SHOWN_DPI, _QUALITY = 200, 60
"""Pixels to the inch, and how well they are kept: a page is some 200 kB."""
_MARGIN = 0.35
"""Of its height is blackened around a number: no foot of a 9 may show what it was."""

_WORD = 6
"""Signs of a word that may hang together, as handwriting does."""

_EDGE = 3
"""Pixels, at a quarter of the size, that are the edge of a picture."""

_BLANK_INK, _BLANK_BLOBS = 0.0012, 60
"""A blank back has less than both, a dog-ear and the print that shines through included (measured)."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page fit to read, and its ink at a quarter of the size."""

    picture: Picture
    ink: Picture

    @property
    def blank(self) -> bool:
        """Is there nothing on it?"""
        ink = _inner(self.ink)
        if float(ink.mean()) / 255 >= _BLANK_INK:
            return False
        blobs, _ = cv2.connectedComponents(ink)
        return int(blobs) - 1 < _BLANK_BLOBS

    def overlooked(self, boxes: Sequence[Box]) -> int:
        """How many signs of the size of a letter lie outside these boxes of the picture."""
        _, _, stats, middles = cv2.connectedComponentsWithStats(self.ink)
        widths, heights, areas = stats[1:, 2], stats[1:, 3], stats[1:, 4]
        signs = (heights >= _SIGN[0]) & (heights <= _SIGN[1]) & (widths <= 2 * _SIGN[1]) & (areas >= _SIGN[0])
        read = numpy.zeros_like(self.ink)
        for left, top, right, bottom in boxes:
            read[
                max(0, top // SMALL - 2) : bottom // SMALL + 2, max(0, left // SMALL - 2) : right // SMALL + 2
            ] = 1
        across, down = middles[1:][signs].astype(int).T
        return int((read[down, across] == 0).sum())

    def shown(self, hidden: Sequence[Box]) -> Shown:
        """The page for a person to look at, with these boxes blackened before anything else is done."""
        masked = self.picture.copy()
        for left, top, right, bottom in hidden:
            wide = round(_MARGIN * (bottom - top))
            masked[max(0, top - wide) : bottom + wide, max(0, left - wide) : right + wide] = 0
        scale = _SHOWN_DPI / DPI
        small = cv2.resize(masked, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        return Shown(jpeg.tobytes(), scale, (small.shape[1], small.shape[0]))

    @property
    def fingerprint(self) -> int:
        """64 bits that stay when the page is scanned once more: its coarsest waves of light and dark."""
        softly = cv2.resize(self.ink, (32, 32), interpolation=cv2.INTER_AREA).astype(numpy.float32)
        waves = cv2.dct(softly)[:8, :8].ravel()
        bits = waves > numpy.median(waves)
        return int("".join("1" if bit else "0" for bit in bits), 2)


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as a person sees it: `scale` is its size to that of the page that was read."""

    jpeg: bytes
    scale: float
    size: tuple[int, int]


def as_typed(picture: Picture) -> Sheet:
    """A page that was drawn from a file, and needs no preparation."""
    return Sheet(picture, _ink(picture))


def prepared(picture: Picture) -> Sheet:
    """The sheet on a picture; its lines of text lie level, perhaps upside down."""
    flat = flattened(sheet_alone(picture))
    ink = _signs(_ink(flat))
    (level, angle), (upended, other) = _askew(ink), _askew(cv2.rotate(ink, cv2.ROTATE_90_CLOCKWISE))
    if upended > level:
        flat, angle = cv2.rotate(flat, cv2.ROTATE_90_CLOCKWISE), other
    if abs(angle) > _STRAIGHT:
        flat = _turned(flat, angle)
    return Sheet(flat, _ink(flat))


def turned_over(sheet: Sheet) -> Sheet:
    """The same, upside down."""
    return Sheet(cv2.rotate(sheet.picture, cv2.ROTATE_180), cv2.rotate(sheet.ink, cv2.ROTATE_180))


def sheet_alone(picture: Picture) -> Picture:
    """A sheet that was photographed on a table, as if it lay under a scanner; else the picture as it is."""
    small = cv2.resize(picture, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    _, bright = cv2.threshold(cv2.GaussianBlur(small, (5, 5), 0), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    bright = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, numpy.ones((9, 9), numpy.uint8))
    outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return picture
    largest = max(outlines, key=cv2.contourArea)
    corners = cv2.approxPolyDP(
        cv2.convexHull(largest), 0.03 * cv2.arcLength(largest, closed=True), closed=True
    )
    share = cv2.contourArea(corners) / small.size
    if len(corners) != 4 or not _SHEET[0] < share < _SHEET[1] or not _lies_on_a_table(small, corners):
        return picture
    return _seen_from_above(picture, corners.reshape(4, 2).astype(numpy.float32) * 8)


def _lies_on_a_table(small: Picture, corners: Picture) -> bool:
    """Is it darker all around it?"""
    within = cv2.fillConvexPoly(numpy.zeros_like(small), corners.astype(numpy.int32), 255)
    around = cv2.bitwise_not(cv2.dilate(within, numpy.ones((9, 9), numpy.uint8)))
    return cv2.mean(small, within)[0] - cv2.mean(small, around)[0] > _DARKER


def _seen_from_above(picture: Picture, corners: Picture) -> Picture:
    """The four-sided figure as a rectangle of A4 height, its corners beginning at the left top."""
    across, down = corners.sum(axis=1), numpy.diff(corners, axis=1).ravel()
    ordered = corners[[across.argmin(), down.argmin(), across.argmax(), down.argmax()]]
    sides = numpy.linalg.norm(ordered - numpy.roll(ordered, -1, axis=0), axis=1)
    width, height = max(sides[0], sides[2]), max(sides[1], sides[3])
    scale = A4_INCHES * DPI / max(width, height)
    right, bottom = round(width * scale), round(height * scale)
    corner = numpy.array([[0, 0], [right, 0], [right, bottom], [0, bottom]], numpy.float32)
    way = cv2.getPerspectiveTransform(ordered, corner)
    return cv2.warpPerspective(picture, way, (right, bottom), flags=cv2.INTER_CUBIC, borderValue=255)


def flattened(picture: Picture) -> Picture:
    """Divided by its own paper, so that shadow, stains and grey become white; and what is written, dark."""
    height, width = picture.shape
    small = cv2.resize(picture, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(small, numpy.ones((7, 7), numpy.uint8)), 15)
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    even = cv2.divide(picture, paper, scale=255)
    darkest = float(numpy.percentile(even[::SMALL, ::SMALL], _DARKEST_SHARE))
    if not _DEEP < darkest < _FAINT:
        return even
    steps = (numpy.arange(256) - darkest) * 255 / (255 - darkest)
    return cv2.LUT(even, steps.clip(0, 255).astype(numpy.uint8))


def _ink(flat: Picture) -> Picture:
    """White where there is ink, at a quarter of the size."""
    small = cv2.resize(flat, None, fx=1 / SMALL, fy=1 / SMALL, interpolation=cv2.INTER_AREA)
    return cv2.threshold(small, INK, 255, cv2.THRESH_BINARY_INV)[1]


def _signs(ink: Picture) -> Picture:
    """Only what may be a letter, a digit or a short word: no edge of a sheet, line, stamp or picture."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    kept = (stats[:, 2:4] <= _WORD * _SIGN[1]).all(axis=1)
    return _only(labels, kept)


def _inner(ink: Picture) -> Picture:
    """Without what reaches the edge of the picture: there it is seldom the sheet that is dark."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    ends = stats[:, :2] + stats[:, 2:4]
    kept = (stats[:, :2] > _EDGE).all(axis=1) & (ends < numpy.array(ink.shape[::-1]) - _EDGE).all(axis=1)
    return _only(labels, kept)


def _only(labels: Picture, kept: Any) -> Picture:
    """The ink with these labels, a truth for each; the first is the paper."""
    kept[0] = False
    ink: Picture = numpy.where(kept, 255, 0).astype(numpy.uint8)[labels]
    return ink


def _askew(ink: Picture) -> tuple[float, float]:
    """How sharply lines of text stand out, and the angle at which they do, in degrees."""
    tiny = cv2.resize(ink, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    if not tiny.any():
        return 0.0, 0.0
    coarse = max(_sharp(tiny, angle) for angle in numpy.arange(-_WIDEST, _WIDEST + 0.01, _STEP))
    around = numpy.arange(coarse[1] - _STEP, coarse[1] + _STEP + 0.01, _FINE_STEP)
    return max(coarse, max(_sharp(tiny, angle) for angle in around))


def _sharp(ink: Picture, angle: float) -> tuple[float, float]:
    rows = _turned(ink, float(angle), 0).sum(axis=1, dtype=numpy.float64)
    return float((numpy.diff(rows) ** 2).sum()), float(angle)


def _turned(picture: Picture, angle: float, around: int = 255) -> Picture:
    height, width = picture.shape
    way = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return cv2.warpAffine(picture, way, (width, height), flags=cv2.INTER_LINEAR, borderValue=around)
