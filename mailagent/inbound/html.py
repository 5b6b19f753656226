"""The text of a HTML mail, in linear time whatever a stranger puts in it."""

from __future__ import annotations

import re
from html import unescape

import nh3

_START = re.compile(r"<(?=[a-zA-Z/!?])")
_NAME = re.compile(r"(/?)([a-zA-Z][a-zA-Z0-9:]{0,40})")
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
_DIGITS = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")
_SILENT = {
    tag: re.compile(f"</{tag}", re.IGNORECASE) for tag in ("script", "style", "title", "template", "xml")
}
_PARAGRAPH = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre", "blockquote", "hr"}
_LINE = {"br", "div", "tr", "li", "dt", "dd", "section", "article", "header", "footer", "address", "center"}
_QUOTES = 10  # deeper quoting is shown as this deep


_TAGS = 20_000
_ADDRESSES = {"http", "https", "mailto", "tel", "cid"}


def safe_html(html: str, most: int) -> str:
    """The HTML without anything that acts; "" where it is longer than `most` characters or has too many tags.

    The caps come first: cleaning takes quadratic time where tags stand within tags, or a tag has ten
    thousands of attributes.
    """
    if len(html) > most or html.count("<") > _TAGS:
        return ""
    return nh3.clean(html, url_schemes=_ADDRESSES)


def html_text(html: str) -> str:
    """What a reader sees: one line per block, an empty line around paragraphs, `> ` before what is quoted."""
    page = _Page()
    at = 0
    while start := _START.search(html, at):
        page.write(html[at : start.start()])
        at = _tag(html, start.start(), page)
    page.write(html[at:])
    return page.text()


def _tag(html: str, start: int, page: _Page) -> int:
    """Acts on the tag at `start`; where to go on."""
    if html.startswith("<!--", start):
        end = html.find("-->", start + 2)
        return len(html) if end < 0 else end + 3
    name = _NAME.match(html, start + 1)
    end = _end(html, start)
    if end < 0:
        return len(html)
    if name:
        tag = name[2].lower()
        if tag in _SILENT and not name[1] and html[end - 1] != "/":
            return page.skip(html, tag, end)
        page.tag(tag, closing=bool(name[1]))
    return end + 1


def _end(html: str, start: int) -> int:
    """The `>` that closes a tag: the first one, or one of the next few where that stands inside quotes."""
    first = end = html.find(">", start)
    for _ in range(4):
        if end < 0 or html.count('"', start, end) % 2 == 0:
            break
        end = html.find(">", end + 1)
    else:
        end = -1
    return end if end >= 0 else first


def _mark(quoted: int) -> str:
    return "> " * min(quoted, _QUOTES)


class _Page:
    """The lines written so far."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._text = False
        self._quoted = 0
        self._pre = 0
        self._blank: int | None = None  # how deep the empty line that is due is quoted
        self._unclosed: set[str] = set()

    def write(self, html: str) -> None:
        """A piece of text between two tags."""
        text = unescape(_DIGITS.sub("\ufffd", html)) if "&" in html else html
        self._text = self._text or not (text.isspace() or not text)
        if not self._pre:
            self._line.append(_SPACE.sub(" ", text))
            return
        first, *more = text.replace("\r\n", "\n").split("\n")
        self._line.append(first)
        for line in more:
            self._break()
            self._line.append(line)

    def tag(self, name: str, *, closing: bool) -> None:
        """A tag that may end a line or a paragraph, or change how deep we quote."""
        if name in _PARAGRAPH:
            self._break(paragraph=True)
        elif name in _LINE and (name == "br" or self._text):
            self._break()
        elif name in ("td", "th") and closing:
            self._line.append(" ")
        if name == "li" and not closing:
            self._line.append("- ")
        step = -1 if closing else 1
        if name == "blockquote":
            self._quoted = max(0, self._quoted + step)
        elif name == "pre":
            self._pre = max(0, self._pre + step)

    def skip(self, html: str, tag: str, end: int) -> int:
        """Past the end tag of an element nobody sees; only past its start tag where the end is missing."""
        close = None if tag in self._unclosed else _SILENT[tag].search(html, end)
        if close:
            return close.start()
        self._unclosed.add(tag)
        return end + 1

    def _break(self, *, paragraph: bool = False) -> None:
        line = "".join(self._line).rstrip() if self._pre else _SPACE.sub(" ", "".join(self._line)).strip()
        self._line, self._text = [], False
        if line or not paragraph:
            if self._blank is not None and self._lines:
                self._lines.append(_mark(min(self._blank, self._quoted)).rstrip())
            self._lines.append((_mark(self._quoted) + line).rstrip())
            self._blank = None
        if paragraph:
            self._blank = self._quoted if self._blank is None else min(self._blank, self._quoted)

    def text(self) -> str:
        """All lines, without empty ones at either end and never more than two empty ones in a row."""
        if self._text:
            self._break()
        return re.sub(r"\n{4,}", "\n\n\n", "\n".join(self._lines)).strip("\n")
