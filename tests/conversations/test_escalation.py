"""Who hears that a klacht is late: first who has it, then the lead of the team, then the manager."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from desk import Desk, open_desk
from relays import NOBODY, TAKEN, moody

from mailagent.core.organisation import DEPUTY, LEAD, Absence, Agent
from mailagent.store import dead_addresses

JAN, CARLA = "jan@home.example", "carla@stad.example"
ANNA, LIEN, DIRK, MARK = (f"{name}@stad.example" for name in ("anna", "lien", "dirk", "mark"))


def opened(folder: Path, *members: Agent, manager: str = MARK) -> Desk:
    """A desk with these people in its one team, and a manager."""
    team = members or (Agent(ANNA, "Anna de Wit"), Agent(LIEN, "Lien Vos", role=LEAD))
    return open_desk(folder, members=team, env={"MAILAGENT_ORGANISATION__MANAGER": manager})


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = opened(tmp_path)
    yield desk
    desk.house.close()


def late(desk: Desk) -> str:
    """A klacht that Anna has, of which nobody read anything yet."""
    desk.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld.")
    anna = desk.agent(ANNA)
    task = anna.gets("nieuw_voor_team")
    anna.replies(task, "#in_behandeling")
    for person in (ANNA, LIEN, DIRK, MARK, CARLA):
        desk.agent(person).reads_all()
    return task.kenmerk


def heard(desk: Desk) -> list[tuple[str, str]]:
    """Who got which unread mail, and it is read now."""
    found = [
        (address.partition("@")[0], mail.kind)
        for address in (ANNA, LIEN, DIRK, MARK, CARLA)
        for mail in desk.mailboxes[address]
        if not mail.read
    ]
    for address in (ANNA, LIEN, DIRK, MARK, CARLA):
        desk.agent(address).reads_all()
    return found


def test_nw_02_kl_06_the_chain_goes_from_the_handler_to_the_lead_and_the_manager(desk: Desk) -> None:
    late(desk)

    desk.passes(days=22)
    assert heard(desk) == [("anna", "herinnering")]
    desk.passes(days=13)
    assert heard(desk) == [("anna", "herinnering")]
    desk.passes(days=9)
    assert heard(desk) == [("lien", "escalatie")]
    desk.passes(days=21)
    assert heard(desk) == [("mark", "escalatie")]
    desk.passes(days=300)
    assert heard(desk) == []


def test_nw_02_a_reminder_says_what_it_must_and_nothing_of_the_melder(desk: Desk) -> None:
    kenmerk = late(desk)
    desk.passes(days=22)

    reminder = desk.agent(ANNA).gets("herinnering")

    for text in (reminder.text, reminder.html):
        assert kenmerk in text
        assert "maandag 13 april 2026" in text
        assert "Bejegening" in text
        assert "#opgelost" in text
        assert "onbeleefd" not in text
        assert JAN not in text
        assert "Balie" not in text


def test_nw_02_an_escalation_says_who_has_it_and_can_be_answered_by_tag(desk: Desk) -> None:
    kenmerk = late(desk)
    desk.passes(days=44)

    told = desk.agent(LIEN).gets("escalatie")
    assert "Te laat: uiterlijk was maandag 13 april 2026" in told.subject
    assert "Bij: Anna de Wit" in told.text
    assert "onbeleefd" not in told.text
    desk.agent(LIEN).replies(told, "#toewijzen lien\n#prioriteit spoed")

    klacht = desk.klacht(kenmerk)
    assert (klacht.assigned_to, klacht.priority) == (LIEN, "spoed")


def test_nw_02_the_manager_may_order_as_any_agent(desk: Desk) -> None:
    kenmerk = late(desk)
    desk.passes(days=70)

    mark = desk.agent(MARK)
    mark.replies(mark.gets("escalatie"), "#notitie\nIk bel de teamleider.")

    mark.gets("opdracht_uitgevoerd")
    assert "noted" in desk.kinds(kenmerk)


def test_nw_02_the_crossing_is_recorded_once_and_not_its_detection(desk: Desk) -> None:
    kenmerk = late(desk)

    desk.passes(days=200)

    crossed = [e for e in desk.history(kenmerk) if e.kind == "level_crossed"]
    assert [(e.data["level"], e.data["to"], e.at.astimezone(UTC)) for e in crossed] == [
        ("halverwege", "handler", datetime(2026, 3, 23, 22, 30, tzinfo=UTC)),  # an hour is skipped
        ("bijna", "handler", datetime(2026, 4, 5, 12, 36, tzinfo=UTC)),
        ("te_laat", "lead", datetime(2026, 4, 13, 22, tzinfo=UTC)),
        ("ruim_te_laat", "manager", datetime(2026, 5, 4, 21, 30, tzinfo=UTC)),
    ]


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ((Agent(ANNA, "Anna"), Agent(DIRK, "Dirk", role=DEPUTY)), "dirk"),
        ((Agent(ANNA, "Anna"),), "carla"),
        (
            (
                Agent(ANNA, "Anna"),
                Agent(DIRK, "Dirk"),
                Agent(LIEN, "Lien", role=LEAD, absent=(Absence(date(2026, 4, 1), date(2026, 5, 1), DIRK),)),
            ),
            "dirk",
        ),
    ],
    ids=["a deputy leads", "nobody leads", "the lead is absent"],
)
def test_nw_02_where_no_lead_is_there_another_hears_of_it(
    tmp_path: Path, who: tuple[Agent, ...], told: str
) -> None:
    desk = opened(tmp_path, *who)
    late(desk)
    desk.passes(days=35)
    heard(desk)

    desk.passes(days=9)

    assert heard(desk) == [(told, "escalatie")]
    desk.house.close()


def test_nw_02_without_a_manager_the_coordinator_hears_of_it(tmp_path: Path) -> None:
    desk = opened(tmp_path, manager="")
    late(desk)
    desk.passes(days=45)
    heard(desk)

    desk.passes(days=21)

    assert heard(desk) == [("carla", "escalatie")]
    desk.house.close()


def test_nw_02_a_dead_address_is_passed_over_and_the_log_says_so(desk: Desk) -> None:
    kenmerk = late(desk)
    with desk.world.store.begin() as tx:
        dead_addresses.mark(tx, LIEN, desk.now(), "5.1.1")

    desk.passes(days=44)

    assert "escalatie" in [mail.kind for mail in desk.mailboxes[CARLA]]
    silent = [e.data for e in desk.history(kenmerk) if e.kind == "mail_suppressed"]
    assert [(s["mail"], s["reason"], s["recipient"]) for s in silent] == [("escalatie", "dead_address", LIEN)]


def test_nw_02_an_escalation_that_came_back_is_told_to_somebody_else(desk: Desk) -> None:
    late(desk)
    desk.passes(days=35)
    heard(desk)
    relay = moody(desk)
    relay.mood = lambda recipient, _raw: NOBODY if recipient == LIEN else TAKEN

    desk.passes(days=9)

    assert heard(desk) == [("anna", "niet_bezorgd")]
