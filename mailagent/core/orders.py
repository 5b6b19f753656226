"""What an agent can order, one class per order (see `order`): what it does to a klacht."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from mailagent.core import klacht as life
from mailagent.core.closing import Close, Withdraw
from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.events import (
    AGENT,
    Answered,
    Assigned,
    Event,
    Noted,
    ReopenDeclined,
    Reopened,
    Resolved,
    TakenUp,
)
from mailagent.core.klacht import Klacht
from mailagent.core.order import Case, Done, Order, code_of, joined
from mailagent.core.organisation import Agent, Organisation


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
        oordeel, more = code_of(rest, life.OORDELEN)
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
class Split(Order):
    """The message holds a second complaint: make it a klacht of its own."""

    words: ClassVar = ("splitsen", "split")
    usage: ClassVar = "#splitsen onderwerp"
    help: ClassVar = (
        "de tekst eronder wordt een tweede klacht van dezelfde melder, ontvangen op hetzelfde moment; de "
        "melder krijgt daarvan een ontvangstbevestiging"
    )
    takes_text: ClassVar = True

    subject: str
    text: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """Both are mandatory."""
        if not rest.strip() or not text.strip():
            raise NotUnderstood(
                "#splitsen: schrijf erachter waar de tweede klacht over gaat, en eronder wat er staat."
            )
        return cls(rest.strip(), text.strip())

    def carry_out(self, case: Case) -> Done:
        """A new klacht beside this one, which stays as it is."""
        new = Klacht(
            id=0,
            kenmerk="",
            subject=self.subject,
            description=self.text,
            melder=case.klacht.melder,
            melder_name=case.klacht.melder_name,
            received_at=case.klacht.received_at,
            channel=case.klacht.channel,
            namens=case.klacht.namens,
            organisation=case.klacht.organisation,
            confidential=case.klacht.confidential,
            language=case.klacht.language,
            contact_allowed=case.klacht.contact_allowed,
            refers_to=case.klacht.kenmerk,
        )
        return Done(case.klacht, (), f"“{self.subject}” is nu een klacht van zichzelf:", new)


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


ORDERS: tuple[type[Order], ...] = (TakeUp, Assign, Note, Reply, Resolve, Close, Withdraw, Reopen, Split, Help)


def help_lines() -> tuple[tuple[str, str], ...]:
    """Every tag, with what it does, in the order of ORDERS."""
    return tuple((f"{o.usage} ({', '.join('#' + w for w in o.words[1:])})", o.help) for o in ORDERS)


def sensible(status: str) -> tuple[tuple[str, str], ...]:
    """The tags that make sense in this status, with what they do."""
    steps = life.possible_tags(status)
    always: tuple[type[Order], ...] = (Reply, Note, Assign, Help)
    return tuple((o.usage, o.help) for o in ORDERS if o in always or f"#{o.words[0]}" in steps)
