"""The door of messages: a gateway shows once that it is ours, and then hands in what melders wrote."""

from __future__ import annotations

import asyncio
import hmac
import time
from ipaddress import ip_network

from aiohttp import web

from mailagent.core.errors import Refused, TryLater
from mailagent.web.doors import DOORS, MessageDoors
from mailagent.web.visitors import Limit, visitor

SIGNATURE = "X-Hub-Signature-256"
FORGERS = web.AppKey("forgers", Limit)
"""Who sends what nobody signed has to wait, as whoever presses a button too often."""


async def challenge(request: web.Request) -> web.Response:
    """GET: the gateway asks whether we are who it was told; it hears its own word back."""
    doors, asked = _doors(request), request.query
    told = asked.get("hub.verify_token", "").encode("utf-8", "replace")
    knows = hmac.compare_digest(told, doors.verify_token.encode())
    if asked.get("hub.mode") != "subscribe" or not knows:
        return _said(403, "this is not the verify_token of [messages]")
    return web.Response(text=asked.get("hub.challenge", "")[:200])


async def take(request: web.Request) -> web.Response:
    """POST: whatever is signed and can be read is kept, and only then answered with 200."""
    doors = _doors(request)
    try:
        body = await request.clone(client_max_size=doors.most).read()
    except web.HTTPRequestEntityTooLarge:
        return _said(413, f"more than {doors.most} octets in one body")
    if not doors.is_signed(body, request.headers.get(SIGNATURE, "")):
        return _unsigned(request)
    try:
        kept = await asyncio.to_thread(doors.keep, body)
    except Refused as problem:
        return _said(400, str(problem))
    except TryLater:
        return _said(503, "we cannot keep it right now", {"Retry-After": "60"})
    return web.json_response({"kept": kept})


def _unsigned(request: web.Request) -> web.Response:
    trusted = [ip_network(network, strict=False) for network in request.app[DOORS].trusted_proxies]
    who = visitor(request.remote, request.headers.getall("X-Forwarded-For", []), trusted)
    if seconds := request.app[FORGERS].wait(who, time.monotonic()):
        return _said(429, "too many bodies without a signature of ours", {"Retry-After": str(seconds)})
    return _said(403, f"{SIGNATURE} is not the one of this body")


def _doors(request: web.Request) -> MessageDoors:
    doors = request.app[DOORS].messages
    if doors is None:
        raise web.HTTPNotFound
    return doors


def _said(status: int, what: str, headers: dict[str, str] | None = None) -> web.Response:
    """To a machine, in its own terms."""
    return web.json_response({"error": what}, status=status, headers=headers)
