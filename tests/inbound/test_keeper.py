"""Mails are kept in groups, each answered only after its commit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from mailagent.core.errors import Refused, TooLarge, TryLater
from mailagent.core.mail import Envelope
from mailagent.inbound import keeper as keeping
from mailagent.inbound.keeper import Keeper

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class SlowDisk:
    """Remembers each group it was asked to commit, and commits only when told to."""

    def __init__(self, *, open_: bool = False) -> None:
        self.groups: list[list[bytes]] = []
        self.asked = threading.Semaphore(0)
        self.gate = threading.Semaphore(10_000 if open_ else 0)
        self.failures: dict[bytes, BaseException] = {}
        self.kept: list[bytes] = []

    def keep(self, envelopes: Sequence[Envelope]) -> Sequence[int]:
        group = [envelope.raw for envelope in envelopes]
        self.groups.append(group)
        self.asked.release()
        assert self.gate.acquire(timeout=10)
        for raw in group:
            if raw in self.failures:
                raise self.failures[raw]
        first = len(self.kept)
        self.kept += group
        return range(first, len(self.kept))


def mail(raw: bytes) -> Envelope:
    return Envelope(raw=raw, via="smtp", reached_at=NOON)


async def hand_over(keeper: Keeper, *raws: bytes) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(keeper.keep(mail(raw))) for raw in raws]
    await asyncio.sleep(0)
    return tasks


async def until_asked(disk: SlowDisk) -> None:
    assert await asyncio.to_thread(disk.asked.acquire, timeout=10)


def test_what_queued_during_a_commit_goes_into_the_next_one() -> None:
    disk = SlowDisk()

    async def scene() -> list[int]:
        keeper = Keeper(disk.keep)
        first = await hand_over(keeper, b"1")
        await until_asked(disk)
        rest = await hand_over(keeper, b"2", b"3", b"4")
        disk.gate.release(2)
        ids = await asyncio.gather(*first, *rest)
        await keeper.close()
        return ids

    assert asyncio.run(scene()) == [0, 1, 2, 3]
    assert disk.groups == [[b"1"], [b"2", b"3", b"4"]]


def test_nobody_is_answered_before_the_commit() -> None:
    disk = SlowDisk()

    async def scene() -> None:
        keeper = Keeper(disk.keep)
        [waiting] = await hand_over(keeper, b"1")
        await until_asked(disk)
        await asyncio.sleep(0.05)
        assert not waiting.done()
        disk.gate.release()
        assert await waiting == 0
        await keeper.close()

    asyncio.run(scene())


def test_a_failing_commit_fails_its_own_group_and_no_other() -> None:
    disk = SlowDisk()
    disk.failures[b"2"] = TryLater("disk full")

    async def scene() -> list[int | BaseException]:
        keeper = Keeper(disk.keep)
        first = await hand_over(keeper, b"1")
        await until_asked(disk)
        second = await hand_over(keeper, b"2", b"3")
        disk.gate.release(2)
        outcome = await asyncio.gather(*first, *second, return_exceptions=True)
        disk.gate.release()
        last = await hand_over(keeper, b"4")
        outcome += await asyncio.gather(*last, return_exceptions=True)
        await keeper.close()
        return outcome

    outcome = asyncio.run(scene())
    assert [str(o) for o in outcome] == ["0", "disk full", "disk full", "1"]
    assert disk.kept == [b"1", b"4"]


def test_a_refusal_of_one_mail_is_not_about_its_neighbours() -> None:
    disk = SlowDisk()
    disk.failures[b"2"] = TooLarge()
    disk.failures[b"alone"] = Refused()

    async def scene() -> list[int | BaseException]:
        keeper = Keeper(disk.keep)
        await hand_over(keeper, b"1")
        await until_asked(disk)
        pair = await hand_over(keeper, b"2", b"3")
        disk.gate.release(5)
        outcome = await asyncio.gather(*pair, return_exceptions=True)
        outcome += await asyncio.gather(*await hand_over(keeper, b"alone"), return_exceptions=True)
        await keeper.close()
        return outcome

    assert [type(o) for o in asyncio.run(scene())] == [TooLarge, int, Refused]
    assert disk.kept == [b"1", b"3"]


def test_a_keep_that_loses_count_fails_its_waiters() -> None:
    async def scene() -> None:
        keeper = Keeper(lambda _: [])
        with pytest.raises(ValueError, match="zip"):
            await asyncio.wait_for(keeper.keep(mail(b"1")), 5)
        await keeper.close()

    asyncio.run(scene())


def test_a_client_that_left_does_not_disturb_the_others() -> None:
    disk = SlowDisk()

    async def scene() -> int:
        keeper = Keeper(disk.keep)
        gone, stays = await hand_over(keeper, b"1", b"2")
        await until_asked(disk)
        gone.cancel()
        await asyncio.sleep(0)
        disk.gate.release(2)
        arrival = await stays
        await keeper.close()
        return arrival

    assert asyncio.run(scene()) == 1
    assert disk.kept == [b"1", b"2"]


@pytest.mark.parametrize("limit", ["mails", "bytes"])
def test_a_group_has_a_bound(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(keeping, "GROUP_MAILS", 2 if limit == "mails" else 100)
    monkeypatch.setattr(keeping, "GROUP_BYTES", 8 if limit == "bytes" else 1000)
    disk = SlowDisk(open_=True)

    async def scene() -> None:
        keeper = Keeper(disk.keep)
        await asyncio.gather(*await hand_over(keeper, b"aaaa", b"bbbb", b"cccc", b"dddd", b"eeee"))
        await keeper.close()

    asyncio.run(scene())
    assert disk.groups == [[b"aaaa", b"bbbb"], [b"cccc", b"dddd"], [b"eeee"]]


def test_a_mail_over_the_bound_goes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "GROUP_BYTES", 8)
    disk = SlowDisk(open_=True)

    async def scene() -> None:
        keeper = Keeper(disk.keep)
        await asyncio.gather(*await hand_over(keeper, b"a" * 20, b"b"))
        await keeper.close()

    asyncio.run(scene())
    assert [len(group) for group in disk.groups] == [1, 1]


def test_closing_finishes_what_was_queued_and_takes_nothing_new() -> None:
    disk = SlowDisk()

    async def scene() -> list[int]:
        keeper = Keeper(disk.keep)
        first = await hand_over(keeper, b"1")
        await until_asked(disk)
        second = await hand_over(keeper, b"2")
        closing = asyncio.create_task(keeper.close())
        await asyncio.sleep(0)
        with pytest.raises(TryLater):
            await keeper.keep(mail(b"3"))
        disk.gate.release(2)
        await closing
        return [task.result() for task in (*first, *second)]

    assert asyncio.run(scene()) == [0, 1]
    assert disk.kept == [b"1", b"2"]
