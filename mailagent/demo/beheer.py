"""What the beheerder sees: every klacht, all that happened to it, and why each mail landed where it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from mailagent.core import clocks, explained
from mailagent.core.calendar import AMSTERDAM
from mailagent.core.chronicle import told
from mailagent.core.evidence import KINDS, Evidence
from mailagent.core.klacht import Klacht
from mailagent.demo import words
from mailagent.demo.people import PEOPLE
from mailagent.flow.world import World
from mailagent.outbound.words import day as day_in_words
from mailagent.outbound.words import moment as moment_in_words
from mailagent.store import arrivals, klachten, notices, terms
from mailagent.store.store import Tx

MORNING = time(9, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One klacht in the list. `colour` is a word of the store, "" where no clock runs."""

    klacht: Klacht
    status: str
    last_day: str
    colour: str
    colour_words: str
    handler: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One event, as it is told."""

    at: str
    what: str
    who: str
    text: str
    status: str


@dataclass(frozen=True, slots=True)
class Came:
    """One mail that came in, and why it was taken for what it is."""

    number: int
    at: str
    sender: str
    verdict: str
    reason: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """One mail of ours."""

    kind: str
    to: str
    state: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """All of one klacht."""

    line: Line
    history: tuple[Happened, ...]
    came: tuple[Came, ...]
    left: tuple[Left, ...]


def lines(world: World) -> list[Line]:
    """Every klacht, newest first."""
    with world.store.read() as tx:
        return [_line(tx, klacht, world) for klacht in klachten.listed(tx)]


def dossier(kenmerk: str, world: World) -> Dossier | None:
    """One klacht, or None where there is none."""
    with world.store.read() as tx:
        klacht = klachten.by_kenmerk(tx, kenmerk)
        if klacht is None:
            return None
        history = klachten.history(tx, klacht.id)
        came = arrivals.told_of(tx, kenmerk=klacht.kenmerk)
        left = notices.of_klacht(tx, klacht.id)
        return Dossier(
            _line(tx, klacht, world),
            tuple(map(_happened, history)),
            tuple(map(_came, came)),
            tuple(map(_left, left)),
        )


def without_klacht(world: World) -> list[Came]:
    """Mails that belong to no klacht, newest first."""
    with world.store.read() as tx:
        return [_came(row) for row in reversed(arrivals.told_of(tx)) if not row.kenmerk]


def next_last_day(found: Sequence[Line], now: datetime) -> tuple[Klacht, timedelta] | None:
    """The klacht whose last day comes first of those that still run, and how far its morning is away."""
    open_now = [line.klacht for line in found if line.colour and line.klacht.deadline]
    ahead = [(_morning(k.deadline) - now, k) for k in open_now if k.deadline and _morning(k.deadline) > now]
    return min(((k, far) for far, k in ahead), key=lambda pair: pair[1], default=None)


def name_of(address: str) -> str:
    """Who this is, where we know."""
    return next((who.name for who in PEOPLE if who.address == address), address)


def _line(tx: Tx, klacht: Klacht, world: World) -> Line:
    colour = clocks.worst([clock for _, clock in terms.running(tx, klacht.id)], world.now())
    return Line(
        klacht,
        _status(klacht.status),
        _day(klacht.deadline),
        colour,
        words.COLOURS[colour],
        name_of(klacht.assigned_to) if klacht.assigned_to else world.organisation.team(klacht.team).name,
    )


def _came(row: Any) -> Came:
    found = (row.trace or {}).get("evidence", [])
    verdict = explained.VERDICTS[row.verdict] if row.verdict else "Nog niet bekeken"
    return Came(
        row.id,
        _at(row.received_at or row.reached_at),
        name_of(row.writer or row.sender or ""),
        verdict,
        row.reason,
        tuple(Evidence(KINDS[e["kind"]], e["value"], e["source"]) for e in found),
    )


def _happened(event: klachten.Logged) -> Happened:
    what = told(event.kind, event.data)
    return Happened(_at(event.at), what, _who(event), _text(event.data), _status(event.status))


def _left(notice: notices.Notice) -> Left:
    state = words.MAIL_STATES[notice.state]
    return Left(notice.kind, name_of(notice.recipient), state)


def _who(event: klachten.Logged) -> str:
    return name_of(event.who) if event.who else words.ROLES[event.actor]


def _text(data: Any) -> str:
    said = [*data.get("reasons", ()), data.get("text", "")]
    return "\n".join(part for part in said if part)


def _status(status: str) -> str:
    return words.STATUSES[status]


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, AMSTERDAM)


def _at(moment: datetime) -> str:
    """A moment without its weekday: in a long list that is one word too many."""
    return moment_in_words(moment.isoformat(), "nl").partition(" ")[2]


def _day(day: date | None) -> str:
    return day_in_words(day.isoformat(), "nl") if day else ""
