"""What a letter says of itself: who wrote it, when, about what; each with the words that say so.

A label counts for more than a place on the page, a place for more than a shape. What is not sure is left out:
a field that is empty costs a clerk less than one that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from mailagent.core.letter import HIDDEN, Field, Page
from mailagent.core.letter_labels import (
    Paper,
    Read,
    begins_with_label,
    greets,
    labelled,
    paper,
    said,
    to_us,
)
from mailagent.core.letter_rows import Cell, Sheet
from mailagent.core.letter_sender import sender
from mailagent.core.letter_values import date_in, email_in, iban_in, kenmerk_in, phone_in
from mailagent.core.reference import kenmerken

_ANOTHER_LETTER = re.compile(
    r"\b(?:uw|onze|mijn) (?:brief|schrijven|besluit|beschikking|mail)\b", re.IGNORECASE
)
_CALL_ME = re.compile(r"\b(?:bel|bellen|bereikbaar|mijn (?:telefoon)?nummer)\b\D{0,40}", re.IGNORECASE)
_FULL_LINE = 0.85
"""Of the width of the text: a subject that reaches this far may go on."""


def fields_of(pages: Sequence[Page]) -> Mapping[str, Field]:
    """Every field that was found, by its name of FIELDS."""
    letter = paper(pages)
    if not letter:
        return {}
    found = {name: field for name, find in _FINDERS.items() if (field := find(letter))}
    return found | sender(letter) | _hidden(letter)


def _in_head(letter: Paper, read: Read) -> Field | None:
    """By its shape, in the head of the letter, but for the address that it was sent to."""
    cells = (c for page, c in letter.cells if letter.in_head(c) and not to_us(page, c) and read(c.text))
    return next((Field(read(cell.text), said(cell.text)) for cell in cells), None)


def _anywhere(letter: Paper, read: Read) -> Field | None:
    """By its shape, in the head, else wherever it stands."""
    cells = (cell for _, cell in letter.cells if read(cell.text))
    return _in_head(letter, read) or next((Field(read(cell.text), said(cell.text)) for cell in cells), None)


def _betreft(letter: Paper) -> Field | None:
    found = labelled(letter, "betreft", lambda text: text.strip(" .:"))
    if not found:
        return None
    for page, cell in letter.cells:
        if cell.text.endswith(found.value) and (more := _goes_on(page, cell)):
            return Field(f"{found.value} {more}", said(f"{found.evidence} {more}"))
    return found


def _goes_on(page: Sheet, cell: Cell) -> str:
    """The second line of a subject that filled its first one."""
    right = max(other.box[2] for other in page.cells)
    if cell.box[2] < _FULL_LINE * right or cell.row + 1 >= len(page.rows):
        return ""
    following = page.rows[cell.row + 1][0]
    close = following.box[1] - cell.box[3] < 0.9 * cell.height
    return (
        following.text
        if close and not greets(following.text) and not begins_with_label(following.text)
        else ""
    )


def _date(letter: Paper) -> Field | None:
    """By its label; else the first one in the head, be it right under the address it was sent to."""
    found = labelled(letter, "date", date_in)
    heads = (
        cell for _, cell in letter.cells if letter.in_head(cell) and not _ANOTHER_LETTER.search(cell.text)
    )
    return found or next((Field(date_in(c.text), said(c.text)) for c in heads if date_in(c.text)), None)


def _phone(letter: Paper) -> Field | None:
    """By its label or in the head; else where the writer asks to be called: a letter names others too."""
    found = labelled(letter, "phone", phone_in) or _in_head(letter, phone_in)
    return found or _anywhere(letter, _number_to_call)


def _number_to_call(text: str) -> str:
    asked = _CALL_ME.search(text)
    return phone_in(text[asked.end() :]) if asked else ""


def _our_kenmerk(letter: Paper) -> Field | None:
    """By its label; else one of our own shape, anywhere."""
    found = labelled(letter, "our_kenmerk", kenmerk_in)
    return found or _anywhere(letter, lambda text: next(iter(kenmerken(text)), ""))


_FINDERS: Mapping[str, Callable[[Paper], Field | None]] = {
    "betreft": _betreft,
    "date": _date,
    "phone": _phone,
    "email": lambda letter: _anywhere(letter, email_in),
    "iban": lambda letter: _anywhere(letter, iban_in),
    "our_kenmerk": _our_kenmerk,
    "their_kenmerk": lambda letter: labelled(letter, "their_kenmerk", kenmerk_in),
}


def _hidden(letter: Paper) -> dict[str, Field]:
    """That there was a burgerservicenummer, and where; never the number."""
    told = [cell.text for _, cell in letter.cells if HIDDEN in cell.text]
    return {"bsn_masked": Field(", ".join([HIDDEN] * len(told)), said(told[0]))} if told else {}
