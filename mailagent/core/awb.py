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


@dataclass(frozen=True, slots=True)
class HearingInvited(Event):
    """The melder is invited to be heard (Awb 9:10), at `begins` (ISO 8601). `number` counts its
    changes from 0."""

    begins: str
    place: str
    number: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class HearingHeld(Event):
    """The melder was heard; the text is the report (Awb 9:10 lid 3)."""

    text: str


@dataclass(frozen=True, slots=True)
class HearingWaived(Event):
    """The melder need not be heard (Awb 9:10 lid 2): how that was said, or the arrival of the melder's mail
    that says so (0 for none)."""

    text: str
    proof: int = 0


HEARINGS = tuple(event.word() for event in (HearingInvited, HearingHeld, HearingWaived))
"""The words of the events by which Awb 9:10 was seen to."""


@dataclass(frozen=True, slots=True)
class Forwarded(Event):
    """The klacht is for another body (`name`, at the address `to`) and was forwarded to it (Awb 2:3).
    `original` is the arrival that goes along, 0 where none does."""

    to: str
    name: str
    text: str
    original: int = 0


@dataclass(frozen=True, slots=True)
class CopySent(Event):
    """Whom the klacht is about gets a copy of it and of what came with it (Awb 9:9)."""

    to: str
    original: int = 0
