"""The page of a survey: its questions, what is wrong with an answer beside its question, and only the button
counts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiohttp import web

from mailagent.core.errors import AnswersWrong, AnswerWrong
from mailagent.core.surveys import MAX_TEXT, SCALES
from mailagent.flow.survey import Asked, Given
from mailagent.web.doors import DOORS
from mailagent.web.form import TRAP, sent_by
from mailagent.web.pages import Values, shown

FIELD = "vraag-"
"""The field of a question is called so, and then by its id."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form: per question the values that were sent."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def has(self, question: str, value: str) -> bool:
        """Was this chosen?"""
        return value in self.values.get(question, ())

    def text(self, question: str) -> str:
        """What was typed."""
        return next(iter(self.values.get(question, ())), "")


async def show(request: web.Request) -> web.Response:
    """GET and HEAD: the questions. Mail scanners open every link, so nothing is kept here."""
    doors = request.app[DOORS].surveys
    id = doors.read(request.match_info["token"])
    return _form(request, id, await asyncio.to_thread(doors.ask, id), Filled(), {})


async def submit(request: web.Request) -> web.Response:
    """POST: the answers are kept, once. The same answers again get the same thanks."""
    doors = request.app[DOORS].surveys
    id = doors.read(request.match_info["token"])
    given: Given = ()
    wrong: Mapping[str, str]
    try:
        sent = await sent_by(request)
        given = [(name.removeprefix(FIELD), text) for name, text in sent.fields if name.startswith(FIELD)]
        asked = await asyncio.to_thread(*((doors.ask, id) if sent.first(TRAP) else (doors.answer, id, given)))
    except AnswersWrong as problem:
        wrong = problem.wrong
    except AnswerWrong as problem:
        wrong = {"": problem.word}
    else:
        return shown(request, "enquete_bedankt", {"asked": asked}, language=asked.language)
    values: dict[str, tuple[str, ...]] = {}
    for question, value in given:
        values[question] = (*values.get(question, ()), value)
    return _form(request, id, await asyncio.to_thread(doors.ask, id), Filled(values), wrong)


def _form(
    request: web.Request, id: int, asked: Asked, filled: Filled, wrong: Mapping[str, str]
) -> web.Response:
    path = urlsplit(request.app[DOORS].surveys.opt_out_link("invitation", id)).path
    values = form_values(asked, filled, wrong, path)
    return shown(request, "enquete", values, status=400 if wrong else 200, language=asked.language)


def form_values(asked: Asked, filled: Filled, wrong: Mapping[str, str], opt_out: str) -> Values:
    """What the page is filled in with. `wrong` tells of each question what is wrong, as a word; `opt_out` is
    the path of a page."""
    return {
        "asked": asked,
        "filled": filled,
        "wrong": wrong,
        "scales": SCALES,
        "field": FIELD,
        "max_text": MAX_TEXT,
        "opt_out": opt_out,
    }
