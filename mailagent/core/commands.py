"""The words an agent writes: from newly written text to orders. One grammar, read here and nowhere else.

Tags stand on the first non-empty lines, after at most one greeting line; `#` first, one per line. Text below
a tag, blank lines included, belongs to the last tag above it that takes text. Where the first line is no tag
the whole text is a note, and a tag further down is named but not obeyed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

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
_GREETING = re.compile(
    r"(?:(?:beste|hallo|hoi|hi|hello|dag|geachte|dear|l\.?s|goeden?(?: ?(?:dag|morgen|middag|navond|avond))"
    r"|good (?:morning|afternoon|evening)|goeie\w+)\b"
    r"(?:[^#,.!]|(?:(?<=\b\w)|dhr|mevr|mw|drs?|mr)\.){0,60}[,.!]*"
    r"|[^\W\d][\w.'’-]*(?: [\w.'’-]+){0,2},)",
    re.IGNORECASE,
)
_EVERY: Sequence[type[Order]] = [*ORDERS, *RULINGS, OnBehalf]
_BY_WORD = {word: order for order in _EVERY for word in order.words}
_MOST_PROBLEMS = 10


@dataclass(frozen=True, slots=True)
class Written:
    """What an agent wrote. Where there are `problems`, nothing of the mail may take effect."""

    orders: tuple[Order, ...] = ()
    problems: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def untagged(self) -> bool:
        """No tag was obeyed: the text is a note at most."""
        return all(isinstance(order, Note) for order in self.orders) and not self.problems


@dataclass(slots=True)
class _Block:
    """One tag while it is being read, with the lines that turn out to be its own."""

    word: str
    rest: str
    lines: list[str] = field(default_factory=list)


def read(text: str) -> Written:
    """Read newly written text: no quotes, no signature, nothing below the marker line. Linear in the text."""
    written = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = _without_greeting(_from_first_words(written))
    if not lines or not _tag(lines[0]):
        return _note(written)
    blocks: list[_Block] = []
    loose: list[str] = []
    owner: _Block | None = None
    for line in lines:
        if tag := _tag(line):
            blocks.append(tag)
            owner = tag if _takes_text(tag.word) else owner
        else:
            (owner.lines if owner else loose).append(line)
    return _orders(blocks, "\n".join(loose).strip())


def _tag(line: str) -> _Block | None:
    found = _TAG.fullmatch(line)
    if not found:
        return None
    word = found["word"].casefold().replace("-", "_")
    if found["apart"] and word not in _BY_WORD:
        return None  # a heading, and no tag that a mail program took apart
    return _Block(word, found["rest"])


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
    return Written((Note(text),) if text else (), (), tuple(f"#{word}" for word in dict.fromkeys(words)))


def _orders(blocks: Sequence[_Block], loose: str) -> Written:
    orders: list[Order] = []
    problems: list[str] = []
    for block in blocks:
        try:
            orders.append(_order(block))
        except NotUnderstood as mistake:
            problems.append(str(mistake))
        if len(problems) == _MOST_PROBLEMS:
            break
    if loose:
        orders.append(Note(loose))
    return Written(tuple(orders), tuple(dict.fromkeys(problems)))


def _order(block: _Block) -> Order:
    if kind := _BY_WORD.get(block.word):
        return kind.read(block.rest, "\n".join(block.lines))
    near = _near(block.word) or _near(f"{block.word}_{block.rest[:40].partition(' ')[0]}".casefold())
    hint = f"Bedoelde u #{near}?" if near else "Stuur #help voor de lijst."
    raise NotUnderstood(f"#{block.word} ken ik niet. {hint}")


def _near(word: str) -> str:
    return next(iter(difflib.get_close_matches(word, _BY_WORD, n=1, cutoff=0.6)), "")
