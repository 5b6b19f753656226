"""Makes the searchable PDF/A-2b of a letter, to be kept beside its original bytes: of masked pages alone."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

import structlog

import mailagent
from mailagent.core.letter import Letter
from mailagent.inbound.letters import tessdata

log = structlog.get_logger(__name__)

_SECONDS = 120


def searchable(raw: bytes, letter: Letter) -> bytes:
    """A PDF/A-2b (ISO 19005-2) with each page as it was masked, and its words behind the picture.

    A page that is not safe to show is a crossed sheet without words. `raw` is the original, whose digest is
    named in it. What comes out has passed a validator; CalledProcessError where it does not.
    """
    return subprocess.run(
        [sys.executable, "-P", "-m", "mailagent.inbound.binder"],
        input=pickle.dumps((hashlib.sha256(raw).hexdigest(), letter)),
        stdout=subprocess.PIPE,
        timeout=_SECONDS,
        check=True,
        env={
            "PYTHONPATH": str(Path(mailagent.__file__).parent.parent),
            "PATH": os.defpath,
            "TESSDATA_PREFIX": str(tessdata()),
        },
    ).stdout


def archived(raw: bytes, letter: Letter) -> bytes:
    """The same; nothing where it cannot be made, which the log tells: a letter does not wait for it."""
    try:
        return searchable(raw, letter)
    except subprocess.SubprocessError as problem:
        log.error("no_archive", why=str(problem)[:300])
        return b""
