"""What needs something beside us: a zaaksysteem, a printer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.klacht import Klacht
from mailagent.core.orders.order import Case, Done, Order, joined
from mailagent.core.orders.writing import reachable
from mailagent.core.paper import LetterPosted, LetterWritten


@dataclass(frozen=True, slots=True)
class MakeCase(Order):
    """Make a zaak of it."""

    words: ClassVar = ("zaak",)
    usage: ClassVar = "#zaak [zaaktype]"
    help: ClassVar = "maakt een zaak van de klacht, waar een zaaksysteem is gekoppeld"

    kind: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:  # noqa: ARG003 - takes no text
        """A zaaktype may stand behind it."""
        return cls(rest.strip(" \t\xa0.,;:"))

    def carry_out(self, case: Case) -> Done:  # noqa: ARG002
        """There is nobody to tell."""
        raise NotPossible(
            "Er is geen zaaksysteem gekoppeld, dus er is geen zaak gemaakt. Mogelijk is: de zaak zelf "
            "aanmaken en het nummer bewaren met #notitie."
        )


_NO_PRINTER = (
    "Er is geen afdrukwachtrij ingesteld, dus er is geen brief gemaakt. Mogelijk is: de brief zelf sturen en "
    "dat bewaren met #notitie."
)
_NO_ADDRESS = (
    "Van deze melder weten wij geen postadres, dus er is geen brief gemaakt. Mogelijk is: het adres navragen "
    "en laten invullen, of de brief zelf sturen en dat bewaren met #notitie."
)


@dataclass(frozen=True, slots=True)
class Write(Order):
    """A letter to the melder."""

    words: ClassVar = ("brief", "letter")
    usage: ClassVar = "#brief tekst"
    help: ClassVar = "uw tekst gaat als brief naar de melder, waar een afdrukwachtrij is"
    takes_text: ClassVar = True

    text: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """Text is mandatory."""
        if not (letter := joined(rest, text)):
            raise NotUnderstood("#brief: er staat geen tekst bij, dus er is geen brief gemaakt.")
        return cls(letter)

    def to_melder(self, klacht: Klacht) -> str:  # noqa: ARG002
        """All of it."""
        return self.text

    def carry_out(self, case: Case) -> Done:
        """Put it in the print queue, unless there is none, or no address, or no contact is wanted."""
        reachable(case.klacht)
        if not case.prints:
            raise NotPossible(_NO_PRINTER)
        if case.klacht.postal is None:
            raise NotPossible(_NO_ADDRESS)
        event = LetterWritten(case.at, case.actor, self.text)
        said = f"Uw brief aan {case.klacht.postal} staat in de afdrukwachtrij."
        return Done(case.klacht, (event,), said)


@dataclass(frozen=True, slots=True)
class Printed(Order):
    """The letters about a klacht were printed and posted."""

    words: ClassVar = ("gedrukt", "printed")
    usage: ClassVar = "#gedrukt"
    help: ClassVar = "de brief is afgedrukt en op de post gedaan"

    def carry_out(self, case: Case) -> Done:
        """Write it down; `NotPossible` where none came out of the queue."""
        if not case.printed:
            raise NotPossible(
                f"Over {case.klacht.kenmerk} is geen brief afgedrukt die nog op de post moet. Er is niets "
                "opgeschreven."
            )
        ids, mails = zip(*case.printed, strict=True)
        event = LetterPosted(case.at, case.actor, tuple(ids), tuple(mails))
        many = "De brief is" if len(ids) == 1 else f"{len(ids)} brieven zijn"
        return Done(case.klacht, (event,), f"{many} op de post gedaan.")
