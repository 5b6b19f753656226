"""What an agent writes down, and what goes to the melder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.events import Answered, Noted
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
        _reachable(case.klacht)
        event = Answered(case.at, case.actor, self.text)
        return Done(case.klacht, (event,), "Uw antwoord gaat naar de melder.")


def _reachable(klacht: Klacht) -> None:
    if not klacht.contact_allowed:
        raise NotPossible("De melder wil geen contact meer. Er is niets verstuurd.")
