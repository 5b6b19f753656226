"""Where the files we ship are (templates, rules, web pages), and whose folder goes before ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

Kind = Literal["templates", "rules", "web"]

_PACKAGE = Path(__file__).parent
_IN_WHEEL = _PACKAGE / "defaults"

# A wheel carries copies inside the package; in a checkout the originals lie beside it.
ROOT = _IN_WHEEL if _IN_WHEEL.is_dir() else _PACKAGE.parent


def search_path(kind: Kind, local: Path | None) -> list[Path]:
    """The folders of a kind, in the order to look: the admin's own first, where there is one, then ours."""
    ours = ROOT / kind
    return [local / kind, ours] if local else [ours]


def find(kind: Kind, name: str, local: Path | None) -> Path | None:
    """The file that counts: the admin's where they have one, else ours; None where nobody has it."""
    return next(iter(first_of([name], search_path(kind, local))), None)


def first_of(names: Iterable[str], folders: Sequence[Path]) -> list[Path]:
    """The file that counts of each name that is there: that of the first folder which has one."""
    every = ([path for folder in folders if (path := folder / name).is_file()] for name in names)
    return [paths[0] for paths in every if paths]


def found_in(pattern: str, folders: Sequence[Path]) -> list[Path]:
    """Every file that counts and whose path looks like `pattern`, by name."""
    paths = [path for folder in reversed(folders) for path in folder.glob(pattern)]
    return sorted({path.name: path for path in paths if path.is_file()}.values(), key=lambda path: path.name)
