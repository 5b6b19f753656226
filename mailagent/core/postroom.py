"""What the post room knows of letters: when each came, where it ends and the next begins, and whose it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from mailagent.core.calendar import AMSTERDAM, local_day
from mailagent.core.events import Event
from mailagent.core.klacht import Klacht
from mailagent.core.letter import Letter, Page
from mailagent.core.postal import Postal, postcode

LETTER = "letter"
"""The channel of what came in on paper."""

LETTER_FILE = "brief.pdf"
"""What a letter with its masked pages is called where it goes along with a mail."""

SCAN_KINDS = ("application/pdf", "image/tiff", "image/jpeg", "image/heic", "image/heif", "image/png")
SCAN_ENDINGS = (".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".heic", ".heif", ".png")

OLDEST = timedelta(days=183)
"""A day of receipt that lies further back is a slip of the pen."""


TO_RETYPE = "(Deze brief moet nog worden overgetypt.)"
"""What stands in a klacht until a human has written what its letter says."""


def to_retype(klacht: Klacht) -> bool:
    """Does it wait for that?"""
    return klacht.channel == LETTER and klacht.description == TO_RETYPE


@dataclass(frozen=True, slots=True)
class LetterRead(Event):
    """A letter was read. `arrival` is where it is kept, `status` as in core/letter.py; `text` is what was
    read with its doubtful words marked, where a human must look. `unsafe` are the pages that no mail may
    show. `phone` and `email` stand in the letter. `reaction`: it is about a klacht that was there already.
    """

    arrival: int
    status: str
    confidence: int
    received_on: str
    scanned_at: str
    pages: int
    unsafe: tuple[int, ...] = ()
    text: str = ""
    reason: str = ""
    phone: str = ""
    email: str = ""
    reaction: bool = False


@dataclass(frozen=True, slots=True)
class Transcribed(Event):
    """A human wrote what a letter says. `first`: until now nobody could read it; `moved`: it is for another
    team than was thought."""

    text: str
    first: bool = False
    moved: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptDated(Event):
    """A human said on which day a letter was received; days as in 2026-03-02."""

    day: str
    was: str


@dataclass(frozen=True, slots=True)
class OriginalAsked(Event):
    """An agent who may do so asked to see a page as it came in, nothing masked."""

    arrival: int
    page: int


@dataclass(frozen=True, slots=True)
class OriginalViewed(Event):
    """They saw it; `asked` is the id of the event with which they asked."""

    page: int
    asked: int


LINK_LIVES = timedelta(minutes=15)
"""So long the link to an original works."""


def picture_name(number: int) -> str:
    """What the masked picture of a page is called in a mail."""
    return f"bladzijde-{number}.jpg"


def for_rules(letter: Letter) -> tuple[tuple[str, str], ...]:
    """What rules may read of a letter, by the names they have for it (core/message.py)."""
    named = {name: letter.value(field) for name, field in _FOR_RULES.items()}
    return (
        *((name, value) for name, value in named.items() if value),
        ("ocr_zekerheid", str(letter.confidence)),
    )


_FOR_RULES = {
    "betreft": "betreft",
    "kenmerk": "our_kenmerk",
    "datum": "date",
    "postcode": "postcode",
    "afzender": "name",
}


def received_on(day: date | None, scanned_at: datetime) -> datetime:
    """The moment that stands for the day of receipt: noon, or the scan where that was earlier or where no
    sensible day is known. A term counts from the day, whatever the hour (Awb 9:11)."""
    if day is None or not local_day(scanned_at) - OLDEST <= day <= local_day(scanned_at):
        return scanned_at
    return min(datetime.combine(day, time(12), AMSTERDAM).astimezone(scanned_at.tzinfo), scanned_at)


def day_in(words: str) -> date | None:
    """The day that a name holds, as in `2026-03-02` or `post 02-03-2026`; None where it holds none."""
    for pattern, order in _DAYS:
        if found := re.search(pattern, words):
            year, month, day = (int(found[n]) for n in order)
            try:
                return date(year, month, day)
            except ValueError:
                return None
    return None


_DAYS = (
    (r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?!\d)", (1, 2, 3)),
    (r"(?<!\d)(\d\d)-(\d\d)-(20\d\d)(?!\d)", (3, 2, 1)),
    (r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)", (1, 2, 3)),
)


def is_scan(name: str, kind: str) -> bool:
    """Is a file that came with a mail of a scanner a letter? What a name says counts as much as its kind."""
    return kind.lower() in SCAN_KINDS or name.lower().endswith(SCAN_ENDINGS)


PageRange = tuple[int, int]
"""The first and the last page of a letter in a pile, counted from 1."""


def proposal(pages: Sequence[Page], last: int) -> tuple[PageRange, ...]:
    """How a pile without separator sheets seems to fall apart; one range where it is one letter. It is a
    guess, for a human to judge."""
    starts = [page.number for page in pages if _begins(page.text)]
    firsts = sorted({1, *starts[1:]} if starts else {1})
    ends = [first - 1 for first in firsts[1:]] + [max(last, firsts[-1])]
    return tuple(zip(firsts, ends, strict=True))


_SALUTATION = re.compile(
    r"^\s*(?:geachte|beste|hooggeachte|l\.?\s?s\.?\b|dear)\b", re.IGNORECASE | re.MULTILINE
)
_SUBJECT = re.compile(r"^\s*(?:betreft|onderwerp|datum)\b", re.IGNORECASE | re.MULTILINE)
_POSTCODE = re.compile(r"(?<!\d)([1-9]\d{3})\s?([A-Z]{2})\b")
_YEAR = re.compile(r"\b20[2-9]\d\b")
_TOP = 14
BEGINS = 3
"""So many signs that a letter begins are enough (measured on a pile: 17 of 19 pages right)."""


def body_of(text: str) -> str:
    """What a letter says below its salutation. Above it stand two addresses, and that one of them is of a
    "Team Klachten en Bezwaar" tells nothing of what it is about."""
    found = _SALUTATION.search(text)
    return text[found.start() :].strip() if found else text


def said_in(description: str, channel: str) -> str:
    """What a klacht that was kept says: as rules read it, and as others are sorted by its example."""
    return body_of(description) if channel == LETTER else description


def _begins(text: str) -> bool:
    top = "\n".join(text.splitlines()[:_TOP])
    signs = 2 * bool(_SALUTATION.search(text)) + bool(_SUBJECT.search(text))
    return signs + bool(_POSTCODE.search(top)) + bool(_YEAR.search(top)) >= BEGINS


@dataclass(frozen=True, slots=True)
class Divided:
    """The pages of one letter between separator sheets, and the day of receipt on the sheet before it."""

    pages: PageRange
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One letter cut from a pile: its bytes, its pages, and the day of receipt that its sheet says."""

    raw: bytes
    pages: PageRange
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """A file of the post room as it was read: a letter with its searchable PDF/A, or a pile in its parts.

    `split` is how a pile without sheets seems to fall apart, () where it does not."""

    letter: Letter | None = None
    archive: bytes = b""
    parts: tuple[Part, ...] = ()
    split: tuple[PageRange, ...] = ()


@dataclass(frozen=True, slots=True)
class OnPaper:
    """The letter with which a klacht came in. `unsafe` are the pages that no mail may show."""

    arrival: int
    status: str
    pages: tuple[int, ...]
    unsafe: tuple[int, ...] = ()


def complete(ranges: Sequence[PageRange], last: int) -> tuple[PageRange, ...]:
    """These ranges within a pile of so many pages; what none of them holds is a letter of its own, for no
    page is ever lost."""
    found: list[PageRange] = []
    at = 1
    for first, end in ranges:
        if first > last:
            break
        found += [(at, first - 1)] if first > at else []
        found.append((first, min(end, last)))
        at = min(end, last) + 1
    return (*found, (at, last)) if at <= last else tuple(found)


def ranges_of(words: str) -> tuple[PageRange, ...]:
    """`1-2 3 4-6` as ranges; () where it is something else, or the ranges overlap or go back."""
    parts = [
        re.fullmatch(r"(\d{1,4})(?:[-\u2013](\d{1,4}))?", part)
        for part in re.split(r"[\s,;]+", words)
        if part
    ]
    found = tuple((int(part[1]), int(part[2] or part[1])) for part in parts if part)
    order = [page for one in found for page in one]
    fits = (
        len(found) == len(parts) and order == sorted(order) and all(a[1] < b[0] for a, b in pairwise(found))
    )
    return found if fits and order and order[0] >= 1 else ()


def said_ranges(ranges: Sequence[PageRange]) -> str:
    """As an agent writes them: `1-2 3 4-6`."""
    return " ".join(f"{first}-{last}" if first != last else str(first) for first, last in ranges)


def marked(letter: Letter) -> str:
    """What was read, with `[…?]` around each word nobody should trust."""
    return "\n\n".join(_marked(page) for page in letter.pages).strip() or letter.text


def _marked(page: Page) -> str:
    said, at = "", 0
    for word in page.words:
        start = page.text.find(word.text, at) if word.text else -1
        if start < 0:
            continue
        end = start + len(word.text)
        said += page.text[at:start] + (word.text if word.sure else f"[{word.text}?]")
        at = end
    return said + page.text[at:]


def unmarked(text: str) -> str:
    """A text in which a human left some of those marks standing."""
    return re.sub(r"\[([^\[\]\n]{1,200})\?\]", r"\1", text)


def postal_of(letter: Letter) -> Postal | None:
    """Where its writer gets letters, as far as it was read; None without a postcode."""
    code = postcode(letter.value("postcode"))
    if not code:
        return None
    lines = [line.strip(" ,") for line in letter.value("address").splitlines()]
    street = next((line for line in lines if line and not _POSTCODE.search(line)), "")
    if not street and lines:
        street = _POSTCODE.split(lines[0])[0].strip(" ,")
    found = re.search(rf"{code[:4]}\s?{code[-2:]}[ \t,]+([^\W\d][^\n,;|]{{1,60}})", _around(letter))
    return Postal(letter.value("name"), street, code, found[1].strip() if found else "")


def _around(letter: Letter) -> str:
    evidence = letter.fields["postcode"].evidence
    return "\n".join((letter.value("address"), evidence, letter.text))


def is_party(klacht: Klacht, letter: Letter) -> bool:
    """Is the writer of a letter the melder of this klacht? A kenmerk alone proves nothing: the name and the
    postcode must be those we know, or the e-mail address where nothing else is known."""
    email = letter.value("email").lower()
    if klacht.melder and email == klacht.melder.lower():
        return True
    here = postcode(letter.value("postcode"))
    return bool(here) and here == klacht.postcode and _same_name(letter.value("name"), klacht.melder_name)


def is_same_melder(one: Klacht, other: Klacht) -> bool:
    """Are two klachten of one melder? Who has no e-mail address is known by name and postcode."""
    if one.melder or other.melder:
        return one.melder == other.melder
    here = one.postcode == other.postcode and bool(one.postcode)
    return here and _same_name(one.melder_name, other.melder_name)


def _same_name(one: str, other: str) -> bool:
    """Titles, initials and prefixes differ from letter to letter; the name itself does not."""
    ours, theirs = _names(one), _names(other)
    return bool(ours & theirs)


def _names(name: str) -> set[str]:
    bare = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return {word for word in re.findall(r"[a-z]{3,}", bare) if word not in _NO_NAMES}


_NO_NAMES = {
    *("van", "der", "den", "ten", "ter", "het"),
    *("mevrouw", "mevr", "dhr", "heer", "familie", "fam", "drs", "ing", "prof"),
}
