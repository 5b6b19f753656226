"""Reads mail in child processes with limits, so that no mail can take the service with it."""

from __future__ import annotations

import io
import pickle
import queue
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from types import TracebackType
from typing import Self

from mailagent.child import Child, Died
from mailagent.core.errors import TakesLong, Unreadable
from mailagent.core.mail import Attachment, Bounce, Mail
from mailagent.inbound.limits import LIMITS, Limits

GLANCE_SECONDS = 0.5
"""A hundred times what a usual mail takes."""


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
        return self._ask(raw, b"", None)

    def glance(self, raw: bytes, then: bytes = b"") -> Mail:
        """The same, or TakesLong for a mail that cannot be read while others wait. `then` is the mail that
        comes after it: it is being read while you go on with this one."""
        return self._ask(raw, then, GLANCE_SECONDS)

    def _ask(self, raw: bytes, then: bytes, patience: float | None) -> Mail:
        if len(raw) > self._limits.size:
            raise Unreadable("too_large")
        child = self._places.get()
        put_back: Callable[[_Child | None], None] = self._places.put
        try:
            if child:
                child.turn_to(raw, patience)
            if child is None or not child.alive:
                child = _replaced(child, self._limits)
            return child.read(raw, then, patience)
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


class _Child(Child):
    """One that may be a mail ahead of us."""

    _ahead: bytes | None = None

    def turn_to(self, raw: bytes, patience: float | None) -> None:
        """Another mail came between the last one and what it read ahead: that will be asked for again."""
        if self._ahead is not None and self._ahead is not raw:
            self._ahead = None
            with suppress(Died, TakesLong):
                self.hear(patience)

    def read(self, raw: bytes, then: bytes, patience: float | None) -> Mail:
        """What this mail says, while it goes on with the next one where both are small."""
        if self._ahead is None:
            self.put(raw)
        self._ahead = None
        if then and max(len(raw), len(then)) <= self.ahead:
            self.put(then)
            self._ahead = then
        try:
            answer = _Answer(io.BytesIO(self.hear(patience))).load()
        except Died as problem:
            raise Unreadable(problem.reason, str(problem)) from problem
        if isinstance(answer, Mail):
            return answer
        raise Unreadable(*answer)


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
    return _Child("mailagent.inbound.reading", asdict(limits))


class _Answer(pickle.Unpickler):
    """A child reads what strangers write: only these three may come out of it."""

    _ALLOWED = {kind.__name__: kind for kind in (Mail, Attachment, Bounce)}

    def find_class(self, module: str, name: str) -> type:
        """One of the three, or an error."""
        if module != Mail.__module__ or name not in self._ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} does not belong in an answer")
        return self._ALLOWED[name]
