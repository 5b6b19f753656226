"""The process that writes mails out: drafts in, mails out, and nothing for one that cannot be made.

Started by `writer` as `python -m mailagent.outbound.writing '<folders of templates and limits as JSON>'`.
"""

from __future__ import annotations

import json
import pickle
import sys
from functools import partial
from pathlib import Path

from mailagent.child import answer_all
from mailagent.core.errors import Mistakes
from mailagent.outbound.envelope import BadHeader
from mailagent.outbound.render import Templates
from mailagent.outbound.writer import WRONG, Draft, write


def _answer(templates: Templates, asked: bytes) -> bytes:
    drafts: list[Draft] = pickle.loads(asked)
    return pickle.dumps([_made(draft, templates) for draft in drafts], protocol=pickle.HIGHEST_PROTOCOL)


def _made(draft: Draft, templates: Templates) -> bytes | None:
    try:
        return write(draft, templates)
    except (BadHeader, Mistakes, *WRONG):
        return None


def main() -> None:
    """Writes mail after mail."""
    told = json.loads(sys.argv[1])
    templates = Templates([Path(folder) for folder in told["search"]])
    answer_all(partial(_answer, templates), told["seconds"], told["memory"])


if __name__ == "__main__":
    main()
