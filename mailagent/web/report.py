"""The figures as one page that needs nothing beside it: to open, to print, to send on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mailagent.core.figures import DOWN, LEVEL, UP, Figures, Trend
from mailagent.core.organisation import Organisation
from mailagent.core.overview import CATEGORY, PERIOD, Overview, SurveyFigures, chosen, tally_of
from mailagent.core.periods import Period
from mailagent.core.surveys import NPS, RATING, YES_NO, Question
from mailagent.shipped import ROOT, find, search_path
from mailagent.web.chart import Chart, in_full, said, svg, table
from mailagent.web.theme import theme_class

ARROWS = {UP: "↑", DOWN: "↓", LEVEL: "→"}
FOREIGN = ("en", "fr")

POINTS = {
    "nl": {NPS: " punten", YES_NO: " procentpunt"},
    "en": {NPS: " points", YES_NO: " percentage points"},
    "fr": {NPS: " points", YES_NO: " points de pourcentage"},
}
MOVED = {
    "nl": {
        UP: "{last}: {figure}. Dat is {change} hoger dan in {before} ({was}).",
        DOWN: "{last}: {figure}. Dat is {change} lager dan in {before} ({was}).",
        LEVEL: "{last}: {figure}. Dat is ongeveer gelijk aan {before} ({was}).",
    },
    "en": {
        UP: "{last}: {figure}. That is {change} higher than in {before} ({was}).",
        DOWN: "{last}: {figure}. That is {change} lower than in {before} ({was}).",
        LEVEL: "{last}: {figure}. That is about the same as in {before} ({was}).",
    },
    "fr": {
        UP: "{last}\u00a0: {figure}. C’est {change} de plus qu’en {before} ({was}).",
        DOWN: "{last}\u00a0: {figure}. C’est {change} de moins qu’en {before} ({was}).",
        LEVEL: "{last}\u00a0: {figure}. C’est à peu près comme en {before} ({was}).",
    },
}


@dataclass(frozen=True, slots=True)
class _Choice:
    text: str
    share: str
    answers: int


@dataclass(frozen=True, slots=True)
class _Question:
    """A question as the page shows it; `figure` is "" where it has none."""

    text: str
    kind: str
    answers: str
    figure: str
    content: str
    moved: str
    arrow: str
    svg: Markup
    table: Markup
    chosen: list[_Choice]


@dataclass(frozen=True, slots=True)
class _Group:
    name: str
    cells: list[str]


@dataclass(frozen=True, slots=True)
class _Survey:
    id: str
    title: str
    rate: str
    answered: int
    delivered: int
    scheduled: int
    not_sent: int
    failed: int
    heads: list[str]
    groups: list[_Group]
    questions: list[_Question]


def report(overview: Overview, organisation: Organisation, language: str, local: Path | None) -> str:
    """The page, in HTML. The colours of the admin's theme.css hold here too."""
    spoken = language if language in FOREIGN else "nl"
    folder = ROOT / "web" / "report"
    jinja = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    wanted = overview.wanted
    return jinja.get_template("cijfers.html").render(
        language=spoken,
        words="_words.html" if spoken == "nl" else f"_words.{spoken}.html",
        theme=theme_class(search_path("web", local)),
        organisation=organisation.name,
        css=_css(local),
        since=_day(wanted.since, spoken) if wanted.since else "",
        until=_day(wanted.until, spoken),
        by=wanted.by,
        surveys=[_survey(one, overview, organisation, spoken) for one in overview.surveys],
    )


def _css(local: Path | None) -> Markup:
    names = ("static/style.css", "static/theme.css", "report/report.css")
    sheets = [path.read_text("utf-8") for name in names if (path := find("web", name, local))]
    # nothing in it may end the element it stands in
    return Markup("\n".join(sheets).replace("</", "<\\/"))


def _day(day: date, language: str) -> str:
    return format_date(day, "d MMMM y", locale=language)


def _survey(one: SurveyFigures, overview: Overview, organisation: Organisation, language: str) -> _Survey:
    response, by = one.whole.response, overview.wanted.by
    asked = [question for question in one.survey.questions if question.kind in (NPS, RATING, YES_NO)]
    return _Survey(
        id=one.survey.id,
        title=one.survey.title.said(language),
        rate="" if response.rate is None else said(response.rate, YES_NO, language),
        answered=response.answered,
        delivered=response.delivered,
        scheduled=response.scheduled,
        not_sent=response.suppressed + response.unsent,
        failed=response.failed,
        heads=[question.text.said(language) for question in asked],
        groups=[
            _Group(_name(name, by, organisation, overview.periods, language), _cells(found, asked, language))
            for name, found in one.groups.items()
        ],
        questions=[_question(one, question, overview, language) for question in one.survey.questions],
    )


def _name(name: str, by: str, organisation: Organisation, periods: tuple[Period, ...], language: str) -> str:
    if by == PERIOD:
        return next(in_full(period, language) for period in periods if period.name == name)
    category = organisation.category(name) if by == CATEGORY else None
    return category.name if category else name


def _cells(found: Figures, asked: list[Question], language: str) -> list[str]:
    """The response of a group, and the figure of each question with the number of answers it comes from."""
    response = found.response
    rate = "" if response.rate is None else said(response.rate, YES_NO, language)
    tallies = [tally_of(found, question) for question in asked]
    figures = [
        "" if tally.figure is None else f"{said(tally.figure, tally.kind, language)} ({tally.answers})"
        for tally in tallies
    ]
    return [f"{rate} ({response.answered}/{response.delivered})" if rate else "", *figures]


def _question(one: SurveyFigures, question: Question, overview: Overview, language: str) -> _Question:
    tally, text = tally_of(one.whole, question), question.text.said(language)
    drawn = question.kind in (NPS, RATING, YES_NO)
    chart = Chart(
        f"{one.survey.id}-{question.id}", text, question.kind, overview.periods, one.over(question), language
    )
    trend = one.trend(question)
    content = tally.satisfied if question.kind == RATING else None
    return _Question(
        text=text,
        kind=question.kind,
        answers=chart.answers(tally),
        figure="" if tally.figure is None else chart.said(tally.figure),
        content="" if content is None else said(content, YES_NO, language),
        moved=_moved(trend, chart) if trend else "",
        arrow=ARROWS[trend.direction] if trend else "",
        svg=Markup(svg(chart)) if drawn else Markup(""),
        table=Markup(table(chart)) if drawn else Markup(""),
        chosen=[
            _Choice(each.text.said(language), said(each.share, YES_NO, language), each.answers)
            for each in chosen(tally, question)
        ],
    )


def _moved(trend: Trend, chart: Chart) -> str:
    before, last = ((in_full(period, chart.language)) for period in chart.periods[-2:])
    was, figure = (chart.said(tally.figure or 0) for tally in chart.row[-2:])
    unit = NPS if chart.kind == YES_NO else chart.kind
    change = said(abs(trend.change), unit, chart.language) + POINTS[chart.language].get(chart.kind, "")
    sentence = MOVED[chart.language][trend.direction]
    return sentence.format(last=last.capitalize(), before=before, figure=figure, was=was, change=change)
