"""What a human decides about a message that was set aside: the three tags, and the ruling each makes."""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from mailagent.core import reference
from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.orders.asking import Help
from mailagent.core.orders.order import Case, Done, Order, joined
from mailagent.core.postroom import PageRange, ranges_of, said_ranges

ADMITTED, APPENDED, DISMISSED, CUT = "admitted", "appended", "dismissed", "cut"


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision about one message. `by` is the agent's address; `kenmerk` the klacht it is added to;
    `melder` the address the agent gave, where the message itself names none; `text` the agent's own words, or
    where a pile is to be cut."""

    what: str
    by: str
    at: datetime
    kenmerk: str = ""
    melder: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Decide(Order):
    """An order about a message that is no klacht yet."""

    takes_text: ClassVar = True

    text: str

    def carry_out(self, case: Case) -> Done:
        """A klacht needs no ruling."""
        raise NotPossible(
            f"#{self.words[0]} kan alleen bij een bericht dat nog op een mens wacht. "
            f"{case.klacht.kenmerk} is al een klacht."
        )

    @abstractmethod
    def ruling(self, by: str, at: datetime) -> Ruling:
        """What was decided, by this agent, now."""

    @property
    @abstractmethod
    def said(self) -> str:
        """The sentence for the agent."""


_ADDRESS = re.compile(
    r"\W{0,9}(?P<address>\w[^\s<>,;:()\"@]{0,63}@[^\s<>,;:()\"@]{1,254}\w)(?:\s{0,9}<[^>]{0,400}>|>)?[\s,;:.]*"
)
"""As a mail program repeats it: `jan@home.example <mailto:jan@home.example>`. Anyone can write in the name of
an agent, so every part is bounded, as RFC 5321 4.5.3.1 bounds an address."""


@dataclass(frozen=True, slots=True)
class Admit(Decide):
    """It is a klacht after all."""

    words: ClassVar = ("aannemen", "admit")
    usage: ClassVar = "#aannemen [adres]"
    help: ClassVar = (
        "het bericht wordt een klacht en de melder krijgt bericht. Staat het mailadres van de melder er niet "
        "in, schrijf het erachter. Uw tekst eronder wordt een notitie, of de klacht zelf als wij het bericht "
        "niet konden lezen"
    )

    melder: str

    @classmethod
    def read(cls, rest: str, text: str) -> Admit:
        """An address may stand first."""
        found = _ADDRESS.match(rest)
        melder = found["address"].lower() if found else ""
        return cls(joined(rest[found.end() :] if found else rest, text), melder)

    def ruling(self, by: str, at: datetime) -> Ruling:
        """Admitted."""
        return Ruling(ADMITTED, by, at, melder=self.melder, text=self.text)

    @property
    def said(self) -> str:
        """The klacht itself follows in a mail of its own."""
        return "Het bericht wordt een klacht. U krijgt daar een mail over, met het kenmerk."


@dataclass(frozen=True, slots=True)
class AppendTo(Decide):
    """It belongs to a klacht we have."""

    words: ClassVar = ("toevoegen", "append")
    usage: ClassVar = "#toevoegen kenmerk"
    help: ClassVar = "het bericht komt bij deze klacht; de behandelaar krijgt het te lezen"

    kenmerk: str

    @classmethod
    def read(cls, rest: str, text: str) -> AppendTo:
        """One kenmerk is mandatory."""
        found = reference.kenmerken(rest)
        if len(found) != 1:
            raise NotUnderstood(
                "#toevoegen: schrijf het kenmerk erachter, bijvoorbeeld #toevoegen KL26-00041."
            )
        return cls(text.strip(), found[0])

    def ruling(self, by: str, at: datetime) -> Ruling:
        """Added to that klacht."""
        return Ruling(APPENDED, by, at, kenmerk=self.kenmerk, text=self.text)

    @property
    def said(self) -> str:
        """Where it went."""
        return f"Het bericht komt bij {self.kenmerk}."


@dataclass(frozen=True, slots=True)
class Dismiss(Decide):
    """It is nothing for us."""

    words: ClassVar = ("afwijzen", "dismiss")
    usage: ClassVar = "#afwijzen reden"
    help: ClassVar = "het bericht wordt niets; de afzender krijgt geen bericht"

    @classmethod
    def read(cls, rest: str, text: str) -> Dismiss:
        """The reason is mandatory."""
        if not (reason := joined(rest, text)):
            raise NotUnderstood("#afwijzen: schrijf erachter waarom dit bericht niets wordt.")
        return cls(reason)

    def ruling(self, by: str, at: datetime) -> Ruling:
        """Dismissed."""
        return Ruling(DISMISSED, by, at, text=self.text)

    @property
    def said(self) -> str:
        """With the reason, as it is kept."""
        return f"Het bericht is afgewezen: {self.text}. De afzender krijgt geen bericht."


@dataclass(frozen=True, slots=True)
class Cut(Decide):
    """A pile of letters in one file is cut into letters."""

    words: ClassVar = ("knippen", "cut")
    usage: ClassVar = "#knippen 1-2 3"
    help: ClassVar = (
        "alleen bij een stapel scans: deze bladzijden zijn elk een brief; met niets erachter zoals wij het "
        "voorstellen"
    )

    pages: tuple[PageRange, ...]

    @classmethod
    def read(cls, rest: str, text: str) -> Cut:
        """Ranges of pages, in order, or nothing."""
        words = rest.strip(" .")
        if not (pages := ranges_of(words)) and words:
            raise NotUnderstood(
                "#knippen: schrijf per brief de bladzijden, op volgorde, bijvoorbeeld #knippen 1-2 3 4-6."
            )
        return cls(text.strip(), pages)

    def ruling(self, by: str, at: datetime) -> Ruling:
        """Cut, there."""
        return Ruling(CUT, by, at, text=said_ranges(self.pages))

    @property
    def said(self) -> str:
        """The letters follow in mails of their own."""
        return "De stapel wordt geknipt. Van elke brief krijgt u, of het team, een mail met het kenmerk."


@dataclass(frozen=True, slots=True)
class OnBehalf(Decide):
    """In a mail that an agent passes on: whose klacht it is."""

    words: ClassVar = ("namens", "behalf")
    usage: ClassVar = "#namens adres"
    help: ClassVar = (
        "boven een bericht dat u doorstuurt naar ons: dit is het mailadres van de melder. Wie u niet noemt, "
        "lezen wij in het doorgestuurde bericht, en u bevestigt dat"
    )

    melder: str

    @classmethod
    def read(cls, rest: str, text: str) -> OnBehalf:
        """One address is mandatory."""
        if not (found := _ADDRESS.match(rest)):
            raise NotUnderstood("#namens: schrijf het mailadres van de melder erachter.")
        return cls(joined(rest[found.end() :], text), found["address"].lower())

    def ruling(self, by: str, at: datetime) -> Ruling:
        """Admitted, as the klacht of the melder."""
        return Ruling(ADMITTED, by, at, melder=self.melder)

    @property
    def said(self) -> str:
        """Whose klacht it becomes; itself it follows in a mail of its own."""
        return (
            f"Het bericht wordt een klacht van {self.melder}. U krijgt daar een mail over, met het kenmerk."
        )


RULINGS: tuple[type[Decide], ...] = (Admit, AppendTo, Cut, Dismiss)


def ruling_lines() -> tuple[tuple[str, str], ...]:
    """The tags that settle a message, with what they do."""
    orders: tuple[type[Order], ...] = (*RULINGS, Help)
    return tuple((order.usage, order.help) for order in orders)
