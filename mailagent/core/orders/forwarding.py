"""What leaves for others: forwarded to the body it is for (Awb 2:3), copied to whom it is about (Awb 9:9)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from mailagent.core import klacht as life
from mailagent.core.awb import CopySent, Forwarded
from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.events import AGENT, Closed
from mailagent.core.klacht import Klacht
from mailagent.core.orders.fields import ADDRESS, NameBeklaagde
from mailagent.core.orders.order import Case, Done, Order, joined
from mailagent.core.orders.routing import named, the_agent
from mailagent.core.organisation import Body, Organisation
from mailagent.core.reference import is_own

_FIRST_ADDRESS = re.compile(rf"[\s<]{{0,3}}(?P<address>{ADDRESS.pattern})>?(?:\s*<mailto:[^>]*>)?[\s.,;:]*")


@dataclass(frozen=True, slots=True)
class Forward(Order):
    """It is for another body: send it there, tell the melder, and close it."""

    words: ClassVar = ("doorsturen", "forward")
    usage: ClassVar = "#doorsturen adres tekst"
    help: ClassVar = (
        "de klacht is voor een ander (Awb 2:3): hij gaat naar dit adres, of naar deze instantie van "
        "rules/doorsturen.yaml, en sluit; de melder hoort naar wie, en allebei lezen zij uw tekst. Een adres "
        "dat niet in de lijst staat, bevestigt u eerst"
    )
    takes_text: ClassVar = True

    to: str
    text: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """An address with words behind it, or the name of a body alone."""
        if found := _FIRST_ADDRESS.match(rest):
            return cls(found["address"].lower(), joined(rest[found.end() :], text))
        if not (name := rest.strip(" \t\xa0.,;:")):
            raise NotUnderstood("#doorsturen: schrijf erachter naar welk adres, of naar welke instantie.")
        return cls(name, text.strip())

    def to_melder(self, klacht: Klacht) -> str:  # noqa: ARG002
        """Both read it."""
        return self.text

    def outward(self, organisation: Organisation) -> str:
        """An address that no admin wrote down."""
        known = organisation.body(self.to)
        return "" if known or "@" not in self.to else self.to

    def carry_out(self, case: Case) -> Done:
        """Send it and close it."""
        klacht = life.ended(case.klacht, "close", AGENT)
        body = self._body(case)
        whom = f"{body.name} ({body.address})" if body.name else body.address
        sent = Forwarded(case.at, case.actor, body.address, body.name, self.text, case.original)
        closed = Closed(case.at, case.actor, "doorgestuurd", text=self.text, to=whom)
        along = "met de mail van de melder erbij" if case.original else "als tekst"
        return Done(klacht, (sent, closed), f"{klacht.kenmerk} gaat naar {whom}, {along}, en is gesloten.")

    def _body(self, case: Case) -> Body:
        own = case.organisation
        if known := own.body(self.to):
            return known
        if "@" not in self.to:
            names = ", ".join(body.name for body in own.bodies) or "niets"
            raise NotPossible(
                f"“{self.to[:80]}” staat niet in de lijst om naar door te sturen. Daar staat: {names}. "
                "Mogelijk is ook: een mailadres."
            )
        _may_leave_to(self.to, case)
        if agent := own.agent(self.to):
            raise NotPossible(
                f"{agent.name} is een collega. Mogelijk is: #toewijzen {agent.address}, of #team."
            )
        return Body("", self.to)


@dataclass(frozen=True, slots=True)
class Copy(Order):
    """A copy of the klacht to whom it is about."""

    words: ClassVar = ("afschrift", "copy")
    usage: ClassVar = "#afschrift [adres]"
    help: ClassVar = (
        "over wie de klacht gaat (#beklaagde), krijgt een afschrift, met wat de melder meestuurde (Awb 9:9). "
        "Een adres buiten de organisatie schrijft u erachter en bevestigt u eerst"
    )

    to: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:  # noqa: ARG003 - takes no text
        """A colleague, an address, or nothing where it is known."""
        return cls(named(rest).lower())

    def outward(self, organisation: Organisation) -> str:
        """An address outside."""
        return "" if "@" not in self.to or organisation.is_inside(self.to) else self.to

    def carry_out(self, case: Case) -> Done:
        """Only to them."""
        address = self._address(case)
        _may_leave_to(address, case)
        accused = case.klacht.beklaagde
        if accused and accused != address:
            raise NotPossible(
                f"De klacht gaat over {accused}; alleen die krijgt een afschrift. Klopt dat niet, "
                f"schrijf dan eerst #beklaagde {address}."
            )
        if not self.to and not case.organisation.is_inside(address):
            raise NotPossible(
                f"{address} is een adres buiten de organisatie. Schrijf het erachter: #afschrift {address}. "
                "U krijgt dan een link om te bevestigen."
            )
        event = CopySent(case.at, case.actor, address, case.original)
        said = f"{address} krijgt een afschrift van {case.klacht.kenmerk}."
        if accused:
            return Done(case.klacht, (event,), said)
        named_now = NameBeklaagde(address).carry_out(case)
        return replace(named_now, events=(*named_now.events, event), said=f"{named_now.said} {said}")

    def _address(self, case: Case) -> str:
        if not self.to and not case.klacht.beklaagde:
            raise NotPossible(
                "#afschrift: er staat niet bij over wie de klacht gaat. Schrijf er een naam of adres achter."
            )
        if not self.to or "@" in self.to:
            return self.to or case.klacht.beklaagde
        return the_agent(self.to, case.organisation).address


def _may_leave_to(address: str, case: Case) -> None:
    """`NotPossible` for our own address and that of the melder."""
    if is_own(address, case.organisation.address):
        raise NotPossible(f"{address} is ons eigen adres: daarheen sturen wij niets.")
    if address == case.klacht.melder.lower():
        raise NotPossible(f"{address} is het adres van de melder zelf. Mogelijk is: #antwoord.")
