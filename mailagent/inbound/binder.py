"""Binds the pages of a letter into a PDF/A-2b, in a process started by `pdfa` (the only door to pikepdf)."""

from __future__ import annotations

import io
import os
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, pdfa

from mailagent.core.letter import Letter, Page, Word

_POINTS_PER_PIXEL = 72 / 200
"""The pictures of pages have 200 pixels to the inch."""
_EM = 500
"""Thousandths of its height that a sign of an unseen word is wide, before it is stretched to its box."""

_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


def bound(digest: str, letter: Letter) -> bytes:
    """The whole letter; `digest` is the SHA-256 of its original."""
    pdf = Pdf.new()
    font = _font(pdf)
    for page in letter.pages:
        _add(pdf, page, font)
    with pdf.open_metadata() as told:
        told["dc:title"] = letter.value("betreft") or "Brief"
        told["dc:source"] = f"sha256:{digest}"
        told["dc:language"] = {"nl"}
    pdf.Root.Lang = pikepdf.String("nl")
    written = io.BytesIO()
    pdfa.save(pdf, written, "2b")
    return written.getvalue()


def _add(pdf: Pdf, page: Page, font: Dictionary) -> None:
    across, down = (side * _POINTS_PER_PIXEL for side in page.size)
    resources = Dictionary()
    if page.safe:
        picture = Stream(pdf, page.image)
        picture.Type, picture.Subtype, picture.Filter = Name.XObject, Name.Image, Name.DCTDecode
        picture.Width, picture.Height = page.size
        picture.ColorSpace, picture.BitsPerComponent = Name.DeviceGray, 8
        resources = Dictionary(XObject=Dictionary(Page=picture), Font=Dictionary(Unseen=font))
        drawn = f"q {across:.2f} 0 0 {down:.2f} 0 0 cm /Page Do Q\n" + "".join(_words(page, down))
    else:
        right, top = across - 36, down - 36
        drawn = f"0.6 G 36 36 m {right:.2f} {top:.2f} l S 36 {top:.2f} m {right:.2f} 36 l S"
    sheet = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, round(across, 2), round(down, 2)]),
        Resources=resources,
        Contents=Stream(pdf, drawn.encode("ascii")),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(sheet)))


def _words(page: Page, down: float) -> Iterator[str]:
    """Each word where it stands, unseen (ISO 32000-1 9.3.6, mode 3)."""
    yield "BT 3 Tr\n"
    for word in page.words:
        if placed := _placed(word, down):
            yield placed
    yield "ET\n"


def _placed(word: Word, down: float) -> str:
    left, top, right, bottom = (side * _POINTS_PER_PIXEL for side in word.box)
    text = "".join(
        char for char in word.text if 0x20 <= ord(char) <= 0xFFFF and not 0xD800 <= ord(char) < 0xE000
    )
    height, width = bottom - top, right - left
    if not text or height <= 0 or width <= 0:
        return ""
    stretch = 100 * width / (len(text) * height * _EM / 1000)
    code = (text + " ").encode("utf-16-be").hex()
    return f"/Unseen {height:.2f} Tf {stretch:.2f} Tz 1 0 0 1 {left:.2f} {down - bottom:.2f} Tm <{code}> Tj\n"


def _font(pdf: Pdf) -> Dictionary:
    """A font without signs, which Tesseract brings: every code is its one empty glyph."""
    program = Stream(pdf, (Path(os.environ["TESSDATA_PREFIX"]) / "pdf.ttf").read_bytes())
    about = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name.GlyphLessFont,
        Flags=4,
        FontBBox=Array([0, 0, _EM, 1000]),
        ItalicAngle=0,
        Ascent=1000,
        Descent=0,
        CapHeight=1000,
        StemV=80,
        FontFile2=program,
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name.GlyphLessFont,
        CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        CIDToGIDMap=Stream(pdf, b"\0\1" * 0x10000),
        DW=_EM,
        FontDescriptor=pdf.make_indirect(about),
    )
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name.GlyphLessFont,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
        ToUnicode=Stream(pdf, _TO_UNICODE),
    )
    made: Dictionary = pdf.make_indirect(font)
    return made


def main() -> None:
    """One letter, from standard input to standard output."""
    digest, letter = pickle.load(sys.stdin.buffer)
    sys.stdout.buffer.write(bound(digest, letter))


if __name__ == "__main__":
    main()
