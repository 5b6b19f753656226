"""What was measured, held against what it should be: one line a bar."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Rates = Sequence[float]
"""One figure for each round, in the order of the rounds."""


@dataclass(frozen=True)
class Bar:
    """Ours divided by theirs, round by round, and what that should be at least (or at most)."""

    what: str
    beside: str
    ratios: Rates
    bound: float
    at_most: bool = False

    @property
    def ratio(self) -> float:
        """The median of the rounds: the two took turns, so each round has the machine as it was then."""
        return statistics.median(self.ratios)

    @property
    def ok(self) -> bool:
        """Is it met?"""
        return self.ratio <= self.bound if self.at_most else self.ratio >= self.bound


def bar(what: str, ours: Rates, beside: str, theirs: Rates, bound: float) -> Bar:
    """How many times theirs we did, which should be `bound` at least."""
    return Bar(what, beside, [own / other for own, other in zip(ours, theirs, strict=True)], bound)


def spread(values: Rates, digits: int = 0) -> str:
    """The median, and between which two the rounds lay."""
    low, middle, high = (
        f"{value:,.{digits}f}" for value in (min(values), statistics.median(values), max(values))
    )
    return f"{middle} [{low} – {high}]"


def table(bars: Iterable[Bar]) -> str:
    """Every bar on a line of its own."""
    lines = [f"{'':46} {'beside':22} {'ratio':20} {'should be':>10}"]
    for one in bars:
        bound = f"{'≤' if one.at_most else '≥'} {one.bound:.2f}"
        ratio = spread(one.ratios, 2)
        lines.append(f"{one.what:46} {one.beside:22} {ratio:20} {bound:>10}  {'ok' if one.ok else 'BELOW'}")
    return "\n".join(lines)
