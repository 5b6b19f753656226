"""What every answer has in common: its headers, a friendly page for each problem, and no haste."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_network

from aiohttp import web
from aiohttp.typedefs import Middleware

from mailagent.core.errors import LinkGone, LinkUnknown, TryLater
from mailagent.web.pages import shown
from mailagent.web.visitors import Limit, visitor

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Server": "mailagent",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
"""A link is a secret: no cache, no search engine and no other site may learn it. No page runs a script."""

GONE = {
    "expired": "link_verlopen",
    "answered": "link_gebruikt",
    "older_round": "link_ouder",
    "closed": "enquete_gesloten",
}
"""Why a link to smileys or a survey no longer works → its page."""

UNLIMITED = ("/afmelden/{token}", "/api/berichten")
"""Who opts out is never slowed down: the POSTs of a mail program all come from its provider (RFC 8058). Nor
is the gateway of messages, which signs what it sends."""

PROBLEMS = {404: "niet_gevonden", 405: "niet_mogelijk", 413: "te_groot", 429: "te_vaak", 503: "later"}
"""Status → its page. What is not named here goes out plain, as aiohttp says it."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Signal `on_response_prepare`: also reaches what no middleware sees, such as a plain 500."""
    response.headers.update(HEADERS)


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page in plain words for whatever we know can go wrong."""
    try:
        return await handler(request)
    except LinkUnknown:
        return shown(request, PROBLEMS[404], {}, 404, language_of(request))
    except LinkGone as gone:
        return shown(request, GONE[gone.why], {"kenmerk": gone.kenmerk}, 410, gone.language)
    except TryLater:
        return _problem(request, 503, {"Retry-After": "60"})
    except web.HTTPException as problem:
        if problem.status not in PROBLEMS:
            raise
        return _problem(request, problem.status, {k: v for k, v in problem.headers.items() if k == "Allow"})


def slow_down(trusted_proxies: Sequence[str]) -> Middleware:
    """At most so many POSTs from one address range; looking is always free."""
    limit = Limit()
    trusted = [ip_network(network, strict=False) for network in trusted_proxies]

    @web.middleware
    async def slowed(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        if request.method == "POST" and not (resource and resource.canonical in UNLIMITED):
            who = visitor(request.remote, request.headers.getall("X-Forwarded-For", []), trusted)
            if seconds := limit.wait(who, time.monotonic()):
                return _problem(request, 429, {"Retry-After": str(seconds)})
        return await handler(request)

    return slowed


def language_of(request: web.Request) -> str:
    """What the browser likes best, where we do not know to whom we speak."""
    return request.headers.get("Accept-Language", "")[:2].lower()


def _problem(request: web.Request, status: int, headers: dict[str, str]) -> web.Response:
    page = shown(request, PROBLEMS[status], {}, status, language_of(request))
    page.headers.update(headers)
    return page
