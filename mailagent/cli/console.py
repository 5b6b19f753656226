"""How every command finds its configuration, prints, and ends: 0 is answered, 2 is could not."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NoReturn

import structlog
import typer
from rich.console import Console

from mailagent.core.errors import Mistakes, Problem
from mailagent.house import House, load, open_house, post_room
from mailagent.inbound.letters import LetterReader
from mailagent.inbound.limits import LIMITS
from mailagent.inbound.reader import Reader

ANSWERED, COULD_NOT = 0, 2

ConfigFile = Annotated[
    Path, typer.Option("--config", envvar="MAILAGENT_CONFIG", help="The settings file.", show_default=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="Only JSON on standard output.")]
HERE = Path("mailagent.toml")

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


def fail(text: str) -> NoReturn:
    """Say why not, on standard error, and end with 2."""
    err.print(text, style="red", markup=False, highlight=False)
    raise typer.Exit(COULD_NOT)


def say_json(value: object) -> None:
    """One JSON value on standard output, and nothing else."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


@contextmanager
def opened(config: Path) -> Iterator[House]:
    """The house of this configuration, closed at the end; ends with 2 and a sentence where it cannot open."""
    quiet()
    if not config.is_file():
        fail(
            f"{config}: there is no such file. `mailagent init` writes one; "
            "the demo's is var/demo/mailagent.toml (use --config)."
        )
    with ExitStack() as stack:
        try:
            settings, rules = load(config, os.environ)
            reader = stack.enter_context(Reader(replace(LIMITS, size=settings.intake.max_bytes)))
            letters = post_room(stack.enter_context(LetterReader()))
            house = open_house(settings, rules, reader.read, glance=reader.glance, post_room=letters)
        except Mistakes as problem:
            fail(str(problem))
        except (Problem, OSError) as problem:
            fail(f"{config}: {problem}")
        try:
            yield house
        except Problem as problem:
            fail(str(problem))
        finally:
            house.close()


def quiet(level: int = logging.WARNING) -> None:
    """Logs go to standard error, as one line each."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def plain(row: Any) -> dict[str, object]:
    """A row of the store as plain values."""
    return dict(row._mapping)
