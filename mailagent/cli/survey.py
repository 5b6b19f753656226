"""`mailagent survey`: the surveys there are, what one asks, and their life from draft to closed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from mailagent.cli.console import HERE, AsJson, ConfigFile, fail, opened, out, say_json
from mailagent.config.files import load_rules
from mailagent.config.settings import load_settings
from mailagent.core.errors import Mistakes
from mailagent.core.surveys import SCALES, Question, Survey, choices
from mailagent.flow import survey as life

app = typer.Typer(no_args_is_help=True, help="The surveys.")

Id = Annotated[str, typer.Argument(help="The survey: the name of its file in rules/surveys, without .yaml.")]


@app.command("list")
def listed(config: ConfigFile = HERE, json: AsJson = False) -> None:  # noqa: FBT002
    """Every survey with its state: draft, active or closed."""
    with opened(config) as house:
        surveys, states = house.world.surveys, life.states(house.world)
    if json:
        say_json([{**asdict(one), "title": _title(surveys.get(one.id))} for one in states])
        return
    table = Table("id", "staat", "sinds", "titel")
    for one in states:
        since = f"{one.since:%Y-%m-%d}" if one.since else ""
        table.add_row(one.id, one.state, since, _title(surveys.get(one.id)))
    out.print(table)


def _title(survey: Survey | None) -> str:
    return survey.title.nl if survey else "(its file is gone)"


@app.command()
def activate(survey: Id, config: ConfigFile = HERE) -> None:
    """From now on this survey is sent. It cannot be a draft again."""
    with opened(config) as house:
        life.activate(survey, house.world)
    out.print(f"{survey} is active: it is sent from now on.", highlight=False)


@app.command()
def close(survey: Id, config: ConfigFile = HERE) -> None:
    """Never send this survey again; links that are still out stop working."""
    with opened(config) as house:
        life.close(survey, house.world)
    out.print(f"{survey} is closed: it is sent no more, and cannot be opened again.", highlight=False)


@app.command()
def preview(
    survey: Id,
    language: Annotated[str, typer.Option(help="nl, en or fr.")] = "nl",
    config: ConfigFile = HERE,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show what a survey asks; without a settings file, one of those we ship."""
    try:
        local = load_settings(config, os.environ).paths.local if config.is_file() else None
        surveys = load_rules(local).surveys
    except Mistakes as problem:
        fail(str(problem))
    if survey not in surveys:
        fail(f"there is no survey {survey}; there is {', '.join(surveys) or 'none'}")
    if json:
        say_json(asdict(surveys[survey]))
    else:
        out.print("\n".join(_told(surveys[survey], language)), markup=False, highlight=False)


def _told(survey: Survey, language: str) -> Iterator[str]:
    spoken = survey.speaks(language)
    yield from (survey.title.said(spoken), survey.intro.said(spoken))
    for number, question in enumerate(survey.questions, 1):
        optional = "" if question.required else " (may be skipped)"
        yield f"\n{number}. {question.text.said(spoken)}{optional}"
        yield from (f"   - {choice}" for choice in _choices(question, spoken))


def _choices(question: Question, language: str) -> list[str]:
    if question.kind in SCALES:
        scale = SCALES[question.kind]
        return [f"{scale[0]} to {scale[-1]}"]
    texts = {option.id: option.text.said(language) for option in question.options}
    return [texts.get(choice, choice) for choice in choices(question)] or ["(free text)"]
