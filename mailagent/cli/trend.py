"""`mailagent trend`: what the last week brought of each category, with the week before beside it."""

from __future__ import annotations

from dataclasses import asdict

from rich.table import Column, Table

from mailagent.cli.console import HERE, AsJson, ConfigFile, opened, out, say_json
from mailagent.core.calendar import local_day
from mailagent.core.periods import WEEK, period_of
from mailagent.core.standing import Course
from mailagent.core.standing import trend as trend_of
from mailagent.store import standing


def trend(config: ConfigFile = HERE, json: AsJson = False) -> None:  # noqa: FBT002
    """Received and handled of each category last week, and the week before."""
    with opened(config) as house:
        now = house.world.now()
        running = period_of(local_day(now), WEEK)
        week = running.moved(-1)
        with house.world.store.read() as tx:
            told = trend_of(standing.lives(tx, week.moved(-1).begin, running.begin), week)
    if json:
        days = {"week": week.name, "first_day": week.first, "last_day": week.last}
        say_json({**days, "categories": [asdict(one) for one in told]})
        return
    out.print(f"{week.first} – {week.last}, tussen haakjes de week ervoor", highlight=False)
    names = ("ontvangen", "afgehandeld", "dagen")
    table = Table("categorie", *(Column(name, justify="right", no_wrap=True) for name in names))
    for one in told:
        table.add_row(one.category or "nog niet gekozen", *_beside(one.now, one.before))
    out.print(table)


def _beside(now: Course, before: Course) -> tuple[str, str, str]:
    return (
        f"{now.received} ({before.received})",
        f"{now.handled} ({before.handled})",
        f"{_days(now)} ({_days(before)})",
    )


def _days(course: Course) -> str:
    return "–" if course.days is None else f"{course.days:.1f}".replace(".", ",")
