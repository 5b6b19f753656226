"""`mailagent mail`: a mail as its reader gets it, with sample words, and all of them read for mistakes."""

from __future__ import annotations

import os
import tempfile
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from mailagent.cli.console import AsJson, err, fail, out, say_json
from mailagent.config.settings import load_settings
from mailagent.core.errors import Mistake, Mistakes
from mailagent.core.mails import MAILS
from mailagent.outbound.proofread import Plain, PlainWords, proofread, read_plain_words
from mailagent.outbound.render import Rendered, Templates
from mailagent.outbound.samples import samples
from mailagent.shipped import find, search_path

app = typer.Typer(no_args_is_help=True, help="The mails we send.")

WRONG = 1
_WORDS = {"nl": "plain_words.txt", "en": "plain_words.en.txt", "fr": "plain_words.fr.txt"}

OwnTemplates = Annotated[Path | None, typer.Option("--config", help="For your own templates.")]


@app.callback()
def _mail() -> None:
    """The mails we send."""


@app.command()
def preview(
    name: Annotated[str, typer.Argument(help="The mail's name: a folder under templates/mail.")],
    language: Annotated[str, typer.Option(help="nl, en or fr.")] = "nl",
    html: Annotated[bool, typer.Option("--html", help="The HTML twin.")] = False,  # noqa: FBT002
    open_: Annotated[bool, typer.Option("--open", help="The HTML twin in a browser.")] = False,  # noqa: FBT002
    config: OwnTemplates = None,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show one mail, filled in with sample words."""
    if name not in MAILS:
        fail(f"there is no mail {name}; there are: {', '.join(MAILS)}")
    try:
        rendered = _templates(_local(config)).render(name, language, samples(name))
    except Mistakes as problem:
        fail(str(problem))
    if open_:
        _open(name, rendered)
    if json:
        say_json({"subject": rendered.subject, "text": rendered.text, "html": rendered.html})
    elif html:
        print(rendered.html)  # noqa: T201 - a page for a file or a browser, not for this screen
    elif not open_:
        out.print(f"Onderwerp: {rendered.subject}\n\n{rendered.text}", markup=False, highlight=False)


def _open(name: str, rendered: Rendered) -> None:
    """In the browser of whoever types, or else where to find it."""
    page = Path(tempfile.mkdtemp(prefix="mailagent-")) / f"{name}.{rendered.language}.html"
    page.write_text(rendered.html, "utf-8")
    opened = webbrowser.open(page.as_uri())
    told = "" if opened else "; no browser could be started here"
    err.print(f"{page}{told}", markup=False, highlight=False)


@app.command()
def check(config: OwnTemplates = None, json: AsJson = False) -> None:  # noqa: FBT002
    """Read every mail in every language: links, plain words, text beside HTML, size. Exit 1: a mistake."""
    local = _local(config)
    words, found = _plain_words(local)
    templates = _templates(local)
    every = proofread(templates, words)
    for mistakes in track(every, "reading", len(MAILS) + 1, console=err, transient=True):
        found += mistakes
    mails = {"mails": len(MAILS), "rendered": sum(len(templates.languages(name)) for name in MAILS)}
    if json:
        say_json({**mails, "mistakes": [_told(mistake) for mistake in found]})
    else:
        for mistake in found:
            out.print(str(mistake), markup=False, highlight=False)
        wrong = f"{len(found)} mistakes" if found else "nothing wrong"
        out.print(
            f"{mails['mails']} mails, {mails['rendered']} with their languages: {wrong}.", highlight=False
        )
    if found:
        raise typer.Exit(WRONG)


def _told(mistake: Mistake) -> dict[str, object]:
    return {"file": mistake.file, "line": mistake.line, "what": mistake.what}


def _plain_words(local: Path | None) -> tuple[PlainWords, list[Mistake]]:
    """The difficult words of each language, and what is wrong in their files."""
    words: dict[str, Sequence[Plain]] = {}
    mistakes: list[Mistake] = []
    for language, name in _WORDS.items():
        if path := find("templates", name, local):
            words[language], wrong = read_plain_words(path)
            mistakes += wrong
    return words, mistakes


def _local(config: Path | None) -> Path | None:
    """The admin's folder; ends with 2 where the settings cannot be read."""
    try:
        return load_settings(config, os.environ).paths.local if config else None
    except Mistakes as problem:
        fail(str(problem))


def _templates(local: Path | None) -> Templates:
    return Templates([folder / "mail" for folder in search_path("templates", local)])
