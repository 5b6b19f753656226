"""What a letter says of itself: who wrote it, when, about what; each with the words that say so.

A label counts for more than a place on the page, a place for more than a shape. What is not sure is left out:
a field that is empty costs a clerk less than one that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from mailagent.core.letter import HIDDEN, Field, Page
from mailagent.core.letter_rows import Cell, Sheet, sheet
from mailagent.core.letter_values import (
    date_in,
    email_in,
    iban_in,
    kenmerk_in,
    phone_in,
    place_in,
    postcode_in,
    street_in,
)
from mailagent.core.reference import kenmerken

_LABELS = {
    "betreft": r"betreft|betr|onderwerp|inzake|subject",
    "date": r"datum|date|dagtekening",
    "our_kenmerk": r"uw (?:kenmerk|referentie|ref|brief)|kenmerk \(?uw\)?|zaaknummer|kenmerk|referentie",
    "their_kenmerk": r"(?:ons|onze|mijn) (?:kenmerk|referentie|ref)|kenmerk \(?(?:ons|mijn)\)?",
    "name": r"(?:uw |mijn )?naam(?: (?:en|van) [a-z ]+)?|afzender|voor(?:letters|-) en (?:achter)?naam",
    "address": r"adres|straat(?: en huisnummer| \+ huisnummer| en nummer)?|straatnaam",
    "postcode": r"postcode(?: (?:en|/|\+) (?:woon)?plaats)?|pc",
    "phone": r"tel(?:efoon)?(?:nummer|nr)?|mobiel(?: nummer)?|mob|gsm|tel/mobiel",
    "email": r"e-?mail(?:adres)?|mail",
    "iban": r"iban|rekening(?:nummer|nr)?|bankrekening(?:nummer)?",
}
_LABEL = {
    name: re.compile(rf"^\W{{0,2}}(?:{words})\b\.?\s{{0,2}}(?P<colon>[:;])?\s*", re.IGNORECASE)
    for name, words in _LABELS.items()
}
_NEEDS_COLON = ("name", "address", "phone", "email", "our_kenmerk", "betreft")
"""Words that also begin a sentence: without a colon they are a label only where a cell holds nothing else."""

_ADDRESSEE = re.compile(
    r"^\W*(?:aan\b|gemeente\b|college\b|burgemeester\b|de raad\b|postbus\b|antwoordnummer\b|stadhuis\b"
    r"|stadskantoor\b|gemeentehuis\b|afdeling\b|team\b|t\.?a\.?v\.? (?:de |het )?(?:afdeling|team|klachten))",
    re.IGNORECASE,
)
_SALUTATION = re.compile(
    r"^\W*(?:geacht|beste\b|hallo\b|l\.?s\.?\b|edelachtba|dear\b|hoi\b|goedendag|weledel)", re.IGNORECASE
)
_CLOSING = re.compile(
    r"^\W*(?:(?:(?:met )?(?:vriendelijke|hartelijke|beleefde)\s+)?(?:groet|groeten)\b|hoogachtend|namens\b"
    r"|met vr|met (?:de meeste )?(?:hoogachting|vriendelijk|beleef))",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"^(?:[A-ZÀ-Ž][\w.'’-]*\.?\s+)+(?:(?:van|de|den|der|het|ten|ter|te|la|el|graaf|’t|'t)\s+)*[A-ZÀ-Ž][\w'’-]+"
)
_NOT_A_NAME = re.compile(r"@|\d{3}|klachten|formulier|aangetekend|aantekenen|www\.|http", re.IGNORECASE)
_CARE_OF = re.compile(r"^(?:p/a|t\.?a\.?v\.?|c/o)\s", re.IGNORECASE)

_SAME_NAME = 0.7
_TOP_ROWS = 30
"""Where there is no salutation, this much of the first page is its head."""


@dataclass(frozen=True, slots=True)
class _Paper:
    """The pages of a letter as rows; `head` is the number of rows of the first one above the salutation."""

    sheets: tuple[Sheet, ...]
    head: int

    @property
    def top(self) -> Sheet:
        """The first page."""
        return self.sheets[0]

    def in_head(self, cell: Cell) -> bool:
        """Does it stand above the salutation?"""
        return cell.page == self.top_page and cell.row < self.head

    @property
    def top_page(self) -> int:
        """The number of the first page."""
        return next(self.top.cells).page


def fields_of(pages: Sequence[Page]) -> Mapping[str, Field]:
    """Every field that was found, by its name of FIELDS."""
    sheets = tuple(sheet(page.words, page.number) for page in pages if page.words)
    if not sheets:
        return {}
    salutations = (number for number, row in enumerate(sheets[0].rows) if _SALUTATION.match(row[0].text))
    paper = _Paper(sheets, next(salutations, min(_TOP_ROWS, len(sheets[0].rows))))
    found: dict[str, Field] = {}
    for name, find in _FINDERS.items():
        field = find(paper)
        if field:
            found[name] = field
    return found | _sender(paper) | _hidden(paper)


def _labelled(paper: _Paper, name: str, read: Callable[[str], str]) -> Field | None:
    """What stands behind a label, to its right or under it, on any page."""
    for page in paper.sheets:
        for cell in page.cells:
            for text in _answers(page, cell, name):
                if value := read(text):
                    return Field(value, _said(cell.text if text in cell.text else f"{cell.text}: {text}"))
    return None


def _answers(page: Sheet, cell: Cell, name: str) -> Iterator[str]:
    for start in _starts(cell.text):
        label = _LABEL[name].match(cell.text, start) if not start else _LABEL[name].match(cell.text[start:])
        if not label:
            continue
        rest = cell.text[start + label.end() :] if start else cell.text[label.end() :]
        if rest and (label["colon"] or name not in _NEEDS_COLON or _is_form_row(page, cell)):
            yield rest
        elif not rest:
            yield from _neighbours(page, cell)


def _starts(text: str) -> Iterator[int]:
    """Where a label may begin: at the start, and behind a bullet of a letterhead."""
    yield 0
    for mark in re.finditer(r"\s(?:[^\w\s(]|[eo])\s", text):
        yield mark.end()


def _neighbours(page: Sheet, cell: Cell) -> Iterator[str]:
    right, below = page.right_of(cell), page.below(cell)
    if right and not _is_label(right):
        yield right.text
    if below and not _is_label(below):
        yield below.text


def _is_label(cell: Cell) -> bool:
    return any(
        (label := pattern.match(cell.text)) and label.end() == len(cell.text) for pattern in _LABEL.values()
    )


def _is_form_row(page: Sheet, cell: Cell) -> bool:
    """Do the rows around it begin with labels too, as those of a form do?"""
    around = page.rows[max(0, cell.row - 2) : cell.row + 3]
    labels = sum(any(pattern.match(row[0].text) for pattern in _LABEL.values()) for row in around)
    return labels >= 3


def _said(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:199]}…"


def _from_text(read: Callable[[str], str], *, head_only: bool) -> Callable[[_Paper], Field | None]:
    """By its shape alone: in the head of the letter, and where that is allowed, anywhere."""

    def find(paper: _Paper) -> Field | None:
        cells = [cell for page in paper.sheets for cell in page.cells]
        heads = [cell for cell in cells if paper.in_head(cell) and not _to_us(paper.top, cell)]
        for cell in heads if head_only else [*heads, *cells]:
            if value := read(cell.text):
                return Field(value, _said(cell.text))
        return None

    return find


def _to_us(page: Sheet, cell: Cell) -> bool:
    """Is it a line of the address that the letter was sent to?"""
    return bool(_ADDRESSEE.match(cell.text)) or any(_ADDRESSEE.match(over.text) for over in page.above(cell))


def _betreft(paper: _Paper) -> Field | None:
    found = _labelled(paper, "betreft", lambda text: text.strip(" .:"))
    if not found:
        return None
    for page in paper.sheets:
        for cell in page.cells:
            if cell.text.endswith(found.value) and (more := _goes_on(page, cell)):
                return Field(f"{found.value} {more}", _said(f"{found.evidence} {more}"))
    return found


def _goes_on(page: Sheet, cell: Cell) -> str:
    """The second line of a subject that filled its first one."""
    right = max(other.box[2] for other in page.cells)
    if cell.box[2] < 0.85 * right or cell.row + 1 >= len(page.rows):
        return ""
    following = page.rows[cell.row + 1][0]
    close = following.box[1] - cell.box[3] < 0.9 * cell.height
    ends = (
        _SALUTATION.match(following.text)
        or _is_label(following)
        or any(pattern.match(following.text) for pattern in _LABEL.values())
    )
    return following.text if close and not ends else ""


def _date(paper: _Paper) -> Field | None:
    """By its label; else the first one in the head, be it right under the address it was sent to."""
    found = _labelled(paper, "date", date_in)
    cells = (cell for cell in paper.top.cells if paper.in_head(cell) and date_in(cell.text))
    return found or next((Field(date_in(cell.text), _said(cell.text)) for cell in cells), None)


def _phone(paper: _Paper) -> Field | None:
    return _labelled(paper, "phone", phone_in) or _from_text(phone_in, head_only=True)(paper)


def _email(paper: _Paper) -> Field | None:
    return _from_text(email_in, head_only=False)(paper)


def _iban(paper: _Paper) -> Field | None:
    return _from_text(iban_in, head_only=False)(paper)


def _our_kenmerk(paper: _Paper) -> Field | None:
    """By its label; else one of our own shape, anywhere."""
    found = _labelled(paper, "our_kenmerk", kenmerk_in)
    return found or _from_text(lambda text: next(iter(kenmerken(text)), ""), head_only=False)(paper)


def _their_kenmerk(paper: _Paper) -> Field | None:
    return _labelled(paper, "their_kenmerk", kenmerk_in)


_FINDERS: Mapping[str, Callable[[_Paper], Field | None]] = {
    "betreft": _betreft,
    "date": _date,
    "phone": _phone,
    "email": _email,
    "iban": _iban,
    "our_kenmerk": _our_kenmerk,
    "their_kenmerk": _their_kenmerk,
}


def _sender(paper: _Paper) -> dict[str, Field]:
    """Name, address and postcode: of a form by their labels, of a letter from the block with the postcode."""
    sender: dict[str, Field] = {}
    cell = _own_postcode(paper)
    if cell:
        page = next(page for page in paper.sheets if next(page.cells).page == cell.page)
        postcode = postcode_in(cell.text)
        sender["postcode"] = Field(postcode, _said(cell.text))
        street, lines = _street_and_above(page, cell)
        place = place_in(cell.text)
        labelled = _labelled(paper, "address", lambda text: text if re.search(r"\d", text) else "")
        street = street_in(labelled.value if labelled else street)
        evidence = street if street in cell.text else f"{street} / {cell.text}"
        sender["address"] = Field(
            ", ".join(filter(None, (street, f"{postcode} {place}".strip()))), _said(evidence)
        )
        name = next((line for line in reversed(lines) if _may_name(line)), "")
        if name:
            sender["name"] = Field(_clean(name), _said(name))
    named = _labelled(paper, "name", lambda text: _clean(text) if _may_name(text) else "")
    if best := named or _better(sender.get("name"), _signature(paper)) or _first_line(paper):
        sender["name"] = best
    return sender


def _better(headed: Field | None, signed: Field | None) -> Field | None:
    """The name over the letter; that under it where there is no other, or where it is the same, better read:
    a reader loses accents and never invents them."""
    if not headed or not signed:
        return headed or signed
    same = SequenceMatcher(None, headed.value, signed.value).ratio() > _SAME_NAME
    return signed if same and _accents(signed.value) > _accents(headed.value) else headed


def _accents(name: str) -> int:
    return sum(ord(char) > 127 for char in name)


def _first_line(paper: _Paper) -> Field | None:
    """What stands on top, where it can be a person."""
    text = next(paper.top.cells).text
    return Field(_clean(text), _said(text)) if _PERSON.match(text) and _may_name(text) else None


def _own_postcode(paper: _Paper) -> Cell | None:
    """The cell with the postcode of the writer: in the head, or under the closing; never the addressee's."""
    found = [(page, cell) for page in paper.sheets for cell in page.cells if postcode_in(cell.text)]
    labelled = [cell for page, cell in found if _LABEL["postcode"].match(page.text(cell.row))]
    own = [cell for page, cell in found if not _to_us(page, cell)]
    heads = [cell for cell in own if paper.in_head(cell)]
    return next(iter([*labelled, *heads, *reversed(own)]), None)


def _street_and_above(page: Sheet, cell: Cell) -> tuple[str, list[str]]:
    """The street before the postcode or over it, and the lines over that, from below to above."""
    before = cell.text[: cell.text.find(postcode_in(cell.text)[:4])]
    before = re.sub(r"(?:\s+(?:[^\w\s]|[eo])|,)?\s*$", "", before)
    before = _LABEL["postcode"].sub("", before)
    lines = [over.text for over in page.above(cell) if not _is_other(over.text)]
    if re.search(r"[^\W\d]{3}.*\d", before):
        return before, lines
    if lines and re.search(r"[^\W\d]{3}.*\d", lines[0]):
        return lines[0], lines[1:]
    return "", lines


def _is_other(text: str) -> bool:
    """A line of the head that is no part of an address."""
    return any(_LABEL[name].match(text) for name in ("phone", "email", "date", "betreft")) or "@" in text


def _may_name(text: str) -> bool:
    letters = sum(char.isalpha() for char in text)
    return (
        letters >= 3
        and not _NOT_A_NAME.search(text)
        and not _ADDRESSEE.match(text)
        and not _CARE_OF.match(text)
    )


def _clean(name: str) -> str:
    name = re.sub(r"^(?:afzender|van)\s*:\s*", "", name, flags=re.IGNORECASE).strip(" |_*•«»,;:")
    return re.sub(r"(?<!\w)([A-Z]),(?= )", r"\1.", name)  # a reader's initial


def _signature(paper: _Paper) -> Field | None:
    """The name under the closing: what looks most like one, from below, for over it stands a squiggle."""
    for page in reversed(paper.sheets):
        for number, row in enumerate(page.rows):
            if not _CLOSING.match(row[0].text):
                continue
            under = [cells[0].text for cells in page.rows[number + 1 : number + 6]]
            names = [text for text in under if _PERSON.match(text) and _may_name(text)]
            if names:
                return Field(_clean(names[-1]), _said(f"{row[0].text} / {names[-1]}"))
    return None


def _hidden(paper: _Paper) -> dict[str, Field]:
    """That there was a burgerservicenummer, and where; never the number."""
    told = [cell.text for page in paper.sheets for cell in page.cells if HIDDEN in cell.text]
    return {"bsn_masked": Field(", ".join([HIDDEN] * len(told)), _said(told[0]))} if told else {}
