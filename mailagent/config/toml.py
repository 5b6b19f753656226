"""A TOML file with the environment over it, and where each value was written."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mailagent.config.fields import Loc
from mailagent.core.errors import Mistake, Mistakes

_VARIABLE = re.compile(r"MAILAGENT_([A-Z]+)__(\w+)")
_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]")
_SET = re.compile(r"\s*\"?([\w-]+)\"?\s*=")


class Place(NamedTuple):
    """A file and a line in it, or the name of a variable."""

    file: str
    line: int | None = None


class Written:
    """What an admin wrote: `data` as TOML gives it, with each MAILAGENT_SECTION__KEY put over it.

    Raises Mistakes where the file cannot be read.
    """

    def __init__(self, path: Path, env: Mapping[str, str]) -> None:
        text, self.data = _read(path)
        self._file = Place(str(path))
        self._places = {loc: Place(str(path), line) for loc, line in _lines(text).items()}
        for variable, value in sorted(env.items()):
            found = _VARIABLE.fullmatch(variable)
            if found:
                self._put(found[1].lower(), found[2].lower(), value, Place(variable))

    def _put(self, section: str, key: str, value: str, place: Place) -> None:
        table = self.data.get(section, {})
        # A list of tables ([[imap]]) has no one key to set: it becomes a mistake that names the variable.
        self.data[section] = {**table, key: value} if isinstance(table, dict) else {key: value}
        self._places[(section, key)] = place
        if not isinstance(table, dict):
            self._places[(section,)] = place
        self._places.setdefault((section,), place)

    def mistake(self, loc: Loc, what: str) -> Mistake:
        """A mistake at this place, or the nearest one around it that was written down."""
        around = (tuple(loc[:end]) for end in range(len(loc), 0, -1))
        place = next((self._places[near] for near in around if near in self._places), self._file)
        return Mistake(place.file, place.line, what)


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    line = None
    try:
        text = path.read_text("utf-8")
        return text, tomllib.loads(text)
    except FileNotFoundError:
        what = "there is no such file; `mailagent init` writes one"
    except OSError as problem:
        what = f"cannot be read: {problem.strerror}"
    except UnicodeDecodeError:
        what = "is not UTF-8 text"
    except tomllib.TOMLDecodeError as problem:
        what = f"is not TOML: {problem}"
        found = re.search(r"line (\d+)", what)
        line = int(found[1]) if found else None
    raise Mistakes([Mistake(str(path), line, what)])


def _lines(text: str) -> dict[tuple[int | str, ...], int]:
    """The line of each section and key (the standard library does not tell)."""
    lines: dict[tuple[int | str, ...], int] = {}
    section: tuple[int | str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            section = tuple(header[2].split("."))
            if header[1] == "[[":
                section += (sum(loc[:-1] == section and isinstance(loc[-1], int) for loc in lines),)
            lines[section] = number
        elif key := _SET.match(line):
            lines.setdefault((*section, key[1]), number)
    return lines
