"""The codes of separator sheets: found on a page, and made for a new one (the only door to zxing-cpp)."""

from __future__ import annotations

import zxingcpp
from PIL import Image

from mailagent.core.letter import SEPARATORS
from mailagent.inbound.scans import Picture

DPI = 150
"""Enough for the codes of a sheet, also of a fax."""
_FORMATS = zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128))
_OURS, _OTHERS = SEPARATORS
_QR_PIXELS, _BAR_PIXELS = 14, 4


def separates(picture: Picture) -> bool:
    """Is this page a separator sheet?"""
    return said(picture) is not None


def said(picture: Picture) -> str | None:
    """The day of receipt on a separator sheet, as in 2026-03-02; "" where it names none, None for a page that
    is no such sheet."""
    read = (code.text.strip().partition(" ") for code in zxingcpp.read_barcodes(picture, formats=_FORMATS))
    found = [day.strip() for name, _, day in read if name in SEPARATORS]
    return max(found, default=None)


def codes(day: str) -> tuple[Image.Image, Image.Image]:
    """The two codes of a sheet: QR with the day, and Code 128, which other programs know too."""
    text = f"{_OURS} {day}".strip()
    square = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="H")
    bars = zxingcpp.create_barcode(_OTHERS, zxingcpp.BarcodeFormat.Code128)
    wide = Image.fromarray(zxingcpp.write_barcode_to_image(square, scale=_QR_PIXELS))
    long = Image.fromarray(zxingcpp.write_barcode_to_image(bars, scale=_BAR_PIXELS))
    return wide, long.resize((long.width, 160))
