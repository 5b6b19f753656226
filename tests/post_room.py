"""A post room whose reader says what a test wrote on the paper, and remembers what it was asked."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from email.message import EmailMessage

from mailagent.core.letter import AUTOMATIC, Field, Letter, Page, Word, unread
from mailagent.core.mail import Envelope
from mailagent.core.postroom import Divided, PageRange, received_on
from mailagent.flow import arrive
from mailagent.flow.world import PostRoom, World

SCANNER = "scanner@kantoor.example"
SCANS = "scans@stad.example"
PICTURE = b"\xff\xd8\xff\xe0 masked "

JAN = {"name": "J. de Vries", "address": "Dorpsstraat 12", "postcode": "1234 AB"}
LETTER = """J. de Vries
Dorpsstraat 12
1234 AB Voorbeeld

1 maart 2026
Betreft: gft-container

Geachte heer, mevrouw,

Mijn gft-container is al drie weken niet geleegd.

J. de Vries"""


def paper(text: str = LETTER, status: str = AUTOMATIC, doubtful: Sequence[str] = (), **fields: str) -> Letter:
    """A letter of one page as a reader would read it; the words in `doubtful` were read badly."""
    return Letter(
        text,
        94 if status == AUTOMATIC else 66,
        status,
        "" if status == AUTOMATIC else "Niet alles is goed te lezen.",
        {
            name: Field(value, value)
            for name, value in (fields or {**JAN, "betreft": "gft-container"}).items()
        },
        (page(1, text, doubtful),),
    )


def page(number: int, text: str, doubtful: Sequence[str] = (), *, safe: bool = True) -> Page:
    """One page."""
    words = tuple(Word(word, 40 if word in doubtful else 95, (0, 0, 1, 1)) for word in text.split())
    image = PICTURE + str(number).encode() if safe else b""
    # as of a real page: equal for the same words, and far apart for others
    fingerprint = zlib.crc32(text.encode()) << 32 | zlib.crc32(text[::-1].encode())
    return Page(number, words, text, 94, safe, image, (100, 140), fingerprint)


@dataclass
class Reader:
    """What lies on the glass: bytes → the letter in them, and the sheets between."""

    letters: dict[bytes, Letter] = field(default_factory=dict)
    sheets: dict[bytes, list[Divided]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def read(self, raw: bytes) -> Letter:
        """What was written on it; nothing where nobody wrote anything."""
        letter = self.letters.get(raw, unread("not_a_scan"))
        self.asked.append(f"read {len(letter.pages)}")
        return letter

    def divided(self, raw: bytes) -> list[Divided]:
        """Its sheets."""
        return self.sheets.get(raw, [Divided((1, 1))])

    def cut(self, raw: bytes, ranges: Sequence[PageRange]) -> list[bytes]:
        """Each range by itself, which can be read as well."""
        files = []
        for first, last in ranges:
            whole = self.letters[raw]
            pages = tuple(
                replace(one, number=one.number - first + 1)
                for one in whole.pages
                if first <= one.number <= last
            )
            file = raw + f" {first}-{last}".encode()
            self.letters[file] = replace(whole, text="\n\n".join(one.text for one in pages), pages=pages)
            files.append(file)
        return files

    def searchable(self, raw: bytes, letter: Letter) -> bytes:
        """Its masked pages."""
        assert raw in self.letters
        return b"%PDF-1.7 masked " + letter.text.encode()

    def original(self, raw: bytes, number: int) -> bytes:
        """A page of it."""
        self.asked.append(f"original {number}")
        return b"\xff\xd8\xff\xe0 " + raw

    def room(self) -> PostRoom:
        """As the flow sees it."""
        return PostRoom(self.read, self.divided, self.cut, self.searchable, self.original)


@dataclass
class PostRoomTable:
    """Where letters are put on the glass."""

    reader: Reader
    world: Callable[[], World]
    settle: Callable[[], None]

    def lies(self, letter: Letter, sheets: Sequence[Divided] = ()) -> bytes:
        """A scan of this letter, or pile, which nobody handed in yet."""
        raw = f"%PDF-1.7 scan {len(self.reader.letters)}".encode()
        self.reader.letters[raw] = letter
        if sheets:
            self.reader.sheets[raw] = list(sheets)
        return raw

    def scans(self, scan: Letter | bytes, name: str = "scan.pdf", *, on: date | None = None) -> None:
        """It is dropped in the folder; `on` is the day of receipt where its folder says one."""
        raw = scan if isinstance(scan, bytes) else self.lies(scan)
        world = self.world()
        reached = received_on(on, world.now())
        arrive.keep([Envelope(raw, "folder", reached, "letter", peer=name)], world)
        self.settle()

    def mails(self, *scans: Letter | bytes, logo: bytes = b"", **headers: str) -> None:
        """A scanner mails them, to the address for scans."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = SCANNER, SCANS, "Scan"
        message["Message-ID"] = f"<{len(self.reader.letters)}.{len(self.reader.asked)}@kantoor.example>"
        message["Auto-Submitted"] = "auto-generated"
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content("Scan van Kyocera")
        for scan in scans:
            raw = scan if isinstance(scan, bytes) else self.lies(scan)
            message.add_attachment(raw, "application", "pdf", filename="scan.pdf")
        if logo:
            message.add_attachment(logo, "image", "png", filename="logo.png", disposition="inline")
        world = self.world()
        envelope = Envelope(message.as_bytes(), "smtp", world.now(), "email", "", (SCANS,), "192.0.2.1")
        arrive.keep([envelope], world)
        self.settle()
