"""`init`, `serve` and `check`: to begin, to run, and to see whether all is well."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets
import signal
from typing import Annotated

import typer
import uvloop

from mailagent.cli.console import HERE, AsJson, ConfigFile, err, fail, opened, out, quiet, say_json
from mailagent.cli.inspect import Finding, inspect, surveys
from mailagent.config.sample import sample
from mailagent.core.errors import Mistake
from mailagent.house import House
from mailagent.service import ROLES, make_doors
from mailagent.service import serve as run
from mailagent.web.app import make_app


def init(config: ConfigFile = HERE) -> None:
    """Write a settings file with a random key, to be filled in."""
    if config.exists():
        fail(f"{config} is there already; nothing was written.")
    config.parent.mkdir(parents=True, exist_ok=True)
    config.touch(mode=0o600)
    config.write_text(sample(secrets.token_urlsafe(32)), "utf-8")
    out.print(f"Wrote {config}. Fill it in, then run: mailagent check --config {config}", highlight=False)


def serve(
    config: ConfigFile = HERE,
    role: Annotated[
        list[str] | None, typer.Option(help=f"What this process does: {', '.join(ROLES)}. Default: all.")
    ] = None,
) -> None:
    """Run until asked to stop (SIGTERM or Ctrl-C)."""
    roles = tuple(role or ROLES)
    if strange := [name for name in roles if name not in ROLES]:
        fail(f"unknown role {strange[0]}; there are {', '.join(ROLES)}")
    with opened(config) as house:
        quiet(logging.INFO)
        mistakes = [*house.templates.mistakes(), *_of_letters(house)]
        wrong = [*map(str, dict.fromkeys(mistakes)), *(finding.text for finding in surveys(house))]
        if wrong:
            fail("\n".join(wrong))
        if roles != ROLES and house.world.store.engine.dialect.name == "sqlite":
            fail("on SQLite one process does everything: leave --role out, or use PostgreSQL")
        try:
            uvloop.run(until_stopped(house, roles))
        except OSError as problem:
            fail(f"cannot listen: {problem}")


def _of_letters(house: House) -> list[Mistake]:
    return house.letters.templates.mistakes() if house.world.policy.prints else []


async def until_stopped(house: House, roles: tuple[str, ...] = ROLES) -> None:
    """Serve until SIGTERM or SIGINT."""
    gc.collect()
    gc.freeze()  # what was loaded by now stays; to look through it again would stop everybody for 0.1 s
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    own = house.settings
    await run(
        house,
        stop,
        make_app(make_doors(house)),
        roles,
        lambda: err.print(f"klaar: SMTP {own.smtp.listen}, web {own.web.listen}", highlight=False),
    )


def check(config: ConfigFile = HERE, json: AsJson = False) -> None:  # noqa: FBT002
    """See whether all is well: settings, rules, templates, database, relay, mailboxes. Exit 1: it is not."""
    quiet(logging.CRITICAL)
    if not config.is_file():
        fail(f"{config}: there is no such file. `mailagent init` writes one.")
    found = inspect(config, os.environ)
    wrong = [finding for finding in found if finding.wrong]
    if json:
        say_json({"ok": not wrong, "findings": [finding.as_dict() for finding in found]})
    else:
        _print(found)
    if wrong:
        raise typer.Exit(1)


def _print(found: list[Finding]) -> None:
    for finding in found:
        style = "red" if finding.wrong else "yellow"
        mark = "fout" if finding.wrong else "let op"
        out.print(f"[{style}]{mark}[/{style}]", end=" ")
        out.print(finding.text, markup=False, highlight=False)
    if not any(finding.wrong for finding in found):
        out.print("[green]in orde[/green]")
