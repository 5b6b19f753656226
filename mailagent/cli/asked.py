"""What a melder was asked and answered, over all klachten together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mailagent.cli.figures import of_survey
from mailagent.core.calendar import end_of_day, local_day
from mailagent.core.klacht import Klacht
from mailagent.core.overview import SMILEYS, Wanted, overview, survey_of
from mailagent.core.surveys import NPS, RATING, YES_NO
from mailagent.flow.world import World
from mailagent.store.figures import Asked, counted
from mailagent.store.store import Tx
from mailagent.web.chart import said

_MEANS = {NPS: "average", RATING: "average", YES_NO: "satisfied"}
"""What is told of one person: a Net Promoter Score is about many."""


def by_melder(tx: Tx, klacht: Klacht, world: World) -> list[dict[str, Any]]:
    """The figures of this melder's address over all klachten, survey by survey; none without an address."""
    if not klacht.melder:
        return []
    today = local_day(world.now())
    counts = counted(tx, Asked(until=end_of_day(today), address=klacht.melder))
    names = sorted({line.survey for line in counts[0]}, key=lambda name: (name != SMILEYS, name))
    there = [survey_of(name, world.surveys, world.organisation.answers) for name in names]
    return [of_survey(one) for one in overview(Wanted(today), there, counts).surveys]


def lines(melder_kto: list[dict[str, Any]]) -> Iterator[str]:
    """They, as they stand below a dossier."""
    if melder_kto:
        yield from ("", "Wat deze melder antwoordde, over alle klachten")
    for one in melder_kto:
        response = one["response"]
        rate = f"{response['answered']} van {response['delivered']} beantwoord"
        figures = [_figure(question) for question in one["questions"] if question["kind"] in _MEANS]
        yield f"  {one['survey']}: {', '.join([rate, *filter(None, figures)])}"


def _figure(question: Mapping[str, Any]) -> str:
    """How satisfied one person is, where they said so."""
    figure = question[_MEANS[question["kind"]]]
    if figure is None:
        return ""
    word = "ja" if question["kind"] == YES_NO else "gemiddeld"
    return f"{question['question']} {word} {said(figure, question['kind'], 'nl')}"
