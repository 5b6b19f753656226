"""Reads every mail as its reader will: its links, its twins, its words and its size."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from mailagent.core.errors import Mistake, Mistakes
from mailagent.core.mails import MAILS, TO_MELDER
from mailagent.outbound.render import Rendered, Templates
from mailagent.outbound.samples import other, samples

MOST_HTML, MOST_TEXT = 40_000, 20_000
"""Octets of a mail filled in with samples. Gmail cuts off what is longer than 102 KB, and the words of a
melder or an agent come on top of the samples."""

LINKS = ("satisfied_url", "unsatisfied_url", "survey_url", "opt_out_url", "confirm_url")
"""What must be there to be clicked, where a mail must show it."""

ONE_TWIN = ("satisfied_reply", "unsatisfied_reply", "reply_link", "language")
"""In the text nobody can click a link that begins a reply; and no text says its language."""

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_CODE = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
_SAID = re.compile(r'"[^"\n]*"')
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"\w+")
_LINK = re.compile(r"\S+://\S+")
_ALONE = 6
"""So many different words may stand in one of the twins alone: the names of buttons, and what one does
without them."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A difficult word, and how to say it plainly."""

    word: str
    instead: str


PlainWords = Mapping[str, Sequence[Plain]]
"""The difficult words of each language."""


def read_plain_words(path: Path) -> tuple[list[Plain], list[Mistake]]:
    """The lines `difficult: plain` of a file; what stands behind a # is for who reads the file."""
    found: list[Plain] = []
    wrong: list[Mistake] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        said = line.partition("#")[0].strip()
        word, _, instead = (part.strip() for part in said.partition(":"))
        if word and instead:
            found.append(Plain(word, instead))
        elif said:
            what = f"'{said}' should be a difficult word, a colon, and a plain word"
            wrong.append(Mistake(str(path), number, what))
    return found, wrong


def proofread(templates: Templates, plain: PlainWords) -> Iterator[list[Mistake]]:
    """What `Templates.mistakes` finds, then what else is wrong with each mail of MAILS, in turn."""
    told = set(found := templates.mistakes())
    yield found
    for name in MAILS:
        found = [mistake for mistake in wrong_in(name, templates, plain) if mistake not in told]
        told.update(found)
        yield found


def wrong_in(name: str, templates: Templates, plain: PlainWords) -> list[Mistake]:
    """What is wrong with one mail, in any of its languages."""
    found: list[Mistake] = []
    for language in templates.languages(name):
        try:
            found += _wrong(templates, name, language, plain.get(language, ()))
        except Mistakes as problem:
            found += problem.mistakes
    return list(dict.fromkeys(found))


def _wrong(templates: Templates, name: str, language: str, plain: Sequence[Plain]) -> Iterator[Mistake]:
    mail = templates.render(name, language, samples(name))
    paper = _Paper(templates, name, language)
    yield from _missing_links(mail, paper, name)
    yield from _too_large(mail, paper)
    yield from _shown_once(templates, mail, paper)
    yield from _said_once(mail, paper)
    if name in TO_MELDER:
        yield from _difficult(paper, plain)


@dataclass(frozen=True)
class _Paper:
    """A mail in a language, and the files it is made of."""

    templates: Templates
    name: str
    language: str

    def mistake(self, what: str, ending: str, variable: str = "") -> Mistake:
        """In the file with this ending that is the mail's own, or where a variable is asked for."""
        readings = [
            one for one in self.templates.readings(self.name, self.language) if one.path.endswith(ending)
        ]
        asking = next((one for one in readings if variable in one.asks), None)
        if asking:
            return Mistake(asking.path, asking.asks[variable], f"{self.name} ({self.language}): {what}")
        return Mistake(readings[0].path, None, f"{self.name} ({self.language}): {what}")


def _missing_links(mail: Rendered, paper: _Paper, name: str) -> Iterator[Mistake]:
    html = seen(mail.html)
    values = samples(name)
    for variable in (one for one in LINKS if one in MAILS[name].must):
        if values[variable] not in html.links:
            yield paper.mistake(f"`{variable}` has to be a link: <a href=…>", ".html", variable)
        if str(values[variable]) not in mail.text.split():
            yield paper.mistake(
                f"`{variable}` has to stand by itself, with a space around it", ".txt", variable
            )


def _too_large(mail: Rendered, paper: _Paper) -> Iterator[Mistake]:
    for ending, said, most in ((".html", mail.html, MOST_HTML), (".txt", mail.text, MOST_TEXT)):
        if (size := len(said.encode())) > most:
            yield paper.mistake(f"is {size} octets large with sample words; {most} is the most", ending)


def _shown_once(templates: Templates, mail: Rendered, paper: _Paper) -> Iterator[Mistake]:
    """Variables that one of the twins shows, and the other does not; `mistakes` saw to what must be shown."""
    values = samples(paper.name)
    for variable in sorted(values.keys() - {*ONE_TWIN, *MAILS[paper.name].must}):
        changed = templates.render(paper.name, paper.language, values | {variable: other(variable)})
        in_text, in_html = changed.text != mail.text, _met(changed) != _met(mail)
        if in_text != in_html:
            here, there = (".txt", "HTML") if in_text else (".html", "text")
            yield paper.mistake(f"shows `{variable}` here, and not in the {there}", here, variable)


def _met(mail: Rendered) -> str:
    """The HTML without its title, which no mail program shows."""
    return _TITLE.sub("", mail.html)


def _said_once(mail: Rendered, paper: _Paper) -> Iterator[Mistake]:
    """Words that one of the twins says, and the other does not."""
    text, html = _words(mail.text), _words(seen(mail.html).text)
    for alone, ending, there in ((text - html, ".txt", "HTML"), (html - text, ".html", "text")):
        if len(alone) > _ALONE:
            words = ", ".join(sorted(alone)[:8])
            yield paper.mistake(f"says {len(alone)} words that the {there} does not: {words}", ending)


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(_LINK.sub(" ", text)) if len(word) > 3}


def _difficult(paper: _Paper, plain: Sequence[Plain]) -> Iterator[Mistake]:
    """Difficult words, each on the line on which it was written."""
    if not plain:
        return
    instead = {one.word.casefold(): one.instead for one in plain}
    words = "|".join(re.escape(word) for word in sorted(instead, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
    for reading in paper.templates.readings(paper.name, paper.language):
        for number, line in enumerate(_said_in(Path(reading.path)), 1):
            for found in pattern.finditer(line):
                what = f"“{found[0]}” is difficult; write: {instead[found[0].casefold()]}"
                yield Mistake(reading.path, number, what)


def _said_in(path: Path) -> list[str]:
    """What a template says, line by line, without what makes it one."""
    source = _COMMENT.sub(_blank, path.read_text("utf-8"))
    source = _CODE.sub(lambda code: "\n".join(map(_quoted, code[0].split("\n"))), source)
    return (_TAG.sub(_blank, source) if path.suffix == ".html" else source).split("\n")


def _quoted(code: str) -> str:
    return " ".join(said[1:-1] for said in _SAID.findall(code))


def _blank(code: re.Match[str]) -> str:
    return "\n" * code[0].count("\n") or " "


@dataclass
class Seen(HTMLParser):
    """The words of a mail's HTML, and its links."""

    links: set[str] = field(default_factory=set)
    text: str = ""
    _hidden: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A link, or the beginning of what nobody sees."""
        self._hidden += tag in ("title", "style")
        self.text += " "
        if tag == "a":
            self.links.add(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        """The end of what nobody sees."""
        self._hidden -= tag in ("title", "style")
        self.text += " "

    def handle_data(self, data: str) -> None:
        """Words."""
        self.text += "" if self._hidden else data


def seen(html: str) -> Seen:
    """A mail's HTML as it is met."""
    reader = Seen()
    reader.feed(html)
    reader.close()
    return reader
