"""A team that works at hours of its own: its clocks in office hours and its calls go by these."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from pathlib import Path

import pytest
from desk import Desk, Got, Team, open_desk
from rule_files import write

from mailagent.core.organisation import Agent
from mailagent.store import terms

JAN, ANNA, BRAM = "jan@home.example", "anna@stad.example", "bram@stad.example"

TEAMS = """\
teams:
  - {id: klachten, name: Klachten, sorting: true, office: {opens: "08:00", closes: "12:00"}}
"""
CATEGORIES = """\
categories:
  - {id: afval, name: Afval, team: klachten, service: [in_behandeling, reactie, avg-datalek]}
"""
RULES = "rules:\n  - {id: gft, dan: {categorie: afval}, punten: [{woord: [gft], punten: 2}]}\n"

ALL_DAY = Team("balie", "Balie", (Agent(BRAM, "Bram"),), opens=time(8), closes=time(20))
AS_THE_HOUSE = Team("bode", "Bode", (Agent(BRAM, "Bram"),))


@pytest.fixture
def mornings(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose one team works in the morning; one beside it all day, and one as the house does."""
    write(tmp_path, teams=TEAMS, categories=CATEGORIES, rules=RULES)
    desk = open_desk(tmp_path, members=[ANNA, ALL_DAY, AS_THE_HOUSE], more=f'[paths]\nlocal = "{tmp_path}"')
    yield desk
    desk.house.close()


def complaint(desk: Desk) -> Got:
    """One of Monday 2 March, 10:00; Anna's task."""
    desk.citizen(JAN).writes("Container", "De gft is niet geleegd.")
    return desk.agent(ANNA).gets("nieuw_voor_team")


def ends(desk: Desk, kenmerk: str) -> dict[str, str]:
    """When each clock ends that runs."""
    klacht = desk.klacht(kenmerk)
    with desk.world.store.read() as tx:
        return {clock.name: clock.said_end for _, clock in terms.running(tx, klacht.id)}


def test_kl_06_hours_of_a_clock_are_those_of_the_team(mornings: Desk) -> None:
    kenmerk = complaint(mornings).kenmerk

    found = ends(mornings, kenmerk)

    assert found["reactie"] == "2026-03-06T09:00:00+00:00"  # 2 + 4 + 4 + 4 hours, and two on Friday
    assert found["avg-datalek"] == "2026-03-05T09:00:00+00:00"  # by day and by night, whoever is there
    assert found["in_behandeling"] == "2026-03-03"


def test_kl_06_another_team_brings_its_hours_and_the_log_keeps_the_old_end(mornings: Desk) -> None:
    task = complaint(mornings)
    before = ends(mornings, task.kenmerk)
    mornings.passes(hours=1)

    mornings.agent(ANNA).replies(task, "#team balie")

    assert ends(mornings, task.kenmerk) == before | {"reactie": "2026-03-03T13:00:00+00:00"}  # 10 + 6 hours
    told = [e.data for e in mornings.history(task.kenmerk) if e.kind == "term_changed"]
    assert [(d["clock"], d["was"], d["ends"]) for d in told] == [
        ("reactie", "2026-03-06T09:00:00+00:00", "2026-03-03T13:00:00+00:00")
    ]


def test_kl_06_a_team_without_hours_of_its_own_works_as_the_house(mornings: Desk) -> None:
    task = complaint(mornings)
    mornings.agent(ANNA).replies(task, "#team bode")
    assert ends(mornings, task.kenmerk)["reactie"] == "2026-03-04T09:00:00+00:00"  # 7 + 8 + 1 hours


@pytest.mark.parametrize(
    ("order", "until"),
    [
        ("#terugbellen", "03-03-2026 om 12.00 uur"),
        ("#team balie\n#terugbellen", "03-03-2026 om 17.00 uur"),
        ("#team bode\n#terugbellen", "03-03-2026 om 17.00 uur"),
    ],
)
def test_kk_bel_a_call_is_made_before_the_team_closes_and_before_five(
    mornings: Desk, order: str, until: str
) -> None:
    mornings.agent(ANNA).replies(complaint(mornings), order)
    assert f"uiterlijk {until}" in " ".join(mornings.agent(ANNA).gets("opdracht_uitgevoerd").text.split())
