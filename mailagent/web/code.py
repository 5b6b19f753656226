"""The page on which whoever got a letter types its code, and from there to the smileys."""

from __future__ import annotations

import asyncio

from aiohttp import web

from mailagent.core import codes
from mailagent.core.errors import AnswerWrong, LinkUnknown
from mailagent.web.doors import DOORS
from mailagent.web.form import TRAP, sent_by
from mailagent.web.manners import language_of
from mailagent.web.pages import shown

FIELD = "code"


async def show(request: web.Request) -> web.Response:
    """GET and HEAD: the code of a square stands there already. Whether it is one is not looked up here."""
    return _form(request, codes.typed(request.match_info.get("code", "")))


async def submit(request: web.Request) -> web.Response:
    """POST: on to the smileys of that letter. How often somebody may try is for all pages together
    (web/visitors.py)."""
    doors = request.app[DOORS]
    typed = ""
    try:
        sent = await sent_by(request)
        typed = sent.first(FIELD)
        if sent.first(TRAP):
            raise LinkUnknown
        path = await asyncio.to_thread(doors.smileys_of, codes.typed(typed))
    except (LinkUnknown, AnswerWrong):
        return _form(request, typed[:40], wrong=True)
    raise web.HTTPSeeOther(path)


def _form(request: web.Request, code: str, *, wrong: bool = False) -> web.Response:
    values = {"code": codes.spaced(code) if codes.typed(code) == code and code else code, "wrong": wrong}
    return shown(request, "code", values, 400 if wrong else 200, language_of(request))
