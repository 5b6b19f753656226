"""Finds the separator sheets of a batch (the only door to zxing-cpp)."""

from __future__ import annotations

import zxingcpp

from mailagent.core.letter import SEPARATORS
from mailagent.inbound.scans import Picture

DPI = 150
"""Enough for the codes of a sheet, also of a fax."""
_FORMATS = zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128))


def separates(picture: Picture) -> bool:
    """Is this page a separator sheet?"""
    return any(code.text.strip() in SEPARATORS for code in zxingcpp.read_barcodes(picture, formats=_FORMATS))
