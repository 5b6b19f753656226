"""Keeps mails in groups: whatever queued while the previous commit ran goes into the next one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from mailagent.core.errors import Refused, TryLater
from mailagent.core.mail import Envelope

Keep = Callable[[Sequence[Envelope]], Sequence[int]]
"""One call is one committed transaction; it blocks, and returns the arrival ids in order."""

GROUP_MAILS = 128
GROUP_BYTES = 16 * 1024 * 1024

_Waiter = tuple[Envelope, "asyncio.Future[int]"]


class Keeper:
    """Turns many `keep` calls into few commits. There is no timer: a lone mail is committed at once."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._queue: deque[_Waiter] = deque()
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False
        # A thread of its own: a commit must not queue behind the other work of the default pool.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="keeper")

    async def keep(self, envelope: Envelope) -> int:
        """The arrival id, once the mail is committed. Raises what the commit raised; TryLater when closed."""
        if self._closed:
            raise TryLater
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[int] = loop.create_future()
        self._queue.append((envelope, kept))
        if self._idle.is_set():
            self._idle.clear()
            # Not at once: what else the loop is about to hand over goes into the same commit.
            loop.call_soon(self._commit_next, loop)
        return await kept

    async def close(self) -> None:
        """Take nothing new, and finish what was queued."""
        self._closed = True
        await self._idle.wait()
        self._thread.shutdown()

    def _commit_next(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._queue:
            self._idle.set()
            return
        group = self._next_group()
        commit = self._thread.submit(self._commit, group)
        told = partial(self._committed, loop, group)
        commit.add_done_callback(partial(loop.call_soon_threadsafe, told))

    def _committed(
        self, loop: asyncio.AbstractEventLoop, group: list[_Waiter], commit: Future[list[tuple[_Waiter, int]]]
    ) -> None:
        error = commit.exception()
        if error is None:
            _tell_ids(commit.result())
        else:
            _tell_error(group, error)
        self._commit_next(loop)

    def _next_group(self) -> list[_Waiter]:
        group = [self._queue.popleft()]
        size = len(group[0][0].raw)
        while self._queue and len(group) < GROUP_MAILS:
            size += len(self._queue[0][0].raw)
            if size > GROUP_BYTES:
                break
            group.append(self._queue.popleft())
        return group

    def _commit(self, group: list[_Waiter]) -> list[tuple[_Waiter, int]]:
        return list(zip(group, self._keep([envelope for envelope, _ in group]), strict=True))


def _tell_ids(kept: list[tuple[_Waiter, int]]) -> None:
    for (_, waiter), arrival in kept:
        if not waiter.done():  # the client has gone; its mail is kept all the same
            waiter.set_result(arrival)


def _tell_error(group: list[_Waiter], error: BaseException) -> None:
    # A refusal is about one mail, and nobody knows which: its neighbours must not be turned away for good.
    told = TryLater() if isinstance(error, Refused) and len(group) > 1 else error
    for _, waiter in group:
        if not waiter.done():
            waiter.set_exception(told)
