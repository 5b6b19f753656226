"""The process that writes mails out: drafts in, mails out, and nothing for one that cannot be made.

Started by `writer` as `python -m mailagent.outbound.writing '<limits as JSON>'`. The templates come first.
"""

from __future__ import annotations

import json
import pickle
import sys

from mailagent.child import answer_all
from mailagent.core.errors import Mistakes
from mailagent.outbound.envelope import BadHeader
from mailagent.outbound.render import Templates
from mailagent.outbound.writer import WRONG, Draft, write


class _Writing:
    """Has the templates it was told."""

    def __init__(self) -> None:
        self._templates: Templates | None = None

    def answer(self, asked: bytes) -> bytes:
        """The mails of these drafts, and nothing to the templates, which come first."""
        if self._templates is None:
            self._templates = Templates.from_folders(pickle.loads(asked))
            return b""
        drafts: list[Draft] = pickle.loads(asked)
        made = [_made(draft, self._templates) for draft in drafts]
        return pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL)


def _made(draft: Draft, templates: Templates) -> bytes | None:
    try:
        return write(draft, templates)
    except (BadHeader, Mistakes, *WRONG):
        return None


def main() -> None:
    """Writes mail after mail."""
    told = json.loads(sys.argv[1])
    answer_all(_Writing().answer, told["seconds"], told["memory"])


if __name__ == "__main__":
    main()
