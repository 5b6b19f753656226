"""Taking a klacht up, resolving it, opening it again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from mailagent.core import klacht as life
from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.events import AGENT, Assigned, Event, ReopenDeclined, Reopened, Resolved, TakenUp
from mailagent.core.klacht import Klacht
from mailagent.core.orders.order import Case, Change, Done, Order, code_of, joined


@dataclass(frozen=True, slots=True)
class TakeUp(Order):
    """Take it in behandeling; whoever takes an unassigned klacht gets it."""

    words: ClassVar = ("in_behandeling", "accept")
    usage: ClassVar = "#in_behandeling"
    help: ClassVar = "u neemt de klacht in behandeling; heeft niemand hem nog, dan staat hij op uw naam"

    def carry_out(self, case: Case) -> Done:
        """Change the status, and assign where nobody has it."""
        klacht, events = _taken(case, case.klacht)
        return Done(klacht, events, f"{klacht.kenmerk} is in behandeling.")


@dataclass(frozen=True, slots=True)
class TakeNext(Order):
    """Take the next one of the team's: the most urgent, then what is due first."""

    words: ClassVar = ("volgende", "next")
    usage: ClassVar = "#volgende"
    help: ClassVar = (
        "u neemt de volgende klacht van uw team in behandeling: die met de hoogste prioriteit, en daarvan "
        "die met de eerste laatste dag; u krijgt daar een mail over"
    )

    def carry_out(self, case: Case) -> Done:
        """Mostly it is another klacht than the one the mail was about."""
        if case.agent.capacity and case.load >= case.agent.capacity:
            raise NotPossible(
                f"U hebt al {case.load} open klachten en uw maximum is {case.agent.capacity}. Handel er "
                "eerst een af, of vraag uw coördinator."
            )
        here = case.klacht
        for waits in case.waiting:
            klacht = here if waits.id == here.id else waits
            if klacht.assigned_to or klacht.status not in life.UNHANDLED or _is_about(klacht, case):
                continue
            taken, events = _taken(case, klacht, next_up=True)
            if klacht is here:
                return Done(taken, events, _yours(taken))
            return Done(here, (), _yours(taken), also=(Change(taken, events),))
        raise NotPossible(f"Er wacht geen klacht op {_teams(case)}: elke open klacht staat op een naam.")


def _taken(case: Case, klacht: Klacht, *, next_up: bool = False) -> tuple[Klacht, tuple[Event, ...]]:
    events: tuple[Event, ...] = ()
    if klacht.status != life.IN_BEHANDELING or klacht.assigned_to:
        klacht, events = life.after(klacht, "take_up", AGENT), (TakenUp(case.at, case.actor),)
    if not klacht.assigned_to:
        klacht = replace(klacht, assigned_to=case.agent.address)
        events += (Assigned(case.at, case.actor, case.agent.address, klacht.team or "", next_up),)
    return klacht, events


def _is_about(klacht: Klacht, case: Case) -> bool:
    return klacht.beklaagde == case.agent.address


def _yours(klacht: Klacht) -> str:
    return f"{klacht.kenmerk} staat op uw naam en is in behandeling. U krijgt daar een mail over."


def _teams(case: Case) -> str:
    return " of ".join(team.name for team in case.organisation.teams_of(case.agent)) or "u"


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
        klacht = replace(life.ended(case.klacht, "resolve", AGENT), oordeel=self.oordeel)
        event = Resolved(case.at, case.actor, self.text, self.oordeel)
        said = f"{klacht.kenmerk} is opgelost ({self.oordeel.replace('_', ' ')})."
        if self.oordeel == "geen_oordeel":
            said += " U schreef geen oordeel; in de mail aan de melder staat dat er geen oordeel is."
        if not case.happened and not self._is_plain():
            said += _NOT_HEARD
        return Done(klacht, (event,), said)

    def _is_plain(self) -> bool:
        """Kennelijk ongegrond: then nobody need be heard (Awb 9:10 lid 2)."""
        return self.oordeel == "ongegrond" and "kennelijk ongegrond" in self.text.casefold()

    def _decline(self, case: Case) -> Done:
        klacht = life.after(case.klacht, "decline", AGENT)
        event = ReopenDeclined(case.at, case.actor, self.text)
        mailed = case.mail_after_unhappy and klacht.contact_allowed
        to_whom = "Uw tekst gaat naar de melder." if mailed else "Uw tekst is intern; de melder krijgt niets."
        return Done(klacht, (event,), f"{to_whom} {klacht.kenmerk} blijft afgehandeld.")


_NOT_HEARD = (
    " In het dossier staat niet dat de melder is gehoord, of dat dit niet hoefde. De wet vraagt dat, behalve "
    "bij een klacht die kennelijk ongegrond is (Awb 9:10). Schrijf het op met #hoorzitting."
)


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
        klacht = replace(life.after(case.klacht, "reopen", AGENT), merged_into="")
        return Done(klacht, (Reopened(case.at, case.actor, self.text),), f"{klacht.kenmerk} is heropend.")
