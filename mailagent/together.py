"""Many ask, few go: whatever was asked while the last group was at work goes into the next one.

There is no timer: who asks alone is served as soon as the loop has nobody else to hear.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from mailagent.core.errors import Crossed, TryLater

Asked = TypeVar("Asked")
Told = TypeVar("Told")

_TURNS = 5
"""Of the loop, before a group goes. Who was told a moment ago and asks again is heard within so many: the
answer goes out, the next question comes in, is read, and asks. Who comes alone waits some microseconds."""

_Waiter = tuple[Asked, "asyncio.Future[Told]"]


@dataclass(frozen=True)
class Room(Generic[Asked]):
    """What goes in one group: `most` at most, and no more than `largest` by their `size` together."""

    most: int
    largest: int = 0
    size: Callable[[Asked], int] = lambda _: 0


class Together(Generic[Asked, Told]):
    """Turns many `ask` calls into few calls of `work`, which blocks and tells of each, in order, what came of
    it: a result, or the error that is about this one alone.

    A group is as large as `room` says, and `at_once` groups are at work at the same time, each in a thread of
    its own: what one waits for must not queue behind the other work of the default pool. Where a whole group
    fails, each of it is tried alone, so that one that fails does so alone; but `TryLater` is about all,
    unless this group only `Crossed` another.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Asked]], Sequence[Told | Exception]],
        room: Room[Asked],
        at_once: int = 1,
    ) -> None:
        self._work, self._room, self._free = work, room, at_once
        self._queue: deque[_Waiter[Asked, Told]] = deque()
        self._alone: deque[_Waiter[Asked, Told]] = deque()
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False
        self._busy = 0
        self._threads = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="together")

    async def ask(self, one: Asked) -> Told:
        """What came of it. Raises what `work` raised; TryLater when closed."""
        if self._closed:
            raise TryLater
        loop = asyncio.get_running_loop()
        told: asyncio.Future[Told] = loop.create_future()
        self._queue.append((one, told))
        if self._busy < self._free:
            self._busy += 1
            self._idle.clear()
            self._go_on_after(_TURNS, loop)
        return await told

    async def close(self) -> None:
        """Take nothing new, and finish what was asked."""
        self._closed = True
        await self._idle.wait()
        self._threads.shutdown()

    def _go_on_after(self, turns: int, loop: asyncio.AbstractEventLoop) -> None:
        """What the loop is about to hand over goes into the same group."""
        if turns and len(self._queue) < self._room.most:
            loop.call_soon(self._go_on_after, turns - 1, loop)
        else:
            self._go_on(loop)

    def _go_on(self, loop: asyncio.AbstractEventLoop) -> None:
        group = self._next_group()
        if not group:
            self._busy -= 1
            if not self._busy:
                self._idle.set()
            return
        work = self._threads.submit(self._work_on, group)
        work.add_done_callback(partial(loop.call_soon_threadsafe, partial(self._done, loop, group)))

    def _next_group(self) -> list[_Waiter[Asked, Told]]:
        if self._alone:
            return [self._alone.popleft()]
        group: list[_Waiter[Asked, Told]] = []
        size = 0
        while self._queue and len(group) < self._room.most:
            size += self._room.size(self._queue[0][0])
            if group and size > self._room.largest:
                break
            group.append(self._queue.popleft())
        return group

    def _work_on(
        self, group: list[_Waiter[Asked, Told]]
    ) -> list[tuple[_Waiter[Asked, Told], Told | Exception]]:
        return list(zip(group, self._work([one for one, _ in group]), strict=True))

    def _done(
        self,
        loop: asyncio.AbstractEventLoop,
        group: list[_Waiter[Asked, Told]],
        work: Future[list[tuple[_Waiter[Asked, Told], Told | Exception]]],
    ) -> None:
        error = work.exception()
        if error is None:
            for (_, told), came in work.result():
                _tell(told, came)
        elif len(group) == 1 or (isinstance(error, TryLater) and not isinstance(error, Crossed)):
            for _, told in group:
                _tell(told, error)
        else:
            self._alone.extend(group)
        self._go_on_after(_TURNS, loop)


def _tell(told: asyncio.Future[Told], came: Told | BaseException) -> None:
    if told.done():  # whoever asked has gone
        return
    if isinstance(came, BaseException):
        told.set_exception(came)
    else:
        told.set_result(came)
