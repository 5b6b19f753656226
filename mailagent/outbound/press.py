"""Puts letters on paper: a PDF of many, typeset in a child process with limits, without network or files."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mailagent.child import Child, Died
from mailagent.core.errors import TakesLong, TryLater

MEMORY = 2 * 1024 * 1024 * 1024
SECONDS, SECONDS_A_LETTER = 60.0, 2.0


class NotPressed(TryLater):
    """The letters could not be typeset."""


def pressed(letters: Sequence[str]) -> bytes:
    """One tagged PDF (PDF/UA) of these letters in HTML, each on sheets of its own with its own page numbers.

    The typesetter takes long to load and much memory: it lives in a child that ends with the work, gets none
    of our environment, and opens nothing but what stands in a page itself.
    """
    seconds = SECONDS + SECONDS_A_LETTER * len(letters)
    child = Child("mailagent.outbound.pressing", {"seconds": seconds, "memory": MEMORY})
    try:
        return child.ask(json.dumps(list(letters)).encode(), seconds)
    except Died as problem:
        raise NotPressed(f"the typesetter ended, {problem.reason}: {problem}") from problem
    except TakesLong as problem:
        raise NotPressed(f"the typesetter took longer than {seconds:.0f} seconds") from problem
    finally:
        child.end()
