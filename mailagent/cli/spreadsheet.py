"""CSV as Dutch Excel opens it with a double click: semicolons, CRLF, UTF-8 with its mark, a decimal comma."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

Cell = str | int | float | None

_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What begins with one of these may be run as a formula (OWASP, CSV Injection)."""


def spreadsheet(rows: Iterable[Sequence[Cell]]) -> bytes:
    """The bytes of a file; the first row is its head."""
    text = io.StringIO()
    lines = csv.writer(text, delimiter=";", lineterminator="\r\n")
    lines.writerows([written(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def written(cell: Cell) -> str:
    """A number with a comma, so that it stays one; a text that could be a formula behind an apostrophe."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.lstrip(" ").startswith(_STARTS) else cell
    return f"{cell:.10g}".replace(".", ",") if isinstance(cell, float) else str(cell)
