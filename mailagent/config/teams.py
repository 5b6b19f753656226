"""rules/teams.yaml: the teams, who is in them and what each is there, and who is absent when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from pydantic import Field

from mailagent.config.clocks import HoursEntry
from mailagent.config.fields import Address, Id, Name, Part
from mailagent.config.yaml import Sheet
from mailagent.core.errors import Mistake
from mailagent.core.organisation import Absence, Agent, Team


class AbsenceEntry(Part):
    first_day: date
    last_day: date
    deputy: Address


class MemberEntry(Part):
    address: Address
    name: Name
    signature: str = ""
    role: Literal["member", "lead", "deputy"] = "member"
    capacity: int = Field(0, ge=0)
    absent: tuple[AbsenceEntry, ...] = ()
    mag_origineel: bool = False


class TeamEntry(Part):
    id: Id
    name: Name
    sorting: bool = False
    members: tuple[MemberEntry, ...] = ()
    office: HoursEntry | None = None


class TeamsFile(Part):
    teams: tuple[TeamEntry, ...]


def teams_of(file: TeamsFile) -> tuple[Team, ...]:
    """In the words of the core. Who is in two teams may be absent in the one entry and have a signature in
    the other: what one says, holds for both."""
    every = [member for team in file.teams for member in team.members]
    return tuple(
        Team(
            team.id,
            team.name,
            tuple(_agent(member, every) for member in team.members),
            team.sorting,
            team.office.opens if team.office else None,
            team.office.closes if team.office else None,
        )
        for team in file.teams
    )


def _agent(entry: MemberEntry, every: Sequence[MemberEntry]) -> Agent:
    same = [member for member in every if member.address == entry.address]
    absent = dict.fromkeys(Absence(**a.model_dump()) for member in same for a in member.absent)
    return Agent(
        entry.address,
        entry.name,
        entry.signature or next((m.signature for m in same if m.signature), ""),
        entry.role,
        entry.capacity or next((m.capacity for m in same if m.capacity), 0),
        tuple(absent),
        any(member.mag_origineel for member in same),
    )


def wrong_teams(teams: Sheet[TeamsFile]) -> Iterator[Mistake]:
    """What cannot be, though every key is right."""
    entries = teams.content.teams
    yield from teams.twice(("teams",), "id", [entry.id for entry in entries])
    sorting = [number for number, entry in enumerate(entries) if entry.sorting]
    if not sorting:
        yield teams.mistake(("teams",), "one team needs `sorting: true`; it gets what no other team gets")
    for number in sorting[1:]:
        first = entries[sorting[0]].id
        yield teams.mistake(
            ("teams", number, "sorting"), f"only one team can be the sorting team, and '{first}' is"
        )
    known = {member.address for entry in entries for member in entry.members}
    for number, entry in enumerate(entries):
        addresses = [member.address for member in entry.members]
        yield from teams.twice(("teams", number, "members"), "address", addresses)
        for place, member in enumerate(entry.members):
            for what, key, at in _wrong_absences(member, known):
                yield teams.mistake(("teams", number, "members", place, "absent", at, key), what)


def _wrong_absences(member: MemberEntry, known: set[str]) -> Iterator[tuple[str, str, int]]:
    """What is wrong, under which key of which absence."""
    for at, absence in enumerate(member.absent):
        if absence.last_day < absence.first_day:
            yield f"ends before it begins, on {absence.first_day}", "last_day", at
        if absence.deputy == member.address:
            yield "nobody is their own deputy", "deputy", at
        elif absence.deputy not in known:
            yield f"'{absence.deputy}' is a member of no team, so their answers would not count", "deputy", at
