"""clocks.yaml: the terms of the law and of our service, and the hours in which we work."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import time
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from mailagent.config.fields import Id, Part
from mailagent.config.yaml import Sheet
from mailagent.core import clocks
from mailagent.core.clocks import STATUTORY, Level, Preset, Stay, Until
from mailagent.core.errors import Mistake
from mailagent.core.klacht import COMPLEXITIES, GESLOTEN, STATUSES

LENGTHS = ("weeks", "months", "working_days", "hours", "states")


def _hour(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        return time.fromisoformat(value)
    raise ValueError("should be an hour of the day, as in 08:30")


Hour = Annotated[time, BeforeValidator(_hour)]
Days = Annotated[int, Field(ge=1, le=250)]


class HoursEntry(Part):
    opens: Hour = time(9)
    closes: Hour = time(17)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("should open before it closes")
        return self


class OfficeEntry(HoursEntry):
    reports: Hour = time(8)


class LevelEntry(Part):
    name: Id
    share: float = Field(gt=0, le=10)
    to: Literal["handler", "lead", "manager"] = "handler"


class ClockEntry(Part):
    id: Id
    kind: Literal["statutory", "service"]
    weeks: int = Field(0, ge=0, le=12)
    months: int = Field(0, ge=0, le=12)
    working_days: int = Field(0, ge=0, le=250)
    hours: int = Field(0, ge=0, le=2000)
    round_the_clock: bool = False
    states: dict[str, dict[str, Days]] = {}
    until: Until | None = None
    extension: int = Field(0, ge=0, le=12)
    beside: tuple[str, ...] = ()
    advised: bool = False
    levels: tuple[LevelEntry, ...] = ()

    @model_validator(mode="after")
    def _one_length(self) -> ClockEntry:
        if sum(bool(getattr(self, name)) for name in LENGTHS) != 1:
            raise ValueError(f"should have one of {', '.join(LENGTHS)}")
        return self


class ClocksFile(Part):
    office: OfficeEntry = OfficeEntry()
    clocks: tuple[ClockEntry, ...]


def presets_of(file: ClocksFile) -> Mapping[str, Preset]:
    """The clocks of the file by id, in the words of the core."""
    return {entry.id: _preset(entry) for entry in file.clocks}


def _preset(entry: ClockEntry) -> Preset:
    return Preset(
        entry.id,
        entry.kind,
        weeks=entry.weeks,
        months=entry.months,
        working_days=entry.working_days,
        hours=entry.hours,
        round_the_clock=entry.round_the_clock,
        until=entry.until or "handled",
        extension=entry.extension,
        states=tuple(
            Stay(status, complexity, days)
            for status, row in entry.states.items()
            for complexity, days in row.items()
        ),
        levels=tuple(Level(level.name, level.share, level.to) for level in entry.levels),
        beside=entry.beside,
        advised=entry.advised,
    )


def wrong_clocks(terms: Sheet[ClocksFile]) -> Iterator[Mistake]:
    """What does not fit together in the file."""
    entries = terms.content.clocks
    yield from terms.twice(("clocks",), "id", [entry.id for entry in entries])
    for id, kind in ((clocks.AWB, "statutory"), (clocks.HEROPEND, "service")):
        if not any(entry.id == id and entry.kind == kind for entry in entries):
            yield terms.mistake(("clocks",), f"a {kind} clock '{id}' is needed")
    for number, entry in enumerate(entries):
        names = [level.name for level in entry.levels]
        yield from terms.twice(("clocks", number, "levels"), "name", names)
        for key, what in _wrong_keys(entry):
            yield terms.mistake(("clocks", number, key), what)
        yield from _wrong_states(terms, number, entry.states)
        yield from _wrong_beside(terms, number, entry)


def _wrong_keys(entry: ClockEntry) -> Iterator[tuple[str, str]]:
    """Keys that mean nothing beside the others, each with what would be right."""
    if entry.id == clocks.HEROPEND and entry.states:
        yield "states", "how long a reopened klacht may take does not hang on its state"
    if entry.id == STATUTORY:
        yield "id", f"'{STATUTORY}' is what every clock of the law is called in the log; choose another id"
    if entry.kind == STATUTORY and not (entry.weeks or entry.months):
        yield "kind", "a term of the law is given in weeks or months"
    if entry.kind == STATUTORY and entry.until:
        yield "until", "a clock of the law stops at the notice of the law; leave this out"
    if entry.extension and not (entry.kind == STATUTORY and entry.weeks):
        yield "extension", "only a statutory clock in weeks can be extended"
    if entry.round_the_clock and not entry.hours:
        yield "round_the_clock", "only a clock in hours can run round the clock"
    if entry.until and entry.states:
        yield "until", "a term for a state stops when the klacht leaves that state; leave this out"


def chosen_from(file: ClocksFile) -> list[str]:
    """The ids of the service clocks that a category, or a clock of the law, may bring."""
    return [entry.id for entry in file.clocks if entry.kind == "service" and entry.id != clocks.HEROPEND]


def _wrong_beside(terms: Sheet[ClocksFile], number: int, entry: ClockEntry) -> Iterator[Mistake]:
    if entry.beside and entry.kind != STATUTORY:
        what = "only a clock of the law brings others; categories.yaml names what else runs"
        yield terms.mistake(("clocks", number, "beside"), what)
    if entry.advised and entry.kind != STATUTORY:
        yield terms.mistake(
            ("clocks", number, "advised"), "only a clock of the law has advice; leave this out"
        )
    known = chosen_from(terms.content)
    for place, id in enumerate(entry.beside):
        if id not in known:
            what = f"'{id}' is no service clock that can be chosen; there is {', '.join(known) or 'none'}"
            yield terms.mistake(("clocks", number, "beside", place), what)


def _wrong_states(
    terms: Sheet[ClocksFile], number: int, states: Mapping[str, Mapping[str, Any]]
) -> Iterator[Mistake]:
    known = [status for status in STATUSES if status != GESLOTEN]
    for status, row in states.items():
        at = ("clocks", number, "states", status)
        if status not in known:
            yield terms.mistake(at, f"there is no status '{status}'; there is {', '.join(known)}")
        if set(row) != set(COMPLEXITIES):
            yield terms.mistake(at, f"needs days for {', '.join(COMPLEXITIES)}, and for nothing else")
