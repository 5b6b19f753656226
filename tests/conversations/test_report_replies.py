"""A report is answered with tags on its lines: about what it lists, all or nothing, by its reader alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import Desk, Got, open_desk
from mornings import at

JAN, CARLA = "jan@home.example", "carla@stad.example"
ANNA, BRAM = "anna@stad.example", "bram@stad.example"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Desk]:
    """A desk with Anna and Bram."""
    desk = open_desk(tmp_path, members=[ANNA, BRAM])
    yield desk
    desk.house.close()


def brought(desk: Desk, *orders: str) -> list[str]:
    """A klacht for each of these orders, with which Anna answers her task; all mail was read."""
    kenmerken = []
    for number, order in enumerate(orders):
        desk.citizen(JAN).writes(f"Balie {number}", f"Ik werd onbeleefd behandeld, {number}.")
        task = desk.agent(ANNA).gets("nieuw_voor_team")
        desk.agent(ANNA).replies(task, order)
        kenmerken.append(task.kenmerk)
    all_read(desk)
    return kenmerken


def all_read(desk: Desk) -> None:
    for person in list(desk.mailboxes):
        desk.agent(person).reads_all()


def morning(desk: Desk) -> Got:
    """Anna's report of the next morning."""
    at(desk, "2026-03-03 08:00")
    return desk.agent(ANNA).gets("dagoverzicht")


def statuses(desk: Desk, *kenmerken: str) -> list[str]:
    return [desk.klacht(kenmerk).status for kenmerk in kenmerken]


def test_nw_01_nw_02_a_report_is_answered_with_tags_on_its_lines(two: Desk) -> None:
    anna, jan = two.agent(ANNA), two.citizen(JAN)
    first, second, third = brought(two, "#toewijzen anna", "#toewijzen anna", "#in_behandeling")
    told = morning(two)
    assert f"{first} #in_behandeling" in told.text

    anna.replies(
        told,
        f"{first} #in_behandeling\n{second.lower()}: #opgelost gegrond\nOnze excuses.\n"
        f"{third} #notitie Morgen bellen.\n{third} #prioriteit hoog",
    )

    assert statuses(two, first, second, third) == ["in_behandeling", "opgelost", "in_behandeling"]
    assert two.klacht(third).priority == "hoog"
    done = anna.gets("opdracht_uitgevoerd")
    assert "overzicht 1" in done.subject
    for said in (
        f"{first} is in behandeling.",
        f"{second} is opgelost (gegrond).",
        f"{third}: De notitie is bewaard.",
        f"{third}: De prioriteit is hoog.",
    ):
        assert said in " ".join(done.text.split())
    anna.gets_nothing()
    assert "Onze excuses." in jan.gets("afgehandeld").text
    assert [e.origin for e in two.history(first)][-1].startswith("arrival:")


def test_nw_01_of_a_mail_with_one_order_that_cannot_be_nothing_is_done(two: Desk) -> None:
    anna, jan = two.agent(ANNA), two.citizen(JAN)
    first, second = brought(two, "#toewijzen anna", "#in_behandeling")
    told = morning(two)

    anna.replies(told, f"{first} #opgelost gegrond\nOnze excuses.\n{second} #in_behandeling")

    assert statuses(two, first, second) == ["nieuw", "in_behandeling"]
    refused = anna.gets("opdracht_niet_begrepen")
    assert f"{second} heeft de status in_behandeling." in " ".join(refused.text.split())
    jan.gets_nothing()
    assert [two.kinds(k)[-1] for k in (first, second)] == ["order_refused", "order_refused"]


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ("{other} #in_behandeling", "{other} staat niet in dit overzicht."),
        ("{first} #in_behandeling\n{other} #in_behandeling", "{other} staat niet in dit overzicht."),
        ("KL26-99999 #in_behandeling", "KL26-99999 staat niet in dit overzicht."),
        ("#in_behandeling", "Zet het kenmerk voor elke tag"),
        ("Goed, ik ga aan de slag.", "Zet het kenmerk voor elke tag"),
        ("{first} #in_behandelin", "Bedoelde u #in_behandeling?"),
    ],
)
def test_nw_01_a_report_is_for_what_it_lists_and_the_answer_says_what_is_wrong(
    two: Desk, order: str, why: str
) -> None:
    first, other = brought(two, "#toewijzen anna", "#toewijzen bram")
    told = morning(two)
    all_read(two)

    two.agent(ANNA).replies(told, order.format(first=first, other=other))

    refused = two.agent(ANNA).gets("opdracht_niet_begrepen")
    assert why.format(other=other) in " ".join(refused.text.split())
    assert statuses(two, first, other) == ["nieuw", "nieuw"]


def test_nw_01_the_answer_to_a_report_can_itself_be_answered_about_its_klachten(two: Desk) -> None:
    anna = two.agent(ANNA)
    [first] = brought(two, "#toewijzen anna")
    anna.replies(morning(two), "#in_behandeling")

    anna.replies(anna.gets("opdracht_niet_begrepen"), f"{first} #in_behandeling")

    assert statuses(two, first) == ["in_behandeling"]


def test_nw_01_help_alone_is_answered_with_the_list(two: Desk) -> None:
    brought(two, "#toewijzen anna")
    two.agent(ANNA).replies(morning(two), "#help")
    assert "#opgelost" in two.agent(ANNA).gets("hulp").text


def test_nw_01_the_dossiers_that_are_asked_for_come_along(two: Desk) -> None:
    first, second = brought(two, "#toewijzen anna", "#toewijzen anna")
    two.agent(ANNA).replies(morning(two), f"{first} #status\n{second} #status")
    told = two.agent(ANNA).gets("opdracht_uitgevoerd").text
    assert f"Het dossier van {first}" in " ".join(told.split())
    assert "onbeleefd behandeld, 0" in told
    assert "onbeleefd behandeld, 1" in told


def test_nw_01_two_orders_in_one_mail_see_what_the_other_did(two: Desk) -> None:
    first, second = brought(two, "#toewijzen anna", "#toewijzen anna")

    two.agent(ANNA).replies(morning(two), f"{second} #samenvoegen {first}\n{first} #notitie Dit hoort erbij.")

    assert two.klacht(second).merged_into == first
    assert "noted" in two.kinds(first)
    two.agent(ANNA).gets("opdracht_uitgevoerd")


def test_nw_01_the_reply_address_of_another_executes_nothing_and_its_owner_is_told(two: Desk) -> None:
    [first] = brought(two, "#toewijzen anna")
    told = morning(two)
    all_read(two)

    two.agent(BRAM).replies(told, f"{first} #in_behandeling")

    assert statuses(two, first) == ["nieuw"]
    assert "Iemand anders stuurde een mail" in two.agent(ANNA).gets("opdracht_niet_begrepen").text
    two.agent(BRAM).gets("ter_beoordeling")


def test_nw_01_an_automatic_answer_to_a_report_does_nothing(two: Desk) -> None:
    [first] = brought(two, "#toewijzen anna")
    told = morning(two)
    two.agent(ANNA).replies(told, f"{first} #in_behandeling", Auto_Submitted="auto-replied")
    assert statuses(two, first) == ["nieuw"]
    two.agent(ANNA).gets_nothing()


def test_nw_01_without_proof_the_orders_wait_for_one_link_that_shows_them_all(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, proof="strict")
    anna = desk.agent(ANNA)
    kenmerken = []
    for number in range(2):
        desk.citizen(JAN).writes(f"Balie {number}", f"Ik werd onbeleefd behandeld, {number}.")
        task = anna.gets("nieuw_voor_team")
        anna.replies(task, "#toewijzen anna")
        anna.clicks(anna.gets("opdracht_bevestigen").link(r"/bevestig/\S+")).confirms()
        kenmerken.append(task.kenmerk)
    all_read(desk)
    first, second = kenmerken
    anna.replies(morning(desk), f"{first} #in_behandeling\n{second} #in_behandeling")
    assert statuses(desk, first, second) == ["nieuw", "nieuw"]

    asked = anna.gets("opdracht_bevestigen")
    page = anna.clicks(asked.link(r"/bevestig/\S+"))
    assert "overzicht 1" in page.text
    assert first in page.text
    assert second in page.text
    page.confirms()

    assert statuses(desk, first, second) == ["in_behandeling", "in_behandeling"]
    anna.gets("opdracht_uitgevoerd")
    for kenmerk in kenmerken:
        assert desk.kinds(kenmerk)[-2:] == ["order_parked", "taken_up"]
    desk.house.close()


def test_nw_01_a_link_that_was_not_used_lapses_for_every_klacht(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, proof="strict")
    anna = desk.agent(ANNA)
    desk.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld.")
    task = anna.gets("nieuw_voor_team")
    anna.replies(task, "#toewijzen anna")
    anna.clicks(anna.gets("opdracht_bevestigen").link(r"/bevestig/\S+")).confirms()
    all_read(desk)
    anna.replies(morning(desk), f"{task.kenmerk} #in_behandeling")
    anna.gets("opdracht_bevestigen")

    desk.passes(hours=49)

    assert "niet binnen 48 uur bevestigd" in anna.gets("opdracht_niet_begrepen").text
    assert "order_lapsed" in desk.kinds(task.kenmerk)
    assert statuses(desk, task.kenmerk) == ["nieuw"]
    desk.house.close()


def test_kl_05_the_trend_can_be_answered_about_what_is_late(two: Desk) -> None:
    [late] = brought(two, "#toewijzen anna")
    at(two, "2026-04-20 08:00")
    carla = two.agent(CARLA)
    told = carla.gets("weekoverzicht")
    assert f"{late}  te laat" in told.text

    carla.replies(told, f"{late} #prioriteit spoed")

    assert two.klacht(late).priority == "spoed"
