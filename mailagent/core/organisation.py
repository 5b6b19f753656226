"""The people and the words of one municipality, as its admin wrote them down in rules/*.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from functools import cached_property

from mailagent.core.calendar import Calendar

MEMBER, LEAD, DEPUTY = "member", "lead", "deputy"
"""What somebody is in a team; the deputy leads it while the lead is absent."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Days, both included, on which an agent is not there; what would go to them goes to the deputy."""

    first_day: date
    last_day: date
    deputy: str


@dataclass(frozen=True, slots=True)
class Agent:
    """A behandelaar, known by one registered address (lower case). `signature` is dropped from replies;
    `capacity` is with how many open klachten they take no next one (0: any number); `may_see_original`: of a
    letter also what is masked."""

    address: str
    name: str
    signature: str = ""
    role: str = MEMBER
    capacity: int = 0
    absent: tuple[Absence, ...] = ()
    may_see_original: bool = False

    def away(self, day: date) -> Absence | None:
        """The absence in which a day falls."""
        return next((a for a in self.absent if a.first_day <= day <= a.last_day), None)


@dataclass(frozen=True, slots=True)
class Team:
    """A team that handles klachten; exactly one is the `sorting` team, where nothing else fits. It works from
    `opens` to `closes`, wall-clock time in Europe/Amsterdam; None for the hours of the house."""

    id: str
    name: str
    members: tuple[Agent, ...] = ()
    sorting: bool = False
    opens: time | None = None
    closes: time | None = None

    def calendar(self, house: Calendar) -> Calendar:
        """The working days of the house, at the hours of this team."""
        if self.opens is None or self.closes is None:
            return house
        return replace(house, opens=self.opens, closes=self.closes)

    def in_role(self, role: str) -> tuple[str, ...]:
        """The addresses of those who are this in the team."""
        return tuple(member.address for member in self.members if member.role == role)


@dataclass(frozen=True, slots=True)
class Category:
    """What a klacht is about, who handles it, by which clock of the law, and by which service clocks beside
    it (presets of rules/clocks.yaml)."""

    id: str
    name: str
    team: str
    clock: str = "awb"
    service: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """Another body to which klachten are forwarded; `about` is what it is for."""

    name: str
    address: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class StandardAnswer:
    """One ready-made reason on the smiley page. `reopens`: choosing it asks to reopen the klacht.
    `open`: the melder must explain it in their own words. `topic` is the id of a Topic, "" for none."""

    id: str
    text: str
    satisfied: bool
    reopens: bool = False
    open: bool = False
    visible: bool = True
    topic: str = ""
    order: int = 0
    en: str = ""
    fr: str = ""

    def said(self, language: str) -> str:
        """What a melder reads; in Dutch where there is no translation."""
        return {"en": self.en, "fr": self.fr}.get(language) or self.text


@dataclass(frozen=True, slots=True)
class Topic:
    """A heading over standard answers that belong together."""

    id: str
    text: str
    en: str = ""
    fr: str = ""

    def said(self, language: str) -> str:
        """What a melder reads; in Dutch where there is no translation."""
        return {"en": self.en, "fr": self.fr}.get(language) or self.text


def in_order(answers: Iterable[StandardAnswer], topics: Sequence[Topic]) -> tuple[StandardAnswer, ...]:
    """The answers as a melder sees them: those without a topic first, then topic by topic; within one by
    `order`, and as they were written."""
    place = {topic.id: number for number, topic in enumerate(topics)}
    return tuple(sorted(answers, key=lambda answer: (place.get(answer.topic, -1), answer.order)))


@dataclass(frozen=True)
class Organisation:
    """Who we are to the melder, to whom tasks go when a team is empty, and who hears last of what is late."""

    name: str
    address: str
    web: str
    coordinator: str = ""
    teams: tuple[Team, ...] = ()
    categories: tuple[Category, ...] = ()
    answers: tuple[StandardAnswer, ...] = ()
    topics: tuple[Topic, ...] = ()
    manager: str = ""
    bodies: tuple[Body, ...] = ()

    @property
    def domain(self) -> str:
        """The mail domain of our own address."""
        return self.address.rpartition("@")[2].lower()

    def body(self, word: str) -> Body | None:
        """The body with this address or name (any case)."""
        wanted = word.casefold()
        return next((b for b in self.bodies if wanted in (b.address.casefold(), b.name.casefold())), None)

    def is_inside(self, address: str) -> bool:
        """Is it of our own domain, or of an agent?"""
        return address.rpartition("@")[2].lower() == self.domain or self.agent(address) is not None

    def team(self, id: str | None) -> Team:
        """The team by its id; the sorting team where it is unknown."""
        return self._teams.get(id) or self.sorting_team

    @property
    def sorting_team(self) -> Team:
        """The team that gets what nobody else gets."""
        return next((t for t in self.teams if t.sorting), self.teams[0])

    def category(self, id: str | None) -> Category | None:
        """The category by its id."""
        return self._categories.get(id)

    def agents(self) -> Iterable[Agent]:
        """Every registered agent, once; the coordinator and the manager are agents as well."""
        return self._agents.values()

    # An organisation never changes, and is asked these for every mail.

    @cached_property
    def _teams(self) -> dict[str | None, Team]:
        return {team.id: team for team in reversed(self.teams)}

    @cached_property
    def _categories(self) -> dict[str | None, Category]:
        return {category.id: category for category in reversed(self.categories)}

    @cached_property
    def _agents(self) -> dict[str, Agent]:
        agents = {m.address: m for t in self.teams for m in t.members}
        for address, name in ((self.coordinator, "de coördinator"), (self.manager, "de manager")):
            if address:
                agents.setdefault(address.lower(), Agent(address.lower(), name))
        return agents

    def agent(self, address: str | None) -> Agent | None:
        """The registered agent with this address (any case)."""
        return self._agents.get((address or "").lower())

    def task_addresses(self, team: Team) -> tuple[str, ...]:
        """Where a team's tasks go: to each member, else to the coordinator."""
        members = tuple(member.address for member in team.members)
        return members or ((self.coordinator.lower(),) if self.coordinator else ())

    def teams_of(self, agent: Agent) -> tuple[Team, ...]:
        """Where an agent works; the coordinator also has the teams without members."""
        is_coordinator = agent.address == self.coordinator.lower()
        return tuple(
            team
            for team in self.teams
            if any(member.address == agent.address for member in team.members)
            or (is_coordinator and not team.members)
        )

    def away(self, day: date) -> dict[str, str]:
        """Who is absent on a day, each with who then gets their work; "" where nobody is there."""
        return {a.address: self.stand_in(a.address, day) for a in self.agents() if a.away(day)}

    def stand_in(self, address: str, day: date) -> str:
        """Who gets an agent's work on a day: they, or while they are absent the first of their deputies who
        is there; "" where each of them is absent."""
        passed: set[str] = set()
        while (agent := self.agent(address)) and (away := agent.away(day)):
            if address in passed:
                return ""
            passed.add(address)
            address = away.deputy
        return address
