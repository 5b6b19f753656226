"""Whether the rules folder has changed since we last looked, and what it says now."""

from __future__ import annotations

from pathlib import Path

from mailagent.config.files import RuleFiles, files_of, read_rules
from mailagent.core.errors import Mistake, Mistakes

_Stamp = tuple[tuple[str, int, int, int], ...]


class Changes:
    """Looks at a rules folder. A file that is still being written is left alone until it stays as it is.

    `mistakes` are those for which the files of now are not taken over, none where all is well; `told`,
    whether whoever must know has been told."""

    def __init__(self, folder: Path | None, revision: str) -> None:
        self._folder = folder
        self._standing = revision
        self._judged = self._before = _stamp(folder)
        self.mistakes: tuple[Mistake, ...] = ()
        self.told = False

    def look(self) -> RuleFiles | None:
        """The rules to go by from now on; None where nothing changed, or not for the better.

        Raises Mistakes once for each change that has any.
        """
        now = _stamp(self._folder)
        settled, self._before = now == self._before, now
        if now == self._judged or not settled:
            return None
        self._judged = now
        try:
            rules = read_rules(self._folder)
        except Mistakes as problem:
            self.mistakes, self.told = problem.mistakes, False
            raise
        self.mistakes = ()
        if rules.revision == self._standing:
            return None
        self._standing = rules.revision
        return rules


def _stamp(folder: Path | None) -> _Stamp:
    """What tells a file that was changed, without reading it."""
    strangers = list(folder.glob("[!.]*.y*ml")) if folder else []
    every = sorted({*files_of(folder), *strangers})
    return tuple(stamp for path in every if (stamp := _stamp_of(path)))


def _stamp_of(path: Path) -> tuple[str, int, int, int] | None:
    try:
        seen = path.stat()
    except OSError:  # it is just being put in place of another
        return None
    return str(path), seen.st_mtime_ns, seen.st_size, seen.st_ino
