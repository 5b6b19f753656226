"""Turns a page's name and its values into HTML (the only door to Jinja2 for pages).

A page is one file in web/pages, in Dutch; another language lies beside it as `kto.en.html`, and what pages
share is in `_words.html` and `_words.en.html`. A same-named file in the admin's folder wins, and may extend
ours by the prefix `shipped/`: `{% extends "shipped/_base.html" %}`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from babel.dates import format_date
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined, TemplateError

from mailagent.core.calendar import AMSTERDAM
from mailagent.core.errors import Mistake
from mailagent.core.organisation import Organisation
from mailagent.sandbox import Sandbox
from mailagent.web.mould import Mould
from mailagent.web.theme import theme_class

Values = Mapping[str, object]

Alike = Mapping[str, Hashable]
"""Values of which there are few: each makes a mould of its own."""

DUTCH, FOREIGN = "nl", ("en", "fr")


class Pages:
    """Every page we can show. `search` are folders laid out as web/, in the order to look: the admin's own
    first, ours last. Files are read once; after a change make a new one."""

    def __init__(self, search: Sequence[Path], organisation: Organisation) -> None:
        folders = [FileSystemLoader(folder / "pages") for folder in search]
        self._jinja = Sandbox(
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
        self._jinja.globals["theme"] = theme_class(search)
        self._jinja.filters["moment"] = moment
        files = set(self._jinja.list_templates())
        self._moulds: dict[tuple[Hashable, ...], Mould] = {}
        self._languages = {
            name: [DUTCH, *(other for other in FOREIGN if f"{name}.{other}.html" in files)]
            for name in {file.partition(".")[0] for file in files}
        }

    def render(self, name: str, values: Values, language: str = "nl") -> str:
        """One page in HTML, everything in it escaped; in Dutch where it is not there in that language."""
        spoken = language if language in self._languages.get(name, ()) else DUTCH
        ending = "html" if spoken == DUTCH else f"{spoken}.html"
        said = {"language": spoken, "words": f"_words.{ending}", **values}
        return self._jinja.get_template(f"{name}.{ending}").render(said)

    def fill(self, name: str, alike: Alike, own: Mapping[str, str], language: str) -> str:
        """The same page, from a mould that all use for whom the values in `alike` are the same. What is one
        visitor's `own` is in none: a page that makes use of anything else is a mistake."""
        key = (name, language, *alike.values())
        mould = self._moulds.get(key)
        if mould is None:
            mould = Mould(lambda own: self.render(name, {**alike, **own}, language), own)
            self._moulds[key] = mould
        return mould.fill(own)

    def mistakes(self, samples: Mapping[str, Sequence[Values]]) -> list[Mistake]:
        """What an admin should mend before these pages may be shown: each is filled in with its samples."""
        return [
            mistake
            for name, sets in samples.items()
            for language in self._languages.get(name, [DUTCH])
            for values in sets
            if (mistake := self._mistake(name, values, language))
        ]

    def _mistake(self, name: str, values: Values, language: str) -> Mistake | None:
        try:
            self.render(name, values, language)
        except (TemplateError, TypeError, ValueError, LookupError, AttributeError, RecursionError) as error:
            file = getattr(error, "filename", None) or f"web/pages/{name}.html"
            return Mistake(file, getattr(error, "lineno", None), str(error))
        return None


PAGES = web.AppKey("pages", Pages)


def shown(
    request: web.Request, name: str, values: Values, status: int = 200, language: str = DUTCH
) -> web.Response:
    """The answer to a browser: one page."""
    return _html(request.app[PAGES].render(name, values, language), status)


def shown_to_many(
    request: web.Request, name: str, alike: Alike, own: Mapping[str, str], language: str
) -> web.Response:
    """The same, for a page that many ask for: it differs in what is one visitor's `own`."""
    return _html(request.app[PAGES].fill(name, alike, own, language), 200)


def _html(html: str, status: int) -> web.Response:
    return web.Response(text=html, content_type="text/html", charset="utf-8", status=status)


_AT = {"nl": "om {:%H.%M} uur", "en": "at {:%H:%M}", "fr": "à {:%H:%M}"}


def moment(at: datetime, language: str = DUTCH) -> str:
    """`dinsdag 7 april 2026 om 14.05 uur`, in Amsterdam time."""
    here = at.astimezone(AMSTERDAM)
    return f"{_day(here.date(), language)} {_AT[language].format(here)}"


@lru_cache(maxsize=1000)
def _day(day: date, language: str) -> str:
    return format_date(day, "EEEE d MMMM y", locale=language)
