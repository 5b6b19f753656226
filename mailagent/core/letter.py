"""A letter as it was read from its pages: values that never change, and what they say of how sure we are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

AUTOMATIC, CHECK, RETYPE, QUARANTINE = "automatic", "check", "retype", "quarantine"

FIELDS = (
    "name",
    "address",
    "postcode",
    "phone",
    "email",
    "date",
    "betreft",
    "our_kenmerk",
    "their_kenmerk",
    "iban",
    "bsn_masked",
)
"""`our_kenmerk` is ours, which the letter calls "uw kenmerk"; `their_kenmerk` is the writer's own."""

SURE = 80
"""A printed page that was read well has at least this much confidence, no page by hand does (measured)."""
LOST = 50
"""Below this, to correct what was read takes longer than to type it anew."""

HIDDEN = "[BSN]"
"""What stands in a text where a burgerservicenummer stood."""

Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels of the page's picture."""


@dataclass(frozen=True, slots=True)
class Field:
    """What a letter says of one thing, and the words in which it says so. A date is written 2026-11-30."""

    value: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was read; `confidence` from 0 to 100. A hidden number reads HIDDEN."""

    text: str
    confidence: int
    box: Box

    @property
    def sure(self) -> bool:
        """Need nobody look at it twice?"""
        return self.confidence >= SURE


@dataclass(frozen=True, slots=True)
class Page:
    """One page that is not blank; `number` counts all pages of the file, from 1.

    `image` is the page upright and masked, as a JPEG; it is empty, and `safe` is False, where the masking
    cannot be trusted. `size` is that of the picture in pixels, also where there is none. `fingerprint` says
    whether two pictures are of one page (`alike`); none of the page can be made out from it.
    """

    number: int
    words: tuple[Word, ...]
    text: str
    confidence: int
    safe: bool
    image: bytes
    size: tuple[int, int] = (0, 0)
    fingerprint: int = 0


@dataclass(frozen=True, slots=True)
class Letter:
    """What was read; never a burgerservicenummer. `reason` is a Dutch sentence for whoever must look at it,
    and empty for an automatic one."""

    text: str
    confidence: int
    status: str = AUTOMATIC
    reason: str = ""
    fields: Mapping[str, Field] = field(default_factory=dict)
    pages: tuple[Page, ...] = ()

    def value(self, name: str) -> str:
        """The value of one of FIELDS, "" where the letter does not say."""
        found = self.fields.get(name)
        return found.value if found else ""


SEPARATORS = ("MAILAGENT:SPLIT:v1", "PATCHT")
"""What stands in the codes of a separator sheet: ours, and that of others who print them."""

UNSURE = "Niet alles is met zekerheid gelezen. Controleer de tekst."
PART_UNREAD = "Een deel van de bladzijde is niet gelezen. Controleer de tekst."
SECOND_READER = "De tekst is moeilijk te lezen, misschien handschrift. Controleer de tekst."
BY_HAND = "De tekst is niet te lezen, misschien handschrift. Typ hem over."


def judged(letter: Letter, *, whole: bool, second: bool) -> Letter:
    """The letter with its status, and why. `whole`: no part of a page was skipped; `second`: a second reader
    was asked as well, which is better at handwriting and no judge of itself."""
    if second:
        return replace(letter, status=CHECK, reason=SECOND_READER)
    if letter.confidence < LOST:
        return replace(letter, status=RETYPE, reason=BY_HAND)
    if letter.confidence < SURE:
        return replace(letter, status=CHECK, reason=UNSURE)
    return letter if whole else replace(letter, status=CHECK, reason=PART_UNREAD)


def alike(one: int, other: int) -> bool:
    """May two fingerprints be of one page, scanned twice? So they may of two letters with one layout: what
    they say has to be the same as well."""
    return (one ^ other).bit_count() <= SAME_PAGE_BITS


SAME_PAGE_BITS = 4

UNREADABLE = {
    "empty": "Het bestand is leeg.",
    "too_large": "Het bestand is te groot om te lezen.",
    "too_many_pages": "Het bestand heeft te veel bladzijden. Scan het in kleinere stapels.",
    "page_too_large": "Een bladzijde is veel groter dan papier: dit is geen gewone scan.",
    "too_many_pixels": "Een afbeelding is veel te groot: dit is geen gewone scan.",
    "password": "Het bestand is beveiligd met een wachtwoord. Vraag een bestand zonder wachtwoord.",
    "not_a_scan": "Dit is geen PDF, TIFF, JPEG, PNG of HEIC, wat de naam ook zegt.",
    "broken_file": "Het bestand is kapot of niet compleet. Scan het opnieuw.",
    "no_words": "Op geen enkele bladzijde staat iets om te lezen.",
    "too_slow": "Het lezen van het bestand duurde te lang.",
    "out_of_memory": "Het lezen van het bestand kostte te veel geheugen.",
    "broken": "Het lezen van het bestand mislukte.",
}
"""Why a file went to Quarantine, as a clerk understands it."""


def unread(reason: str) -> Letter:
    """The letter of a file that cannot be read. `reason` is a key of UNREADABLE."""
    return Letter("", 0, QUARANTINE, UNREADABLE[reason])
