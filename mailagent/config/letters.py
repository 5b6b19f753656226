"""How letters come in: from a scanner that mails them, or a folder in which the post room drops them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from mailagent.config.fields import OptionalAddress, Part
from mailagent.config.listening import OptionalPath


def _folder(path: Path | None) -> Path | None:
    if path and not path.is_dir():
        raise ValueError(f"there is no folder {path}")
    return path


class LettersSettings(Part):
    """`folder` is where scans are dropped, None for nowhere; `address` to which a scanner mails them, "" for
    none. A mailbox that a scanner fills says so itself (`scanner` under [[imap]])."""

    folder: Annotated[OptionalPath, AfterValidator(_folder)] = None
    address: OptionalAddress = ""
