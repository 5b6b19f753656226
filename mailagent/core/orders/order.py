"""What an order is: its words, its help line, what it is carried out on, and what it did."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Self

from mailagent.core.awb import HEARINGS
from mailagent.core.calendar import Calendar
from mailagent.core.clocks import Clock
from mailagent.core.errors import NotUnderstood
from mailagent.core.events import AGENT, Actor, Event
from mailagent.core.klacht import OPEN, Klacht
from mailagent.core.letter import Letter
from mailagent.core.organisation import Agent, Organisation
from mailagent.core.postroom import OnPaper
from mailagent.core.rules import Decision


@dataclass(frozen=True, slots=True)
class MeldersMail:
    """A later, proven mail of the melder: the number of its arrival, and when it came."""

    arrival: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """What an order is carried out on. `melder_wrote`: a later, proven mail of the melder is kept.

    `waiting` are klachten that nobody has in the agent's teams, the next one first; `load` is how many
    open ones are on the agent's name; `others` are klachten that the orders name, by kenmerk. `clock` is that
    of the law, where it still runs, and `melders_mail` the newest of the melder after the klacht came in.
    `refused_at` is when the melder last answered the smileys, and may have refused contact.
    `happened` are the words of HEARINGS that happened, oldest first; `original` is the arrival in which the
    melder sent the klacht, 0 where it came otherwise. `paper` is the letter with which it came, and `typed`
    what follows from the text that a human wrote of it.
    melder sent the klacht, 0 where it came otherwise. `prints`: there is a print queue; `printed` are the
    letters that came out of it and were not posted yet, each its number and the mail that it is.
    """

    klacht: Klacht
    agent: Agent
    at: datetime
    organisation: Organisation
    melder_wrote: bool = False
    mail_after_unhappy: bool = False
    calendar: Calendar = Calendar()
    waiting: tuple[Klacht, ...] = ()
    load: int = 0
    others: Mapping[str, Klacht] = field(default_factory=dict)
    clock: Clock | None = None
    melders_mail: MeldersMail | None = None
    refused_at: datetime | None = None
    happened: tuple[str, ...] = ()
    original: int = 0
    paper: OnPaper | None = None
    typed: tuple[Letter, Decision] | None = None
    prints: bool = False
    printed: tuple[tuple[int, str], ...] = ()

    @property
    def actor(self) -> Actor:
        """The agent, as the log names them."""
        return Actor(AGENT, self.agent.address)

    def after(self, done: Done) -> Case:
        """What the next order of the same mail is carried out on."""
        others = {change.klacht.id: change.klacht for change in done.also}
        waiting = tuple(klacht for klacht in self.waiting if klacht.id not in others)
        now = [done.klacht, *others.values()]
        load = self.load + sum(map(self._is_mine, now)) - self._is_mine(self.klacht)
        named = {k: others.get(other.id, other) for k, other in self.others.items()}
        clock = done.clock or self.clock
        happened = (*self.happened, *(event.kind for event in done.events if event.kind in HEARINGS))
        return replace(
            self,
            klacht=done.klacht,
            waiting=waiting,
            load=load,
            others=named,
            clock=clock,
            happened=happened,
        )

    def _is_mine(self, klacht: Klacht) -> bool:
        return klacht.assigned_to == self.agent.address and klacht.status in OPEN


@dataclass(frozen=True, slots=True)
class Change:
    """Another klacht that an order changed, and what happened to it."""

    klacht: Klacht
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What an order did: the klacht as it is now, what happened, and the sentence for the agent.

    `split_off` is a klacht that is to be opened beside it; its kenmerk is not known yet. `also` are other
    klachten that it changed, and `clock` is the next version of that of the law.
    """

    klacht: Klacht
    events: tuple[Event, ...]
    said: str
    split_off: Klacht | None = None
    also: tuple[Change, ...] = ()
    clock: Clock | None = None


@dataclass(frozen=True, slots=True)
class Order(ABC):
    """One kind of order. `words` are Dutch first, then English; `takes_text`: the lines below are its own."""

    words: ClassVar[tuple[str, ...]]
    usage: ClassVar[str]
    help: ClassVar[str]
    takes_text: ClassVar[bool] = False

    @classmethod
    def read(cls, rest: str, text: str) -> Self:  # noqa: ARG003 - an order without words takes no text
        """From the rest of the tag's line and the text below it; `NotUnderstood` when they do not fit."""
        if words := rest.strip(" .,!"):
            raise NotUnderstood(
                f"#{cls.words[0]}: wat bedoelt u met “{words[:80]}”? Hier hoort niets achter."
            )
        return cls()

    def to_melder(self, klacht: Klacht) -> str:  # noqa: ARG002 - most orders are internal
        """The text that leaves for the melder, empty where none does."""
        return ""

    def outward(self, organisation: Organisation) -> str:  # noqa: ARG002
        """The address outside to which something would leave, and which nobody has written down before."""
        return ""

    @abstractmethod
    def carry_out(self, case: Case) -> Done:
        """Do it; `NotPossible` with a sentence that says what is possible."""


def joined(rest: str, text: str) -> str:
    """What stands behind the tag and what stands below it, as one text."""
    return "\n".join(part for part in (rest.strip(), text.strip()) if part)


def code_of(line: str, codes: Iterable[str]) -> tuple[str, str]:
    """The code a line opens with ("" for none), and what follows it. Its `_` may be a space or a hyphen."""
    for code in codes:
        words = r"[\s_-]".join(code.split("_"))
        pattern = rf"[\s(\[]*{words}(?![\w-])[\s.,:;)\]]*"
        if found := re.match(pattern, line, re.IGNORECASE):
            return code, line[found.end() :]
    return "", line
