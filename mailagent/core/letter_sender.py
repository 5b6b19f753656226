"""Who wrote a letter: name, address and postcode, from the block with the postcode, a form or a signature."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import takewhile

from mailagent.core.letter import Field
from mailagent.core.letter_labels import (
    LABEL,
    Paper,
    begins_with_label,
    greets,
    is_addressee,
    labelled,
    said,
    to_us,
)
from mailagent.core.letter_rows import Cell, Sheet
from mailagent.core.letter_values import parted_at_postcode, postcode_in, street_in

_CLOSING = re.compile(
    r"\W*(?:(?:(?:met )?(?:vriendelijke|hartelijke|beleefde)\s+)?groet(?:en|jes)?\b|hoogachtend|namens\b"
    r"|met vr|met (?:de meeste )?(?:hoogachting|vriendelijk|beleef))",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"(?:[A-ZÀ-Ž][\w.'’-]*\.?\s+)+(?:(?:van|de|den|der|het|ten|ter|te|la|el|graaf|’t|'t)\s+)*[A-ZÀ-Ž][\w'’-]+"
)
_NOT_A_NAME = re.compile(r"@|\d{3}|klachten|formulier|aangetekend|aantekenen|www\.|http", re.IGNORECASE)
_CARE_OF = re.compile(r"(?:p/a|t\.?a\.?v\.?|c/o)\s", re.IGNORECASE)
_STREET = re.compile(r"[^\W\d]{3}.*\d")
_POSTBUS = re.compile(r"\W*(?:postbus|antwoordnummer)\b", re.IGNORECASE)
_SAME_NAME = 0.7


def sender(paper: Paper) -> dict[str, Field]:
    """The fields of FIELDS that name the writer, as far as they were found."""
    found: dict[str, Field] = {}
    cell = _own_postcode(paper)
    if cell:
        page = next(page for page, other in paper.cells if other is cell)
        before, postcode, place = parted_at_postcode(cell.text)
        found["postcode"] = Field(postcode, said(cell.text))
        street, lines = _street_and_above(page, cell, before)
        if answer := labelled(paper, "address", lambda text: text if _STREET.search(text) else ""):
            street = answer.value
        if not place and (town := labelled(paper, "place", lambda text: text)):
            place = town.value
        whole = ", ".join(filter(None, (street_in(street), f"{postcode} {place}".strip())))
        found["address"] = Field(whole, said(cell.text if street in cell.text else f"{street} / {cell.text}"))
        if name := next((line for line in reversed(lines) if _may_name(line)), ""):
            found["name"] = Field(_clean(name), said(name))
    named = labelled(
        paper, "name", lambda text: _clean(text.split(",")[0]) if _may_name(text.split(",")[0]) else ""
    )
    if best := named or _better(found.get("name"), _signature(paper)) or _first_line(paper):
        found["name"] = best
    return found


def _own_postcode(paper: Paper) -> Cell | None:
    """The cell with the postcode of the writer: in the head, or under the closing; never the addressee's."""
    with_one = [(page, cell) for page, cell in paper.cells if postcode_in(cell.text)]
    labelled = [cell for page, cell in with_one if LABEL["postcode"].match(page.text(cell.row))]
    own = [cell for page, cell in with_one if not to_us(page, cell)]
    heads = [cell for cell in own if paper.in_head(cell)]
    boxes = {
        id(cell) for page, cell in with_one if any(_POSTBUS.match(over.text) for over in page.above(cell))
    }
    best = [*labelled, *heads, *reversed(own)]
    return next((cell for cell in best if id(cell) not in boxes), next(iter(best), None))


def _street_and_above(page: Sheet, cell: Cell, before: str) -> tuple[str, list[str]]:
    """The street before the postcode or over it, and the lines over that, from below to above."""
    before = re.sub(r"(?:\s+(?:[^\w\s]|[eo])|,)?\s*$", "", before)
    for name in ("postcode", "name"):
        label = LABEL[name].match(before)
        before = before[label.end() :] if label else before
    above = takewhile(
        lambda text: not _CLOSING.match(text) and not greets(text), (c.text for c in page.above(cell))
    )
    lines = [text for text in above if not _is_other(text)]
    if _STREET.search(before):
        *names, street = before.split(", ")
        return street, [*reversed(names), *lines]
    if lines and _STREET.search(lines[0]):
        return lines[0], lines[1:]
    return "", lines


def _is_other(text: str) -> bool:
    """A line of the head that is no part of an address."""
    return begins_with_label(text, "phone", "email", "date", "betreft") or "@" in text


def _may_name(text: str) -> bool:
    if _NOT_A_NAME.search(text) or is_addressee(text) or _CARE_OF.match(text):
        return False
    return sum(char.isalpha() for char in text) >= 3


def _better(headed: Field | None, signed: Field | None) -> Field | None:
    """The name over the letter; that under it where there is no other, or where it is the same, better read:
    a reader loses accents and never invents them."""
    if not headed or not signed:
        return headed or signed
    same = SequenceMatcher(None, headed.value, signed.value).ratio() > _SAME_NAME
    return signed if same and _accents(signed.value) > _accents(headed.value) else headed


def _accents(name: str) -> int:
    return sum(ord(char) > 127 for char in name)


def _first_line(paper: Paper) -> Field | None:
    """What stands on top, where it can be a person."""
    text = next(paper.sheets[0].cells).text
    return Field(_clean(text), said(text)) if _PERSON.match(text) and _may_name(text) else None


def _signature(paper: Paper) -> Field | None:
    """The name under the closing: what looks most like one, from below, for over it stands a squiggle."""
    for page in reversed(paper.sheets):
        for number, row in enumerate(page.rows):
            if not _CLOSING.match(row[0].text):
                continue
            under = [cells[0].text for cells in page.rows[number + 1 : number + 6]]
            names = [text for text in under if _PERSON.match(text) and _may_name(text)]
            if names:
                return Field(_clean(names[-1]), said(f"{row[0].text} / {names[-1]}"))
    return None


def _clean(name: str) -> str:
    name = re.sub(r"^(?:afzender|van)\s*:\s*", "", name, flags=re.IGNORECASE).strip(" |_*•«»,;:")
    return re.sub(r"(?<!\w)([A-Z]),(?= )", r"\1.", name)  # a reader's initial
