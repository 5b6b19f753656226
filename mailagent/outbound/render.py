"""Turns a mail's name and its values into words: subject, text and HTML (the only door to Jinja2 for mail).

A mail is a folder `<name>/`: `subject.txt`, `body.txt` and `body.html`. A mail to the melder takes what it
says from `words.txt`, which is Dutch, and from `words.en.txt` for who wrote in English; a `body.en.txt` that
needs no words may lie beside it too. A same-named file in the admin's folder wins, and may extend ours by
the prefix `shipped/`: `{% extends "shipped/afgehandeld/body.html" %}`.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self, TypeVar

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    PrefixLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    meta,
    nodes,
)
from jinja2.utils import urlize
from markupsafe import Markup, escape

from mailagent.core.echo import inert, readable
from mailagent.core.errors import Mistake, Mistakes
from mailagent.core.mails import ECHOED, MAILS, SMILEYS, TO_MELDER, Value, Values
from mailagent.core.quoting import MARKER
from mailagent.core.ways import LETTER, MAIL, MESSAGE, NOT_ON_PAPER
from mailagent.outbound.samples import other, samples
from mailagent.outbound.shelf import Folder, FromFolder, read_folder
from mailagent.outbound.style import Style, read_style, styled
from mailagent.sandbox import Sandbox

DUTCH = "nl"
SUBJECT_LENGTH = 200

_SUBJECT, _TEXT, _HTML = "subject.txt", "body.txt", "body.html"
_PARTS = (_SUBJECT, _TEXT, _HTML)
_WORDS = "words.txt"
_PART_FILE = re.compile(r"(?:(?:subject|body|words)\.)(?:(?P<language>[a-z]{2})\.)?(?:txt|html)")
_BASE, _SHIPPED = "_base", "shipped"
_SAY, _WORD, _PART = "say", "word", "part"
"""What every mail is filled in with beside its values: its own words and those that mails share, in its
language; and what `_base/melder` adds, the shapes that mails share."""
_BLANK_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
_BLANKS = re.compile(r"[ \t\n]+")
"""Those at which a line may end; the French ones before a sign stay as they are."""
_BETWEEN_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")

# All that can go wrong in what an admin wrote, which is run here.
_WRONG = (TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail in words. `subject` is one line of at most 200 characters; `language` the one it is in, which
    is Dutch where there is no translation."""

    subject: str
    text: str
    html: str
    language: str


class Templates:
    """Every mail we can send, by one of the ways. `search` are folders laid out as templates/mail, in the
    order to look: the admin's own first, ours last. All is read at once; after a change make a new one."""

    def __init__(self, search: Sequence[Path], way: str = MAIL) -> None:
        self._set(tuple(map(read_folder, search)), way)

    @classmethod
    def from_folders(cls, folders: Sequence[Folder], way: str = MAIL) -> Self:
        """Those of another process, which read them."""
        made = cls.__new__(cls)
        made._set(tuple(folders), way)
        return made

    def _set(self, folders: tuple[Folder, ...], way: str) -> None:
        self.folders = folders
        self._way = way
        style = _house_style(folders)
        self._loader = _loader(folders, style)
        self._jinja = _environment(self._loader, style)
        self._jinja.globals["way"] = way  # also for what a template imports, which sees no values
        self._files = frozenset(
            file for file in self._jinja.list_templates() if not file.startswith(f"{_SHIPPED}/")
        )
        self._read: dict[str, Reading] = {}
        self._spoken: dict[tuple[str, str], _Spoken] = {}
        self._languages = {name: frozenset(self._translations(name)) for name in MAILS}
        self._blank: dict[str, dict[str, Value]] = {
            name: dict.fromkeys(kind.optional, "") for name, kind in MAILS.items()
        }

    def language(self, name: str, wanted: str) -> str:
        """The language a mail will be in when this one is wanted; write days and moments out in that one."""
        return wanted if wanted in self._languages[name] else DUTCH

    def render(self, name: str, language: str, values: Values) -> Rendered:
        """One mail in words; `Mistakes` with file and line where its template or its values do not fit."""
        spoken = self.language(name, language)
        filled: dict[str, Any] = self._blank[name] | {
            key: _echoed(key, value) for key, value in values.items()
        }
        filled |= {"language": spoken, "way": self._way}
        files = self._files_of(name, spoken)
        if files.say:
            filled[_SAY] = self._made(files.say, lambda file: file.make_module(filled))
        if files.word:
            filled[_WORD] = self._made(files.word, lambda file: file.module)
        subject, text, html = (self._made(part, lambda file: file.render(filled)) for part in files.parts)
        return Rendered(_one_line(subject), _BLANK_LINES.sub("\n\n", text).strip() + "\n", html, spoken)

    def page(self, file: str, values: Values) -> str:
        """A page that is no mail, such as the list on top of letters; `Mistakes` as `render`."""
        return self._made(file, lambda page: page.render(dict(values)))

    def mistakes(self) -> list[Mistake]:
        """Everything an admin should mend before these mails may leave; an empty list when all is well."""
        found = list(self._stray_files())
        for name in _leaves_by(self._way):
            for language in self.languages(name):
                found += self._unknown_variables(name, language) or self._not_shown(name, language)
        return list(dict.fromkeys(found))

    def languages(self, name: str) -> list[str]:
        """Those a mail is there in, Dutch first."""
        return sorted(self._languages[name], key=lambda language: (language != DUTCH, language))

    def readings(self, name: str, language: str) -> list[Reading]:
        """Every file that a mail in a language is made of."""
        files = self._files_of(name, language)
        return list(self._with_all_it_refers_to([*files.parts, *filter(None, (files.say, files.word))]))

    def _files_of(self, name: str, language: str) -> _Spoken:
        """The files that say a mail in a language."""
        asked = name, language
        if asked not in self._spoken:
            parts = tuple(self._part(name, part, language) for part in _PARTS)
            asks = {variable for reading in self._with_all_it_refers_to(parts) for variable in reading.asks}
            say, word = (_file(place, _WORDS, language) for place in (name, _BASE))
            self._spoken[asked] = _Spoken(parts, say if _SAY in asks else "", word if _WORD in asks else "")
        return self._spoken[asked]

    def _part(self, name: str, part: str, language: str) -> str:
        """What an admin wrote out in Dutch, and not in words, is for who reads Dutch: others get ours."""
        own, dutch = _file(name, part, language), f"{name}/{part}"
        if own in self._files or language == DUTCH:
            return own
        takes_words = any(_SAY in reading.asks for reading in self._with_all_it_refers_to((dutch,)))
        return dutch if takes_words else f"{_SHIPPED}/{dutch}"

    def _with_all_it_refers_to(self, files: Sequence[str]) -> Iterator[Reading]:
        left, seen = list(files), set[str]()
        while left:
            file = left.pop(0)
            if file not in seen:
                seen.add(file)
                reading = self._read[file] = self._read.get(file) or self._reading(file)
                left += reading.refers
                yield reading

    def _made(self, file: str, how: Callable[[Template], _Made]) -> _Made:
        try:
            return how(self._jinja.get_template(file))
        except _WRONG as error:
            raise Mistakes([self._mistake(file, error)]) from error

    def _mistake(self, file: str, error: BaseException) -> Mistake:
        if isinstance(error, TemplateSyntaxError):
            return Mistake(error.filename or self._path(file), error.lineno, error.message or "syntax error")
        what = str(error)
        if isinstance(error, TemplateNotFound):
            what = f"there is no file {error.name}"
        elif isinstance(error, RecursionError):
            what = f"goes round in circles; to extend our file, write {_SHIPPED}/ before its name"
        frames = traceback.extract_tb(error.__traceback__)
        folders = tuple(str(folder.path) for folder in self.folders)
        place = next((frame for frame in reversed(frames) if frame.filename.startswith(folders)), None)
        return Mistake(place.filename, place.lineno, what) if place else Mistake(self._path(file), None, what)

    def _translations(self, name: str) -> Iterator[str]:
        yield DUTCH
        for file in self._files:
            folder, _, base = file.partition("/")
            found = _PART_FILE.fullmatch(base)
            if folder == name and found and found["language"] and name in TO_MELDER:
                yield found["language"]

    def _stray_files(self) -> Iterator[Mistake]:
        for file in sorted(self._files):
            folder, _, base = file.rpartition("/")
            if folder.startswith(_BASE) or not folder or base.startswith(".") or base.endswith("~"):
                continue
            if folder not in MAILS:
                near = get_close_matches(folder, MAILS, 1)
                meant = f"; did you mean {near[0]}?" if near else ""
                yield Mistake(self._path(file), None, f"there is no mail {folder}{meant}")
            elif not _PART_FILE.fullmatch(base):
                yield Mistake(self._path(file), None, f"nobody reads it; a mail is {', '.join(_PARTS)}")

    def _path(self, file: str) -> str:
        return next((str(folder.path / file) for folder in self.folders if file in folder.files), file)

    def _unknown_variables(self, name: str, language: str) -> list[Mistake]:
        found: list[Mistake] = []
        known = MAILS[name].variables | {_SAY, _WORD, _PART}
        for reading in self.readings(name, language):
            found += reading.mistakes
            for variable in sorted(reading.asks.keys() - known):
                what = f"the mail {name} knows no `{variable}`"
                found.append(Mistake(reading.path, reading.asks[variable], what))
        return found

    def _reading(self, file: str) -> Reading:
        path = self._path(file)
        try:
            source, place, _ = self._loader.get_source(self._jinja, file)
            path = place or path
            tree = self._jinja.parse(source, file, path)
            asked = meta.find_undeclared_variables(tree) - _made_in(tree)
        except TemplateNotFound:
            return Reading(path)  # filling it in tells which line asks for it
        except TemplateSyntaxError as error:
            return Reading(path, mistakes=(Mistake(path, error.lineno, error.message or "syntax error"),))
        except UnicodeDecodeError as error:
            return Reading(path, mistakes=(Mistake(path, None, f"is not UTF-8 from octet {error.start} on"),))
        refers = tuple(filter(None, meta.find_referenced_templates(tree)))
        return Reading(path, {variable: _line_of(tree, variable) for variable in asked}, refers)

    def _not_shown(self, name: str, language: str) -> list[Mistake]:
        values = samples(name)
        try:
            plain = self.render(name, language, values)
            return [
                Mistake(self._path(self._part(name, part, language)), None, f"has to show `{variable}`")
                for variable in _must(name, self._way)
                for part in _same(plain, self.render(name, language, values | {variable: other(variable)}))
                if part in _SHOWS[self._way] and (part != _SUBJECT or variable == "kenmerk")
            ]
        except Mistakes as error:
            return list(error.mistakes)


_SHOWS = {MAIL: _PARTS, LETTER: (_SUBJECT, _HTML), MESSAGE: (_TEXT,)}
"""The parts of a mail that leave by each way."""


def _leaves_by(way: str) -> Collection[str]:
    return MAILS if way == MAIL else TO_MELDER - NOT_ON_PAPER if way == LETTER else TO_MELDER


def _must(name: str, way: str) -> tuple[str, ...]:
    """What a mail has to show: on paper a code stands for the links, and a message is short."""
    must = MAILS[name].must
    if way == LETTER:
        smileys = ("code", "code_url", "link_until") if "satisfied_url" in must else ()
        return ("address", "date", *(one for one in must if one not in SMILEYS), *smileys)
    return must if way == MAIL else tuple(one for one in must if one != "quote")


@dataclass(frozen=True, slots=True)
class _Spoken:
    """The files that say a mail in one language: its three parts, its own words and those that mails share;
    "" where no part takes any."""

    parts: tuple[str, ...]
    say: str
    word: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file asks for: each variable with the line that asks first, and other files."""

    path: str
    asks: Mapping[str, int | None] = field(default_factory=dict)
    refers: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def _house_style(folders: Sequence[Folder]) -> Style:
    sheet = f"{_BASE}/style.css"
    return read_style(next((one.files[sheet].decode() for one in folders if sheet in one.files), ""))


def _loader(folders: Sequence[Folder], style: Style) -> BaseLoader:
    loaders = [FromFolder(folder, style) for folder in folders]
    return ChoiceLoader([*loaders, PrefixLoader({_SHIPPED: loaders[-1]})])


def _environment(loader: BaseLoader, style: Style) -> Environment:
    jinja = Sandbox(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=lambda file: bool(file) and str(file).endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    jinja.globals["marker"] = MARKER
    jinja.filters["paragraphs"] = _paragraphs
    jinja.filters["strong"] = _strong
    jinja.filters["linked"] = lambda text: Markup(styled(urlize(text, rel="noopener"), style))
    return jinja


def _file(name: str, part: str, language: str) -> str:
    stem, _, suffix = part.partition(".")
    return f"{name}/{part}" if language == DUTCH else f"{name}/{stem}.{language}.{suffix}"


def _echoed(variable: str, value: Value) -> Value:
    limit = ECHOED.get(variable)
    if limit is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return inert(value, limit)
    return tuple(inert(line, limit) for line in value if isinstance(line, str))


def _one_line(subject: str) -> str:
    return _BLANKS.sub(" ", readable(subject, SUBJECT_LENGTH)).strip()


def _paragraphs(text: str) -> list[list[str]]:
    """The lines of each paragraph of a plain text."""
    return [part.split("\n") for part in _BETWEEN_PARAGRAPHS.split(text.strip()) if part]


def _strong(text: str, words: str) -> str:
    """A sentence in HTML with these words of it standing out."""
    bold = Markup("<strong>{}</strong>").format(words)
    return escape(text).replace(escape(words), bold) if words else escape(text)


def _made_in(tree: nodes.Template) -> set[str]:
    """The names a file makes itself; a block of its own sees them, which the look-up does not know."""
    made = {node.target for node in tree.find_all(nodes.Import)}
    for taken in tree.find_all(nodes.FromImport):
        made |= {name if isinstance(name, str) else name[1] for name in taken.names}
    return made | {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}


def _line_of(tree: nodes.Template, variable: str) -> int | None:
    return min((node.lineno for node in tree.find_all(nodes.Name) if node.name == variable), default=None)


def _same(one: Rendered, two: Rendered) -> Iterator[str]:
    """The parts that came out alike."""
    pairs = zip(_PARTS, (one.subject, one.text, one.html), (two.subject, two.text, two.html), strict=True)
    return (part for part, left, right in pairs if left == right)
