"""What became of each invitation: sent, answered, expired, suppressed or failed, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from desk import Desk, Got, Person, open_desk
from relays import FULL, NOBODY, TAKEN, MoodyRelay, moody
from reports import comes_back

from mailagent.flow import deliver
from mailagent.flow.world import PROCESS
from mailagent.service import handlers
from mailagent.store import klachten, rounds

JAN, ANNA = "jan@home.example", "anna@stad.example"
RESOLVE = "#opgelost gegrond\nOnze excuses."


@pytest.fixture
def relay(desk: Desk) -> MoodyRelay:
    return moody(desk)


@pytest.fixture
def talkative(tmp_path: Path) -> Iterator[Desk]:
    """A desk that answers an unhappy melder by mail."""
    desk = open_desk(tmp_path, more="[feedback]\nmail_after_unhappy = true")
    yield desk
    desk.house.close()


def invitations(desk: Desk) -> list[tuple[str, str]]:
    """What became of each round of the one klacht, and why."""
    [klacht] = desk.klachten()
    with desk.world.store.read() as tx:
        return [(one.state, one.why) for one in rounds.of_klacht(tx, klacht.id)]


def jan_complains(desk: Desk) -> tuple[Person, Got]:
    """Anna, and the task she got."""
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    jan.reads_all()
    return anna, anna.gets("nieuw_voor_team")


def handled(desk: Desk) -> Got:
    anna, task = jan_complains(desk)
    anna.replies(task, RESOLVE)
    return desk.citizen(JAN).gets("afgehandeld")


def test_an_invitation_is_sent_when_the_relay_took_its_mail(desk: Desk, relay: MoodyRelay) -> None:
    anna, task = jan_complains(desk)
    relay.mood = lambda recipient, _: FULL if recipient == JAN else TAKEN
    anna.replies(task, RESOLVE)
    assert invitations(desk) == [("scheduled", "")]

    relay.mood = lambda *_: TAKEN
    desk.passes(minutes=5)

    assert invitations(desk) == [("sent", "")]


def test_an_answered_invitation_stays_answered(desk: Desk) -> None:
    mail = handled(desk)
    desk.citizen(JAN).clicks(mail.smiley("ontevreden")).answers("", "duurde-te-lang")
    desk.passes(days=6)
    comes_back(desk, mail, "5.1.1")
    assert invitations(desk) == [("answered", "")]


def test_an_unanswered_invitation_expires(desk: Desk) -> None:
    mail = handled(desk)
    desk.passes(days=5)
    assert invitations(desk) == [("expired", "")]
    assert desk.kinds(mail.kenmerk)[-2:] == ["round_expired", "settled"]


def test_an_invitation_expires_also_when_the_klacht_was_reopened_meanwhile(desk: Desk) -> None:
    mail, anna = handled(desk), desk.agent(ANNA)
    order = anna.gets("opdracht_uitgevoerd")
    anna.replies(order, "#heropenen\nWij kijken zelf nog eens.")
    desk.passes(days=4)
    anna.replies(order, RESOLVE)
    assert invitations(desk) == [("sent", ""), ("sent", "")]

    desk.passes(days=1)

    assert invitations(desk) == [("expired", ""), ("sent", "")]
    assert desk.klacht(mail.kenmerk).status == "opgelost", "the newer invitation still can be answered"
    desk.passes(days=4)
    assert desk.klacht(mail.kenmerk).status == "gesloten"
    assert desk.kinds(mail.kenmerk).count("round_expired") == 2


def test_an_invitation_that_no_relay_takes_failed(desk: Desk, relay: MoodyRelay) -> None:
    anna, task = jan_complains(desk)
    relay.mood = lambda recipient, _: NOBODY if recipient == JAN else TAKEN
    anna.replies(task, RESOLVE)
    [(state, why)] = invitations(desk)
    assert (state, why) == ("failed", "5.1.1")


def test_an_invitation_that_came_back_failed(desk: Desk) -> None:
    comes_back(desk, handled(desk), "5.1.1")
    assert invitations(desk) == [("failed", "5.1.1")]


def test_an_invitation_that_came_back_for_a_while_is_still_sent(desk: Desk) -> None:
    mail = handled(desk)
    comes_back(desk, mail, "4.2.2")
    assert invitations(desk) == [("sent", "")]
    desk.passes(hours=4)
    comes_back(desk, mail, "4.2.2")
    assert invitations(desk) == [("failed", "4.2.2")]


def test_an_invitation_that_is_refused_the_second_time_failed(desk: Desk, relay: MoodyRelay) -> None:
    comes_back(desk, handled(desk), "4.2.2")
    relay.mood = lambda recipient, _: NOBODY if recipient == JAN else TAKEN
    desk.passes(hours=4)
    assert invitations(desk) == [("failed", "5.1.1")]


def test_an_invitation_that_is_taken_after_all_is_sent(desk: Desk, relay: MoodyRelay) -> None:
    anna, task = jan_complains(desk)
    relay.mood = lambda recipient, _: NOBODY if recipient == JAN else TAKEN
    anna.replies(task, RESOLVE)
    relay.mood = lambda *_: TAKEN

    with desk.world.store.begin() as tx:
        deliver.try_again(tx, desk.world)
    desk.settle()

    assert invitations(desk) == [("sent", "")]


def test_who_has_the_link_can_answer_although_a_report_says_that_it_came_back(desk: Desk) -> None:
    mail = handled(desk)
    comes_back(desk, mail, "5.1.1")
    desk.citizen(JAN).clicks(mail.smiley("tevreden")).answers()
    assert invitations(desk) == [("answered", "")]
    assert desk.klacht(mail.kenmerk).status == "gesloten"


def test_who_wants_no_contact_is_not_invited(desk: Desk) -> None:
    mail, anna = handled(desk), desk.agent(ANNA)
    desk.citizen(JAN).clicks(mail.smiley("ontevreden")).answers("Laat maar.", no_contact=True)
    request = anna.gets("verzoek_tot_heropenen")
    anna.replies(request, "#heropenen\nWij kijken opnieuw.")
    anna.replies(request, RESOLVE)
    assert invitations(desk) == [("answered", ""), ("suppressed", "contact_refused")]


def test_who_cannot_be_reached_is_not_invited(desk: Desk) -> None:
    anna, task = jan_complains(desk)
    comes_back(desk, desk.mailboxes[JAN][0], "5.1.1")
    anna.replies(task, RESOLVE)
    assert invitations(desk) == [("suppressed", "dead_address")]


def test_an_address_that_dies_before_its_mail_leaves_is_not_invited(desk: Desk, relay: MoodyRelay) -> None:
    anna, task = jan_complains(desk)
    relay.mood = lambda recipient, _: FULL if recipient == JAN else TAKEN
    anna.replies(task, RESOLVE)
    comes_back(desk, desk.mailboxes[JAN][0], "5.1.1")
    relay.mood = lambda *_: TAKEN
    desk.passes(minutes=5)
    assert invitations(desk) == [("suppressed", "dead_address")]
    desk.citizen(JAN).gets_nothing()


@pytest.mark.parametrize(
    ("way", "became"), [("desk", ("suppressed", "channel_off")), ("talkative", ("sent", ""))]
)
def test_whom_we_do_not_tell_that_a_request_was_declined_is_not_invited(
    way: str, became: tuple[str, str], request: pytest.FixtureRequest
) -> None:
    desk: Desk = request.getfixturevalue(way)
    mail, anna = handled(desk), desk.agent(ANNA)
    desk.citizen(JAN).clicks(mail.smiley("ontevreden")).answers("Nog vol.")
    anna.replies(anna.gets("verzoek_tot_heropenen"), "#opgelost\nEr is niets nieuws.")
    assert invitations(desk) == [("answered", ""), became]


def test_a_notice_that_leaves_too_late_to_be_answered_has_no_smileys(desk: Desk) -> None:
    """The notice of the handling must reach the melder all the same (Awb 9:12)."""
    anna, task = jan_complains(desk)
    working = handlers(desk.house)
    desk.settle = lambda: desk.world.store.jobs.drain({PROCESS: working[PROCESS]})
    anna.replies(task, RESOLVE)
    desk.time[0] += timedelta(days=6)
    desk.settle = lambda: desk.world.store.jobs.drain(working)

    told = desk.citizen(JAN).gets("afgehandeld").text

    assert "Onze excuses." in told
    assert "/kto/" not in told


def test_who_was_invited_and_until_when_is_fixed_at_the_decision(desk: Desk) -> None:
    mail = handled(desk)
    with desk.world.store.begin() as tx:
        [klacht] = klachten.listed(tx)
        klachten.save(tx, replace(klacht, melder="piet@home.example"))
    shorter = replace(desk.world, policy=replace(desk.world.policy, link_days=1))
    desk.house = replace(desk.house, world=shorter)
    page = desk.citizen(JAN).clicks(mail.smiley("tevreden")).text

    desk.passes(days=4, hours=23)

    assert "zaterdag 7 maart 2026 om 10.00 uur" in mail.text
    assert "2026, 3, 7, 9, 0" in page
    desk.citizen("piet@home.example").replies(mail, "tevreden")
    assert invitations(desk) == [("sent", "")]
    desk.citizen(JAN).replies(mail, "tevreden")
    assert invitations(desk) == [("answered", "")]
