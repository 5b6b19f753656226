"""Who works where: finding a team, an agent, and the people a task goes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mailagent.core.organisation import (
    Absence,
    Agent,
    Category,
    Organisation,
    StandardAnswer,
    Team,
    Topic,
    in_order,
)

ANNA, BOB = Agent("anna@stad.example", "Anna"), Agent("bob@stad.example", "Bob")
AFVAL = Team("afval", "Afval", (ANNA, BOB))
WEGEN = Team("wegen", "Wegen", (ANNA,))
VERDEEL = Team("verdeel", "Verdeling", sorting=True)
STAD = Organisation(
    "Gemeente Voorbeeld",
    "Klachten@Stad.Example",
    "https://stad.example",
    "Carla@Stad.example",
    (AFVAL, WEGEN, VERDEEL),
    (Category("gft", "Gft", "afval"),),
)


def test_a_team_is_found_by_its_id_and_an_unknown_one_is_the_sorting_team() -> None:
    assert STAD.team("wegen") == WEGEN
    assert STAD.team("weg") == STAD.team(None) == STAD.team("") == STAD.sorting_team == VERDEEL


def test_where_no_team_sorts_the_first_one_does() -> None:
    assert replace(STAD, teams=(WEGEN, AFVAL)).sorting_team == WEGEN


def test_a_category_is_found_by_its_id() -> None:
    assert STAD.category("gft") == Category("gft", "Gft", "afval", "awb")
    assert STAD.category("Gft") is None
    assert STAD.category(None) is None


def test_every_agent_is_there_once_and_the_coordinator_is_one() -> None:
    assert [agent.address for agent in STAD.agents()] == [
        "anna@stad.example",
        "bob@stad.example",
        "carla@stad.example",
    ]


def test_a_coordinator_who_is_in_a_team_keeps_their_name() -> None:
    stad = replace(STAD, coordinator="ANNA@stad.example")
    assert list(stad.agents()) == [ANNA, BOB]


def test_without_a_coordinator_there_are_only_the_members() -> None:
    assert list(replace(STAD, coordinator="").agents()) == [ANNA, BOB]


@pytest.mark.parametrize("address", ["anna@stad.example", "Anna@Stad.Example"])
def test_an_agent_is_known_by_address_in_any_case(address: str) -> None:
    assert STAD.agent(address) == ANNA


@pytest.mark.parametrize(
    "address", ["", None, "anna", "anna@stad.example.evil.example", "xanna@stad.example"]
)
def test_nobody_else_is_an_agent(address: str | None) -> None:
    assert STAD.agent(address) is None


def test_without_a_coordinator_an_empty_address_is_no_agent() -> None:
    assert replace(STAD, coordinator="").agent("") is None


def test_a_task_goes_to_every_member_and_to_the_coordinator_of_an_empty_team() -> None:
    assert STAD.task_addresses(AFVAL) == ("anna@stad.example", "bob@stad.example")
    assert STAD.task_addresses(VERDEEL) == ("carla@stad.example",)
    assert replace(STAD, coordinator="").task_addresses(VERDEEL) == ()


def test_our_own_domain_is_in_lower_case() -> None:
    assert STAD.domain == "stad.example"


def test_si_01_standard_answers_stand_by_topic_and_in_their_order() -> None:
    topics = (Topic("uitkomst", "Over de uitkomst"), Topic("overig", "Overig", en="Other"))
    answers = [
        StandardAnswer("d", "D", satisfied=False, topic="overig"),
        StandardAnswer("c", "C", satisfied=False, topic="uitkomst", order=2),
        StandardAnswer("b", "B", satisfied=False, topic="uitkomst", order=1),
        StandardAnswer("a", "A", satisfied=False),
    ]
    assert "".join(answer.id for answer in in_order(answers, topics)) == "abcd"
    assert [topics[1].said(language) for language in ("nl", "en", "fr")] == ["Overig", "Other", "Overig"]


MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)


def absent(agent: Agent, deputy: Agent) -> Agent:
    return replace(agent, absent=(Absence(MONDAY, FRIDAY, deputy.address),))


def stad(*members: Agent) -> Organisation:
    return replace(STAD, teams=(replace(AFVAL, members=members), VERDEEL), coordinator="")


@pytest.mark.parametrize(
    ("day", "who"),
    [
        (date(2026, 3, 1), ANNA),
        (MONDAY, BOB),
        (FRIDAY, BOB),
        (date(2026, 3, 7), ANNA),
    ],
)
def test_a_deputy_stands_in_from_the_first_day_to_the_last(day: date, who: Agent) -> None:
    here = stad(absent(ANNA, BOB), BOB)
    assert here.stand_in(ANNA.address, day) == who.address
    assert here.away(day) == ({} if who is ANNA else {ANNA.address: BOB.address})


def test_the_deputy_of_the_deputy_stands_in_where_both_are_absent() -> None:
    eva = Agent("eva@stad.example", "Eva")
    assert stad(absent(ANNA, BOB), absent(BOB, eva), eva).stand_in(ANNA.address, MONDAY) == eva.address


def test_two_who_stand_in_for_each_other_leave_nobody() -> None:
    assert stad(absent(ANNA, BOB), absent(BOB, ANNA)).away(MONDAY) == {ANNA.address: "", BOB.address: ""}


def test_an_agent_works_in_their_teams_and_the_coordinator_in_those_without_members() -> None:
    assert STAD.teams_of(ANNA) == (AFVAL, WEGEN)
    assert STAD.teams_of(BOB) == (AFVAL,)
    assert STAD.teams_of(Agent("carla@stad.example", "Carla")) == (VERDEEL,)


def test_a_team_knows_who_leads_it() -> None:
    team = replace(AFVAL, members=(ANNA, replace(BOB, role="lead")))
    assert team.in_role("lead") == (BOB.address,)
    assert team.in_role("deputy") == ()
