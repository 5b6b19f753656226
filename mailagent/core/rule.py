"""One rule as an admin wrote it: when it holds, what it is worth, and what it then sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal

from mailagent.core.clues import Clue

Status = Literal["actief", "schaduw", "uit"]
ACTIVE: Status = "actief"
SHADOW: Status = "schaduw"
OFF: Status = "uit"


@dataclass(frozen=True, slots=True)
class Group:
    """Tests that belong together: one of `any_of`, each of `all_of` and none of `none_of` must hold; what is
    empty asks nothing."""

    any_of: tuple[Condition, ...] = ()
    all_of: tuple[Condition, ...] = ()
    none_of: tuple[Condition, ...] = ()


Condition = Clue | Group


def clues_in(condition: Condition) -> Iterator[Clue]:
    """Every single test of a condition."""
    if isinstance(condition, Clue):
        yield condition
        return
    for one in (*condition.any_of, *condition.all_of, *condition.none_of):
        yield from clues_in(one)


@dataclass(frozen=True, slots=True)
class Score:
    """What a test is worth where it holds: once, however often. The points may be negative."""

    condition: Condition
    points: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule sets; nothing where empty. `human` is why nobody but a human may choose the category."""

    category: str | None = None
    team: str | None = None
    priority: str | None = None
    complexity: str | None = None
    labels: tuple[str, ...] = ()
    confidential: bool = False
    human: str = ""

    @property
    def words(self) -> dict[str, object]:
        """What is set, by name."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name))}


@dataclass(frozen=True, slots=True)
class Rule:
    """Where `condition` holds and the scores add up to `threshold` or more, `effect` follows.

    Without scores it is a gate: gates come first, in the order of the file, and one that `stops` ends them.
    `source` is the file and line it was written on.
    """

    id: str
    effect: Effect
    scores: tuple[Score, ...] = ()
    condition: Condition | None = None
    threshold: int = 1
    stops: bool = False
    status: Status = "actief"
    source: str = ""

    @property
    def is_gate(self) -> bool:
        """Does it set what it sets without counting?"""
        return not self.scores

    @property
    def clues(self) -> Iterator[Clue]:
        """Every single test of it."""
        for condition in (self.condition, *(score.condition for score in self.scores)):
            if condition:
                yield from clues_in(condition)
