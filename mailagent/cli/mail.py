"""`mailagent mail preview`: see a mail as its reader gets it, with sample words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from mailagent.cli.console import AsJson, fail, out, say_json
from mailagent.config.settings import load_settings
from mailagent.core.errors import Mistakes
from mailagent.core.mails import MAILS
from mailagent.outbound.render import Templates
from mailagent.outbound.samples import samples
from mailagent.shipped import search_path

app = typer.Typer(no_args_is_help=True, help="The mails we send.")


@app.callback()
def _mail() -> None:
    """The mails we send."""


@app.command()
def preview(
    name: Annotated[str, typer.Argument(help="The mail's name: a folder under templates/mail.")],
    language: Annotated[str, typer.Option(help="nl, en or fr.")] = "nl",
    html: Annotated[bool, typer.Option("--html", help="The HTML twin.")] = False,  # noqa: FBT002
    config: Annotated[Path | None, typer.Option("--config", help="For your own templates.")] = None,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show one mail, filled in with sample words."""
    if name not in MAILS:
        fail(f"there is no mail {name}; there are: {', '.join(MAILS)}")
    try:
        local = load_settings(config, os.environ).paths.local if config else None
        templates = Templates([folder / "mail" for folder in search_path("templates", local)])
        rendered = templates.render(name, language, samples(name))
    except Mistakes as problem:
        fail(str(problem))
    if json:
        say_json({"subject": rendered.subject, "text": rendered.text, "html": rendered.html})
    elif html:
        print(rendered.html)  # noqa: T201 - a page for a file or a browser, not for this screen
    else:
        out.print(f"Onderwerp: {rendered.subject}\n\n{rendered.text}", markup=False, highlight=False)
