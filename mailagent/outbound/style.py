"""Puts the house style of _base/style.css into the tags themselves, for mail programs drop style sheets.

The sheet is CSS with two kinds of selectors, `tag` and `tag.class`. Where both fit a tag, both count, in the
order of the sheet. A tag that has a style of its own keeps that one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_START_TAG = re.compile(r"<(?P<tag>[a-z][a-z0-9]*)(?P<rest>(?:\s[^<>]*)?)>")
_CLASS = re.compile(r'\s+class="(?P<names>[^"{}]*)"')

Style = Mapping[str, str]
"""Selector → declarations, on one line."""


def read_style(css: str) -> Style:
    """The rules of a style sheet; what is no rule is passed over."""
    style: dict[str, str] = {}
    for selectors, declarations in _RULE.findall(_COMMENT.sub("", css)):
        line = " ".join(declarations.split()).replace('"', "'")
        for selector in selectors.split(","):
            style[selector.strip()] = f"{style.get(selector.strip(), '')} {line}".strip()
    return style


def styled(html: str, style: Style) -> str:
    """HTML with each tag's rules as its `style`, and the classes gone. No line is added or removed."""
    return _START_TAG.sub(partial(_tag, style), html)


def _tag(style: Style, found: re.Match[str]) -> str:
    tag, rest = found["tag"], found["rest"]
    named = _CLASS.search(rest)
    fits = {tag, *(f"{tag}.{name}" for name in (named["names"].split() if named else ()))}
    declarations = " ".join(line for selector, line in style.items() if selector in fits)
    if not declarations or " style=" in rest:
        return found[0]
    return f'<{tag}{_CLASS.sub("", rest)} style="{declarations}">'
