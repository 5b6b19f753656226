"""The look of a municipality: the class under which its token file of NL Design System keeps its tokens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

THEME = "theme.css"

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_TOKENS_OF = re.compile(r"(?:^|[};])\s*\.([A-Za-z_][\w-]*)\s*\{\s*--")
"""A rule for one class alone, not within another rule, that begins with a token."""


def theme_class(search: Sequence[Path]) -> str:
    """The class that our pages must bear for the tokens to count; "" where they stand under `:root`.

    Of the folders in `search`, laid out as web/, the first with a theme counts.
    """
    files = (folder / "static" / THEME for folder in search)
    file = next((file for file in files if file.is_file()), None)
    found = _TOKENS_OF.search(_COMMENT.sub("", file.read_text("utf-8", "replace"))) if file else None
    return found[1] if found else ""
