"""Every page a browser can ask for, in one table."""

from __future__ import annotations

import asyncio

from aiohttp import web

from mailagent.web import code, confirm, messages, opt_out, original, static, survey, vote
from mailagent.web.doors import DOORS, Doors
from mailagent.web.form import MAX_BYTES
from mailagent.web.manners import add_headers, explain, slow_down
from mailagent.web.pages import PAGES, Pages
from mailagent.web.photos import AT_ONCE, DARKROOM
from mailagent.web.visitors import Limit


async def healthy(_request: web.Request) -> web.Response:
    """For whoever watches over us: we answer."""
    return web.Response(text="ok")


ROUTES = (
    web.get("/gezond", healthy),
    web.get("/static/{name}", static.show),
    web.get("/kto/{token}", vote.show),
    web.post("/kto/{token}", vote.submit),
    web.get("/kto/{token}/{smiley:tevreden|ontevreden}", vote.show),
    web.post("/kto/{token}/{smiley:tevreden|ontevreden}", vote.submit),
    web.get("/s", code.show),
    web.get("/s/{code}", code.show),
    web.post("/s", code.submit),
    web.get("/api/berichten", messages.challenge, allow_head=False),
    web.post("/api/berichten", messages.take),
    web.get("/enquete/{token}", survey.show),
    web.post("/enquete/{token}", survey.submit),
    web.get("/afmelden/{token}", opt_out.show),
    web.post("/afmelden/{token}", opt_out.carry_out),
    web.get("/origineel/{token}", original.show),
    web.post("/origineel/{token}", original.view),
    web.get("/bevestig/{token}", confirm.show),
    web.post("/bevestig/{token}", confirm.carry_out),
)
"""aiohttp answers HEAD wherever it answers GET."""


def make_app(doors: Doors) -> web.Application:
    """The pages of one house. Run it without an access log: a path holds a link, and a link is a secret."""
    app = web.Application(
        middlewares=[explain, slow_down(doors.trusted_proxies)],
        client_max_size=MAX_BYTES,
    )
    app[DOORS] = doors
    vote.line_up(app, doors)
    app[DARKROOM] = asyncio.Semaphore(AT_ONCE)
    app[messages.FORGERS] = Limit()
    app[PAGES] = Pages(doors.search, doors.organisation)
    app[static.STATIC] = static.read_static(doors.search)
    app.on_response_prepare.append(add_headers)
    app.add_routes(ROUTES)
    return app
