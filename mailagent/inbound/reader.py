"""Reads mail in child processes with limits, so that no mail can take the service with it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pickle
import queue
import select
import signal
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import mailagent
from mailagent.core.errors import TakesLong, Unreadable
from mailagent.core.mail import Attachment, Bounce, Mail
from mailagent.inbound.limits import LIMITS, Limits

GLANCE_SECONDS = 0.5
"""A hundred times what a usual mail takes."""

LENGTH = struct.Struct(">Q")
"""Every message on either pipe is its length and then itself."""
READY = b"."
"""What a child says once, when it can read: to start takes longer than to read a mail."""

_LAST_WORDS = ("broken", "out_of_memory")  # after these a child is no more


class Reader:
    """A few children that read mail, started when first needed. Safe to use from many threads."""

    def __init__(self, limits: Limits = LIMITS, children: int = 2) -> None:
        self._limits = limits
        self._places = _Places()
        for _ in range(children):
            self._places.put(None)
        self._children = children

    def read(self, raw: bytes) -> Mail:
        """What a mail says.

        Raises Unreadable: too_large, too_deep, too_many_parts, header_too_long, html_too_large, too_slow,
        out_of_memory or broken. Another mail is none the worse for it.
        """
        return self._ask(raw, None)

    def glance(self, raw: bytes) -> Mail:
        """The same, or TakesLong for a mail that cannot be read while others wait."""
        return self._ask(raw, GLANCE_SECONDS)

    def _ask(self, raw: bytes, patience: float | None) -> Mail:
        if len(raw) > self._limits.size:
            raise Unreadable("too_large")
        child = self._places.get()
        put_back: Callable[[_Child | None], None] = self._places.put
        try:
            if child is None or not child.alive:
                child = _replaced(child, self._limits)
            return child.ask(raw, patience)
        except TakesLong:
            # It starts while the others read: the next mail need not wait for it.
            child, put_back = _replaced(child, self._limits), self._places.put_last
            raise
        finally:
            put_back(child)

    def close(self) -> None:
        """Ends the children, each when it is done with its mail."""
        for child in [self._places.get() for _ in range(self._children)]:
            if child:
                child.end()
            self._places.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Places(queue.LifoQueue["_Child | None"]):
    """The children that have nothing to read; who was put back last is taken first."""

    def put_last(self, child: _Child | None) -> None:
        """Put one back behind the others."""
        with self.mutex:
            self.queue.insert(0, child)
            self.not_empty.notify()


def _replaced(child: _Child | None, limits: Limits) -> _Child:
    if child:
        child.end()
    return _Child(limits)


class _Child:
    """One child process, and the pipes to it."""

    def __init__(self, limits: Limits) -> None:
        # it gets none of our environment, where secrets may be, and finds this very package
        home = str(Path(mailagent.__file__).parent.parent)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "mailagent.inbound.reading", json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": home, "PATH": os.defpath},
        )
        self._ended = self._started = False

    @property
    def alive(self) -> bool:
        """Can it be asked?"""
        return not self._ended and self._process.poll() is None

    def ask(self, raw: bytes, patience: float | None) -> Mail:
        """The answer to one mail. Raises Unreadable; TakesLong when it takes more than so many seconds."""
        told = _pipe(self._process.stdout)
        if not self._started:
            told.read(len(READY))
            self._started = True
        # where it died while we wrote, its last words or its exit code say why
        with contextlib.suppress(BrokenPipeError):
            asked = _pipe(self._process.stdin)
            asked.write(LENGTH.pack(len(raw)))
            asked.write(raw)
            asked.flush()
        if patience is not None and not _says_something(told, patience):
            self._process.kill()
            self.end()
            raise TakesLong
        head = told.read(LENGTH.size)
        data = told.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""
        answer = _Answer(io.BytesIO(data)).load() if data else self._cause_of_death()
        if isinstance(answer, Mail):
            return answer
        reason, text = answer
        if reason in _LAST_WORDS:
            self.end()
        raise Unreadable(reason, text)

    def _cause_of_death(self) -> tuple[str, str]:
        self.end()
        code = -self._process.wait()
        reasons: dict[int, str] = {signal.SIGALRM: "too_slow", signal.SIGKILL: "out_of_memory"}
        reason = reasons.get(code, "broken")
        return reason, f"{reason}: the reader ended with {code}"

    def end(self) -> None:
        """Closes the pipes, which ends a child that waits, and waits for it."""
        self._ended = True
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(BrokenPipeError):
                _pipe(pipe).close()
        self._process.wait()


def _says_something(pipe: IO[bytes], seconds: float) -> bool:
    """Does it, within so many seconds? Each answer is read to its end: nothing of it waits elsewhere."""
    heard = select.poll()
    heard.register(pipe, select.POLLIN)
    return bool(heard.poll(seconds * 1000))


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


class _Answer(pickle.Unpickler):
    """A child reads what strangers write: only these three may come out of it."""

    _ALLOWED = {kind.__name__: kind for kind in (Mail, Attachment, Bounce)}

    def find_class(self, module: str, name: str) -> type:
        """One of the three, or an error."""
        if module != Mail.__module__ or name not in self._ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} does not belong in an answer")
        return self._ALLOWED[name]
