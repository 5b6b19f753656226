"""`mailagent letter sheets`: separator sheets to lay between letters before they are scanned."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from mailagent.cli.console import fail, out
from mailagent.core.dates import written


def sheets(
    path: Annotated[Path, typer.Argument(help="The PDF to write.", show_default=False)],
    count: Annotated[int, typer.Option(min=1, max=500, help="How many sheets.")] = 10,
    day: Annotated[
        str, typer.Option("--received", help="The day on which the letters behind it came, as 2026-03-02.")
    ] = "",
) -> None:
    """Write a PDF of separator sheets: lay one before each letter of a pile. They can be used again."""
    try:
        received = date.fromisoformat(day) if day else None
    except ValueError:
        fail(f"{day}: write a day as 2026-03-02")
    lines = ["Scheidingsvel", "Leg dit vel boven op elke brief in de stapel."]
    lines += [f"Ontvangen op {written(received)}"] if received else ["Dit vel kan opnieuw worden gebruikt."]
    task = {"count": count, "day": received.isoformat() if received else "", "words": lines}
    command = [sys.executable, "-P", "-m", "mailagent.inbound.dividers", json.dumps(task)]
    drawn = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    try:
        path.write_bytes(drawn)
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    out.print(f"Wrote {count} sheets to {path}.", highlight=False)
