"""Whether a PDF opens without a password (the only door to PDFium)."""

from __future__ import annotations

import pypdfium2


def opens(content: bytes) -> bool:
    """Can anyone read it? Many a letter is locked against changes alone (ISO 32000-1 7.6.3.1)."""
    try:
        pypdfium2.PdfDocument(content).close()
    except pypdfium2.PdfiumError:
        return False
    return True
