"""The smiley page: what was clicked stands chosen, and only its button counts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web

from mailagent.core import feedback
from mailagent.core.errors import NotUnderstood
from mailagent.core.feedback import MAX_TEXT, Answer
from mailagent.flow.vote import Invitation
from mailagent.web.doors import DOORS
from mailagent.web.form import Fields, fields_of, first
from mailagent.web.pages import shown

SATISFIED, UNSATISFIED = "tevreden", "ontevreden"

TRAP = "onderwerp"
"""A field that people do not see and robots fill in. The name means nothing to a browser's autofill."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form. `choice`: tevreden, ontevreden or "". `ticked`: ids of standard answers."""

    choice: str = ""
    ticked: tuple[str, ...] = ()
    text: str = ""
    contact_refused: bool = False


@dataclass(frozen=True, slots=True)
class Error:
    """What is wrong with the form, and the id of the place on the page where it can be mended."""

    text: str
    place: str


async def show(request: web.Request) -> web.Response:
    """GET and HEAD: the form. Mail scanners open every link, so nothing is counted here."""
    doors = request.app[DOORS]
    round = doors.read_smiley(request.match_info["token"])
    invitation = await asyncio.to_thread(doors.look, *round)
    return _form(request, invitation, Typed(request.match_info.get("smiley", "")))


async def submit(request: web.Request) -> web.Response:
    """POST: the answer counts, once. The same answer again gets the same thanks."""
    doors = request.app[DOORS]
    round = doors.read_smiley(request.match_info["token"])
    typed = Typed(request.match_info.get("smiley", ""))
    try:
        fields = await fields_of(request)
        typed = _typed(fields)
        answer = _answer(fields, typed)
        if first(fields, TRAP):
            invitation = await asyncio.to_thread(doors.look, *round)
        else:
            invitation = await asyncio.to_thread(doors.cast, *round, answer)
    except NotUnderstood as problem:
        invitation = await asyncio.to_thread(doors.look, *round)
        return _form(request, invitation, typed, Error(str(problem), _place(typed)))
    reopens = feedback.reopens(answer, invitation.answers)
    return shown(request, "kto_bedankt", {"invitation": invitation, "answer": answer, "reopens": reopens})


def _typed(fields: Fields) -> Typed:
    ticked = tuple(text for name, text in fields if name in (SATISFIED, UNSATISFIED))
    return Typed(
        first(fields, "keuze"), ticked, first(fields, "toelichting"), bool(first(fields, "geen_contact"))
    )


def _answer(fields: Fields, typed: Typed) -> Answer:
    """Of the two groups on the page only the one under the chosen smiley counts; the other may be hidden."""
    if typed.choice not in (SATISFIED, UNSATISFIED):
        raise NotUnderstood("Kies of u tevreden bent.")
    satisfied = typed.choice == SATISFIED
    reasons = tuple(dict.fromkeys(text for name, text in fields if name == typed.choice))
    return Answer(satisfied, reasons, typed.text, contact_refused=typed.contact_refused and not satisfied)


def _place(typed: Typed) -> str:
    if typed.choice not in (SATISFIED, UNSATISFIED):
        return SATISFIED
    return "toelichting" if typed.ticked or typed.text else "antwoorden"


def _form(
    request: web.Request, invitation: Invitation, typed: Typed, error: Error | None = None
) -> web.Response:
    values = {"invitation": invitation, "typed": typed, "error": error, "max_text": MAX_TEXT}
    return shown(request, "kto", values, status=400 if error else 200)
