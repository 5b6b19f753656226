"""The page that shows a letter as it came in: a button, and behind it the picture, once."""

from __future__ import annotations

import asyncio

from aiohttp import web

from mailagent.core.errors import LinkGone
from mailagent.web.doors import DOORS
from mailagent.web.pages import shown

GONE = {"answered": "origineel_al_bekeken", "expired": "origineel_verlopen", "closed": "origineel_weg"}
"""Why the link shows nothing any more → its page."""


async def show(request: web.Request) -> web.Response:
    """GET and HEAD: which page it is, and one button. Nothing is shown or written down."""
    doors = request.app[DOORS].originals
    id = doors.read(request.match_info["token"])
    try:
        waiting = await asyncio.to_thread(doors.waiting, id)
    except LinkGone as gone:
        return shown(request, GONE[gone.why], {"kenmerk": gone.kenmerk}, 410)
    return shown(request, "origineel", {"waiting": waiting})


async def view(request: web.Request) -> web.Response:
    """POST: the picture, after it was written down who saw it."""
    doors = request.app[DOORS].originals
    id = doors.read(request.match_info["token"])
    try:
        jpeg = await asyncio.to_thread(doors.view, id)
    except LinkGone as gone:
        return shown(request, GONE[gone.why], {"kenmerk": gone.kenmerk}, 410)
    headers = {"Cache-Control": "no-store", "Content-Disposition": "inline"}
    return web.Response(body=jpeg, content_type="image/jpeg", headers=headers)
