"""A pile cut into letters of the same pages, and a page drawn as it came in."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from mailagent.cli import app
from mailagent.core.errors import Unreadable
from mailagent.inbound.letters import LetterReader


@pytest.fixture(scope="module")
def reader() -> Iterator[LetterReader]:
    with LetterReader() as reader:
        yield reader


def pile(kind: str, mode: str = "L") -> bytes:
    """Three small sheets, each darker than the one before."""
    file = io.BytesIO()
    first, *more = [Image.new("L", (600, 850), 250 - 60 * number).convert(mode) for number in range(3)]
    how = {"resolution": 72.0} if kind == "PDF" else {"dpi": (72, 72)}
    first.save(file, kind, save_all=True, append_images=more, **how)
    return file.getvalue()


def grey(jpeg: bytes) -> int:
    """How light a picture is."""
    return int(Image.open(io.BytesIO(jpeg)).convert("L").resize((1, 1)).tobytes()[0])


@pytest.mark.parametrize("kind", ["PDF", "TIFF"])
def test_each_range_of_pages_is_a_file_with_those_pages_alone(reader: LetterReader, kind: str) -> None:
    raw = pile(kind)
    one, two = reader.cut(raw, [(1, 1), (2, 3)])

    shown = [grey(reader.original(file, page)) for file, page in ((one, 1), (two, 1), (two, 2))]
    assert shown == pytest.approx([250, 190, 130], abs=4)
    with pytest.raises(Unreadable):
        reader.original(one, 2)


def test_a_fax_stays_black_and_white(reader: LetterReader) -> None:
    [file] = reader.cut(pile("TIFF", "1"), [(1, 2)])
    cut = Image.open(io.BytesIO(file))
    assert (cut.mode, getattr(cut, "n_frames", 0), cut.info["compression"]) == ("1", 2, "group4")


@pytest.mark.parametrize("ranges", [[(0, 1)], [(2, 4)], [(3, 2)]])
def test_pages_that_are_not_there_cannot_be_cut(reader: LetterReader, ranges: list[tuple[int, int]]) -> None:
    with pytest.raises(Unreadable):
        reader.cut(pile("PDF"), ranges)
    assert reader.cut(pile("PDF"), [(1, 3)])


def test_a_sheet_that_we_print_is_found_and_says_its_day(reader: LetterReader, tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["letter", "sheets", str(tmp_path / "vel.pdf"), "--received", "2026-03-02"])
    assert ran.exit_code == 0, ran.output
    assert "Wrote 10 sheets" in ran.stdout
    assert reader.divided((tmp_path / "vel.pdf").read_bytes()) == []
    wrong = CliRunner().invoke(app, ["letter", "sheets", str(tmp_path / "vel.pdf"), "--received", "2 maart"])
    assert wrong.exit_code == 2
