"""CSV for a spreadsheet, read back as a spreadsheet does."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.cli.spreadsheet import Cell, spreadsheet, written


def read_back(raw: bytes) -> list[list[str]]:
    """As Excel with Dutch settings reads it."""
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_lines_end_as_excel_wants_them_and_cells_may_hold_anything() -> None:
    raw = spreadsheet([("a", "b"), ("één; twee", 'zei "ja"'), ("regel\nregel", None)])
    assert raw.count(b"\r\n") == 3
    assert read_back(raw) == [["a", "b"], ["één; twee", 'zei "ja"'], ["regel\nregel", ""]]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+31 6", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", '=HYPERLINK("http://x")'],
)
def test_a_text_that_could_be_a_formula_is_only_a_text(text: str) -> None:
    [[cell]] = read_back(spreadsheet([(text,)]))
    assert cell == f"'{text}"


@pytest.mark.parametrize(
    ("number", "golden"),
    [
        (20, "20"),
        (-20, "-20"),
        (66.7, "66,7"),
        (-0.5, "-0,5"),
        (4.25, "4,25"),
        (100.0, "100"),
        (1234567.5, "1234567,5"),
    ],
)
def test_a_number_stays_a_number_below_nought_too(number: float, golden: str) -> None:
    assert written(number) == golden


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1), min_size=1))
def test_whatever_was_written_is_read_back_and_begins_no_formula(rows: list[list[Cell]]) -> None:
    back = read_back(spreadsheet(rows))
    assert [[cell.removeprefix("'") for cell in row] for row in back] == [
        [str(cell).removeprefix("'") for cell in row] for row in rows
    ]
    assert not [cell for row in back for cell in row if cell.lstrip(" ")[:1] in tuple("=+-@\t\r\n＝＋－＠")]
