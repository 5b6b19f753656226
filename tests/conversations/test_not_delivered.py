"""A mail that does not arrive is somebody's task: the melder can be called, a colleague can take over."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import Desk, Person, open_desk
from relays import NOBODY, TAKEN, MoodyRelay, moody

JAN, ANNA, BRAM, CARLA = "jan@home.example", "anna@stad.example", "bram@stad.example", "carla@stad.example"


def does_not_take(relay: MoodyRelay, *addresses: str) -> None:
    relay.mood = lambda recipient, _raw: NOBODY if recipient in addresses else TAKEN


def jan_complains(desk: Desk) -> Person:
    jan = desk.citizen(JAN)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    return jan


def test_the_team_hears_that_the_melder_got_nothing(desk: Desk) -> None:
    does_not_take(moody(desk), JAN)
    jan_complains(desk)

    told = desk.agent(ANNA).gets("brief_nodig")

    assert "De melder moet een brief krijgen" in told.text
    assert "ontvangstbevestiging" in told.text
    assert "550" in told.text
    assert JAN not in told.text, "an address a stranger gave us is shown, and cannot be clicked"
    assert desk.kinds(told.kenmerk) == ["received", "mail_bounced"]


@pytest.mark.parametrize("address", ["jörg@home.example", "jan@münchen.example"])
def test_an_address_that_no_relay_of_ours_can_write_has_a_klacht_and_a_task(desk: Desk, address: str) -> None:
    raw = f"From: Jan <{address}>\r\nSubject: Balie\r\n\r\nIk werd onbeleefd behandeld.\r\n"

    desk.citizen(address).hands_in(raw.encode())

    [klacht] = desk.klachten()
    assert (klacht.melder, desk.kinds(klacht.kenmerk)) == (address, ["received", "mail_bounced"])
    assert "bel, of stuur een brief" in desk.agent(ANNA).gets("niet_bezorgd").text
    assert address not in desk.mailboxes


def test_who_has_the_klacht_hears_it_and_nobody_else(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, members=(ANNA, BRAM))
    relay, anna, bram = moody(desk), desk.agent(ANNA), desk.agent(BRAM)
    jan_complains(desk)
    anna.replies(anna.gets("nieuw_voor_team"), "#in_behandeling")
    does_not_take(relay, JAN)
    bram.reads_all()

    anna.replies(desk.mailboxes[ANNA][0], "#opgelost gegrond\nOnze excuses.")

    assert "Onze excuses." in anna.gets("brief_nodig").text
    bram.gets_nothing()
    desk.house.close()


def test_a_colleague_hears_of_a_task_that_did_not_arrive(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, members=(ANNA, BRAM))
    does_not_take(moody(desk), BRAM)
    jan_complains(desk)

    told = desk.agent(ANNA).gets("niet_bezorgd")

    assert "voor een collega" in told.text
    assert "nieuw_voor_team" in told.text
    desk.house.close()


def test_the_coordinator_hears_of_it_where_nobody_else_can(desk: Desk) -> None:
    does_not_take(moody(desk), ANNA)
    jan_complains(desk)

    assert "nieuw_voor_team" in desk.agent(CARLA).gets("niet_bezorgd").text


def test_where_nobody_can_be_reached_it_ends_in_the_log(desk: Desk) -> None:
    does_not_take(moody(desk), JAN, ANNA, CARLA)
    jan_complains(desk)

    [klacht] = desk.klachten()
    assert desk.kinds(klacht.kenmerk).count("mail_bounced") == 5
    assert desk.mailboxes == {}


@pytest.mark.parametrize("order", ["#help", "#notitie Gebeld.", "#opgelsot"])
def test_an_answer_that_an_agent_does_not_get_is_nobody_elses(desk: Desk, order: str) -> None:
    relay, anna = moody(desk), desk.agent(ANNA)
    jan_complains(desk)
    does_not_take(relay, ANNA)

    anna.replies(anna.gets("nieuw_voor_team"), order)

    desk.agent(CARLA).gets_nothing()


def test_a_bounce_that_comes_by_mail_is_told_as_well(desk: Desk) -> None:
    receipt = jan_complains(desk).gets("ontvangstbevestiging")
    report = (
        f"From: MAILER-DAEMON@relay.example\r\nTo: {receipt.sender}\r\nSubject: Undelivered\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"'
        "\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nniet bezorgd\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
        f"Final-Recipient: rfc822; {JAN}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )

    desk.citizen("x").hands_in(report.encode(), to=receipt.sender, sender="")

    assert "5.1.1" in desk.agent(ANNA).gets("brief_nodig").text
