"""Pages that nobody scanned: askew, on a table, faint, blank, dark at the edge; each is laid level."""

from __future__ import annotations

import cv2
import numpy
import pytest

from mailagent.inbound import paper
from mailagent.inbound.scans import Picture

HIGH, WIDE = 1754, 1240


def written(rows: int = 24) -> Picture:
    """A page of A4 with lines of text, ragged to the right."""
    page = numpy.full((2 * HIGH, 2 * WIDE), 250, numpy.uint8)
    for row in range(rows):
        text = "de bak is weer niet geleegd " * (1 + row % 3)
        cv2.putText(page, text, (200, 400 + 90 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 20, 3)
    return page


def turned(page: Picture, angle: float, around: int = 250) -> Picture:
    height, width = page.shape
    way = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 0.9)
    return cv2.warpAffine(page, way, (width, height), borderValue=around)


def rows_of(sheet: paper.Sheet) -> int:
    """The bands of ink from top to bottom: as many as there are lines, where these lie level."""
    inked = (sheet.ink > 0).any(axis=1).astype(int)
    return int((numpy.diff(inked) == 1).sum())


@pytest.mark.parametrize("angle", [0, 3, -5])
def test_lines_are_laid_level(angle: float) -> None:
    assert rows_of(paper.prepared(turned(written(), angle))) == 24


def test_a_page_on_its_side_is_turned() -> None:
    sheet = paper.prepared(cv2.rotate(written(), cv2.ROTATE_90_CLOCKWISE))
    assert sheet.picture.shape == (2 * HIGH, 2 * WIDE)
    assert rows_of(sheet) == 24


def test_a_dark_edge_does_not_say_how_a_page_lies() -> None:
    page = turned(written(), 1.5)
    page[:, :60], page[-40:] = 20, 20
    height, width = paper.prepared(page).picture.shape
    assert height > width


def test_grey_and_faint_become_black_on_white() -> None:
    faint = (written() * 0.2 + 150).astype(numpy.uint8)
    flat = paper.flattened(faint)
    assert numpy.median(flat) > 245
    assert flat.min() < 60


def test_a_sheet_is_cut_from_the_table_it_lies_on() -> None:
    table = numpy.full((3200, 2600), 60, numpy.uint8)
    corners = numpy.array([[400, 350], [2150, 300], [2250, 2800], [330, 2750]], numpy.float32)
    page = written()
    height, width = page.shape
    flat = numpy.array([[0, 0], [width, 0], [width, height], [0, height]], numpy.float32)
    way = cv2.getPerspectiveTransform(flat, corners)
    seen = cv2.warpPerspective(page, way, (2600, 3200))
    lies = cv2.warpPerspective(numpy.full_like(page, 255), way, (2600, 3200))
    sheet = paper.sheet_alone(numpy.where(lies > 0, seen, table))
    assert abs(max(sheet.shape) - 3507) <= 1
    assert numpy.median(sheet) > 240
    assert paper.sheet_alone(page).shape == page.shape


@pytest.mark.parametrize("name", ["white", "edges", "through"])
def test_a_blank_back_is_known(name: str) -> None:
    back = numpy.full((2 * HIGH, 2 * WIDE), 250, numpy.uint8)
    if name == "edges":
        back[:, :40], back[:30] = 20, 20
    if name == "through":
        back = (written() * 0.08 + 228).astype(numpy.uint8)
    assert paper.prepared(back).blank


def test_three_lines_are_not_blank() -> None:
    assert not paper.prepared(written(rows=3)).blank


def test_signs_outside_every_word_are_counted() -> None:
    sheet = paper.prepared(written(rows=2))
    height, width = sheet.picture.shape
    assert sheet.overlooked([(0, 0, width, height)]) == 0
    assert sheet.overlooked([(0, 0, width, 430)]) > 9


def test_what_is_hidden_is_black_in_the_picture() -> None:
    sheet = paper.prepared(written())
    shown = sheet.shown([(200, 360, 700, 410)])
    seen = cv2.imdecode(numpy.frombuffer(shown.jpeg, numpy.uint8), cv2.IMREAD_GRAYSCALE)
    assert seen.shape == (shown.size[1], shown.size[0])
    left, top, right, bottom = (round(side * shown.scale) for side in (200, 360, 700, 410))
    assert seen[top:bottom, left:right].max() < 30
    assert sheet.picture[380, 250:260].max() > 0


def test_the_same_page_has_the_same_fingerprint() -> None:
    one, again = paper.prepared(written()), paper.prepared(turned(written(), 1))
    assert (one.fingerprint ^ again.fingerprint).bit_count() < 20
    assert one.fingerprint == paper.prepared(written()).fingerprint
