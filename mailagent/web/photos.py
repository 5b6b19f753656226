"""Photos a melder sends: each is made anew in a child process, or refused."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

import mailagent
from mailagent.core.errors import AnswerWrong
from mailagent.core.feedback import MAX_PHOTOS

AT_ONCE = 2
SECONDS = 20.0

DARKROOM = web.AppKey("darkroom", asyncio.Semaphore)
"""How many photos are opened at once: each may take as much memory as the darkroom allows."""


async def developed(request: web.Request, files: Sequence[bytes]) -> tuple[bytes, ...]:
    """JPEGs of these files; `AnswerWrong` where there are too many, or one is no photo."""
    if len(files) > MAX_PHOTOS:
        raise AnswerWrong("photos", f"U kunt {MAX_PHOTOS} foto’s meesturen. Kies er minder.")
    made = []
    for file in files:
        async with request.app[DARKROOM]:
            made.append(await asyncio.to_thread(_made_anew, file))
    return tuple(made)


def _made_anew(raw: bytes) -> bytes:
    # it gets none of our environment, where secrets may be, and finds this very package
    home = str(Path(mailagent.__file__).parent.parent)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "mailagent.web.darkroom"],
            input=raw,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": home, "PATH": os.defpath},
            timeout=SECONDS,
            check=True,
        )
    except subprocess.SubprocessError as error:
        raise AnswerWrong("no_photo", "Een bestand is geen foto die wij kunnen openen.") from error
    return done.stdout
