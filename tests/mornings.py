"""The morning comes, and with it the reports."""

from __future__ import annotations

from datetime import datetime, timedelta

from desk import Desk

from mailagent.core.calendar import AMSTERDAM
from mailagent.flow import report, tick
from mailagent.flow.report import Patience


def at(desk: Desk, moment: str, patience: Patience | None = None) -> None:
    """It is that moment in Amsterdam: the clock looks at what is due, and makes the reports."""
    desk.time[0] = datetime.fromisoformat(moment).replace(tzinfo=AMSTERDAM).astimezone(desk.now().tzinfo)
    tick.sweep(desk.world)
    for _, step in report.due(desk.world, patience or {}):
        step()
    desk.settle()


SILENT_FOR = {"klachten": timedelta(minutes=30)}
"""A mailbox, and how long it may be silent."""
