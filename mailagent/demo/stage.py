"""What the demo is made of: a house with a clock of its own, and a postbus for all that leaves it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from mailagent.demo.clock import DemoClock
from mailagent.demo.postbus import Postbus
from mailagent.demo.settings import PortTaken, prepare, taken
from mailagent.flow.world import World
from mailagent.house import House, open_house, post_room
from mailagent.inbound.letters import LetterReader
from mailagent.inbound.limits import LIMITS
from mailagent.inbound.reader import Reader
from mailagent.store import arrivals, notices

SETTLING_SECONDS = 4.0
"""How long a page waits for what its button set off, so that the next page shows it."""


@dataclass(frozen=True)
class Stage:
    """One demo."""

    house: House
    clock: DemoClock
    postbus: Postbus

    @property
    def world(self) -> World:
        """The flow's world."""
        return self.house.world

    @property
    def smtp(self) -> tuple[str, int]:
        """Where mail comes in."""
        own = self.house.settings.smtp
        return own.host, own.port

    def settle(self) -> None:
        """Wait until everything that came in has had its effect and has left, but not for ever."""
        until = time.monotonic() + SETTLING_SECONDS
        while time.monotonic() < until and self._is_busy():
            time.sleep(0.05)

    def _is_busy(self) -> bool:
        with self.world.store.read() as tx:
            soon = self.clock.now() + timedelta(seconds=1)
            return bool(arrivals.waiting(tx, soon) or notices.in_state(tx, notices.OWED))


@contextmanager
def opened(folder: Path, env: Mapping[str, str]) -> Iterator[Stage]:
    """The demo in this folder. Raises Mistakes, and PortTaken where somebody else has a port of ours."""
    settings, rules = prepare(folder, env)
    if port := taken(settings):
        raise PortTaken(port)
    clock, postbus = DemoClock(folder / "clock"), Postbus(folder / "postbus")
    with Reader(replace(LIMITS, size=settings.intake.max_bytes)) as reader, LetterReader() as letters:
        house = open_house(
            settings, rules, reader.read, clock.now, glance=reader.glance, post_room=post_room(letters)
        )
        try:
            yield Stage(house, clock, postbus)
        finally:
            house.close()
