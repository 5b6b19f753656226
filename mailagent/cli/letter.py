"""`mailagent letter …`: letters on paper."""

from __future__ import annotations

import typer

from mailagent.cli import dividers, paper, scanned

app = typer.Typer(no_args_is_help=True, help="Letters on paper.")
app.command("read")(scanned.read)
app.command("sheets")(dividers.sheets)
app.command("queue")(paper.queue)
app.command("print")(paper.print_)
app.command("posted")(paper.posted)
app.command("to")(paper.to)
app.command("preview")(paper.preview)
