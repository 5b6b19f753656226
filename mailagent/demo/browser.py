"""A browser as plain as can be: opens a link, fills in the form on the page, and sends it."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

TIMEOUT = 20


@dataclass(frozen=True, slots=True)
class Page:
    """What a server showed."""

    url: str
    status: int
    html: str

    def fill_in(self, text: str = "") -> Form:
        """The form on this page as it stands, with `text` in its text area."""
        reading = _FormReader(text)
        reading.feed(self.html)
        return Form(self.url, reading.fields)


@dataclass(frozen=True, slots=True)
class Form:
    """A form ready to send: to the address of its own page."""

    url: str
    fields: list[tuple[str, str]]

    def send(self) -> Page:
        """Press the button."""
        return _ask("POST", self.url, urlencode(self.fields).encode())


def look(url: str) -> Page:
    """GET a link."""
    return _ask("GET", url)


def sniff(url: str) -> int:
    """HEAD a link, as scanners do: the status."""
    return _ask("HEAD", url).status


def _ask(method: str, url: str, body: bytes | None = None) -> Page:
    parts = urlsplit(url)
    request = urllib.request.Request(url, body, method=method)
    if body is not None:
        request.add_header("Origin", f"{parts.scheme}://{parts.netloc}")
    # no proxy: what the environment names is for the world outside, and we stay on this machine
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            return Page(answer.url, answer.status, answer.read().decode("utf-8", "replace"))
    except urllib.error.HTTPError as answer:
        with answer:
            return Page(url, answer.code, answer.read().decode("utf-8", "replace"))


@dataclass
class _FormReader(HTMLParser):
    """Collects what a browser would send: what is typed, and of the choices those that are checked."""

    text: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One element of the form."""
        given = dict(attrs)
        name = given.get("name") or ""
        chosen = given.get("type") not in ("radio", "checkbox") or "checked" in given
        if tag == "textarea":
            self.fields.append((name, self.text))
        elif tag == "input" and name and chosen:
            self.fields.append((name, given.get("value") or ""))
