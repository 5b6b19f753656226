"""Our mails in each form in which they leave: templates/mail, and what another way lays over it."""

from __future__ import annotations

from pathlib import Path

from mailagent.core.ways import LETTER, MAIL, MESSAGE
from mailagent.outbound.render import Templates
from mailagent.shipped import search_path

_FOLDERS = {MAIL: ("mail",), LETTER: ("letter", "mail"), MESSAGE: ("message", "mail")}
"""Way → the folders under templates/, the first one before the next."""


def templates_for(way: str, local: Path | None) -> Templates:
    """Every mail as it leaves by this way. A file of the same name in the folder of the way stands for the
    one of the mail, the admin's before ours."""
    roots = search_path("templates", local)
    return Templates([root / name for name in _FOLDERS[way] for root in roots if (root / name).is_dir()], way)
