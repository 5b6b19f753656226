"""What the Awb has us do beside the life of a klacht: events that change its term, and tell who must know."""

from __future__ import annotations

from dataclasses import dataclass

from mailagent.core.events import Event


@dataclass(frozen=True, slots=True)
class Extended(Event):
    """Verdaagd (Awb 9:11 lid 2), with the reason: the last day was `was` and is now `last_day` (ISO 8601)."""

    text: str
    last_day: str
    was: str
    weeks: int


@dataclass(frozen=True, slots=True)
class DelayAgreed(Event):
    """The melder agreed in writing to more delay (Awb 9:11 lid 3), in the mail that `proof` names: the number
    of an arrival. The last day was `was` and is now `last_day` (ISO 8601)."""

    text: str
    last_day: str
    was: str
    proof: int
