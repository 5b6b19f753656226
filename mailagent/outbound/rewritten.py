"""Whether an admin has rewritten mails since we last looked, and whether those may leave."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from mailagent.config.changes import Watch
from mailagent.core.errors import Mistake, Mistakes
from mailagent.outbound.forms import templates_for
from mailagent.outbound.render import Templates


class Rewritten:
    """Looks at the templates of an admin, in the folder `local`. `mistakes` are those for which what is there
    now is not taken over, none where all is well; `told`, whether whoever must know has been told."""

    def __init__(self, local: Path | None, ways: Collection[str]) -> None:
        self._local = local
        self._ways = tuple(ways)
        self._watch = Watch(lambda: _files(local))
        self.mistakes: tuple[Mistake, ...] = ()
        self.told = False

    def look(self) -> Mapping[str, Templates] | None:
        """The mails from now on, by the way they leave; None where nothing changed, or not for the better.

        Raises Mistakes once for each change that has any.
        """
        if not self._watch.changed():
            return None
        every = {way: templates_for(way, self._local) for way in self._ways}
        found = (mistake for templates in every.values() for mistake in templates.mistakes())
        self.mistakes, self.told = tuple(dict.fromkeys(found)), False
        if self.mistakes:
            raise Mistakes(list(self.mistakes))
        return every


def _files(local: Path | None) -> Iterator[Path]:
    folder = local / "templates" if local else None
    return (path for path in folder.rglob("[!.]*") if path.is_file()) if folder else iter(())
