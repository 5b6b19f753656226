"""What an agent writes down, and what goes to the melder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from mailagent.core import klacht as life
from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.events import Answered, Asked, Noted
from mailagent.core.klacht import Klacht
from mailagent.core.orders.order import Case, Done, Order, joined


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
        reachable(case.klacht)
        event = Answered(case.at, case.actor, self.text)
        return Done(case.klacht, (event,), "Uw antwoord gaat naar de melder.")


@dataclass(frozen=True, slots=True)
class Ask(Order):
    """A question to the melder; what the melder answers comes back to whoever asked."""

    words: ClassVar = ("vraag", "ask")
    usage: ClassVar = "#vraag tekst"
    help: ClassVar = "uw vraag gaat naar de melder; het antwoord komt bij u terug"
    takes_text: ClassVar = True

    text: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """Text is mandatory."""
        if not (question := joined(rest, text)):
            raise NotUnderstood("#vraag: er staat geen vraag bij, dus er is niets verstuurd.")
        return cls(question)

    def to_melder(self, klacht: Klacht) -> str:  # noqa: ARG002
        """All of it."""
        return self.text

    def carry_out(self, case: Case) -> Done:
        """Send it, unless the melder wants no contact, or an answer would ask to reopen what is handled."""
        reachable(case.klacht)
        if case.klacht.status not in life.OPEN:
            raise NotPossible(
                f"{case.klacht.kenmerk} is {case.klacht.status}: een vraag kan bij een klacht die open is. "
                "Mogelijk is: eerst #heropenen, of #antwoord."
            )
        klacht = replace(case.klacht, asked_by=case.agent.address)
        event = Asked(case.at, case.actor, self.text)
        return Done(klacht, (event,), "Uw vraag gaat naar de melder. Het antwoord krijgt u in een mail.")


def reachable(klacht: Klacht) -> None:
    """`NotPossible` where the melder wants to hear nothing more."""
    if not klacht.contact_allowed:
        raise NotPossible(
            "De melder wil geen contact meer. Er is niets verstuurd. Mailde de melder daarna zelf dat het "
            "weer mag? Dan kan het na #contact."
        )
