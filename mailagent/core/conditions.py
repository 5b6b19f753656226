"""Conditions of rules, made ready to be asked whether they hold for the clues that were found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mailagent.core.clues import Clue, Found, Seen
from mailagent.core.rule import Condition


@dataclass(frozen=True, slots=True)
class Node:
    """A group of tests, with clues by number."""

    any_of: tuple[Numbered, ...]
    all_of: tuple[Numbered, ...]
    none_of: tuple[Numbered, ...]


Numbered = int | Node


def numbered(condition: Condition, number: Callable[[Clue], int]) -> Numbered:
    """The condition with the numbers of its clues."""
    if isinstance(condition, Clue):
        return number(condition)
    return Node(
        tuple(numbered(one, number) for one in condition.any_of),
        tuple(numbered(one, number) for one in condition.all_of),
        tuple(numbered(one, number) for one in condition.none_of),
    )


def holds(condition: Numbered, found: Found) -> bool:
    """Does it hold for what was found?"""
    if isinstance(condition, int):
        return condition in found
    return (
        (not condition.any_of or any(holds(one, found) for one in condition.any_of))
        and all(holds(one, found) for one in condition.all_of)
        and not any(holds(one, found) for one in condition.none_of)
    )


def numbers_in(condition: Numbered) -> Iterator[int]:
    """Every clue that it asks about."""
    if isinstance(condition, int):
        yield condition
        return
    for one in (*condition.any_of, *condition.all_of, *condition.none_of):
        yield from numbers_in(one)


def seen_in(condition: Numbered, found: Found) -> Iterator[tuple[int, Seen]]:
    """What made a condition hold."""
    if isinstance(condition, int):
        if condition in found:
            yield condition, found[condition]
        return
    for one in (*condition.any_of, *condition.all_of):
        if holds(one, found):
            yield from seen_in(one, found)
