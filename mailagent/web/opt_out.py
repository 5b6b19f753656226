"""The page to opt out of surveys and reminders: a reader of our mail presses its button, and a mail program
sends the same POST by itself (RFC 8058)."""

from __future__ import annotations

import asyncio

from aiohttp import web

from mailagent.web.doors import DOORS
from mailagent.web.pages import shown


async def show(request: web.Request) -> web.Response:
    """GET and HEAD: what opting out means, and one button. Nothing changes."""
    doors = request.app[DOORS].surveys
    mail = doors.read_opt_out(request.match_info["token"])
    return shown(request, "afmelden", {}, language=await asyncio.to_thread(doors.opting_out, *mail))


async def carry_out(request: web.Request) -> web.Response:
    """POST: opted out; once more is welcome. Whatever the body says: the link says it all."""
    doors = request.app[DOORS].surveys
    mail = doors.read_opt_out(request.match_info["token"])
    return shown(request, "afgemeld", {}, language=await asyncio.to_thread(doors.opt_out, *mail))
