"""`mailagent kto`: figures of surveys and smileys, for the screen, a spreadsheet, a browser or a program."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from mailagent.cli.console import HERE, AsJson, ConfigFile, fail, opened, out, say_json
from mailagent.cli.figures import as_json, rows
from mailagent.cli.spreadsheet import spreadsheet
from mailagent.core.calendar import ONE_DAY, end_of_day, local_day
from mailagent.core.figures import DOWN, LEVEL, UP, Response, Tally
from mailagent.core.organisation import Organisation
from mailagent.core.overview import (
    CATEGORY,
    CHANNEL,
    GROUPS,
    PERIOD,
    SMILEYS,
    Overview,
    SurveyFigures,
    Wanted,
    chosen,
    overview,
    survey_of,
    tally_of,
)
from mailagent.core.periods import MONTH, SIZES
from mailagent.core.surveys import MULTIPLE, NPS, OPEN, RATING, YES_NO
from mailagent.flow.world import World
from mailagent.store.figures import Asked, counted
from mailagent.store.surveys import states
from mailagent.web.chart import WORDS, said
from mailagent.web.report import report

ARROWS = {UP: "↑", DOWN: "↓", LEVEL: "→"}
HEADS = {CHANNEL: "kanaal", CATEGORY: "categorie", PERIOD: "periode"}
KINDS = {NPS: "NPS", RATING: "gemiddelde", YES_NO: "ja", MULTIPLE: "keuze", OPEN: "tekst"}

FIRST_YEAR, LAST_YEAR = 1990, 2999


def kto(  # noqa: PLR0913 - each is an option
    config: ConfigFile = HERE,
    survey: Annotated[str, typer.Option(help="Only this one; smileys are one too.")] = "",
    by: Annotated[str, typer.Option(help=f"Told apart by {', '.join(GROUPS)}.")] = "",
    period: Annotated[str, typer.Option(help=f"How long a period is: {', '.join(SIZES)}.")] = MONTH,
    since: Annotated[str, typer.Option(help="Invitations sent from this day on, as 2026-01-31.")] = "",
    until: Annotated[str, typer.Option(help="And up to this day; today where left out.")] = "",
    language: Annotated[str, typer.Option(help="Of the page: nl, en or fr.")] = "nl",
    html: Annotated[bool, typer.Option("--html", help="A page with charts.")] = False,  # noqa: FBT002
    csv: Annotated[bool, typer.Option("--csv", help="For a spreadsheet.")] = False,  # noqa: FBT002
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Figures of surveys and smileys: response, NPS, averages, and where they are going."""
    _one_of("--by", by, ("", *GROUPS))
    _one_of("--period", period, SIZES)
    _one_of("--language", language, tuple(WORDS))
    if csv + html + json > 1:
        fail("--html, --csv and --json are forms of the same; choose one")
    with opened(config) as house:
        world = house.world
        last = _day("--until", until) or local_day(world.now())
        found = _found(Wanted(last, _day("--since", since), survey, by, period), world)
    if json:
        say_json(as_json(found))
    elif csv:
        sys.stdout.buffer.write(spreadsheet(rows(found)))
    elif html:
        print(report(found, world.organisation, language, house.settings.paths.local))  # noqa: T201 - for a file
    else:
        _print(found, world.organisation)


def _one_of(option: str, word: str, words: tuple[str, ...]) -> None:
    if word not in words:
        fail(f"{option} is not {word}; there is {', '.join(filter(None, words))}")


def _day(option: str, text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.min
    if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
        fail(f"{option} {text}: that is no day; write it as 2026-01-31")
    return day


def _found(wanted: Wanted, world: World) -> Overview:
    """Count what is wanted. Ends with a sentence where there is no such survey, or no day to count."""
    if wanted.since and wanted.since > wanted.until:
        fail(f"--since {wanted.since} lies after the last day, {wanted.until}")
    until, since = end_of_day(wanted.until), end_of_day(wanted.since - ONE_DAY) if wanted.since else None
    with world.store.read() as tx:
        counts = counted(tx, Asked(until, since, wanted.periods, wanted.by, wanted.survey))
        kept = states(tx)
    there = [SMILEYS, *sorted(world.surveys.keys() | kept.keys())]
    if wanted.survey not in ("", *there):
        fail(f"there is no survey {wanted.survey}; there is {', '.join(there)}")
    told = {line.survey for line in counts[0]} | {wanted.survey}
    answers = world.organisation.answers
    return overview(wanted, [survey_of(id, world.surveys, answers) for id in there if id in told], counts)


def _print(found: Overview, organisation: Organisation) -> None:
    if not found.surveys:
        out.print("Er zijn in deze tijd geen uitnodigingen.", highlight=False)
    for number, one in enumerate(found.surveys):
        out.print("\n" * bool(number) + one.survey.title.nl, style="bold", markup=False, highlight=False)
        out.print(_response(one.whole.response), markup=False, highlight=False)
        if found.wanted.by:
            out.print(_by_group(one, found.wanted.by, organisation))
        else:
            out.print(_by_question(one, found))
            for line in _choices(one):
                out.print(line, markup=False, highlight=False)


def _response(response: Response) -> str:
    rate = "nog niets bezorgd"
    if response.rate is not None:
        rate = f"respons {_per_cent(response.rate)} ({response.answered} van {response.delivered} bezorgd)"
    beside = {
        "wacht nog": response.scheduled,
        "niet verstuurd": response.suppressed + response.unsent,
        "mislukt": response.failed,
    }
    more = "".join(f", {count} {word}" for word, count in beside.items() if count)
    return rate + more


def _by_question(one: SurveyFigures, found: Overview) -> Table:
    """Each question with its figure, that of the last period, and an arrow from the period before."""
    last = found.periods[-1].name + (" tot nu" if found.is_running else "")
    table = Table("vraag", "soort", "cijfer", "aantal", Column(last, no_wrap=True), "verschil")
    for question in one.survey.questions:
        tally, trend = tally_of(one.whole, question), one.trend(question)
        moved = f"{ARROWS[trend.direction]} {_signed(trend.change, question.kind)}" if trend else ""
        cells = (_whole(tally), str(tally.answers), _cell(one.over(question)[-1]), moved)
        table.add_row(question.id, KINDS[question.kind], *cells)
    return table


def _by_group(one: SurveyFigures, by: str, organisation: Organisation) -> Table:
    """Each channel, category or period with its response, and the figure of each question that has one."""
    questions = [question for question in one.survey.questions if question.kind in (NPS, RATING, YES_NO)]
    table = Table(HEADS[by], "bezorgd", "beantwoord", "respons")
    for question in questions:
        table.add_column(f"{question.id}\n{KINDS[question.kind]}")
    for name, figures in one.groups.items():
        response = figures.response
        rate = "" if response.rate is None else _per_cent(response.rate)
        cells = (_cell(tally_of(figures, question)) for question in questions)
        group = Text(group_name(name, by, organisation))
        table.add_row(group, str(response.delivered), str(response.answered), rate, *cells)
    return table


def group_name(name: str, by: str, organisation: Organisation) -> str:
    """A category as people call it; a klacht that has none yet is told apart as well."""
    if by != CATEGORY:
        return name
    category = organisation.category(name)
    return category.name if category else name or "(nog geen)"


def _choices(one: SurveyFigures) -> Iterator[str]:
    """How often each option was chosen, most often first."""
    for question in one.survey.questions:
        tally = tally_of(one.whole, question)
        if question.kind == MULTIPLE and tally.answers:
            yield f"{question.id}: {question.text.nl}"
            for each in sorted(chosen(tally, question), key=lambda each: -each.answers):
                yield f"  {_per_cent(each.share):>6} {each.text.nl} ({each.answers})"


def _whole(tally: Tally) -> str:
    if tally.figure is None:
        return ""
    figure = said(tally.figure, tally.kind, "nl")
    if tally.kind == RATING and tally.satisfied is not None:
        return f"{figure}; {_per_cent(tally.satisfied)} geeft 4 of 5"
    return figure


def _cell(tally: Tally) -> str:
    """A figure never stands without the number of answers it comes from."""
    return "" if tally.figure is None else f"{said(tally.figure, tally.kind, 'nl')} ({tally.answers})"


def _per_cent(share: float) -> str:
    return said(share, YES_NO, "nl")


def _signed(change: float, kind: str) -> str:
    """How far it moved; of per cents that is in points."""
    return ("+" if change > 0 else "") + said(change, NPS if kind == YES_NO else kind, "nl")
