"""Letters from the glass to the klacht, read by Tesseract: a pile with our own sheets in it, and a TIFF."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from desk import Desk, open_desk
from PIL import Image, ImageDraw, ImageFont
from printer import PRINTING, Printer

from mailagent.house import post_room
from mailagent.inbound.dividers import drawn
from mailagent.inbound.letters import LetterReader
from mailagent.service import drop_folder
from mailagent.store import arrivals, letters

ANNA = "anna@stad.example"
WRITTEN = """J. de Vries
Dorpsstraat 12
1234 AB Voorbeeld

Voorbeeld, 18 februari 2026

Betreft: gft-container niet geleegd
BSN: 111222333

Geachte heer, mevrouw,

Mijn gft-container is al drie weken achter elkaar niet geleegd.
Ik heb hierover twee keer gebeld en kreeg geen antwoord.
Ik verzoek u de container alsnog te legen.

Met vriendelijke groet,
J. de Vries"""


def typed(text: str = WRITTEN) -> Image.Image:
    """A sheet of A4 with this on it, at 150 dots to the inch."""
    sheet = Image.new("L", (1240, 1754), 255)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(34)
    for number, line in enumerate(text.split("\n")):
        pen.text((150, 150 + number * 48), line, 0, font)
    return sheet


def filed(pages: Sequence[Image.Image], kind: str = "PDF") -> bytes:
    file = io.BytesIO()
    how = {"resolution": 150} if kind == "PDF" else {"dpi": (150, 150)}
    pages[0].save(file, kind, save_all=True, append_images=pages[1:], **how)
    return file.getvalue()


def sheet(day: str) -> Image.Image:
    """One of ours, as the printer and the scanner left it."""
    from mailagent.inbound.pdf import Pdf

    return Image.fromarray(Pdf(drawn(1, day, ["Scheidingsvel"])).drawn(0, 150)).rotate(1, fillcolor=255)


@pytest.fixture(scope="module")
def reader() -> Iterator[LetterReader]:
    with LetterReader() as reader:
        yield reader


@pytest.fixture
def desk(tmp_path: Path, reader: LetterReader) -> Desk:
    """A municipality that scans, reads and prints its letters."""
    (tmp_path / "scans").mkdir()
    more = f'{PRINTING}\n[letters]\nfolder = "{tmp_path}/scans"\naddress = "scans@stad.example"'
    desk = open_desk(tmp_path, more=more)
    desk.house = replace(desk.house, world=replace(desk.house.world, post_room=post_room(reader)))
    return desk


def test_nw_06_kk_brief_a_pile_from_the_folder_is_read_divided_masked_and_answered_on_paper(
    desk: Desk,
) -> None:
    other = WRITTEN.replace("J. de Vries", "P. Jansen").replace("1234 AB", "1234 AC")
    other = other.replace("gft-container", "straatlantaarn").replace("BSN: 111222333\n", "")
    folder = desk.house.settings.letters.folder
    assert folder
    (folder / "stapel.pdf").write_bytes(filed([sheet("2026-02-20"), typed(), sheet(""), typed(other)]))
    dropped = replace(drop_folder(desk.house, folder), now=lambda: desk.now() + timedelta(days=3650))

    assert [dropped.look(), dropped.look()] == [0, 1]
    desk.settle()

    assert (folder / "done" / "stapel.pdf").is_file()
    second, first = desk.klachten()
    assert [k.received_at.date() for k in (first, second)] == [date(2026, 2, 20)] * 2
    assert (str(first.postal), first.category) == ("J. de Vries, Dorpsstraat 12, 1234 AB Voorbeeld", "afval")
    assert second.melder_name == "P. Jansen"
    assert "BSN: [BSN]" in first.description
    nobody_reads_the_number(desk)

    anna = desk.agent(ANNA)
    task = anna.gets("nieuw_voor_team")
    anna.replies(task, "#opgelost gegrond\nDe container is vanochtend geleegd.")
    printer = Printer(desk)
    printer.morning()
    assert sum("vanochtend geleegd" in letter.text for letter in printer.letters) == 1
    assert len(printer.letters) == 3, "two letters were acknowledged on paper as well"


def nobody_reads_the_number(desk: Desk) -> None:
    for box in desk.mailboxes.values():
        assert not any(b"111222333" in mail.raw or "111222333" in mail.text for mail in box)
    with desk.world.store.read() as tx:
        rows = [row for row in arrivals.told(tx) if row.verdict == "NewKlacht"]
        for row in rows:
            kept, archive = arrivals.raw(tx, row.id), letters.archive(tx, row.id)
            assert kept
            assert b"%PDF" not in kept
            assert archive
            assert archive.startswith(b"%PDF")


def test_nw_06_a_tiff_that_a_scanner_mails_is_a_letter(desk: Desk) -> None:
    desk.post_room.mails(filed([typed()], "TIFF"))

    [klacht] = desk.klachten()
    assert (klacht.channel, klacht.melder_name, klacht.subject) == (
        "letter",
        "J. de Vries",
        "gft-container niet geleegd",
    )
    desk.citizen("scanner@kantoor.example").gets_nothing()
