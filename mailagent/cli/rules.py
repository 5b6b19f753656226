"""`rules`: checked, explained, tried on what came in before, and drafted from a klacht."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from mailagent.cli import traced
from mailagent.cli.console import HERE, AsJson, ConfigFile, err, fail, opened, out, say_json
from mailagent.config.files import RuleFiles, read_rules
from mailagent.config.settings import load_settings
from mailagent.core.errors import Mistakes, Unreadable
from mailagent.core.message import Message
from mailagent.core.organisation import Organisation
from mailagent.core.rule import SHADOW
from mailagent.core.rules import Decision, decide
from mailagent.flow import drafting, sorting
from mailagent.flow import replay as played
from mailagent.inbound.language import language_of
from mailagent.inbound.reader import Reader
from mailagent.store import klachten

app = typer.Typer(no_args_is_help=True, help="Rules: checked, explained, and tried before they count.")

Folder = Annotated[
    Path | None, typer.Option("--rules", help="A rules folder, with ours for what it does not hold.")
]
_KENMERK = re.compile(r"[A-Za-z]+\d\d-\d+")
_MOST_SHOWN = 20


@app.command()
def check(folder: Folder = None, config: ConfigFile = HERE, json: AsJson = False) -> None:  # noqa: FBT002
    """Name every mistake in the rules folder, with file, line and what would be right. Exit 1: there are."""
    try:
        rules = read_rules(_folder(folder, config))
    except Mistakes as problem:
        if json:
            say_json([asdict(mistake) for mistake in problem.mistakes])
        else:
            out.print(str(problem), markup=False, highlight=False)
        raise typer.Exit(1) from None
    if json:
        say_json([])
        return
    every = rules.rules.rules.values()
    gates, shadow = sum(rule.is_gate for rule in every), sum(rule.status == SHADOW for rule in every)
    out.print(
        f"in orde: {len(every)} regels, waarvan {gates} poorten en {shadow} in schaduw; "
        f"{len(rules.categories)} categorieën; revisie {rules.revision}",
        highlight=False,
    )


@app.command()
def explain(
    what: Annotated[list[str], typer.Argument(help="Mails, as .eml files, or kenmerken.")],
    folder: Folder = None,
    config: ConfigFile = HERE,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Why the rules sort a message as they do. A file needs no configuration: then our own rules are
    asked."""
    files = [name for name in what if not _is_kenmerk(name)]
    told: dict[str, dict[str, Any]] = {}
    if files:
        told |= _of_files(files, _read(folder))
    if len(files) < len(what):
        told |= _of_klachten([name for name in what if name not in told], folder, config)
    answers = [told[name] for name in what]
    if json:
        say_json(answers)
        return
    for answer in answers:
        out.print(answer["file"], style="bold", markup=False, highlight=False)
        for line in _lines(answer):
            out.print(f"    {line}", markup=False, highlight=False)


@app.command()
def replay(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only what came in from this day on.")
    ] = None,
    folder: Folder = None,
    config: ConfigFile = HERE,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """What would go otherwise: these rules read every klacht again, and change nothing."""
    rules = _read(_folder(folder, config)) if folder else None
    with opened(config) as house:
        world = house.world
        organisation = _with(world.organisation, rules) if rules else world.organisation
        total = played.how_many(since, world)
        with Progress(console=err, transient=True) as progress:
            bar = progress.add_task("klachten", total=total)
            result = played.replay(
                rules.rules if rules else world.ruleset,
                organisation,
                since,
                world,
                lambda count: progress.advance(bar, count),
            )
    if json:
        say_json(result.as_dict())
        return
    for line in played.told(result, _MOST_SHOWN):
        out.print(line, markup=False, highlight=False)


@app.command()
def new(kenmerk: str, config: ConfigFile = HERE) -> None:
    """Draft a rule from a klacht: words that seldom stand elsewhere, and its first sentences as an
    example."""
    with opened(config) as house, house.world.store.read() as tx:
        klacht = klachten.by_kenmerk(tx, kenmerk)
        if klacht is None:
            fail(f"there is no klacht {kenmerk}")
        text = drafting.draft(tx, klacht, house.world)
    out.print(text, markup=False, highlight=False, end="")


def _folder(folder: Path | None, config: Path) -> Path | None:
    """The rules folder that was named, else that of the settings, else none: ours."""
    if folder:
        return _rules_in(folder)
    if not config.is_file():
        return None
    try:
        local = load_settings(config, os.environ).paths.local
    except Mistakes as problem:
        fail(str(problem))
    return local / "rules" if local else None


def _rules_in(folder: Path) -> Path:
    if not folder.is_dir():
        fail(f"{folder}: there is no such folder")
    return folder / "rules" if (folder / "rules").is_dir() else folder


def _read(folder: Path | None) -> RuleFiles:
    try:
        return read_rules(_rules_in(folder) if folder else None)
    except Mistakes as problem:
        fail(str(problem))


def _is_kenmerk(name: str) -> bool:
    return bool(_KENMERK.fullmatch(name)) and not Path(name).exists()


def _of_files(names: list[str], rules: RuleFiles) -> dict[str, dict[str, Any]]:
    raws = {}
    for name in names:
        try:
            raws[name] = Path(name).read_bytes()
        except OSError as problem:
            fail(f"{name}: {problem.strerror or problem}")
    with Reader(children=1) as reader:
        return {name: _of_mail(name, raw, reader, rules) for name, raw in raws.items()}


def _of_mail(name: str, raw: bytes, reader: Reader, rules: RuleFiles) -> dict[str, Any]:
    quarantine = ""
    message = Message()
    try:
        mail = reader.read(raw)
        words = mail.new_text.strip() or mail.to_read
        message = sorting.message_of_mail(mail, (mail.sender or "").lower(), "email", language_of(words))
    except Unreadable as problem:
        quarantine = problem.reason
    decision = Decision() if quarantine else decide(message, rules.rules)
    answer = _answer(name, decision, _with(Organisation("", "", ""), rules))
    return {**answer, "quarantine": quarantine} if quarantine else answer


def _of_klachten(names: list[str], folder: Path | None, config: Path) -> dict[str, dict[str, Any]]:
    rules = _read(folder) if folder else None
    told = {}
    with opened(config) as house, house.world.store.read() as tx:
        world = house.world
        for name in names:
            message = played.message_of(tx, name)
            if message is None:
                fail(f"there is no file and no klacht {name}")
            organisation = _with(world.organisation, rules) if rules else world.organisation
            decision = sorting.sort_message(tx, message, world, rules.rules if rules else None)
            told[name] = _answer(name, decision, organisation)
    return told


def _with(organisation: Organisation, rules: RuleFiles) -> Organisation:
    """The teams and categories of these rules."""
    return Organisation(
        organisation.name,
        organisation.address,
        organisation.web,
        teams=rules.teams,
        categories=rules.categories,
    )


def _answer(name: str, decision: Decision, organisation: Organisation) -> dict[str, Any]:
    return {"file": name, **decision.as_dict(), "team": sorting.team_of(decision, organisation)}


def _lines(answer: Mapping[str, Any]) -> Iterator[str]:
    if answer.get("quarantine"):
        yield f"kan niet worden gelezen: {answer['quarantine']}"
        return
    yield from traced.lines(answer)
    set_ = {"team": answer["team"], "prioriteit": answer["priority"], "complexiteit": answer["complexity"]}
    said = [f"{key} {value}" for key, value in set_.items() if value]
    said += ["vertrouwelijk"] if answer["confidential"] else []
    said += [f"labels {', '.join(answer['labels'])}"] if answer["labels"] else []
    yield ", ".join(said)
