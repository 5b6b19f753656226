"""`mailagent demo`: one municipality on this machine, to play with; nothing in it leaves the machine."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mailagent.cli.console import fail, quiet
from mailagent.core.errors import Problem
from mailagent.demo.settings import free_ports
from mailagent.demo.show import run
from mailagent.demo.stage import Stage, opened
from mailagent.demo.telling import Teller

NOT_HELD = 1


OnlyPlay = Annotated[
    bool, typer.Option("--play", help="Only play one life, in a folder of its own. Exit 1: it failed.")
]


def demo(
    play: OnlyPlay = False,  # noqa: FBT002
    folder: Annotated[Path, typer.Option(help="Where the demo keeps everything.")] = Path("var/demo"),
) -> None:
    """Play the whole life of a klacht, and stay up to try it yourself: melder, behandelaar and beheerder."""
    quiet()
    try:
        held = _in_a_folder_of_its_own() if play else _in(folder, os.environ, stay=True)
    except (Problem, OSError) as problem:
        fail(str(problem))
    if not held:
        raise typer.Exit(NOT_HELD)


def _in_a_folder_of_its_own() -> bool:
    with tempfile.TemporaryDirectory(prefix="mailagent-demo-") as folder:
        return _in(Path(folder), free_ports(), stay=False)


def _in(folder: Path, env: Mapping[str, str], *, stay: bool) -> bool:
    with opened(folder, env) as stage:
        return asyncio.run(_until_stopped(stage, stay=stay))


async def _until_stopped(stage: Stage, *, stay: bool) -> bool:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return await run(stage, stop, Teller(Console()), stay=stay)
