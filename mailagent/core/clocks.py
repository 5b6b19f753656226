"""Terms that run: when a klacht is due, which levels have been crossed, and when to look again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from mailagent.core.calendar import Calendar, end_of_day, local_day, months_on
from mailagent.core.errors import NotPossible

Kind = Literal["statutory", "service"]
Colour = Literal["op_schema", "bijna", "te_laat"]
Until = Literal["acknowledged", "taken_up", "decided", "answered", "handled"]
Whom = Literal["handler", "lead", "manager", "nobody"]

STATUTORY = "statutory"
AWB, HEROPEND = "awb", "heropend"
"""The presets the program starts by itself; rules/clocks.yaml must have both."""

AT_RISK = 0.8
"""The share of a term from which it is `bijna`."""

COLOURS: tuple[Colour, ...] = ("op_schema", "bijna", "te_laat")
"""From good to bad."""

_A_MOMENT = timedelta(microseconds=1)


class Level(NamedTuple):
    """A step of the escalation chain, at a share of the term (1.0 is its end), and who hears of it."""

    name: str
    share: float
    to: Whom = "handler"


URGENT = Level("dringend", AT_RISK, "nobody")
"""The level every term of a state has beside its own: from here on the klacht is urgent (RE-02)."""


class Due(NamedTuple):
    """A level of a running clock, the moment at which it is crossed, and who hears of it."""

    name: str
    at: datetime
    to: Whom = "handler"


class Stay(NamedTuple):
    """How many working days a klacht of a complexity may be in a status."""

    status: str
    complexity: str
    working_days: int


@dataclass(frozen=True, slots=True)
class Preset:
    """How long a term is, and its levels by share.

    One of `weeks`, `months`, `working_days`, `hours` and `states` says how long (the others are 0 or empty).
    `hours` are office hours, or any hours where it runs `round_the_clock`; `states` has a term for each
    status and complexity, see `in_state`. A service clock stops when the klacht is `until`, a statutory one
    at the notice of the law. `extension` are the weeks by which it may be extended, once (Awb 9:11 lid 2).
    `beside` are the service presets whose clocks begin with this one. `advised`: a committee advises on the
    klacht (Awb 9:14), and the melder hears so with the receipt (Awb 9:15 lid 1).
    `status` and `complexity` are those for which a term of `states` was chosen.
    """

    id: str
    kind: Kind
    weeks: int = 0
    working_days: int = 0
    levels: tuple[Level, ...] = ()
    months: int = 0
    hours: int = 0
    round_the_clock: bool = False
    until: Until = "handled"
    extension: int = 0
    states: tuple[Stay, ...] = ()
    status: str = ""
    complexity: str = ""
    beside: tuple[str, ...] = ()
    advised: bool = False

    @property
    def name(self) -> str:
        """What tells its clock from the others of a klacht: of the statutory ones only one runs."""
        return STATUTORY if self.kind == STATUTORY else self.id

    @property
    def by_office(self) -> bool:
        """Is it counted in hours of the office?"""
        return bool(self.hours) and not self.round_the_clock

    def in_state(self, status: str, complexity: str) -> Preset | None:
        """The term of a klacht in this state; None where it has none. A preset without `states` is the same
        in every state."""
        if not self.states:
            return self
        for stay in self.states:
            if (stay.status, stay.complexity) == (status, complexity):
                days = stay.working_days
                return replace(self, working_days=days, states=(), status=status, complexity=complexity)
        return None

    def as_dict(self) -> dict[str, object]:
        """For a JSON column."""
        # dataclasses.asdict copies every part of every part, which costs more than to start the clock
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Preset:
        """Back from a JSON column."""
        lists = {
            "levels": tuple(Level(*level) for level in data["levels"]),
            "states": tuple(Stay(*stay) for stay in data.get("states", ())),
            "beside": tuple(data.get("beside", ())),
        }
        return cls(**{**data, **lists})


@dataclass(frozen=True, slots=True)
class Clock:
    """A running term. `preset` is the preset as it was at the start, `started_at` the moment of receipt,
    `levels` those not yet crossed, earliest first. `extended` are the weeks by which it was verdaagd, once;
    `agreed`: the melder agreed to this last day."""

    preset: Preset
    started_at: datetime
    at_risk_at: datetime
    ends_at: datetime
    levels: tuple[Due, ...]
    extended: int = 0
    agreed: bool = False

    @property
    def name(self) -> str:
        """What tells it from the other clocks of the klacht."""
        return self.preset.name

    @property
    def last_day(self) -> date:
        """The day on which it ends."""
        return local_day(self.ends_at - _A_MOMENT)

    @property
    def only_warns(self) -> bool:
        """Does its end make no klacht late? It waits for a decision, and then one way is closed."""
        return self.preset.until == "decided"

    @property
    def awaits(self) -> str:
        """What stops it: the notice of the law, one of Until, or that the klacht leaves its state."""
        if self.name == STATUTORY:
            return "notice"
        return "next_state" if self.preset.status else self.preset.until

    @property
    def said_end(self) -> str:
        """Its end as a mail or a log tells it: a day, or for a term in hours a moment (ISO 8601)."""
        return (self.ends_at if self.preset.hours else self.last_day).isoformat()

    def as_dict(self) -> dict[str, object]:
        """For a JSON column; moments in ISO 8601."""
        return {
            "preset": self.preset.as_dict(),
            "started_at": self.started_at.isoformat(),
            "at_risk_at": self.at_risk_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "levels": [[name, at.isoformat(), to] for name, at, to in self.levels],
            "extended": self.extended,
            "agreed": self.agreed,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Clock:
        """Back from a JSON column."""
        moments = {
            name: datetime.fromisoformat(data[name]) for name in ("started_at", "at_risk_at", "ends_at")
        }
        return cls(
            Preset.from_dict(data["preset"]),
            levels=tuple(Due(name, datetime.fromisoformat(at), to) for name, at, to in data["levels"]),
            extended=data["extended"],
            agreed=data["agreed"],
            **moments,
        )


@lru_cache(maxsize=256)
def start(preset: Preset, received_at: datetime, calendar: Calendar) -> Clock:
    """The clock of a klacht received (or asked to be reopened) at this moment.

    A term in days begins when the day of receipt is over and ends when its last day is (Atw art. 1,
    Awb 9:11); one in months ends on its last day as it falls, which is never too late; one in hours begins
    at once.
    ValueError for a moment without a zone.
    """
    return _clock(preset, received_at, _course(preset, received_at, calendar))


def extend(clock: Clock, calendar: Calendar, now: datetime, weeks: int = 0) -> Clock:
    """The next version of a statutory clock that is extended (Awb 9:11 lid 2): once, from the day before
    rolling, by so many weeks, or by all there are. `NotPossible` with a sentence that says why not."""
    most = clock.preset.extension
    if clock.extended or not most:
        raise NotPossible(_NO_MORE if clock.extended else "Deze termijn kan niet worden verdaagd.")
    weeks = weeks or most
    if weeks > most:
        raise NotPossible(f"Verdagen kan met hoogstens {most} weken (Awb 9:11 lid 2).")
    last_day = calendar.last_day(local_day(clock.started_at), clock.preset.weeks, extended=weeks)
    return replace(_until_day(clock, last_day, now), extended=weeks)


_NO_MORE = (
    "De termijn is al een keer verdaagd. Meer uitstel kan alleen als de melder het schriftelijk goedvindt "
    "(Awb 9:11 lid 3). Vraag dat met #vraag; antwoordt de melder ja, stuur dan #instemming met de nieuwe dag."
)


def agree(clock: Clock, until: date, calendar: Calendar, now: datetime) -> Clock:
    """The next version of a statutory clock to whose delay the melder consented in writing (Awb 9:11 lid 3).
    `until` rolls to a working day. `NotPossible` with a sentence that says why not."""
    return replace(_until_day(clock, calendar.roll(until), now), agreed=True)


def _until_day(clock: Clock, last_day: date, now: datetime) -> Clock:
    if last_day <= clock.last_day:
        raise NotPossible(f"De laatste dag is al {clock.last_day:%d-%m-%Y}. Die kan alleen later worden.")
    moved = _clock(clock.preset, clock.started_at, _to_end_of(last_day, clock.started_at))
    return next_version(clock, replace(moved, extended=clock.extended, agreed=clock.agreed), now)


def by_another(clock: Clock, preset: Preset, calendar: Calendar, now: datetime) -> Clock:
    """The next version of a clock that goes by another preset from its start on, as when the category
    changes. What was extended stays so, and what the melder agreed to is never taken back."""
    new = start(preset, clock.started_at, calendar)
    if clock.extended and preset.extension:
        new = extend(new, calendar, now, min(clock.extended, preset.extension))
    if clock.agreed and clock.last_day > new.last_day:
        new = replace(_until_day(new, clock.last_day, now), agreed=True)
    return next_version(clock, new, now)


def next_version(old: Clock, new: Clock, now: datetime) -> Clock:
    """The new version of a clock: a level that lies behind us fires only where it never did."""
    waiting = {due.name for due in old.levels}
    fired = {level.name for level in (*old.preset.levels, URGENT)} - waiting
    return replace(new, levels=tuple(due for due in new.levels if due.at > now or due.name not in fired))


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
    """On track, at risk (from AT_RISK of the term), or overdue (once it has ended).

    A clock that waits for a decision only warns: at its end one way is closed (Awb 9:8 lid 3), and the klacht
    itself is not late.
    """
    if now >= clock.ends_at and not clock.only_warns:
        return "te_laat"
    return "bijna" if now >= clock.at_risk_at else "op_schema"


def made_urgent(clock: Clock) -> bool:
    """Is this the term of a state, and near its end, at it or past it?"""
    return bool(clock.preset.status) and not any(due.name == URGENT.name for due in clock.levels)


def worst(running: Sequence[Clock], now: datetime) -> Colour | Literal[""]:
    """The colour of a klacht: that of its worst clock; "" where none runs."""
    return max((colour(clock, now) for clock in running), key=COLOURS.index, default="")


_Course = Callable[[float], datetime]
"""A share of the term → the moment, in UTC, at which so much of it has passed."""


def _clock(preset: Preset, started_at: datetime, course: _Course) -> Clock:
    every = (*preset.levels, URGENT) if preset.status else preset.levels
    levels = sorted(every, key=lambda level: level.share)
    dues = tuple(Due(level.name, course(level.share), level.to) for level in levels)
    return Clock(preset, started_at, course(AT_RISK), course(1.0), dues)


def _course(preset: Preset, received_at: datetime, calendar: Calendar) -> _Course:
    received, hours = local_day(received_at), timedelta(hours=preset.hours)
    if preset.weeks:
        return _to_end_of(calendar.last_day(received, preset.weeks), received_at)
    if preset.months:
        return _to_end_of(months_on(received, preset.months), received_at)
    if preset.working_days:
        return lambda share: calendar.after_working_days(received, share * preset.working_days)
    if preset.round_the_clock:
        begin = received_at.astimezone(UTC)  # between two moments of one zone Python goes by the wall clock
        return lambda share: begin + share * hours
    return lambda share: calendar.after_office_hours(received_at, share * hours)


def _to_end_of(last_day: date, received_at: datetime) -> _Course:
    begin, end = end_of_day(local_day(received_at)), end_of_day(last_day)
    return lambda share: begin + share * (end - begin)
