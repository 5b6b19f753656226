"""Calling the melder back: promised, tried and done (VNG C9167, C2984, C7998, C7300)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import ClassVar, Self

from mailagent.core import klacht as life
from mailagent.core.calendar import AMSTERDAM, Calendar, local_day
from mailagent.core.errors import NotPossible
from mailagent.core.events import CalledBack, CallPromised, NotReached
from mailagent.core.klacht import Klacht
from mailagent.core.orders.order import Case, Done, Order, joined
from mailagent.core.orders.writing import reachable

BEFORE = time(17)
"""Until when on the next working day the melder is to be called, in Europe/Amsterdam; where the team closes
earlier, until then."""

OFTEN = 3
"""After so many calls in vain we say that writing may work better."""


def call_due(asked_at: datetime, calendar: Calendar) -> datetime:
    """Until when somebody must call: the next working day, at BEFORE or when the office closes; in UTC."""
    day = calendar.add_working_days(local_day(asked_at), 1)
    return datetime.combine(day, min(BEFORE, calendar.closes), AMSTERDAM).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Calling(Order):
    """An order about a call, with what there is to say of it."""

    takes_text: ClassVar = True

    text: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """The text may be left out."""
        return cls(joined(rest, text))


@dataclass(frozen=True, slots=True)
class CallBack(Calling):
    """The melder must be called."""

    words: ClassVar = ("terugbellen", "callback")
    usage: ClassVar = "#terugbellen [tekst]"
    help: ClassVar = (
        "de melder moet gebeld worden, uiterlijk de volgende werkdag om 17.00 uur, of eerder als uw team dan "
        "dichtgaat; schrijf het nummer erbij"
    )

    def carry_out(self, case: Case) -> Done:
        """One call at a time."""
        reachable(case.klacht)
        if case.klacht.call_due:
            raise NotPossible(
                f"{case.klacht.kenmerk} heeft al een belafspraak, tot {_when(case.klacht.call_due)}. "
                f"Mogelijk is: #{NoAnswer.words[0]} of #{Called.words[0]}."
            )
        team = case.organisation.team(case.klacht.team)
        due = call_due(case.at, team.calendar(case.calendar))
        klacht = replace(life.uncalled(case.klacht), call_due=due, call_note=self.text)
        event = CallPromised(case.at, case.actor, due.isoformat(), self.text)
        return Done(klacht, (event,), f"De melder wordt gebeld, uiterlijk {_when(due)}.")


@dataclass(frozen=True, slots=True)
class NoAnswer(Calling):
    """Called in vain."""

    words: ClassVar = ("niet_bereikt", "no_answer")
    usage: ClassVar = "#niet_bereikt [tekst]"
    help: ClassVar = "u belde en kreeg de melder niet te pakken; wij tellen de pogingen"

    def carry_out(self, case: Case) -> Done:
        """It stays to be done."""
        _promised(case.klacht)
        attempt = case.klacht.call_attempts + 1
        klacht = replace(case.klacht, call_attempts=attempt)
        said = f"Poging {attempt} staat in het dossier."
        if attempt >= OFTEN:
            said += " Misschien werkt schrijven beter: #antwoord of #vraag, en dan #teruggebeld met uw reden."
        return Done(klacht, (NotReached(case.at, case.actor, attempt, self.text),), said)


@dataclass(frozen=True, slots=True)
class Called(Calling):
    """Spoken to the melder."""

    words: ClassVar = ("teruggebeld", "called")
    usage: ClassVar = "#teruggebeld [tekst]"
    help: ClassVar = "u sprak de melder; wat is gezegd, staat in het dossier, en de melder krijgt niets"

    def carry_out(self, case: Case) -> Done:
        """Done."""
        _promised(case.klacht)
        event = CalledBack(case.at, case.actor, self.text)
        return Done(life.uncalled(case.klacht), (event,), "De belafspraak is klaar.")


def _promised(klacht: Klacht) -> None:
    if not klacht.call_due:
        raise NotPossible(
            f"{klacht.kenmerk} heeft geen belafspraak. Mogelijk is: #{CallBack.words[0]}, of #notitie met "
            "wat er aan de telefoon is gezegd."
        )


def _when(at: datetime) -> str:
    return f"{at.astimezone(AMSTERDAM):%d-%m-%Y om %H.%M} uur"
