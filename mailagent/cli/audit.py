"""`mailagent audit verify`: is the log still what was written?"""

from __future__ import annotations

from dataclasses import asdict

import typer

from mailagent.cli.console import HERE, AsJson, ConfigFile, opened, out, say_json
from mailagent.store.audit import Broken
from mailagent.store.audit import verify as walk

app = typer.Typer(no_args_is_help=True, help="The log that nobody can change unseen.")


@app.callback()
def _audit() -> None:
    """The log that nobody can change unseen."""


@app.command()
def verify(config: ConfigFile = HERE, json: AsJson = False) -> None:  # noqa: FBT002
    """Walk the chain of every klacht. Exit 1 where one is broken."""
    klachten, events = 0, 0
    broken: list[Broken] = []
    with opened(config) as house, house.world.store.read() as tx:
        for _, count, found in walk(tx):
            klachten, events = klachten + 1, events + count
            broken += found
    if json:
        say_json({"klachten": klachten, "events": events, "broken": [asdict(b) for b in broken]})
    else:
        for b in broken:
            out.print(f"{b.kenmerk} event {b.seq}: {b.what}", style="red", highlight=False)
        out.print(f"{klachten} klachten, {events} events, {len(broken)} broken", highlight=False)
    if broken:
        raise typer.Exit(1)
