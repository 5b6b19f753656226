"""Moulds: a page that is the same for many but for a few words is filled in once, with blanks for these."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NoReturn

from markupsafe import Markup, escape

_SIGN = "\ue000"
"""Unicode gives it no meaning, so that no text of ours holds it."""
_BLANK = re.compile(f"{_SIGN}(\\w+){_SIGN}")


class Blank:
    """Where a word comes that is one visitor's own: a page may put it down, and do nothing else with it."""

    def __init__(self, name: str) -> None:
        self._mark = Markup(f"{_SIGN}{name}{_SIGN}")

    def __html__(self) -> Markup:
        return self._mark

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("a page can only put this word down")

    __bool__ = __eq__ = __hash__ = __iter__ = __len__ = __str__ = _refuse


class Mould:
    """One page with its blanks. `render` fills it in with values; `own` names those that come later.

    Where a page does more with one of them than to put it down there is no mould: it is filled in anew for
    each visitor.
    """

    def __init__(self, render: Callable[[Mapping[str, object]], str], own: Mapping[str, str]) -> None:
        self._render = render
        try:
            self._parts = _BLANK.split(render({name: Blank(name) for name in own}))
        except TypeError:
            self._parts = []

    def fill(self, own: Mapping[str, str]) -> str:
        """The page of one visitor, with their words in it, escaped."""
        if not self._parts:
            return self._render(own)
        parts = self._parts.copy()
        parts[1::2] = [str(escape(own[name])) for name in parts[1::2]]
        return "".join(parts)
