"""How the klachten stand: the most urgent first, how many there are of each state, and which way it goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from mailagent.core.clocks import COLOURS, Clock, Colour, worst
from mailagent.core.figures import rounded
from mailagent.core.klacht import OPGELOST, PRIORITIES, UNHANDLED, VERZOEK
from mailagent.core.periods import Period


@dataclass(frozen=True, slots=True)
class Standing:
    """A klacht as a report tells of it, with the clocks that run for it. `handler` is an address, "" for
    nobody's."""

    id: int
    kenmerk: str
    category: str | None
    status: str
    handler: str
    priority: str
    deadline: date | None
    clocks: tuple[Clock, ...] = ()

    def colour(self, now: datetime) -> Colour | Literal[""]:
        """That of its worst clock; "" where none runs."""
        return worst(self.clocks, now)

    @property
    def next_end(self) -> str:
        """When the first of its clocks ends by which it can be late, as a day or a moment; its own last day
        where none runs."""
        some = (clock for clock in self.clocks if not clock.only_warns)
        first = min(some, key=lambda clock: clock.ends_at, default=None)
        if first:
            return first.said_end
        return self.deadline.isoformat() if self.deadline else ""


def by_urgency(standings: Iterable[Standing], now: datetime) -> list[Standing]:
    """The worst colour first, then the highest priority, then what ends first."""

    def key(one: Standing) -> tuple[int, int, str, str]:
        colour = one.colour(now)
        bad = COLOURS.index(colour) if colour else -1
        return (-bad, -PRIORITIES.index(one.priority), one.next_end or "9", one.kenmerk)

    return sorted(standings, key=key)


@dataclass(frozen=True, slots=True)
class Running:
    """How many klachten are not closed yet: new (no receipt went out), acknowledged, answered (but not
    closed), and how many of all are urgent (RE-03)."""

    new: int
    acknowledged: int
    answered: int
    urgent: int


def running(counts: Mapping[tuple[str, bool], int], urgent: int) -> Running:
    """From how many there are of each status, with a receipt that a relay took and without."""

    def many(statuses: Sequence[str], *acknowledged: bool) -> int:
        return sum(n for (status, has), n in counts.items() if status in statuses and has in acknowledged)

    return Running(
        new=many(UNHANDLED, False),  # noqa: FBT003 - whether a receipt went out
        acknowledged=many(UNHANDLED, True),  # noqa: FBT003
        answered=many((OPGELOST, VERZOEK), True, False),  # noqa: FBT003
        urgent=urgent,
    )


@dataclass(frozen=True, slots=True)
class Life:
    """When a klacht of a category was received, and when it was first handled: days in Amsterdam."""

    category: str | None
    received: date
    handled: date | None


@dataclass(frozen=True, slots=True)
class Course:
    """What a period came to: how many were received, how many were handled, and in how many days, on average
    (None where none was)."""

    received: int
    handled: int
    days: float | None


@dataclass(frozen=True, slots=True)
class CategoryTrend:
    """A category in a period and in the one before it; None is what nobody has sorted yet."""

    category: str | None
    now: Course
    before: Course


def trend(lives: Iterable[Life], period: Period) -> tuple[CategoryTrend, ...]:
    """The trend of each category that had anything in the two periods; the busiest first (KL-05)."""
    every: dict[str | None, list[Life]] = {}
    for life in lives:
        every.setdefault(life.category, []).append(life)
    found = [
        CategoryTrend(category, _course(some, period), _course(some, period.moved(-1)))
        for category, some in every.items()
    ]
    told = [one for one in found if any((c.received, c.handled) != (0, 0) for c in (one.now, one.before))]
    return tuple(sorted(told, key=lambda one: (-one.now.received, -one.before.received, one.category or "")))


def _course(lives: Iterable[Life], period: Period) -> Course:
    received, took = 0, list[int]()
    for life in lives:
        received += period.first <= life.received <= period.last
        if life.handled and period.first <= life.handled <= period.last:
            took.append((life.handled - life.received).days)
    return Course(received, len(took), rounded(sum(took), len(took), 1) if took else None)
