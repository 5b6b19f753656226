"""Reports to the inbox: what waits for each agent in the morning, what the coordinator must see, trends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from mailagent.core.calendar import AMSTERDAM, local_day
from mailagent.core.explained import reason_of
from mailagent.core.orders import lines_for
from mailagent.core.periods import WEEK, Period, period_of
from mailagent.core.reference import message_name, report_name
from mailagent.core.standing import CategoryTrend, Course, Running, Standing, by_urgency, running, trend
from mailagent.flow import mailboxes
from mailagent.flow.reach import why_not
from mailagent.flow.world import POST, Act, World
from mailagent.store import arrivals, dead_addresses, notices, reports, standing
from mailagent.store.notices import Owed
from mailagent.store.reports import Report
from mailagent.store.store import Tx

OF_THE_DAY, OF_THE_WEEK = "dagoverzicht", "weekoverzicht"

MOST_KLACHTEN, MOST_POINTS = 50, 20
"""So many klachten, and so many points of each kind, are listed in one report; the rest is counted."""

Patience = Mapping[str, timedelta]
"""How long each mailbox may be silent."""


def due(world: World, patience: Patience) -> list[tuple[str, Callable[[], None]]]:
    """The reports to make now, each a step in a transaction of its own: from the hour on at which they are
    mailed on a working day. What an outage made us miss is not made afterwards, but for the newest."""
    now, organisation = world.now(), world.organisation
    day = local_day(now)
    if now.astimezone(AMSTERDAM).time() < world.reports_at or not world.calendar.is_working_day(day):
        return []
    monday = period_of(day, WEEK).first
    away, coordinator = organisation.away(day), organisation.stand_in(organisation.coordinator.lower(), day)
    with world.store.read() as tx:
        made, of_week = reports.made_on(tx, OF_THE_DAY, day), reports.made_on(tx, OF_THE_WEEK, monday)
    readers = [agent.address for agent in organisation.agents() if agent.address not in away]
    steps: list[tuple[str, Callable[[], None]]] = [
        (f"report to {reader}", partial(_of_the_day, reader, day, coordinator, world, patience))
        for reader in readers
        if reader not in made
    ]
    if coordinator and coordinator not in of_week:
        steps.append((f"trend to {coordinator}", partial(_of_the_week, coordinator, monday, world)))
    return steps


@dataclass(frozen=True, slots=True)
class _Making:
    """A report while it is made: `at` is now, and `id` that of its row."""

    act: Act
    id: int
    kind: str
    reader: str
    day: date
    before: Report | None


def _begun(act: Act, kind: str, reader: str, day: date) -> _Making | None:
    """None where somebody else has made it."""
    before = reports.last_for(act.tx, kind, reader)
    new = Report(0, kind, reader, day, act.at, arrivals.last_judged(act.tx))
    id = reports.begin(act.tx, new)
    return _Making(act, id, kind, reader, day, before) if id else None


def _of_the_day(reader: str, day: date, coordinator: str, world: World, patience: Patience) -> None:
    with world.store.begin() as tx:
        making = _begun(Act(tx, world, world.now(), "clock"), OF_THE_DAY, reader, day)
        if making is None:
            return
        own = standing.of_agents(tx, _stands_in_for(reader, day, world))
        values: dict[str, Any] = {"day": day.isoformat()}
        if reader == coordinator:
            urgent, many = standing.urgent(tx, making.act.at, reader, MOST_KLACHTEN)
            own = list({one.id: one for one in (*own, *urgent)}.values())
            values |= _points(making, patience)
            something = any(values[name] for name in _POINTS)
            values |= {"figures": _figures(running(standing.counts(tx), many))} if own or something else {}
        _owe(making, own, values)


def _stands_in_for(reader: str, day: date, world: World) -> list[str]:
    """Their own address, and those whose work they have while these are absent."""
    away = world.organisation.away(day)
    return [reader, *(absent for absent, deputy in away.items() if deputy == reader)]


def _of_the_week(reader: str, monday: date, world: World) -> None:
    with world.store.begin() as tx:
        making = _begun(Act(tx, world, world.now(), "clock"), OF_THE_WEEK, reader, monday)
        if making is None:
            return
        week = Period(WEEK, monday).moved(-1)
        told = trend(standing.lives(tx, week.moved(-1).begin, Period(WEEK, monday).begin), week)
        urgent, _ = standing.urgent(tx, making.act.at, reader, MOST_KLACHTEN)
        late = [one for one in urgent if one.colour(making.act.at) == "te_laat"]
        values = {
            "first_day": week.first.isoformat(),
            "until_day": week.last.isoformat(),
            "trend": [_trend(one, world) for one in told],
        }
        _owe(making, late, values)


def _owe(making: _Making, klachten: Iterable[Standing], values: Mapping[str, Any]) -> None:
    """Mail a report in which there is something, with a reply address for what it lists."""
    act, sorted_ = making.act, by_urgency(klachten, making.act.at)
    listed = sorted_[:MOST_KLACHTEN]
    if not listed and not any(values.get(name) for name in (*_POINTS, "trend")):
        return
    reports.list_klachten(act.tx, making.id, [one.id for one in listed])
    said = {
        "kenmerk": report_name(making.id),
        "report": making.id,
        "language": "nl",
        "klachten": [_line(one, act) for one in listed],
        "more": str(len(sorted_) - len(listed)) if len(sorted_) > len(listed) else "",
        "tags": lines_for(listed[0].kenmerk) if listed else (),
        **values,
    }
    owed = Owed(making.kind, making.reader, f"{making.kind}:{making.day}:{making.reader}", said)
    dead = dead_addresses.among(act.tx, [making.reader])
    if reason := why_not(making.reader, act.world, dead):
        owed = replace(owed, state=notices.SUPPRESSED, values={**said, "suppressed": reason})
    act.world.store.owe(act.tx, POST, [owed], act.at)


def _line(one: Standing, act: Act) -> tuple[str, ...]:
    """A klacht in a report: never what the melder wrote. Its end is written out when the mail is made."""
    agent = act.world.organisation.agent(one.handler)
    handler = agent.name if agent else one.handler
    name = _category(one.category, act.world)
    return (one.kenmerk, name, one.status, one.colour(act.at), one.next_end, handler)


def _category(id: str | None, world: World) -> str:
    category = world.organisation.category(id)
    return category.name if category else id or "nog niet gekozen"


def _figures(counted: Running) -> tuple[tuple[str, str], ...]:
    """How many run, by state (RE-03)."""
    return (
        ("Nieuw", str(counted.new)),
        ("Ontvangst bevestigd", str(counted.acknowledged)),
        ("Beantwoord, nog niet gesloten", str(counted.answered)),
        ("Dringend", str(counted.urgent)),
    )


def _trend(one: CategoryTrend, world: World) -> tuple[str, ...]:
    """A category: received, handled and days, each with the week before beside it (KL-05)."""
    now, before = one.now, one.before
    counts = (now.received, before.received, now.handled, before.handled)
    return (_category(one.category, world), *map(str, counts), _days(now), _days(before))


def _days(course: Course) -> str:
    return "" if course.days is None else f"{course.days:.1f}".replace(".", ",")


_POINTS = ("held", "automatic", "mailboxes", "waiting", "lost")


def _points(making: _Making, patience: Patience) -> dict[str, tuple[str, ...]]:
    """What the coordinator must see beside the klachten, in sentences."""
    act, before = making.act, making.before
    found = {
        "held": map(_held, notices.held(act.tx)),
        "automatic": map(_automatic, arrivals.astray(act.tx, before.seen_arrival if before else 0)),
        "mailboxes": _silent(act, patience),
        "waiting": (_waiting(row) for row in arrivals.stuck(act.tx)),
        "lost": _lost(act.tx, act.world, before.made_at if before else None),
    }
    return {name: _at_most(list(points)) for name, points in found.items()}


def _at_most(points: Sequence[str]) -> tuple[str, ...]:
    left = len(points) - MOST_POINTS
    return (*points[:MOST_POINTS], f"en nog {left}") if left > 0 else tuple(points)


def _held(notice: notices.Notice) -> str:
    return f"{notice.values.get('kenmerk', '')}: {notice.kind.replace('_', ' ')} aan {notice.recipient}"


def _automatic(row: Any) -> str:
    return f"{_moment(row.kept_at)} van {row.writer or 'onbekend'}: {reason_of(row.reason)}"


def _waiting(row: Any) -> str:
    return f"{message_name(row.id)} van {row.writer or row.sender or 'onbekend'}: {reason_of(row.reason)}"


def _silent(act: Act, patience: Patience) -> Iterator[str]:
    for heard in mailboxes.heard_in(act.tx, patience, act.at):
        if heard.silent:
            why = f": {heard.state.error}" if heard.state.error else ""
            yield f"{heard.state.name}: stil sinds {_moment(heard.state.silent_since)}{why}"


def _lost(tx: Tx, world: World, since: datetime | None) -> Iterator[str]:
    """Colleagues whom no mail reaches, for as long as that is so, and other addresses once."""
    agents = {agent.address for agent in world.organisation.agents()}
    dead = dead_addresses.among(tx, agents) | {one.address: one for one in dead_addresses.since(tx, since)}
    for one in sorted(dead.values(), key=lambda one: (one.address not in agents, one.address)):
        yield f"{one.address}: neemt geen mail aan sinds {_moment(one.since)} ({one.status})"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(AMSTERDAM):%d-%m-%Y %H:%M}"
