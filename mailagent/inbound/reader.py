"""Reads mail in child processes with limits, so that no mail can take the service with it."""

from __future__ import annotations

import io
import pickle
import queue
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from types import TracebackType
from typing import Self

from mailagent.child import Child, Died
from mailagent.core.errors import TakesLong, Unreadable
from mailagent.core.mail import Attachment, Bounce, Mail
from mailagent.inbound.limits import LIMITS, Limits

GLANCE_SECONDS = 0.5
"""A hundred times what a usual mail takes."""

SMALL = 64 * 1024
"""Octets of a mail that is read together with others."""


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
        return _told(self._alone(raw, None))

    def glance(self, raws: Iterable[bytes]) -> Callable[[bytes], Mail]:
        """The same for each of these, when it is asked for; or TakesLong for a mail that cannot be read while
        others wait. Small ones are read together: each question wakes a process, and its answer us."""
        small = [raw for raw in dict.fromkeys(raws) if len(raw) <= min(SMALL, self._limits.size)]
        try:
            read = dict(zip(small, self._asked(small, GLANCE_SECONDS), strict=True)) if small[1:] else {}
        except (TakesLong, Died):  # one of them is to blame, and says so when it is asked for
            read = {}

        def said(raw: bytes) -> Mail:
            return _told(read.pop(raw) if raw in read else self._alone(raw, GLANCE_SECONDS))

        return said

    def _alone(self, raw: bytes, patience: float | None) -> _Said:
        if len(raw) > self._limits.size:
            raise Unreadable("too_large")
        try:
            [answer] = self._asked([raw], patience)
        except Died as problem:
            raise Unreadable(problem.reason, str(problem)) from problem
        return answer

    def _asked(self, raws: Sequence[bytes], patience: float | None) -> list[_Said]:
        child = self._places.get()
        put_back: Callable[[Child | None], None] = self._places.put
        try:
            if child is None or not child.alive:
                child = _replaced(child, self._limits)
            answer = child.ask(pickle.dumps(raws, protocol=pickle.HIGHEST_PROTOCOL), patience)
            said: list[_Said] = _Answer(io.BytesIO(answer)).load()
            return said
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


_Said = Mail | tuple[str, str]
"""What a mail says, or why it cannot be read, in a word and in a sentence."""


def _told(said: _Said) -> Mail:
    if isinstance(said, Mail):
        return said
    raise Unreadable(*said)


class _Places(queue.LifoQueue["Child | None"]):
    """The children that have nothing to read; who was put back last is taken first."""

    def put_last(self, child: Child | None) -> None:
        """Put one back behind the others."""
        with self.mutex:
            self.queue.insert(0, child)
            self.not_empty.notify()


def _replaced(child: Child | None, limits: Limits) -> Child:
    if child:
        child.end()
    return Child("mailagent.inbound.reading", asdict(limits))


class _Answer(pickle.Unpickler):
    """A child reads what strangers write: only these three may come out of it."""

    _ALLOWED = {kind.__name__: kind for kind in (Mail, Attachment, Bounce)}

    def find_class(self, module: str, name: str) -> type:
        """One of the three, or an error."""
        if module != Mail.__module__ or name not in self._ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} does not belong in an answer")
        return self._ALLOWED[name]
