"""What was sent and what was not: the melder who may get nothing, and the agent who must know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from desk import Desk, Got, open_desk

JAN, ANNA = "jan@home.example", "anna@stad.example"


def refused(desk: Desk) -> Got:
    """Jan's klacht was handled, he asked to reopen, and wants no mail any more. The request Anna got."""
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nOnze excuses.")
    jan.clicks(jan.gets("afgehandeld").smiley("ontevreden")).answers("Laat maar.", no_contact=True)
    jan.reads_all()
    anna.reads_all()
    return next(mail for mail in desk.mailboxes[ANNA] if mail.kind == "verzoek_tot_heropenen")


def done(desk: Desk, request: Got, *orders: str) -> str:
    """What Anna reads after the last of these orders."""
    for order in orders:
        desk.agent(ANNA).replies(request, order)
    said = [mail for mail in desk.mailboxes[ANNA] if mail.kind == "opdracht_uitgevoerd"]
    return " ".join(said[-1].text.split())


def test_si_04_every_order_that_sends_nothing_says_so(desk: Desk) -> None:
    request = refused(desk)

    said = done(desk, request, "#heropenen\nWij kijken opnieuw.")

    assert "De melder krijgt geen mail, want die wil geen contact meer." in said
    assert "brief" not in said
    desk.citizen(JAN).gets_nothing()


@pytest.mark.parametrize(
    "order",
    [
        "#opgelost gegrond\nOnze excuses.",
        "#sluiten niet_in_behandeling c\nU kunt bezwaar maken.",
        "#sluiten doorgestuurd\nDit is voor de provincie.",
    ],
)
def test_what_the_law_asks_is_then_asked_as_a_letter(desk: Desk, order: str) -> None:
    request = refused(desk)

    said = done(desk, request, "#heropenen\nWij kijken opnieuw.", order)

    assert "stuur die als brief" in said
    desk.citizen(JAN).gets_nothing()
    assert desk.kinds(request.kenmerk)[-1] == "mail_suppressed"


def test_a_note_says_nothing_of_mails_that_were_never_meant(desk: Desk) -> None:
    assert "geen contact" not in done(desk, refused(desk), "#notitie Gebeld.")


def test_a_task_that_reaches_nobody_leaves_an_event(desk: Desk) -> None:
    organisation = desk.world.organisation
    teams = tuple(replace(team, members=()) for team in organisation.teams)
    world = replace(desk.world, organisation=replace(organisation, teams=teams, coordinator=""))
    desk.house = replace(desk.house, world=world, post=replace(desk.house.post, world=world))

    desk.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld.")

    kenmerk = desk.citizen(JAN).gets("ontvangstbevestiging").kenmerk
    assert desk.history(kenmerk)[-1].data == {
        "mail": "nieuw_voor_team",
        "reason": "no_address",
        "recipient": "",
    }


def test_one_person_twice_in_a_team_gets_one_task(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, members=(ANNA, ANNA))

    desk.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld.")

    desk.agent(ANNA).gets("nieuw_voor_team")
    desk.agent(ANNA).gets_nothing()
    desk.house.close()


def test_an_order_that_turned_out_impossible_is_shown_as_refused(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, proof="strict")
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    task = anna.gets("nieuw_voor_team")
    for order in ("#sluiten geen_klacht", "#in_behandeling"):
        anna.replies(task, order)
    first, second = (anna.gets("opdracht_bevestigen").link(r"/bevestig/\S+") for _ in range(2))
    anna.clicks(first).confirms()

    assert "state='refused'" in anna.clicks(second).confirms()
    assert "state='refused'" in anna.clicks(second).confirms()
    assert desk.kinds(task.kenmerk).count("order_refused") == 1
    anna.gets("opdracht_niet_begrepen")
    desk.house.close()


def test_the_ombudsman_may_be_asked_until_a_year_after_the_local_day(desk: Desk) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    desk.passes(hours=14, minutes=30)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")

    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nOnze excuses.")

    assert "3 maart 2027" in jan.gets("afgehandeld").text
