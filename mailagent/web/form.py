"""What a browser sent: the fields and the files of a form, made fit to keep."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from aiohttp.http import HttpProcessingError

from mailagent.core.echo import readable
from mailagent.core.errors import AnswerWrong

MAX_BYTES = 64 * 1024
"""A form of ours without files, every field full, stays far below this."""

MAX_UPLOAD = 25 * 1024 * 1024
"""A form with all its files."""

MOST_FILES = 10

TRAP = "onderwerp"
"""A field that people do not see and robots fill in. The name means nothing to a browser's autofill."""

_MALFORMED = (HttpProcessingError, ValueError, LookupError, RuntimeError)
"""All that aiohttp raises for a body that is no form: odd parts, odd encodings, odd signs."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The name and text of every field, in order, and the files."""

    fields: tuple[tuple[str, str], ...]
    files: tuple[bytes, ...] = ()

    def first(self, name: str) -> str:
        """The first field with this name; "" where there is none."""
        return next((text for key, text in self.fields if key == name), "")


async def sent_by(request: web.Request) -> Sent:
    """What a form of ours sent; `AnswerWrong` for what none of them sends.

    Text comes without control and hidden characters, its lines ended by one sign: a browser sends two, and
    a database refuses some.
    """
    if request.content_type == "multipart/form-data":
        request = request.clone(client_max_size=MAX_UPLOAD)
    try:
        posted = await request.post()
    except _MALFORMED as error:
        raise AnswerWrong(
            "malformed", "Uw reactie is niet goed aangekomen. Vul het formulier opnieuw in."
        ) from error
    fields = [(name, readable(text, MAX_BYTES)) for name, text in posted.items() if isinstance(text, str)]
    files = [_content(file) for file in posted.values() if isinstance(file, web.FileField)]
    if len(files) > MOST_FILES:
        raise web.HTTPRequestEntityTooLarge(MOST_FILES, len(files))
    return Sent(tuple(fields), tuple(filter(None, files)))


def _content(file: web.FileField) -> bytes:
    with file.file:
        return file.file.read()
