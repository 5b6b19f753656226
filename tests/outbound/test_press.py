"""A letter on paper: typeset in a process of its own, tagged, numbered, and without network or files."""

from __future__ import annotations

import http.server
import re
import sys
import threading
import zlib
from pathlib import Path

import pypdfium2
import pytest
from ready_made import shipped_letters

from mailagent.core.mails import MAILS, TO_MELDER
from mailagent.core.ways import NOT_ON_PAPER
from mailagent.outbound.filling import square
from mailagent.outbound.press import NotPressed, pressed
from mailagent.outbound.samples import samples

MILLIMETRE = 72 / 25.4


def letter(name: str, language: str = "nl") -> str:
    values = samples(name) | {"qr": square("https://klachten.voorbeeld.example/s/K7QP3MXD")}
    return shipped_letters().render(name, language, values).html


@pytest.fixture(scope="module")
def paper() -> bytes:
    """Two letters in one PDF."""
    return pressed([letter("ontvangstbevestiging"), letter("afgehandeld", "fr")])


def words_of(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)]


def unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def test_each_letter_has_sheets_and_numbers_of_its_own(paper: bytes) -> None:
    numbers = [re.findall(r"(?:Pagina|Page) \d (?:van|sur) \d", words) for words in words_of(paper)]
    assert numbers == [["Pagina 1 van 2"], ["Pagina 2 van 2"], ["Page 1 sur 2"], ["Page 2 sur 2"]]


def test_a_letter_is_tagged_and_says_what_it_is_and_in_which_language(paper: bytes) -> None:
    assert pypdfium2.PdfDocument(paper).is_tagged()
    said = b"".join(map(unpacked, re.findall(rb"stream\r?\n(.*?)\r?\nendstream", paper, re.DOTALL)))
    assert b"/Lang (nl)" in said
    assert re.search(rb"pdfuaid:part[^0-9]{1,3}1", said)
    assert (
        pypdfium2.PdfDocument(paper).get_metadata_value("Title").startswith("Wij hebben uw klacht ontvangen")
    )


def test_the_address_stands_in_the_window_and_nothing_else_does(paper: bytes) -> None:
    """DIN lang: 20 mm from the left and 45 mm from the top, 90 by 45 mm."""
    page = pypdfium2.PdfDocument(paper)[0]
    height = page.get_height()
    left, right = 20 * MILLIMETRE, 110 * MILLIMETRE
    top, bottom = height - 45 * MILLIMETRE, height - 90 * MILLIMETRE
    seen = page.get_textpage().get_text_bounded(left=left, bottom=bottom, right=right, top=top)
    assert [line.strip() for line in seen.splitlines() if line.strip()] == [
        "Retouradres: Postbus 1, 1234 ZZ Voorbeeld",
        "Jan de Vries",
        "Dorpsstraat 12",
        "1234 AB VOORBEELD",
    ]


@pytest.mark.parametrize("name", sorted(TO_MELDER - NOT_ON_PAPER))
@pytest.mark.parametrize("language", ["nl", "en", "fr"])
def test_no_letter_speaks_of_a_mail_that_can_be_answered(name: str, language: str) -> None:
    body = re.sub(r"<[^>]+>", " ", letter(name, language).partition("<main>")[2])
    for words in ("deze mail", "this mail", "Reply to", "Répondez à", "onderwerp staan", "in the subject"):
        assert words not in body.replace(str(samples(name).get("text", "")), "")
    if "satisfied_url" in MAILS[name].must:
        assert "K7QP-3MXD" in body
        assert "/kto/" not in body


def test_a_letter_opens_no_file_and_asks_no_host(tmp_path: Path) -> None:
    asked: list[str] = []

    class Host(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>geheim</text></svg>', "utf-8")
    with http.server.HTTPServer(("127.0.0.1", 0), Host) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        away = f"http://127.0.0.1:{host.server_port}"
        page = f"""<link rel="stylesheet" href="{away}/a.css"><style>@import url("{away}/b.css");</style>
            <img src="{away}/c.png"><img src="{secret.as_uri()}"><p>tekst"""
        words = words_of(pressed([page]))
        host.shutdown()
    assert asked == []
    assert "geheim" not in words[0]


def test_what_cannot_be_set_is_said_and_ends_with_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailagent.outbound.press.MEMORY", 64 * 1024 * 1024)
    with pytest.raises(NotPressed, match="the typesetter ended"):
        pressed(["<p>tekst"])
    assert "weasyprint" not in sys.modules
