"""The labels of a letter and what stands behind them, to their right or under them, in whatever layout."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mailagent.core.letter import Field, Page
from mailagent.core.letter_rows import Cell, Sheet, sheet

_LABELS = {
    "betreft": r"betreft|betr|onderwerp|inzake|subject",
    "date": r"datum|date|dagtekening",
    "our_kenmerk": r"uw (?:kenmerk|referentie|ref)|zaaknummer"
    r"|(?:kenmerk|referentie)(?! ?\(?(?:ons|onze|mijn)\b)(?: ?\(?uw\)?)?",
    "their_kenmerk": r"(?:ons|onze|mijn) (?:kenmerk|referentie|ref)|kenmerk ?\(?(?:ons|mijn)\)?",
    "name": r"(?:uw |mijn )?naam(?: (?:en|van) [a-z ]+)?|afzender|voor(?:letters|-) en (?:achter)?naam",
    "address": r"adres|straat(?: en huisnummer| \+ huisnummer| en nummer)?|straatnaam",
    "postcode": r"postcode(?: (?:en|/|\+) (?:woon)?plaats)?|pc",
    "place": r"(?:woon)?plaats",
    "phone": r"tel(?:efoon)?(?:nummer|nr)?|mobiel(?: nummer)?|mob|gsm|tel/mobiel",
    "email": r"e-?mail(?:adres)?|mail",
    "iban": r"iban|rekening(?:nummer|nr)?|bankrekening(?:nummer)?",
}
LABEL = {
    name: re.compile(rf"\W{{0,2}}(?:{words})(?!\w)\.?\s{{0,2}}(?P<colon>[:;])?\s*", re.IGNORECASE)
    for name, words in _LABELS.items()
}
_NEEDS_COLON = ("name", "address", "place", "phone", "email", "betreft")
"""Words that also begin a sentence: without a colon they are a label only where a cell holds nothing else."""
_BEGINS = re.compile(r"\s(?:[^\w\s(]|[eo])\s|, (?=kenmerk\b)")
"""Where a label may begin too: behind a bullet of a letterhead, or in `uw brief van …, kenmerk …`."""
_LONGEST_EVIDENCE = 200

_ADDRESSEE = re.compile(
    r"\W*(?:aan\b|gemeente\b|college\b|burgemeester\b|de raad\b|stadhuis\b|stadskantoor\b|gemeentehuis\b"
    r"|afdeling\b|team\b|t\.?a\.?v\.? (?:de |het )?(?:afdeling|team|klachten))",
    re.IGNORECASE,
)
_SALUTATION = re.compile(
    r"\W*(?:geacht|beste\b|hallo\b|l\.?s\.?(?!\w)|edelachtba|dear\b|hoi\b|goedendag|weledel)", re.IGNORECASE
)
_TOP_ROWS = 30
"""Where there is no salutation, this much of the first page is its head."""

Read = Callable[[str], str]
"""The value in a text, "" where there is none."""


@dataclass(frozen=True, slots=True)
class Paper:
    """The pages of a letter as rows; `head` is the number of rows of the first one above the salutation."""

    sheets: tuple[Sheet, ...]
    head: int

    @property
    def cells(self) -> Iterator[tuple[Sheet, Cell]]:
        """Every cell, with its page."""
        return ((page, cell) for page in self.sheets for cell in page.cells)

    def in_head(self, cell: Cell) -> bool:
        """Does it stand above the salutation?"""
        return cell.page == next(self.sheets[0].cells).page and cell.row < self.head


def paper(pages: Sequence[Page]) -> Paper | None:
    """The pages that have words on them, None for none."""
    sheets = tuple(one for page in pages if (one := sheet(page.words, page.number)).rows)
    if not sheets:
        return None
    salutations = (number for number, row in enumerate(sheets[0].rows) if greets(row[0].text))
    return Paper(sheets, next(salutations, min(_TOP_ROWS, len(sheets[0].rows))))


def greets(text: str) -> bool:
    """Is it a salutation?"""
    return bool(_SALUTATION.match(text))


def is_addressee(text: str) -> bool:
    """Is it a line that names whom the letter is for?"""
    return bool(_ADDRESSEE.match(text))


def to_us(page: Sheet, cell: Cell) -> bool:
    """Is it a line of the address that the letter was sent to?"""
    return is_addressee(cell.text) or any(is_addressee(over.text) for over in page.above(cell))


def said(text: str) -> str:
    """The words that say so, where they are many the first of them."""
    return text if len(text) <= _LONGEST_EVIDENCE else f"{text[: _LONGEST_EVIDENCE - 1]}…"


def labelled(paper: Paper, name: str, read: Read) -> Field | None:
    """What the label of a field has for an answer, on any page."""
    for page, cell in paper.cells:
        for text in _answers(page, cell, name):
            if value := read(text):
                return Field(value, said(cell.text if text in cell.text else f"{cell.text}: {text}"))
    return None


def begins_with_label(text: str, *names: str) -> bool:
    """Does it begin with a label, or with that of one of these fields?"""
    return any(LABEL[name].match(text) for name in names or LABEL)


def is_label(cell: Cell) -> bool:
    """Is it a label and nothing else?"""
    return any(pattern.fullmatch(cell.text) for pattern in LABEL.values())


def _answers(page: Sheet, cell: Cell, name: str) -> Iterator[str]:
    for start in (0, *(mark.end() for mark in _BEGINS.finditer(cell.text))):
        label = LABEL[name].match(cell.text, start)
        if not label:
            continue
        rest = cell.text[label.end() :].lstrip(" :")
        if not rest:
            yield from _neighbours(page, cell)
        elif label["colon"] or name not in _NEEDS_COLON or _is_form_row(page, cell):
            yield rest


def _neighbours(page: Sheet, cell: Cell) -> Iterator[str]:
    for other in (page.right_of(cell), page.below(cell)):
        if other and not is_label(other):
            yield other.text


def _is_form_row(page: Sheet, cell: Cell) -> bool:
    """Do the rows around it begin with labels too, as those of a form do?"""
    around = page.rows[max(0, cell.row - 2) : cell.row + 3]
    return sum(begins_with_label(row[0].text) for row in around) >= _ROWS_OF_A_FORM


_ROWS_OF_A_FORM = 3
