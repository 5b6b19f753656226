"""Terms that run: when a klacht is due, which levels have been crossed, and when to look again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from mailagent.core.calendar import Calendar, end_of_day, local_day

Kind = Literal["statutory", "service"]
Colour = Literal["op_schema", "bijna", "te_laat"]

AWB, HEROPEND = "awb", "heropend"
"""The presets the program starts by itself; rules/clocks.yaml must have both."""

AT_RISK = 0.8
"""The share of a term from which it is `bijna`."""


class Level(NamedTuple):
    """A step of the escalation chain, at a share of the term (1.0 is its end)."""

    name: str
    share: float


class Due(NamedTuple):
    """A level of a running clock, and the moment at which it is crossed."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Preset:
    """How long a term is, in `weeks` or in `working_days` (the other is 0), and its levels by share."""

    id: str
    kind: Kind
    weeks: int = 0
    working_days: int = 0
    levels: tuple[Level, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """For a JSON column."""
        return asdict(self) | {"levels": [list(level) for level in self.levels]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Preset:
        """Back from a JSON column."""
        levels = tuple(Level(name, share) for name, share in data["levels"])
        return cls(data["id"], data["kind"], data["weeks"], data["working_days"], levels)


@dataclass(frozen=True, slots=True)
class Clock:
    """A running term. `preset` is the preset as it was at the start, `started_at` the moment of receipt,
    `levels` those not yet crossed, earliest first."""

    preset: Preset
    started_at: datetime
    last_day: date
    levels: tuple[Due, ...]

    @property
    def kind(self) -> Kind:
        """Statutory or service."""
        return self.preset.kind

    def as_dict(self) -> dict[str, object]:
        """For a JSON column; moments in ISO 8601."""
        return {
            "kind": self.kind,
            "preset": self.preset.as_dict(),
            "started_at": self.started_at.isoformat(),
            "last_day": self.last_day.isoformat(),
            "levels": [[name, at.isoformat()] for name, at in self.levels],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Clock:
        """Back from a JSON column."""
        return cls(
            Preset.from_dict(data["preset"]),
            datetime.fromisoformat(data["started_at"]),
            date.fromisoformat(data["last_day"]),
            tuple(Due(name, datetime.fromisoformat(at)) for name, at in data["levels"]),
        )


def start(preset: Preset, received_at: datetime, calendar: Calendar) -> Clock:
    """The clock of a klacht received (or asked to be reopened) at this moment.

    The term begins when the day of receipt is over and ends when its last day is (Atw art. 1, Awb 9:11).
    ValueError for a moment without a zone.
    """
    received = local_day(received_at)
    if preset.weeks:
        last_day = calendar.last_day(received, preset.weeks)
    else:
        last_day = calendar.add_working_days(received, preset.working_days)
    levels = sorted(preset.levels, key=lambda level: level.share)
    dues = tuple(Due(name, _moment(received_at, last_day, share)) for name, share in levels)
    return Clock(preset, received_at, last_day, dues)


def again(old: Clock, preset: Preset, now: datetime, calendar: Calendar) -> Clock:
    """A next version of a clock, by another preset from the same moment; what was crossed before is not
    crossed again, unless it lies ahead once more."""
    new, ahead = start(preset, old.started_at, calendar), {due.name for due in old.levels}
    return replace(new, levels=tuple(due for due in new.levels if due.at > now or due.name in ahead))


def crossed(clock: Clock, now: datetime) -> tuple[tuple[Due, ...], Clock]:
    """The levels crossed by `now`, and the clock without them, so that each fires once.

    A `Due` holds the moment of the crossing, which is what is recorded, however late we look.
    """
    over = tuple(due for due in clock.levels if due.at <= now)
    return over, replace(clock, levels=clock.levels[len(over) :])


def next_wake(clock: Clock) -> datetime | None:
    """The moment of the next level; None where all have been crossed."""
    return clock.levels[0].at if clock.levels else None


def colour(clock: Clock, now: datetime) -> Colour:
    """On track, at risk (from AT_RISK of the term), or overdue (once the last day has ended)."""
    if now >= end_of_day(clock.last_day):
        return "te_laat"
    return "bijna" if now >= _moment(clock.started_at, clock.last_day, AT_RISK) else "op_schema"


def _moment(started_at: datetime, last_day: date, share: float) -> datetime:
    begin, end = end_of_day(local_day(started_at)), end_of_day(last_day)
    term: timedelta = end - begin
    return begin + share * term
