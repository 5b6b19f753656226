"""A chart of figures over periods as SVG, and the table that says the same.

It can be read without colour, on paper and by ear: every point has its figure beside it, a period without
answers is a gap, and the description tells what the eye would see. There is no script and no style in it, so
that a page with a strict policy can hold it; a theme of NL Design System colours it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from babel.dates import format_date
from babel.numbers import format_decimal

from mailagent.core.figures import Tally
from mailagent.core.periods import MONTH, QUARTER, WEEK, YEAR, Period
from mailagent.core.surveys import NPS, RATING, YES_NO

WIDTH, HEIGHT = 760, 350
LEFT, RIGHT, TOP, BOTTOM = 96, 744, 34, 244
"""Where the points are drawn; below stand the periods and how many answers each has."""

INK = "var(--ink, var(--utrecht-document-color, #1c2733))"
PAPER = "var(--paper, var(--utrecht-document-background-color, #ffffff))"
LINE = "var(--utrecht-link-color, #0b4a6f)"
AXIS = "var(--control, var(--utrecht-form-control-border-color, #6b7a88))"
GRID = "var(--line, #d5dce3)"
"""As web/static/style.css has them; without it the tokens themselves count, and else our own colours."""

TICKS = {NPS: (-100, -50, 0, 50, 100), RATING: (1, 2, 3, 4, 5), YES_NO: (0, 25, 50, 75, 100)}


@dataclass(frozen=True, slots=True)
class Words:
    """What a chart says in one language."""

    period: str
    answers: str
    one_answer: str
    none: str
    nothing: str
    figure: dict[str, str]
    weeks: str
    week: str
    newest: str
    highest: str
    lowest: str
    gaps: str
    per_cent: str


WORDS = {
    "nl": Words(
        period="Periode",
        answers="antwoorden",
        one_answer="antwoord",
        none="geen antwoorden",
        nothing="Er zijn nog geen antwoorden.",
        figure={NPS: "NPS", RATING: "Gemiddelde (1 tot 5)", YES_NO: "Ja"},
        weeks="week",
        week="week {week}, {year}",
        newest="Laatste",
        highest="Hoogste",
        lowest="Laagste",
        gaps="Zonder antwoorden",
        per_cent="{}%",
    ),
    "en": Words(
        period="Period",
        answers="answers",
        one_answer="answer",
        none="no answers",
        nothing="There are no answers yet.",
        figure={NPS: "NPS", RATING: "Average (1 to 5)", YES_NO: "Yes"},
        weeks="week",
        week="week {week}, {year}",
        newest="Latest",
        highest="Highest",
        lowest="Lowest",
        gaps="Without answers",
        per_cent="{}%",
    ),
    "fr": Words(
        period="Période",
        answers="réponses",
        one_answer="réponse",
        none="aucune réponse",
        nothing="Il n’y a pas encore de réponses.",
        figure={NPS: "NPS", RATING: "Moyenne (1 à 5)", YES_NO: "Oui"},
        weeks="semaine",
        week="semaine {week}, {year}",
        newest="Dernier chiffre",
        highest="Le plus haut",
        lowest="Le plus bas",
        gaps="Sans réponse",
        per_cent="{}\u00a0%",
    ),
}


@dataclass(frozen=True, slots=True)
class Chart:
    """The figure of one question over periods, `row` beside `periods`. `id` is unique on its page."""

    id: str
    title: str
    kind: str
    periods: Sequence[Period]
    row: Sequence[Tally]
    language: str = "nl"

    @property
    def words(self) -> Words:
        """What it says; in Dutch where we do not speak that language."""
        return WORDS.get(self.language, WORDS["nl"])

    def said(self, value: float) -> str:
        """A figure as it is read."""
        return said(value, self.kind, self.language)

    def answers(self, tally: Tally) -> str:
        """How many answers there are, in words."""
        return f"{tally.answers} {self.words.one_answer if tally.answers == 1 else self.words.answers}"


def said(value: float, kind: str, language: str) -> str:
    """The figure of a kind of question as it is read: 34, −20, 4,25 or 66,7%."""
    number = format_decimal(abs(value), format="0.##", locale=language)
    number = f"−{number}" if value < 0 else number
    return WORDS.get(language, WORDS["nl"]).per_cent.format(number) if kind == YES_NO else number


def svg(chart: Chart) -> str:
    """The chart; escaped, and with its title and description for who cannot see it."""
    named = f"{escape(chart.id)}-title", f"{escape(chart.id)}-desc"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'role="img" aria-labelledby="{named[0]} {named[1]}">',
            f'<title id="{named[0]}">{escape(chart.title)}</title>',
            f'<desc id="{named[1]}">{escape(described(chart))}</desc>',
            *_scale(chart),
            *_line(chart),
            *_points(chart),
            # words have an edge in the colour of the paper, so that no line runs through them
            f'<g font-size="14" fill="{INK}" stroke="{PAPER}" stroke-width="4" stroke-linejoin="round" '
            'paint-order="stroke">',
            *_ticks(chart),
            *_figures(chart),
            *_periods(chart),
            "</g>",
            "</svg>",
        ]
    )


def table(chart: Chart) -> str:
    """The same as a table, in HTML: nobody needs the chart."""
    words = chart.words
    heads = (words.period, words.figure[chart.kind], words.answers.capitalize())
    lines = [f'<table class="figures"><caption>{escape(chart.title)}</caption>', "<thead><tr>"]
    lines += [f'<th scope="col">{escape(head)}</th>' for head in heads]
    lines.append("</tr></thead><tbody>")
    for period, tally in zip(chart.periods, chart.row, strict=True):
        figure = words.none if tally.figure is None else chart.said(tally.figure)
        cells = f"<td>{escape(figure)}</td><td>{tally.answers}</td>"
        lines.append(f'<tr><th scope="row">{escape(in_full(period, chart.language))}</th>{cells}</tr>')
    return "\n".join([*lines, "</tbody></table>"])


def described(chart: Chart) -> str:
    """In sentences what the eye sees: the newest figure, the highest, the lowest, and where there is none."""
    words = chart.words
    seen: list[tuple[float, str]] = []
    gaps: list[str] = []
    for period, tally in zip(chart.periods, chart.row, strict=True):
        name = in_full(period, chart.language)
        if tally.figure is None:
            gaps.append(name)
        else:
            seen.append((tally.figure, f"{chart.said(tally.figure)} ({name}, {chart.answers(tally)})"))
    if not seen:
        return words.nothing
    ranked = sorted(seen, key=lambda one: one[0])
    ends = ((words.newest, seen[-1]), (words.highest, ranked[-1]), (words.lowest, ranked[0]))
    sentences = [f"{word}: {figure}." for word, (_, figure) in ends]
    return " ".join([*sentences, *([f"{words.gaps}: {'; '.join(gaps)}."] if gaps else [])])


def in_full(period: Period, language: str) -> str:
    """maart 2026, 1e kwartaal 2026, week 10, 2026 or 2026."""
    if period.size == WEEK:
        year, week, _ = period.first.isocalendar()
        return WORDS.get(language, WORDS["nl"]).week.format(week=week, year=year)
    written = {MONTH: "MMMM y", QUARTER: "QQQQ y"}.get(period.size, "y")
    return format_date(period.first, written, locale=language)


def _in_short(period: Period, language: str) -> str:
    if period.size == WEEK:
        return str(period.first.isocalendar().week)
    return format_date(period.first, {MONTH: "LLL", QUARTER: "QQQ"}.get(period.size, "y"), locale=language)


def _scale(chart: Chart) -> Iterator[str]:
    """A line for each tick; that of nought, or of the bottom, is stronger."""
    strong = max(0, TICKS[chart.kind][0])
    for tick in TICKS[chart.kind]:
        y = _height(chart.kind, tick)
        stroke = f'stroke="{AXIS}" stroke-width="1.5"' if tick == strong else f'stroke="{GRID}"'
        yield f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}" {stroke}/>'


def _ticks(chart: Chart) -> Iterator[str]:
    for tick in TICKS[chart.kind]:
        yield _text(LEFT - 12, _height(chart.kind, tick) + 5, chart.said(tick), "end")


def _line(chart: Chart) -> Iterator[str]:
    """One stroke for each run of periods with answers: over a gap there is none."""
    run: list[str] = []
    for place, tally in [*enumerate(chart.row), (len(chart.row), Tally(chart.kind))]:
        if tally.figure is not None:
            run.append(f"{_middle(chart, place):.1f},{_height(chart.kind, tally.figure):.1f}")
            continue
        if len(run) > 1:
            yield f'<polyline points="{" ".join(run)}" fill="none" stroke="{LINE}" stroke-width="2.5"/>'
        run = []


def _points(chart: Chart) -> Iterator[str]:
    for x, y, _, _ in _seen(chart):
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{LINE}" stroke="{PAPER}" stroke-width="1.5"/>'


def _figures(chart: Chart) -> Iterator[str]:
    """Each beside its point: below it where the line comes from above."""
    for x, y, place, figure in _seen(chart):
        near = chart.row[max(0, place - 1) : place + 2]
        around = [tally.figure for tally in near if tally.figure is not None]
        below = sum(around) / len(around) > figure
        yield _text(x, y + 23 if below else y - 11, chart.said(figure), "middle", ' font-weight="bold"')
    if all(tally.figure is None for tally in chart.row):
        between = (LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2 - 20
        yield _text(*between, chart.words.nothing, "middle", ' font-size="18"')


def _seen(chart: Chart) -> Iterator[tuple[float, float, int, float]]:
    """The points: where each is, its place in the row, and its figure."""
    for place, tally in enumerate(chart.row):
        if tally.figure is not None:
            yield _middle(chart, place), _height(chart.kind, tally.figure), place, tally.figure


def _periods(chart: Chart) -> Iterator[str]:
    """Below the points: the periods, the year where it begins, and how many answers each has."""
    year = ""
    if chart.periods and chart.periods[0].size == WEEK:
        yield _text(LEFT - 12, BOTTOM + 42, chart.words.weeks, "end")
    for place, (period, tally) in enumerate(zip(chart.periods, chart.row, strict=True)):
        x = _middle(chart, place)
        yield _text(x, BOTTOM + 42, _in_short(period, chart.language), "middle")
        if period.size != YEAR and period.name[:4] != year:
            year = period.name[:4]
            yield _text(x, BOTTOM + 61, year, "middle")
        yield _text(x, BOTTOM + 90, str(tally.answers), "middle")
    yield _text(LEFT - 12, BOTTOM + 90, chart.words.answers, "end")


def _middle(chart: Chart, place: int) -> float:
    return LEFT + (place + 0.5) * (RIGHT - LEFT) / len(chart.row)


def _height(kind: str, figure: float) -> float:
    lowest, highest = TICKS[kind][0], TICKS[kind][-1]
    return BOTTOM - (figure - lowest) / (highest - lowest) * (BOTTOM - TOP)


def _text(x: float, y: float, words: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(words)}</text>'
