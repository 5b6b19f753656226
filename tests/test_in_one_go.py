"""Those who ask at the same time go together; what goes wrong with one is told to that one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from mailagent.core.errors import Crossed, NotPossible, TryLater
from mailagent.together import Room, Together

Told = int | Exception


def asked(work: Callable[[Sequence[int]], Sequence[Told]], *numbers: int) -> list[int | BaseException]:
    async def all_at_once() -> list[int | BaseException]:
        together = Together(work, Room[int](50))
        came = await asyncio.gather(*map(together.ask, numbers), return_exceptions=True)
        await together.close()
        return came

    return asyncio.run(all_at_once())


def test_who_asks_at_the_same_time_goes_together() -> None:
    groups: list[list[int]] = []

    def work(group: Sequence[int]) -> list[Told]:
        groups.append(list(group))
        return [number * 10 for number in group]

    assert asked(work, 1, 2, 3) == [10, 20, 30]
    assert groups == [[1, 2, 3]]


@pytest.mark.parametrize("failed", [Crossed, ValueError])
def test_each_of_a_group_that_failed_is_tried_alone(failed: type[Exception]) -> None:
    def work(group: Sequence[int]) -> list[Told]:
        if len(group) > 1 or group[0] == 2:
            raise failed
        return [number * 10 for number in group]

    first, second, third = asked(work, 1, 2, 3)
    assert (first, third) == (10, 30)
    assert isinstance(second, failed)


def test_a_database_that_is_away_is_asked_once_for_all() -> None:
    groups: list[list[int]] = []

    def work(group: Sequence[int]) -> list[Told]:
        groups.append(list(group))
        raise TryLater

    assert all(isinstance(one, TryLater) for one in asked(work, 1, 2, 3))
    assert groups == [[1, 2, 3]]


def test_what_is_about_one_is_told_to_that_one() -> None:
    came = asked(lambda group: [NotPossible("nee") if number == 2 else number for number in group], 1, 2, 3)
    assert [str(one) for one in came] == ["1", "nee", "3"]


def test_who_was_told_and_asks_again_goes_along_with_the_others() -> None:
    groups: list[int] = []

    def work(group: Sequence[int]) -> list[Told]:
        groups.append(len(group))
        return list(group)

    async def visitor(together: Together[int, int]) -> None:
        for number in range(5):
            await together.ask(number)
            await asyncio.sleep(0)  # on the way back, and here again

    async def all_of_them() -> None:
        together = Together(work, Room[int](50))
        await asyncio.gather(*(visitor(together) for _ in range(10)))
        await together.close()

    asyncio.run(all_of_them())
    assert groups == [10] * 5
