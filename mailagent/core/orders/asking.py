"""What an agent asks of us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mailagent.core.orders.order import Case, Done, Order


@dataclass(frozen=True, slots=True)
class Help(Order):
    """The list of tags."""

    words: ClassVar = ("help", "hulp")
    usage: ClassVar = "#help"
    help: ClassVar = "u krijgt deze lijst"

    def carry_out(self, case: Case) -> Done:
        """The list goes along with the answer."""
        return Done(case.klacht, (), "Wat u kunt schrijven, staat hieronder.")


@dataclass(frozen=True, slots=True)
class Status(Order):
    """The dossier."""

    words: ClassVar = ("status",)
    usage: ClassVar = "#status"
    help: ClassVar = (
        "u krijgt het dossier: wat er gebeurde, welke mails er gingen, en wat de melder antwoordde op de "
        "smileys en enquêtes"
    )

    def carry_out(self, case: Case) -> Done:
        """It goes along with the answer."""
        return Done(case.klacht, (), f"Het dossier van {case.klacht.kenmerk} staat hieronder.")
