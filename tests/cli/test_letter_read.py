"""`mailagent letter read`: exactly this JSON, without settings or database; and what is missing is named."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from typer.testing import CliRunner

from mailagent.cli import app
from mailagent.core.letter import FIELDS
from mailagent.inbound import letters
from tests.cli.test_cli import SAMPLE

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
WRITTEN = """A. de Groot
Lindelaan 12
1234 AB Voorbeeld
Tel. 06-12 34 56 78


Datum: 3 november 2026
Betreft: De container is niet geleegd

Geachte heer, mevrouw,
De container aan de Lindelaan is weer niet geleegd.
Mijn burgerservicenummer is 123456782.
Met vriendelijke groet,
A. de Groot"""


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of A4 at 150 dots to the inch."""
    page = Image.new("L", (1240, 1754), 255)
    draw = ImageDraw.Draw(page)
    draw.multiline_text((150, 150), WRITTEN, fill=0, font=ImageFont.truetype(FONT, 24), spacing=14)
    file = tmp_path_factory.mktemp("scan") / "brief.png"
    page.save(file)
    return file


def test_a_letter_is_shown_as_json(scan: Path) -> None:
    result = CliRunner().invoke(app, ["letter", "read", str(scan)])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert list(told) == ["text", "confidence", "status", "reason", "fields", "pages"]
    assert told["status"] == "automatic"
    assert 80 <= told["confidence"] <= 100
    assert "123456782" not in result.stdout
    assert list(told["fields"]) == list(FIELDS)
    assert told["fields"]["date"] == {"value": "2026-11-03", "evidence": "Datum: 3 november 2026"}
    assert told["fields"]["address"]["value"] == "Lindelaan 12, 1234 AB Voorbeeld"
    assert told["fields"]["iban"] == {"value": None, "evidence": ""}
    assert told["fields"]["bsn_masked"]["value"] == "[BSN]"
    assert told["pages"] == [{"number": 1, "confidence": told["confidence"], "safe": True}]


def test_what_is_no_letter_is_an_answer_too(tmp_path: Path, scan: Path) -> None:
    page = tmp_path / "brief.pdf"
    page.write_text("<html>", "utf-8")
    result = CliRunner().invoke(app, ["letter", "read", str(page), str(page), "--json"])
    assert result.exit_code == 0
    one, other = json.loads(result.stdout)
    assert one == other
    assert (one["status"], one["confidence"], one["text"]) == ("quarantine", 0, "")
    assert one["reason"].startswith("brief.pdf: Dit is geen PDF")
    assert CliRunner().invoke(app, ["letter", "read", str(scan.parent / "none.pdf")]).exit_code == 2


def test_a_machine_that_cannot_read_dutch_is_told_what_to_type(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scan: Path
) -> None:
    monkeypatch.setattr(letters, "TESSDATA", (tmp_path,))
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    config = tmp_path / "mailagent.toml"
    scanner = '[letters]\naddress = "scans@stad.example"\n'
    config.write_text(SAMPLE.format(folder=tmp_path, relay=1) + scanner, "utf-8")

    read = CliRunner().invoke(app, ["letter", "read", str(scan)])
    checked = CliRunner().invoke(app, ["check", "--config", str(config)])

    assert read.exit_code == 2
    assert "apt-get install tesseract-ocr tesseract-ocr-nld" in read.stderr
    assert "apt-get install tesseract-ocr tesseract-ocr-nld" in checked.output


def test_a_picture_of_a_telephone_lies_as_it_was_held(scan: Path, tmp_path: Path) -> None:
    turned = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright; the sensor lay on its side
    Image.open(scan).transpose(Image.Transpose.ROTATE_90).save(turned, "JPEG", exif=exif, quality=95)
    file = tmp_path / "foto.jpg"
    file.write_bytes(turned.getvalue())
    told = json.loads(CliRunner().invoke(app, ["letter", "read", str(file)]).stdout)
    assert told["fields"]["name"]["value"] == "A. de Groot"
