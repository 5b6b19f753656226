"""The demo's clock: the real one, and how far someone moved it on."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from mailagent.house import wall_clock


class DemoClock:
    """Runs as fast as any clock, but may be moved on. What it is ahead is kept, so no restart goes back."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ahead = timedelta(seconds=float(file.read_text("ascii"))) if file.exists() else timedelta()

    def now(self) -> datetime:
        """The moment in the demo."""
        return wall_clock() + self._ahead

    def forward(self, by: timedelta) -> None:
        """Move it on; never back. ValueError where `by` is negative."""
        if by < timedelta():
            raise ValueError("the clock only goes forward")
        ahead = self._ahead + by
        written = self._file.with_suffix(".new")
        written.write_text(str(ahead.total_seconds()), "ascii")
        written.replace(self._file)
        self._ahead = ahead
