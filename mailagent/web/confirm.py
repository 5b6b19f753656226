"""The confirm page: an agent sees an order in full, and only its button carries it out."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from aiohttp import web

from mailagent.core.echo import readable
from mailagent.core.errors import LinkGone
from mailagent.flow.confirm import Waiting
from mailagent.flow.outward import Leaving
from mailagent.web.doors import DOORS
from mailagent.web.pages import shown

OPEN, DONE = "open", "done"

CLOSED = {DONE: "bevestig_al_gedaan", "refused": "bevestig_geweigerd", "expired": "bevestig_verlopen"}
"""The state of an order that waits no more → its page."""


async def show(request: web.Request) -> web.Response:
    """GET and HEAD: the order, and one button. Nothing changes."""
    doors = request.app[DOORS]
    id = doors.read_confirm(request.match_info["token"])
    try:
        waiting = await asyncio.to_thread(doors.waiting, id)
    except LinkGone as gone:
        return _gone(request, gone)
    if waiting.state != OPEN:
        return _closed(request, waiting, status=410)
    # a sign that turns the reading direction would let an order look like another one
    seen = replace(
        waiting,
        text=readable(waiting.text, len(waiting.text)),
        leaving=tuple(_readable(one) for one in waiting.leaving),
    )
    return shown(request, "bevestig", {"waiting": seen})


def _readable(leaving: Leaving) -> Leaving:
    words = {name: readable(getattr(leaving, name), LONGEST) for name in ("to", *_WORDS)}
    return replace(leaving, **words, files=tuple(readable(name, LONGEST) for name in leaving.files))


LONGEST = 100_000
_WORDS = ("text", "melder", "subject", "description")


async def carry_out(request: web.Request) -> web.Response:
    """POST: the order is carried out, once; the result comes by mail."""
    doors = request.app[DOORS]
    id = doors.read_confirm(request.match_info["token"])
    try:
        before = await asyncio.to_thread(doors.waiting, id)
        after = await asyncio.to_thread(doors.confirm, id)
    except LinkGone as gone:
        return _gone(request, gone)
    if before.state == OPEN and after.state == DONE:
        return shown(request, "bevestig_gedaan", {"kenmerk": after.kenmerk})
    return _closed(request, after, status=200 if after.state == DONE else 410)


def _closed(request: web.Request, waiting: Waiting, status: int) -> web.Response:
    return shown(request, CLOSED[waiting.state], {"kenmerk": waiting.kenmerk}, status)


def _gone(request: web.Request, gone: LinkGone) -> web.Response:
    return shown(request, CLOSED["expired"], {"kenmerk": gone.kenmerk}, status=410)
