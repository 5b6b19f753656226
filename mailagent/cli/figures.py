"""What `mailagent kto` says as JSON, and row by row for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from mailagent.cli.spreadsheet import Cell
from mailagent.core.figures import FLAT, Figures, Response, Tally
from mailagent.core.overview import Overview, SurveyFigures, chosen, tally_of
from mailagent.core.surveys import Question

HEAD = (
    ("enquete", "groep", "vraag", "soort", "keuze", "tekst", "antwoorden", "nps", "gemiddelde")
    + ("tevreden_procent", "aandeel_procent", "verschil", "trend", "bezorgd", "beantwoord")
    + ("respons_procent", "wacht", "niet_verstuurd", "mislukt")
)
"""The first row: what was answered, and then what became of the invitations."""


def as_json(overview: Overview) -> dict[str, Any]:
    """Everything, with the ids of the rules; a figure that is not there is null."""
    return {
        "since": overview.wanted.since,
        "until": overview.wanted.until,
        "by": overview.wanted.by or None,
        "periods": [
            {"period": one.name, "first_day": one.first, "last_day": one.last} for one in overview.periods
        ],
        "surveys": [_survey(one, overview) for one in overview.surveys],
    }


def of_survey(one: SurveyFigures) -> dict[str, Any]:
    """One survey as a whole."""
    return {"survey": one.survey.id, "title": one.survey.title.nl, **_figures(one.whole, one)}


def _survey(one: SurveyFigures, overview: Overview) -> dict[str, Any]:
    return {
        **of_survey(one),
        "trends": {question.id: _trend(one, question, overview) for question in one.survey.questions},
        "over_time": [
            {"period": period.name, **_figures(found, one)}
            for period, found in zip(overview.periods, one.row, strict=True)
        ],
        "groups": [{"group": name, **_figures(found, one)} for name, found in one.groups.items()],
    }


def _figures(found: Figures, one: SurveyFigures) -> dict[str, Any]:
    questions = [_tally(tally_of(found, question), question) for question in one.survey.questions]
    return {"response": _response(found.response), "questions": questions}


def _response(response: Response) -> dict[str, Any]:
    return {**asdict(response), "delivered": response.delivered, "rate": response.rate}


def _tally(tally: Tally, question: Question) -> dict[str, Any]:
    return {
        "question": question.id,
        "kind": question.kind,
        "answers": tally.answers,
        "nps": tally.nps,
        "average": tally.average,
        "satisfied": tally.satisfied,
        "scores": dict(sorted(tally.scores.items())),
        "choices": [
            {"choice": each.choice, "answers": each.answers, "share": each.share}
            for each in chosen(tally, question)
        ],
    }


def _trend(one: SurveyFigures, question: Question, overview: Overview) -> dict[str, Any] | None:
    trend = one.trend(question)
    if trend is None:
        return None
    before, last = overview.periods[-2:]
    return {**asdict(trend), "from": before.name, "to": last.name, "level_below": FLAT[question.kind]}


def rows(overview: Overview) -> Iterator[tuple[Cell, ...]]:
    """The head; then for each survey or group what became of its invitations, and each question."""
    yield HEAD
    for one in overview.surveys:
        for group, found in one.groups.items() if overview.wanted.by else [("", one.whole)]:
            yield from _rows(one, group, found, trends=not overview.wanted.by)


def _rows(one: SurveyFigures, group: str, found: Figures, *, trends: bool) -> Iterator[tuple[Cell, ...]]:
    response = found.response
    sent = (response.delivered, response.answered, response.rate)
    not_sent = (response.scheduled, response.suppressed + response.unsent, response.failed)
    yield (one.survey.id, group, None, None, None, one.survey.title.nl, *(None,) * 7, *sent, *not_sent)
    for question in one.survey.questions:
        tally, trend = tally_of(found, question), one.trend(question) if trends else None
        place = (one.survey.id, group, question.id, question.kind)
        figures = (tally.nps, tally.average, tally.satisfied, None)
        moved = (trend.change, trend.direction) if trend else (None, None)
        yield (*place, None, question.text.nl, tally.answers, *figures, *moved, *(None,) * 6)
        for each in chosen(tally, question):
            said = (each.choice, each.text.nl, each.answers)
            yield (*place, *said, None, None, None, each.share, *(None,) * 8)
