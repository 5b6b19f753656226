"""What needs something beside us: a zaaksysteem, a printer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from mailagent.core.errors import NotPossible
from mailagent.core.orders.order import Case, Done, Order, joined


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
        """What the letter says."""
        return cls(joined(rest, text))

    def carry_out(self, case: Case) -> Done:  # noqa: ARG002
        """Nothing prints it."""
        raise NotPossible(_NO_PRINTER)


@dataclass(frozen=True, slots=True)
class Printed(Order):
    """The letter was printed and sent."""

    words: ClassVar = ("gedrukt", "printed")
    usage: ClassVar = "#gedrukt"
    help: ClassVar = "de brief is afgedrukt en op de post gedaan"

    def carry_out(self, case: Case) -> Done:  # noqa: ARG002
        """There is no letter."""
        raise NotPossible(_NO_PRINTER)
