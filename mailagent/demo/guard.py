"""Only this machine's own pages may drive the postbus: who asks is checked, and what an answer may do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from mailagent.config.settings import Settings
from mailagent.core.errors import NotUnderstood

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS = {
    # the HTML twin of a mail carries its style in itself, and a frame inherits the rules of its page
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    # without a referrer a browser would say `Origin: null` with our own forms
    "Referrer-Policy": "same-origin",
}

STRANGER = "Deze pagina is van de demo op uw eigen computer en werkt alleen daar."
ELSEWHERE = "Deze knop werkt alleen op de pagina's van de demo zelf."


def our_names(settings: Settings) -> frozenset[str]:
    """The hosts by which a browser may call us; any other name is a site that points at this machine."""
    port = settings.web.port
    return frozenset(
        {f"{host}:{port}" for host in ("127.0.0.1", "localhost", "[::1]", settings.web.host)}
        | {urlsplit(settings.organisation.web).netloc}
    )


def guard(names: frozenset[str]) -> Middleware:
    """Refuse a request by another name (DNS rebinding), and a POST from another site's page."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.host not in names:
            return web.Response(text=STRANGER, status=421)
        if request.method == "POST" and request.headers.get("Origin") != f"{request.scheme}://{request.host}":
            return web.Response(text=ELSEWHERE, status=403)
        try:
            return await handler(request)
        except NotUnderstood as problem:
            return web.Response(text=str(problem), status=400)

    return guarded


async def set_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Signal `on_response_prepare`, after that of the public pages."""
    response.headers.update(HEADERS)


def unhindered(app: web.Application, path: str) -> None:
    """Keep the manners of the public pages (ten POSTs a minute) to the public pages."""
    for place, middleware in enumerate(list(app.middlewares)):
        app.middlewares[place] = _except_below(path, middleware)


def _except_below(path: str, middleware: Middleware) -> Middleware:
    @web.middleware
    async def spared(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == path or request.path.startswith(f"{path}/"):
            return await handler(request)
        return await middleware(request, handler)

    return spared
