"""Who gets a klacht."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.events import Assigned
from mailagent.core.orders.order import Case, Done, Order
from mailagent.core.organisation import Agent, Organisation


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
