"""Letters as rules compare them: small, and without accents."""

from __future__ import annotations

import re
import unicodedata

_ACCENT = re.compile("[\u0300-\u036f]+")


def without_accents(text: str) -> str:
    """The same letters, bare."""
    return text if text.isascii() else _ACCENT.sub("", unicodedata.normalize("NFD", text))


def folded(text: str) -> str:
    """A text in small letters and without accents."""
    return without_accents(text.casefold())
