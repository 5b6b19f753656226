"""Draws separator sheets, in a process of its own: a PDF on standard output, one sheet to a page."""

from __future__ import annotations

import io
import json
import sys

from PIL import Image, ImageDraw, ImageFont

from mailagent.inbound.sheets import codes

_A4 = (1240, 1754)
"""Pixels of a sheet of A4 at 150 to the inch."""
_DPI = 150


def drawn(count: int, day: str, words: list[str]) -> bytes:
    """So many sheets, with these lines on them; `day` is in their code, as in 2026-03-02, "" for none."""
    sheet = Image.new("L", _A4, 255)
    wide, long = codes(day)
    sheet.paste(wide, ((_A4[0] - wide.width) // 2, 420))
    for top in (160, 1360):
        sheet.paste(long, ((_A4[0] - long.width) // 2, top))
    pen = ImageDraw.Draw(sheet)
    for number, line in enumerate(words):
        font = ImageFont.load_default(54 if number == 0 else 34)
        pen.text((_A4[0] / 2, 1000 + 80 * number), line, 0, font, anchor="mm")
    file = io.BytesIO()
    sheet.save(file, "PDF", resolution=_DPI, save_all=True, append_images=[sheet] * (count - 1))
    return file.getvalue()


def main() -> None:
    """What to draw stands in the first argument, as JSON."""
    sys.stdout.buffer.write(drawn(**json.loads(sys.argv[1])))


if __name__ == "__main__":
    main()
