"""The child that reads: bytes in on standard input, a Mail or a reason out on standard output.

Started by `reader` as `python -m mailagent.inbound.reading '<limits as JSON>'`.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import resource
import signal
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from mailagent.core.errors import Unreadable
from mailagent.core.mail import Mail
from mailagent.inbound.limits import Limits
from mailagent.inbound.parse import parse
from mailagent.inbound.reader import LENGTH, READY

Answer = Mail | tuple[str, str]


def serve(limits: Limits, asked: BinaryIO, told: BinaryIO) -> None:
    """Reads mail after mail until the parent closes its end."""
    told.write(READY)
    told.flush()
    while head := asked.read(LENGTH.size):
        raw = asked.read(LENGTH.unpack(head)[0])
        # the kernel ends us with SIGALRM, even inside a regular expression that never returns
        signal.setitimer(signal.ITIMER_REAL, limits.seconds)
        answer = pickle.dumps(_read(raw, limits), protocol=pickle.HIGHEST_PROTOCOL)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _tell(told, answer)


def _read(raw: bytes, limits: Limits) -> Answer:
    try:
        return parse(raw, limits)
    except Unreadable as error:
        return error.reason, str(error)


def _tell(told: BinaryIO, answer: bytes) -> None:
    told.write(LENGTH.pack(len(answer)))
    told.write(answer)
    told.flush()


def _last_words(kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
    """What went wrong and where, without a word of the mail; then the parent starts another child."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    reason = "out_of_memory" if issubclass(kind, MemoryError) else "broken"
    where = traceback.extract_tb(trace)[-1] if trace else None
    text = f"{kind.__name__} at {Path(where.filename).name}:{where.lineno}" if where else kind.__name__
    _tell(sys.stdout.buffer, pickle.dumps((reason, text)))


def main() -> None:
    """Limits ourselves and serves."""
    limits = Limits(**json.loads(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when we stop
    logging.disable(logging.CRITICAL)  # a library would log what stands in the mail
    sys.excepthook = _last_words
    try:
        serve(limits, sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        os._exit(1)  # who asked is gone: last words would only soil the log of whoever comes after it


if __name__ == "__main__":
    main()
