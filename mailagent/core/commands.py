"""The words an agent writes: from newly written text to orders. One grammar, read here and nowhere else.

Tags stand on the first non-empty lines, after at most one greeting line; `#` first, one per line. Text below
a tag, blank lines included, belongs to the last tag above it that takes text. Where the first line is no tag
the whole text is a note, and a tag further down is named but not obeyed.

A kenmerk before a tag (`KL26-00042 #in_behandeling`) says which klacht it is about, and so for the lines
below it, until the next one. Whether the writer may order anything there is for whoever knows the reply
address.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mailagent.core import reference
from mailagent.core.errors import NotUnderstood
from mailagent.core.orders import ORDERS
from mailagent.core.orders.order import Order
from mailagent.core.orders.writing import Note
from mailagent.core.rulings import RULINGS, OnBehalf

_INVISIBLE = "\u00ad\u200b-\u200f\u2060\ufe0f\ufeff\u20e3"  # what mail programs leave around a `#`
_EMPTY = re.compile(rf"[\s{_INVISIBLE}]*")
_TAG = re.compile(
    rf"[\s{_INVISIBLE}]{{0,3}}[#\uff03\ufe5f][{_INVISIBLE}]{{0,3}}(?P<apart>\s{{0,2}})"
    r"(?P<word>[^\W\d]\w{0,39}(?:-\w{1,39}){0,3})"
    r"(?:[.,;!]|\s*(?:[:\u2013\u2014]|-(?=\s|$)))?\s*(?P<rest>.*)"
)
_ABOUT = re.compile(
    rf"[\s{_INVISIBLE}]{{0,3}}[\[(]?(?P<kenmerk>[a-z]{{1,4}}[0-9]{{2}}[-\u2010-\u2013\u2212][0-9]{{5,9}})[\])]?"
    rf"[\s{_INVISIBLE}]{{0,3}}[:,]?\s{{0,3}}(?=[#\uff03\ufe5f])",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"(?:(?:beste|hallo|hoi|hi|hello|dag|geachte|dear|l\.?s|goeden?(?: ?(?:dag|morgen|middag|navond|avond))"
    r"|good (?:morning|afternoon|evening)|goeie\w+)\b"
    r"(?:[^#,.!]|(?:(?<=\b\w)|dhr|mevr|mw|drs?|mr)\.){0,60}[,.!]*"
    r"|[^\W\d][\w.'’-]*(?: [\w.'’-]+){0,2},)",
    re.IGNORECASE,
)
EVERY: tuple[type[Order], ...] = (*ORDERS, *RULINGS, OnBehalf)
"""The closed list: about a klacht, about a message that is none, and above a message that is passed on."""

_BY_WORD = {word: order for order in EVERY for word in order.words}
_MOST_PROBLEMS = 10
_MOST_ORDERS = 200
"""In one mail: an answer to a digest, with an order for each klacht it lists, holds fewer."""


@dataclass(frozen=True, slots=True)
class Written:
    """What an agent wrote. Where there are `problems`, nothing of the mail may take effect. `about` says of
    each order which kenmerk stood before it, "" where none did."""

    orders: tuple[Order, ...] = ()
    problems: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    about: tuple[str, ...] = ()

    @property
    def untagged(self) -> bool:
        """No tag was obeyed: the text is a note at most."""
        return all(isinstance(order, Note) for order in self.orders) and not self.problems

    @property
    def named(self) -> tuple[str, ...]:
        """The kenmerken that stand before a tag, each once."""
        return tuple(dict.fromkeys(filter(None, self.about)))

    def apart(self) -> dict[str, Written]:
        """The orders for each klacht, by its kenmerk; by "" those before which none stands."""
        found: dict[str, list[Order]] = {}
        for order, about in zip(self.orders, self.about, strict=True):
            found.setdefault(about, []).append(order)
        return {
            about: Written(tuple(orders), about=(about,) * len(orders)) for about, orders in found.items()
        }


@dataclass(slots=True)
class _Block:
    """One tag while it is being read, with the lines that turn out to be its own."""

    word: str
    rest: str
    about: str = ""
    lines: list[str] = field(default_factory=list)


def read(text: str) -> Written:
    """Read newly written text: no quotes, no signature, nothing below the marker line. Linear in the text."""
    written = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = _without_greeting(_from_first_words(written))
    if not lines or not _tag(lines[0]):
        return _note(written)
    blocks: list[_Block] = []
    loose: dict[str, list[str]] = {}
    owner: _Block | None = None
    about = ""
    for line in lines:
        if tag := _tag(line):
            if tag.about and tag.about != about:
                about, owner = tag.about, None
            blocks.append(replace(tag, about=about))
            owner = blocks[-1] if _takes_text(tag.word) else owner
        else:
            (owner.lines if owner else loose.setdefault(about, [])).append(line)
    return _orders(blocks, loose)


def _tag(line: str) -> _Block | None:
    before = _ABOUT.match(line)
    found = _TAG.fullmatch(line, before.end() if before else 0)
    if not found:
        return None
    word = found["word"].casefold().replace("-", "_")
    if found["apart"] and word not in _BY_WORD:
        return None  # a heading, and no tag that a mail program took apart
    [about] = reference.kenmerken(before["kenmerk"]) if before else [""]
    return _Block(word, found["rest"], about)


def _from_first_words(lines: Sequence[str]) -> list[str]:
    first = next((n for n, line in enumerate(lines) if not _EMPTY.fullmatch(line)), len(lines))
    return list(lines[first:])


def _without_greeting(lines: list[str]) -> list[str]:
    if lines and _GREETING.fullmatch(lines[0].strip()):
        rest = _from_first_words(lines[1:])
        if rest and _tag(rest[0]):
            return rest
    return lines


def _takes_text(word: str) -> bool:
    # an unknown word takes the text below it, so that the answer names one mistake and not two
    return word not in _BY_WORD or _BY_WORD[word].takes_text


def _note(lines: Sequence[str]) -> Written:
    words = [tag.word for line in lines if (tag := _tag(line)) and tag.word in _BY_WORD]
    text = "\n".join(_from_first_words(lines)).strip()
    ignored = tuple(f"#{word}" for word in dict.fromkeys(words))
    return Written((Note(text),), ignored=ignored, about=("",)) if text else Written(ignored=ignored)


def _orders(blocks: Sequence[_Block], loose: Mapping[str, list[str]]) -> Written:
    orders: list[tuple[Order, str]] = []
    problems: list[str] = []
    for block in blocks:
        try:
            orders.append((_order(block), block.about))
        except NotUnderstood as mistake:
            problems.append(str(mistake))
        if len(orders) > _MOST_ORDERS:
            return Written(problems=(f"In één mail passen hoogstens {_MOST_ORDERS} opdrachten.",))
        if len(problems) == _MOST_PROBLEMS:
            break
    notes = ((about, "\n".join(lines).strip()) for about, lines in loose.items())
    orders += [(Note(text), about) for about, text in notes if text]
    return Written(
        tuple(order for order, _ in orders),
        tuple(dict.fromkeys(problems)),
        about=tuple(about for _, about in orders),
    )


def _order(block: _Block) -> Order:
    if kind := _BY_WORD.get(block.word):
        return kind.read(block.rest, "\n".join(block.lines))
    near = _near(block.word) or _near(f"{block.word}_{block.rest[:40].partition(' ')[0]}".casefold())
    hint = f"Bedoelde u #{near}?" if near else "Stuur #help voor de lijst."
    raise NotUnderstood(f"#{block.word} ken ik niet. {hint}")


def help_lines() -> tuple[tuple[str, str], ...]:
    """Every tag with its other words, and what it does: about a klacht, then about a message that is none."""
    return tuple((_with_other_words(order), order.help) for order in EVERY)


def _with_other_words(order: type[Order]) -> str:
    others = ", ".join(f"#{word}" for word in order.words[1:])
    return f"{order.usage} ({others})" if others else order.usage


def _near(word: str) -> str:
    return next(iter(difflib.get_close_matches(word, _BY_WORD, n=1, cutoff=0.6)), "")
