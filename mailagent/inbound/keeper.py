"""Keeps mails in groups: whatever queued while the previous commit ran goes into the next one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

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
        self._committing: asyncio.Task[None] | None = None
        self._closed = False
        # A thread of its own: a commit must not queue behind the other work of the default pool.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="keeper")

    async def keep(self, envelope: Envelope) -> int:
        """The arrival id, once the mail is committed. Raises what the commit raised; TryLater when closed."""
        if self._closed:
            raise TryLater
        kept: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._queue.append((envelope, kept))
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit_queue())
        return await kept

    async def close(self) -> None:
        """Take nothing new, and finish what was queued."""
        self._closed = True
        if self._committing is not None:
            await self._committing
        self._thread.shutdown()

    async def _commit_queue(self) -> None:
        while self._queue:
            group = self._next_group()
            commit = asyncio.get_running_loop().run_in_executor(self._thread, self._commit, group)
            await asyncio.wait([commit])
            error = commit.exception()
            if error is None:
                _tell_ids(commit.result())
            else:
                _tell_error(group, error)

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
