"""What an agent can order, one class per order: its words, its help line, and what it does to a klacht."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Self

from mailagent.core import klacht as life
from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.events import (
    AGENT,
    Actor,
    Answered,
    Assigned,
    Closed,
    Event,
    Noted,
    ReopenDeclined,
    Reopened,
    Resolved,
    TakenUp,
)
from mailagent.core.klacht import Klacht
from mailagent.core.organisation import Agent, Organisation


@dataclass(frozen=True, slots=True)
class Case:
    """What an order is carried out on. `melder_wrote`: a later, proven mail of the melder is kept."""

    klacht: Klacht
    agent: Agent
    at: datetime
    organisation: Organisation
    melder_wrote: bool = False
    mail_after_unhappy: bool = False

    @property
    def actor(self) -> Actor:
        """The agent, as the log names them."""
        return Actor(AGENT, self.agent.address)


@dataclass(frozen=True, slots=True)
class Done:
    """What an order did: the klacht as it is now, what happened, and the sentence for the agent."""

    klacht: Klacht
    events: tuple[Event, ...]
    said: str


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

    @abstractmethod
    def carry_out(self, case: Case) -> Done:
        """Do it; `NotPossible` with a sentence that says what is possible."""


def joined(rest: str, text: str) -> str:
    """What stands behind the tag and what stands below it, as one text."""
    return "\n".join(part for part in (rest.strip(), text.strip()) if part)


def _code(line: str, codes: Iterable[str]) -> tuple[str, str]:
    """The code a line opens with ("" for none), and what follows it. Its `_` may be a space or a hyphen."""
    for code in codes:
        words = r"[\s_-]".join(code.split("_"))
        pattern = rf"[\s(\[]*{words}(?![\w-])[\s.,:;)\]]*"
        if found := re.match(pattern, line, re.IGNORECASE):
            return code, line[found.end() :]
    return "", line


def _reachable(klacht: Klacht) -> None:
    if not klacht.contact_allowed:
        raise NotPossible("De melder wil geen contact meer. Er is niets verstuurd.")


@dataclass(frozen=True, slots=True)
class TakeUp(Order):
    """Take it in behandeling; whoever takes an unassigned klacht gets it."""

    words: ClassVar = ("in_behandeling", "accept")
    usage: ClassVar = "#in_behandeling"
    help: ClassVar = "u neemt de klacht in behandeling; heeft niemand hem nog, dan staat hij op uw naam"

    def carry_out(self, case: Case) -> Done:
        """Change the status, and assign where nobody has it."""
        klacht = life.after(case.klacht, "take_up", AGENT)
        events: tuple[Event, ...] = (TakenUp(case.at, case.actor),)
        if not klacht.assigned_to:
            klacht = replace(klacht, assigned_to=case.agent.address)
            events += (Assigned(case.at, case.actor, case.agent.address, klacht.team or ""),)
        return Done(klacht, events, f"{klacht.kenmerk} is in behandeling.")


@dataclass(frozen=True, slots=True)
class Assign(Order):
    """Give it to one agent, by address, name or first name."""

    words: ClassVar = ("toewijzen", "assign")
    usage: ClassVar = "#toewijzen naam"
    help: ClassVar = "de klacht gaat naar deze collega (naam of e-mailadres)"

    name: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:  # noqa: ARG003 - takes no text
        """The name is mandatory; mail programs repeat an address as `anna@stad.example <mailto:…>`."""
        before, _, within = rest.partition("<")
        if not (name := before.strip(" \t\xa0.,;@") or within.strip(" >")):
            raise NotUnderstood(
                "#toewijzen: schrijf erachter wie de klacht krijgt, bijvoorbeeld #toewijzen anna."
            )
        return cls(name)

    def carry_out(self, case: Case) -> Done:
        """Find the one agent meant."""
        agent = _the_agent(self.name, case.organisation)
        klacht = replace(case.klacht, assigned_to=agent.address)
        event = Assigned(case.at, case.actor, agent.address, klacht.team or "")
        return Done(klacht, (event,), f"{klacht.kenmerk} staat nu op naam van {agent.name}.")


def _the_agent(name: str, organisation: Organisation) -> Agent:
    wanted = name.casefold()
    found = [
        a
        for a in organisation.agents()
        if wanted
        in (a.address, a.address.partition("@")[0], a.name.casefold(), a.name.casefold().split(" ")[0])
    ]
    if len(found) == 1:
        return found[0]
    known = ", ".join(sorted(a.address for a in organisation.agents()))
    many = "past op meer dan één collega" if found else "is geen bekende collega"
    raise NotPossible(f"“{name}” {many}. Bekend zijn: {known}.")


@dataclass(frozen=True, slots=True)
class Note(Order):
    """An internal note."""

    words: ClassVar = ("notitie", "note")
    usage: ClassVar = "#notitie tekst"
    help: ClassVar = "interne notitie; de melder krijgt niets"
    takes_text: ClassVar = True

    text: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """Text is mandatory."""
        if not (note := joined(rest, text)):
            raise NotUnderstood("#notitie: er staat geen tekst bij.")
        return cls(note)

    def carry_out(self, case: Case) -> Done:
        """Keep it."""
        event = Noted(case.at, case.actor, self.text)
        return Done(case.klacht, (event,), "De notitie is bewaard. De melder krijgt niets.")


@dataclass(frozen=True, slots=True)
class Reply(Order):
    """A text for the melder."""

    words: ClassVar = ("antwoord", "reply")
    usage: ClassVar = "#antwoord tekst"
    help: ClassVar = "uw tekst gaat als mail naar de melder"
    takes_text: ClassVar = True

    text: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """Text is mandatory."""
        if not (answer := joined(rest, text)):
            raise NotUnderstood("#antwoord: er staat geen tekst bij, dus er is niets verstuurd.")
        return cls(answer)

    def to_melder(self, klacht: Klacht) -> str:  # noqa: ARG002
        """All of it."""
        return self.text

    def carry_out(self, case: Case) -> Done:
        """Send it, unless the melder wants no contact."""
        _reachable(case.klacht)
        event = Answered(case.at, case.actor, self.text)
        return Done(case.klacht, (event,), "Uw antwoord gaat naar de melder.")


@dataclass(frozen=True, slots=True)
class Resolve(Order):
    """Handled. After a request to reopen it leaves the klacht handled."""

    words: ClassVar = ("opgelost", "resolved")
    usage: ClassVar = "#opgelost [oordeel] tekst"
    help: ClassVar = (
        "de klacht is afgehandeld; uw tekst gaat naar de melder, met de smileys. "
        "Oordeel: gegrond, deels_gegrond, ongegrond of geen_oordeel"
    )
    takes_text: ClassVar = True

    oordeel: str
    text: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """An oordeel may stand first; the text is mandatory."""
        oordeel, more = _code(rest, life.OORDELEN)
        if more and not rest.casefold().lstrip(" ([").startswith(oordeel):
            more = rest  # "geen oordeel mogelijk, want …" is a sentence as well: no word of it may be lost
        words = joined(more, text)
        if not words:
            raise NotUnderstood(
                "#opgelost: schrijf eronder wat u hebt gevonden en gedaan. Die tekst gaat naar de melder."
            )
        return cls(oordeel or "geen_oordeel", words)

    def to_melder(self, klacht: Klacht) -> str:
        """The text, but after a request to reopen only where the setting says so; the safe reading is yes."""
        return self.text if klacht.contact_allowed else ""

    def carry_out(self, case: Case) -> Done:
        """Resolve, or decline a request to reopen."""
        if case.klacht.status == life.VERZOEK:
            return self._decline(case)
        klacht = replace(life.after(case.klacht, "resolve", AGENT), oordeel=self.oordeel)
        event = Resolved(case.at, case.actor, self.text, self.oordeel)
        said = f"{klacht.kenmerk} is opgelost ({self.oordeel.replace('_', ' ')})."
        if self.oordeel == "geen_oordeel":
            said += " U schreef geen oordeel; in de mail aan de melder staat dat er geen oordeel is."
        return Done(klacht, (event,), said)

    def _decline(self, case: Case) -> Done:
        klacht = life.after(case.klacht, "decline", AGENT)
        event = ReopenDeclined(case.at, case.actor, self.text)
        mailed = case.mail_after_unhappy and klacht.contact_allowed
        to_whom = "Uw tekst gaat naar de melder." if mailed else "Uw tekst is intern; de melder krijgt niets."
        return Done(klacht, (event,), f"{to_whom} {klacht.kenmerk} blijft afgehandeld.")


_ARTICLE = re.compile(
    r"[\s(]*(?:(?:artikel|art\.?)\s*)?(?:awb\s*)?(?:9:8\W*)?(?:lid\s*1\W*)?(?:(?:onder|sub)\s+)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Close(Order):
    """Close with a reason."""

    words: ClassVar = ("sluiten", "close")
    usage: ClassVar = "#sluiten reden tekst"
    help: ClassVar = (
        "sluit de klacht. Reden: ingetrokken, doorgestuurd, niet_in_behandeling (met de letter van "
        "Awb 9:8: a tot en met f, of lid2), naar_tevredenheid, dubbel of geen_klacht"
    )
    takes_text: ClassVar = True

    reason: str
    ground: str
    text: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """The reason is mandatory; niet_in_behandeling needs its ground (Awb 9:8)."""
        reason, more = _code(rest, life.REASONS)
        if not reason:
            raise NotUnderstood(f"#sluiten: schrijf er een reden achter: {', '.join(life.REASONS)}.")
        ground = ""
        if reason == "niet_in_behandeling":
            ground, more = _code(_ARTICLE.sub("", more, count=1), (*life.GROUNDS, "lid_2"))
            ground = ground.replace("_", "")
            if not ground:
                raise NotUnderstood(
                    "#sluiten niet_in_behandeling: schrijf de grond van Awb 9:8 erachter: "
                    + "; ".join(f"{letter} = {why}" for letter, why in life.GROUNDS.items())
                )
        words = joined(more, text)
        if reason == "doorgestuurd" and not words:
            raise NotUnderstood(
                "#sluiten doorgestuurd: schrijf eronder naar wie (Awb 2:3); de melder leest dat."
            )
        return cls(reason, ground, words)

    def to_melder(self, klacht: Klacht) -> str:  # noqa: ARG002
        """The text, where the reason has a mail of its own."""
        return "" if self.reason in ("dubbel", "geen_klacht") else self.text

    def carry_out(self, case: Case) -> Done:
        """Close; naar_tevredenheid only with the melder's mail on record (Awb 9:5)."""
        klacht = life.after(case.klacht, "close", AGENT)
        if self.reason == "naar_tevredenheid" and not case.melder_wrote:
            raise NotPossible(
                "Sluiten naar tevredenheid kan als de melder zelf heeft gemaild dat het goed is (Awb 9:5). "
                "Zo'n mail is er niet. Mogelijk is: #opgelost, of eerst #antwoord met de vraag erin."
            )
        event = Closed(case.at, case.actor, self.reason, self.ground, self.text)
        return Done(klacht, (event,), f"{klacht.kenmerk} is gesloten ({self.reason.replace('_', ' ')}).")


@dataclass(frozen=True, slots=True)
class Reopen(Order):
    """Open it again."""

    words: ClassVar = ("heropenen", "reopen")
    usage: ClassVar = "#heropenen reden"
    help: ClassVar = "de klacht gaat weer open; de reden is verplicht en staat in de mail aan de melder"
    takes_text: ClassVar = True

    text: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """A reason is mandatory."""
        if not (reason := joined(rest, text)):
            raise NotUnderstood("#heropenen: schrijf eronder waarom de klacht weer opengaat.")
        return cls(reason)

    def to_melder(self, klacht: Klacht) -> str:
        """The reason."""
        return self.text if klacht.contact_allowed else ""

    def carry_out(self, case: Case) -> Done:
        """Reopen."""
        klacht = life.after(case.klacht, "reopen", AGENT)
        return Done(klacht, (Reopened(case.at, case.actor, self.text),), f"{klacht.kenmerk} is heropend.")


@dataclass(frozen=True, slots=True)
class Help(Order):
    """The list of tags."""

    words: ClassVar = ("help", "hulp")
    usage: ClassVar = "#help"
    help: ClassVar = "u krijgt deze lijst"

    def carry_out(self, case: Case) -> Done:
        """Say the list."""
        lines = "\n".join(f"{usage} – {what}" for usage, what in help_lines())
        return Done(case.klacht, (), f"Dit kunt u schrijven:\n{lines}")


ORDERS: tuple[type[Order], ...] = (TakeUp, Assign, Note, Reply, Resolve, Close, Reopen, Help)


def help_lines() -> tuple[tuple[str, str], ...]:
    """Every tag, with what it does, in the order of ORDERS."""
    return tuple((f"{o.usage} ({', '.join('#' + w for w in o.words[1:])})", o.help) for o in ORDERS)


def sensible(status: str) -> tuple[tuple[str, str], ...]:
    """The tags that make sense in this status, with what they do."""
    steps = life.possible_tags(status)
    always: tuple[type[Order], ...] = (Reply, Note, Assign, Help)
    return tuple((o.usage, o.help) for o in ORDERS if o in always or f"#{o.words[0]}" in steps)
