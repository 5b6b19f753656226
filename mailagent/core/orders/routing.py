"""Who gets a klacht: a colleague, another team, or the sorting team again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from mailagent.core.calendar import local_day
from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.events import Assigned, Routed
from mailagent.core.klacht import Klacht
from mailagent.core.orders.order import Case, Done, Order, joined
from mailagent.core.organisation import Agent, Organisation, Team

NOT_THE_BEKLAAGDE = "De klacht gaat over {}: die mag hem niet behandelen (Awb 9:7). Kies een andere collega."


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
        if not (name := named(rest)):
            raise NotUnderstood(
                "#toewijzen: schrijf erachter wie de klacht krijgt, bijvoorbeeld #toewijzen anna."
            )
        return cls(name)

    def carry_out(self, case: Case) -> Done:
        """Find the one agent meant; never whom it is about (Awb 9:7)."""
        agent = the_agent(self.name, case.organisation)
        if agent.address == case.klacht.beklaagde:
            raise NotPossible(NOT_THE_BEKLAAGDE.format(agent.name))
        said = f"{case.klacht.kenmerk} staat nu op naam van {agent.name}.{_stands_in(agent, case)}"
        klacht = replace(case.klacht, assigned_to=agent.address)
        event = Assigned(case.at, case.actor, agent.address, klacht.team or "")
        return Done(klacht, (event,), said)


def _stands_in(agent: Agent, case: Case) -> str:
    """Where the mails of an absent agent go; `NotPossible` where they would go nowhere."""
    day = local_day(case.at)
    if not (away := agent.away(day)):
        return ""
    until = f"{agent.name} is afwezig tot en met {away.last_day:%d-%m-%Y}"
    deputy = case.organisation.agent(case.organisation.stand_in(agent.address, day))
    if deputy is None or deputy.address == case.klacht.beklaagde:
        raise NotPossible(f"{until}, en wie vervangt is er ook niet. Kies een andere collega.")
    return f" {until}; de mails gaan zolang naar {deputy.name}."


def named(rest: str) -> str:
    """Who is named behind a tag, as mail programs write it."""
    before, _, within = rest.partition("<")
    return before.strip(" \t\xa0.,;@") or within.strip(" >")


def the_agent(name: str, organisation: Organisation) -> Agent:
    """The one agent meant, by address, name or first name; `NotPossible` with those there are."""
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
class ToTeam(Order):
    """Give it to another team."""

    words: ClassVar = ("team",)
    usage: ClassVar = "#team naam"
    help: ClassVar = "de klacht gaat naar dit team; daar heeft nog niemand hem"

    name: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:  # noqa: ARG003 - takes no text
        """The id or the name of the team."""
        if not (name := rest.strip(" \t\xa0.,;")):
            raise NotUnderstood("#team: schrijf erachter welk team de klacht krijgt.")
        return cls(name)

    def carry_out(self, case: Case) -> Done:
        """Nobody has it there yet."""
        wanted = self.name.casefold()
        for team in case.organisation.teams:
            if wanted in (team.id, team.name.casefold()):
                return routed(case, team)
        known = ", ".join(team.id for team in case.organisation.teams)
        raise NotPossible(f"“{self.name}” is geen bekend team. Bekend zijn: {known}.")


@dataclass(frozen=True, slots=True)
class Misrouted(Order):
    """It came to the wrong team: the sorting team looks again."""

    words: ClassVar = ("verkeerd", "misrouted")
    usage: ClassVar = "#verkeerd reden"
    help: ClassVar = "de klacht hoort niet bij uw team en gaat terug naar het sorteerteam, met uw reden"
    takes_text: ClassVar = True

    why: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """The reason is mandatory."""
        if not (why := joined(rest, text)):
            raise NotUnderstood("#verkeerd: schrijf erachter waarom de klacht niet bij uw team hoort.")
        return cls(why)

    def carry_out(self, case: Case) -> Done:
        """Back, with the reason."""
        return routed(case, case.organisation.sorting_team, self.why)


def routed(case: Case, team: Team, why: str = "") -> Done:
    """The klacht goes to a team; `NotPossible` where it is there already."""
    was = case.organisation.team(case.klacht.team)
    if was.id == team.id:
        others = ", ".join(f"#team {other.id}" for other in case.organisation.teams if other.id != team.id)
        ways = f"#toewijzen naam, {others}" if others else "#toewijzen naam"
        raise NotPossible(f"{case.klacht.kenmerk} is al bij {team.name}. Mogelijk is: {ways}.")
    klacht = replace(case.klacht, team=team.id, assigned_to=None, by_hand=with_hand(case.klacht, "team"))
    event = Routed(case.at, case.actor, team.id, was.id, why)
    return Done(klacht, (event,), f"{klacht.kenmerk} gaat naar {team.name}.")


def with_hand(klacht: Klacht, field: str) -> tuple[str, ...]:
    """The fields a human has set, with this one."""
    return tuple(dict.fromkeys((*klacht.by_hand, field)))
