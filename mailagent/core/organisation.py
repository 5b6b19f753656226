"""The people and the words of one municipality, as its admin wrote them down in rules/*.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agent:
    """A behandelaar, known by one registered address (lower case). `signature` is dropped from replies."""

    address: str
    name: str
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    """A team that handles klachten; exactly one is the `sorting` team, where nothing else fits."""

    id: str
    name: str
    members: tuple[Agent, ...] = ()
    sorting: bool = False


@dataclass(frozen=True, slots=True)
class Category:
    """What a klacht is about, who handles it and by which clock (a preset of rules/clocks.yaml)."""

    id: str
    name: str
    team: str
    clock: str = "awb"


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


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who we are to the melder, and to whom tasks go when a team is empty."""

    name: str
    address: str
    web: str
    coordinator: str = ""
    teams: tuple[Team, ...] = ()
    categories: tuple[Category, ...] = ()
    answers: tuple[StandardAnswer, ...] = ()
    topics: tuple[Topic, ...] = ()

    @property
    def domain(self) -> str:
        """The mail domain of our own address."""
        return self.address.rpartition("@")[2].lower()

    def team(self, id: str | None) -> Team:
        """The team by its id; the sorting team where it is unknown."""
        return next((t for t in self.teams if t.id == id), self.sorting_team)

    @property
    def sorting_team(self) -> Team:
        """The team that gets what nobody else gets."""
        return next((t for t in self.teams if t.sorting), self.teams[0])

    def category(self, id: str | None) -> Category | None:
        """The category by its id."""
        return next((c for c in self.categories if c.id == id), None)

    def agents(self) -> Iterable[Agent]:
        """Every registered agent, once; the coordinator is one as well."""
        members = {m.address: m for t in self.teams for m in t.members}
        if self.coordinator:
            members.setdefault(self.coordinator.lower(), Agent(self.coordinator.lower(), "de coördinator"))
        return members.values()

    def agent(self, address: str | None) -> Agent | None:
        """The registered agent with this address (any case)."""
        wanted = (address or "").lower()
        return next((a for a in self.agents() if a.address == wanted), None)

    def task_addresses(self, team: Team) -> tuple[str, ...]:
        """Where a team's tasks go: to each member, else to the coordinator."""
        members = tuple(member.address for member in team.members)
        return members or ((self.coordinator.lower(),) if self.coordinator else ())
