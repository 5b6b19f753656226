"""`mailagent letter …`: letters on paper."""

from __future__ import annotations

import typer

from mailagent.cli import scanned

app = typer.Typer(no_args_is_help=True, help="Letters on paper.")
app.command("read")(scanned.read)


@app.callback()
def _letter() -> None:
    """Letters on paper."""
