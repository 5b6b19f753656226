"""Whether files of an admin have changed since we last looked, and what the rules folder says now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from mailagent.config.files import RuleFiles, files_of, read_rules
from mailagent.core.errors import Mistake, Mistakes

_Stamp = tuple[tuple[str, int, int, int], ...]


class Watch:
    """Looks at files. One that is still being written is left alone until it stays as it is."""

    def __init__(self, files: Callable[[], Iterable[Path]]) -> None:
        self._files = files
        self._judged = self._before = self._stamp()

    def changed(self) -> bool:
        """Once for each change."""
        now = self._stamp()
        settled, self._before = now == self._before, now
        if now == self._judged or not settled:
            return False
        self._judged = now
        return True

    def _stamp(self) -> _Stamp:
        return tuple(stamp for path in sorted(self._files()) if (stamp := _stamp_of(path)))


class Changes:
    """Looks at a rules folder.

    `mistakes` are those for which the files of now are not taken over, none where all is well; `told`,
    whether whoever must know has been told."""

    def __init__(self, folder: Path | None, revision: str) -> None:
        self._folder = folder
        self._standing = revision
        self._watch = Watch(lambda: _files(folder))
        self.mistakes: tuple[Mistake, ...] = ()
        self.told = False

    def look(self) -> RuleFiles | None:
        """The rules to go by from now on; None where nothing changed, or not for the better.

        Raises Mistakes once for each change that has any.
        """
        if not self._watch.changed():
            return None
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


def _files(folder: Path | None) -> set[Path]:
    """Those that count, and those that nobody reads, of which an admin should hear."""
    strangers = folder.glob("[!.]*.y*ml") if folder else ()
    return {*files_of(folder), *strangers}


def _stamp_of(path: Path) -> tuple[str, int, int, int] | None:
    """What tells a file that was changed, without reading it."""
    try:
        seen = path.stat()
    except OSError:  # it is just being put in place of another
        return None
    return str(path), seen.st_mtime_ns, seen.st_size, seen.st_ino
