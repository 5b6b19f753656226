"""The chart of figures: read by the eye, by ear, on paper, and by a stranger's words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date

import pytest
from colours import contrast

from mailagent.core.figures import Tally
from mailagent.core.periods import MONTH, QUARTER, SIZES, WEEK, YEAR, last_periods
from mailagent.core.surveys import NPS, RATING, YES_NO
from mailagent.web.chart import BOTTOM, HEIGHT, TOP, WIDTH, Chart, described, in_full, said, svg, table

SVG = "{http://www.w3.org/2000/svg}"
DAY = date(2026, 3, 15)
FULL = [10, 20, 35, 30, -5, 12, 40, 55, 60, 48, 52, 57]
GAPS = [100, None, 98, 30, None, None, 40, -55, None, 0, 52, None]
SHAPES: dict[str, list[int | None]] = {
    "full": [*FULL],
    "gaps": GAPS,
    "empty": [None] * 12,
    "one point": [None] * 11 + [20],
    "all negative": [-score for score in (10, 20, 35, 30, 5, 12, 40, 55, 60, 100, 98, 57)],
}


def tally(figure: int | None) -> Tally:
    """Answers with this NPS."""
    if figure is None:
        return Tally(NPS)
    return Tally(NPS, 100, {10: max(figure, 0), 0: max(-figure, 0), 8: 100 - abs(figure)})


def chart(row: list[int | None], size: str = MONTH, language: str = "nl", title: str = "NPS") -> Chart:
    return Chart("nps", title, NPS, last_periods(DAY, size), [tally(figure) for figure in row], language)


def drawn(chart: Chart) -> ET.Element:
    """Whole XML, whatever is in it."""
    return ET.fromstring(svg(chart))


def words(element: ET.Element) -> list[str]:
    return [text.text or "" for text in element.iter(f"{SVG}text")]


@pytest.mark.parametrize("shape", SHAPES)
def test_kt_03_a_chart_has_a_point_and_its_figure_for_each_period_with_answers(shape: str) -> None:
    row = SHAPES[shape]
    picture = drawn(chart(row))
    figures = [text.text for text in picture.iter(f"{SVG}text") if text.get("font-weight") == "bold"]
    assert len(list(picture.iter(f"{SVG}circle"))) == len(figures) == 12 - row.count(None)
    assert figures == [said(figure, NPS, "nl") for figure in row if figure is not None]


def test_a_gap_is_no_line_and_no_nought() -> None:
    runs = [line.get("points", "").split() for line in drawn(chart(GAPS)).iter(f"{SVG}polyline")]
    assert [len(run) for run in runs] == [2, 2, 2]
    [whole] = drawn(chart([*FULL])).iter(f"{SVG}polyline")
    assert len(whole.get("points", "").split()) == 12
    assert not list(drawn(chart(SHAPES["one point"])).iter(f"{SVG}polyline"))


def test_an_empty_chart_says_so() -> None:
    assert "Er zijn nog geen antwoorden." in words(drawn(chart(SHAPES["empty"])))
    assert "Er zijn nog geen antwoorden." not in words(drawn(chart(GAPS)))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", SIZES)
def test_everything_is_drawn_within_the_picture(shape: str, size: str) -> None:
    picture = drawn(chart(SHAPES[shape], size))
    for point in picture.iter(f"{SVG}circle"):
        assert TOP <= float(point.get("cy", "")) <= BOTTOM
    for text in picture.iter(f"{SVG}text"):
        assert 0 < float(text.get("x", "")) < WIDTH
        assert 14 <= float(text.get("y", "")) < HEIGHT


@pytest.mark.parametrize("shape", SHAPES)
def test_who_cannot_see_it_is_told_the_same(shape: str) -> None:
    picture = drawn(chart(SHAPES[shape], title="Zou u ons aanbevelen?"))
    named = (picture.get("aria-labelledby") or "").split()
    parts = {part.get("id"): part.text for part in picture if part.tag in (f"{SVG}title", f"{SVG}desc")}
    assert picture.get("role") == "img"
    assert [parts[name] for name in named] == ["Zou u ons aanbevelen?", described(chart(SHAPES[shape]))]


def test_the_description_names_the_newest_the_ends_and_the_gaps() -> None:
    assert described(chart([None] * 9 + [-20, None, 34])) == (
        "Laatste: 34 (maart 2026, 100 antwoorden). Hoogste: 34 (maart 2026, 100 antwoorden). "
        "Laagste: −20 (januari 2026, 100 antwoorden). Zonder antwoorden: april 2025; mei 2025; juni 2025; "
        "juli 2025; augustus 2025; september 2025; oktober 2025; november 2025; december 2025; februari 2026."
    )
    one = Chart("x", "x", YES_NO, last_periods(DAY, WEEK)[-1:], [Tally(YES_NO, 1, choices={"ja": 1})], "en")
    assert described(one).startswith("Latest: 100% (week 11, 2026, 1 answer).")


@pytest.mark.parametrize("shape", SHAPES)
def test_the_table_says_what_the_chart_shows(shape: str) -> None:
    row = SHAPES[shape]
    html = table(chart(row))
    cells = re.findall(r"<td>([^<]*)</td><td>(\d+)</td>", html)
    assert cells == [("geen antwoorden", "0") if f is None else (said(f, NPS, "nl"), "100") for f in row]
    assert re.findall(r'scope="row">([^<]+)<', html)[-1] == "maart 2026"
    assert html.count('scope="col"') == 3


@pytest.mark.parametrize("language", ["nl", "en", "fr", "de"])
def test_it_speaks_the_language_of_its_reader(language: str) -> None:
    of_it = {
        "nl": ("mrt", "antwoorden", "Periode"),
        "en": ("Mar", "answers", "Period"),
        "fr": ("mars", "réponses", "Période"),
        "de": ("Mär", "antwoorden", "Periode"),
    }[language]
    texts = words(drawn(chart([*FULL], language=language)))
    assert of_it[0] in texts
    assert of_it[1] in texts
    assert of_it[2] in table(chart([*FULL], language=language))


@pytest.mark.parametrize(
    ("value", "kind", "language", "golden"),
    [
        (34, NPS, "nl", "34"),
        (-20, NPS, "nl", "−20"),
        (4.25, RATING, "nl", "4,25"),
        (4.0, RATING, "fr", "4"),
        (66.7, YES_NO, "nl", "66,7%"),
        (66.7, YES_NO, "en", "66.7%"),
        (66.7, YES_NO, "fr", "66,7\u00a0%"),
        (0.0, YES_NO, "nl", "0%"),
    ],
)
def test_a_figure_is_written_as_it_is_read(value: float, kind: str, language: str, golden: str) -> None:
    assert said(value, kind, language) == golden


@pytest.mark.parametrize(
    ("size", "language", "golden"),
    [
        (WEEK, "nl", "week 11, 2026"),
        (WEEK, "fr", "semaine 11, 2026"),
        (MONTH, "nl", "maart 2026"),
        (QUARTER, "nl", "1e kwartaal 2026"),
        (QUARTER, "en", "1st quarter 2026"),
        (YEAR, "nl", "2026"),
    ],
)
def test_a_period_is_written_in_full(size: str, language: str, golden: str) -> None:
    assert in_full(last_periods(DAY, size)[-1], language) == golden


def test_the_words_of_a_stranger_are_words() -> None:
    hostile = '</title><script>alert("x")</script>&"\''
    made = chart([*FULL], title=hostile)
    assert drawn(made).find(f"{SVG}title").text == hostile  # type: ignore[union-attr]
    for html in (svg(made), table(made)):
        assert "<script" not in html


@pytest.mark.parametrize("shape", SHAPES)
def test_it_has_no_script_no_style_and_no_colour_that_a_theme_cannot_change(shape: str) -> None:
    html = svg(chart(SHAPES[shape]))
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|href|url\(", html)
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', html)) - {"none"}
    assert all(re.fullmatch(r"var\(--[\w-]+, (var\(--[\w-]+, )?#[0-9a-f]{6}\)+", one) for one in colours)


def test_its_own_colours_can_be_told_apart() -> None:
    html = svg(chart([*FULL]))
    colours = dict(re.findall(r"var\(--utrecht-([\w-]+), (#[0-9a-f]{6})\)", html))
    paper = colours["document-background-color"]
    assert contrast(colours["document-color"], paper) >= 4.5
    assert contrast(colours["link-color"], paper) >= 4.5
    assert contrast(colours["form-control-border-color"], paper) >= 3
