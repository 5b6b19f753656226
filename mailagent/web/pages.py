"""Turns a page's name and its values into HTML (the only door to Jinja2 for pages).

A page is one file in web/pages. A same-named file in the admin's folder wins, and may extend ours by the
prefix `shipped/`: `{% extends "shipped/_base.html" %}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from babel.dates import format_datetime
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailagent.core.calendar import AMSTERDAM
from mailagent.core.errors import Mistake
from mailagent.core.organisation import Organisation

Values = Mapping[str, object]


class Pages:
    """Every page we can show. `search` are folders laid out as web/, in the order to look: the admin's own
    first, ours last. Files are read once; after a change make a new one."""

    def __init__(self, search: Sequence[Path], organisation: Organisation) -> None:
        folders = [FileSystemLoader(folder / "pages") for folder in search]
        self._jinja = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([*folders, PrefixLoader({"shipped": folders[-1]})]),
            undefined=StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._jinja.globals["organisation"] = organisation
        # our pages may lie below a path of a site that has other pages as well
        self._jinja.globals["root"] = urlsplit(organisation.web).path.rstrip("/")
        self._jinja.filters["moment"] = _moment

    def render(self, name: str, values: Values) -> str:
        """One page in HTML, everything in it escaped."""
        return self._jinja.get_template(f"{name}.html").render(values)

    def mistakes(self, samples: Mapping[str, Sequence[Values]]) -> list[Mistake]:
        """What an admin should mend before these pages may be shown: each is filled in with its samples."""
        return [
            mistake
            for name, sets in samples.items()
            for values in sets
            if (mistake := self._mistake(name, values))
        ]

    def _mistake(self, name: str, values: Values) -> Mistake | None:
        try:
            self.render(name, values)
        except (TemplateError, TypeError, ValueError, LookupError, AttributeError, RecursionError) as error:
            file = getattr(error, "filename", None) or f"web/pages/{name}.html"
            return Mistake(file, getattr(error, "lineno", None), str(error))
        return None


PAGES = web.AppKey("pages", Pages)


def shown(request: web.Request, name: str, values: Values, status: int = 200) -> web.Response:
    """The answer to a browser: one page."""
    html = request.app[PAGES].render(name, values)
    return web.Response(text=html, content_type="text/html", charset="utf-8", status=status)


def _moment(at: datetime) -> str:
    """`dinsdag 7 april 2026 om 14.05 uur`, in Amsterdam time."""
    return format_datetime(at.astimezone(AMSTERDAM), "EEEE d MMMM y 'om' HH.mm 'uur'", locale="nl")
