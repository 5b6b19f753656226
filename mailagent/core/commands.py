"""The words an agent writes: from newly written text to orders. One grammar, read here and nowhere else.

Tags stand on the first non-empty lines, after at most one greeting line; `#` first, one per line. Text below
a tag, blank lines included, belongs to the last tag above it that takes text. Where the first line is no tag
the whole text is a note, and a tag further down is named but not obeyed.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field

from mailagent.core.errors import NotUnderstood
from mailagent.core.orders import ORDERS, Note, Order

_TAG = re.compile(r"^\s{0,3}#(?P<word>[^\W\d]\w*)\s*:?\s*(?P<rest>.*)$")
_GREETING = re.compile(
    r"^(beste|hallo|hoi|hi|hello|dag|geachte|dear|l\.?s\.?|goede(morgen|middag|navond)|goeie\w+)\b[^#]{0,80}$",
    re.IGNORECASE,
)
_BY_WORD: dict[str, type[Order]] = {word: order for order in ORDERS for word in order.words}


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
    """Read newly written text: no quotes, no signature, nothing below the marker line."""
    lines = _without_greeting(text.strip().split("\n"))
    if not _TAG.match(lines[0]):
        return _note(text)
    blocks: list[_Block] = []
    loose: list[str] = []
    for line in lines:
        if tag := _TAG.match(line):
            blocks.append(_Block(tag["word"].casefold(), tag["rest"]))
            continue
        owner = next((b for b in reversed(blocks) if _takes_text(b.word)), None)
        (owner.lines if owner else loose).append(line)
    return _orders(blocks, "\n".join(loose).strip())


def _without_greeting(lines: list[str]) -> list[str]:
    if len(lines) > 1 and _GREETING.match(lines[0].strip()):
        rest = next((i for i, line in enumerate(lines[1:], 1) if line.strip()), 0)
        if rest and _TAG.match(lines[rest]):
            return lines[rest:]
    return lines


def _takes_text(word: str) -> bool:
    # an unknown word takes the text below it, so that the answer names one mistake and not two
    return word not in _BY_WORD or _BY_WORD[word].takes_text


def _note(text: str) -> Written:
    late = (tag for line in text.split("\n") if (tag := _TAG.match(line)))
    ignored = tuple(f"#{tag['word']}" for tag in late if tag["word"].casefold() in _BY_WORD)
    return Written((Note(text.strip()),) if text.strip() else (), (), ignored)


def _orders(blocks: list[_Block], loose: str) -> Written:
    orders: list[Order] = []
    problems: list[str] = []
    for block in blocks:
        try:
            orders.append(_order(block))
        except NotUnderstood as mistake:
            problems.append(str(mistake))
    if loose:
        orders.append(Note(loose))
    return Written(tuple(orders), tuple(problems))


def _order(block: _Block) -> Order:
    if kind := _BY_WORD.get(block.word):
        return kind.read(block.rest, "\n".join(block.lines))
    near = difflib.get_close_matches(block.word, _BY_WORD, n=1, cutoff=0.6)
    hint = f"Bedoelde u #{near[0]}?" if near else "Stuur #help voor de lijst."
    raise NotUnderstood(f"#{block.word} ken ik niet. {hint}")
