"""What a browser sent: the fields of a form, made fit to keep."""

from __future__ import annotations

from aiohttp import web
from aiohttp.http import HttpProcessingError

from mailagent.core.echo import readable
from mailagent.core.errors import NotUnderstood

MAX_BYTES = 64 * 1024
"""A form of ours with every field full stays far below this."""

Fields = list[tuple[str, str]]

_MALFORMED = (HttpProcessingError, ValueError, LookupError, RuntimeError)
"""All that aiohttp raises for a body that is no form: odd parts, odd encodings, odd signs."""


async def fields_of(request: web.Request) -> Fields:
    """Name and text of every field, in order; `NotUnderstood` for what no form of ours sends.

    Text comes without control and hidden characters, its lines ended by one sign: a browser sends two, and
    a database refuses some.
    """
    try:
        posted = await request.post()
    except _MALFORMED as error:
        raise NotUnderstood("Uw reactie is niet goed aangekomen. Vul het formulier opnieuw in.") from error
    return [(name, readable(value, MAX_BYTES)) for name, value in posted.items() if isinstance(value, str)]


def first(fields: Fields, name: str) -> str:
    """The first field with this name; "" where there is none."""
    return next((text for key, text in fields if key == name), "")
