"""An address from which a mail came back for good gets no more of them: somebody calls or writes instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import INTAKE, Desk, Got, Person, open_desk
from relays import FULL, NOBODY, TAKEN, MoodyRelay, moody
from reports import comes_back, report

from mailagent.cli.inspect import work
from mailagent.flow import deliver
from mailagent.store import dead_addresses, notices, rounds

JAN, ANNA, BRAM, CARLA = "jan@home.example", "anna@stad.example", "bram@stad.example", "carla@stad.example"


def jan_complains(desk: Desk) -> Got:
    jan = desk.citizen(JAN)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    return jan.gets("ontvangstbevestiging")


def dead(desk: Desk) -> set[str]:
    with desk.world.store.read() as tx:
        return set(dead_addresses.among(tx, [JAN, ANNA, BRAM, CARLA]))


def suppressed(desk: Desk, kenmerk: str) -> dict[str, str]:
    """Which mails about a klacht were not sent, and why."""
    happened = desk.history(kenmerk)
    return {e.data["mail"]: e.data["reason"] for e in happened if e.kind == "mail_suppressed"}


def smileys(desk: Desk, kenmerk: str) -> list[str]:
    """What became of each round of smileys."""
    klacht = desk.klacht(kenmerk)
    with desk.world.store.read() as tx:
        return [round.state for round in rounds.of_klacht(tx, klacht.id)]


def jan_is_gone(desk: Desk) -> tuple[Person, Got]:
    """Jan's first mail came back for good, and Anna knows."""
    receipt = jan_complains(desk)
    anna = desk.agent(ANNA)
    task = anna.gets("nieuw_voor_team")
    comes_back(desk, receipt, "5.1.1")
    anna.gets("brief_nodig")
    return anna, task


def test_a_dead_address_gets_no_more_mail_and_its_klacht_says_why(desk: Desk) -> None:
    anna, task = jan_is_gone(desk)

    anna.replies(task, "#antwoord\nWilt u ons bellen?")

    desk.citizen(JAN).gets_nothing()
    assert suppressed(desk, task.kenmerk) == {"antwoord": "dead_address"}
    done = anna.gets("opdracht_uitgevoerd").text
    assert "De melder krijgt geen mail, want het mailadres werkt niet meer. Bel of schrijf." in done


def test_who_must_call_or_write_is_told_once(desk: Desk) -> None:
    receipt = jan_complains(desk)
    anna = desk.agent(ANNA)
    task = anna.gets("nieuw_voor_team")
    comes_back(desk, receipt, "5.1.1")

    told = anna.gets("brief_nodig")
    for words in (told.text, told.html):
        assert "Bel de melder dan" in words
        assert "Naar het mailadres gaat geen mail meer" in words
        assert "jan[at]home[.]example" in words
        assert "Awb 9:6" in words
    anna.replies(task, "#in_behandeling")
    anna.replies(task, "#antwoord\nWilt u ons bellen?")

    anna.reads_all()
    kinds = [mail.kind for mail in desk.mailboxes[ANNA]]
    assert (kinds.count("brief_nodig"), kinds.count("niet_bezorgd")) == (1, 0)


def test_another_klacht_of_the_same_melder_has_a_task_of_its_own(desk: Desk) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan_complains(desk)
    first = anna.gets("nieuw_voor_team")
    comes_back(desk, jan_complains(desk), "5.1.1")
    anna.gets("brief_nodig")

    anna.replies(first, "#in_behandeling")
    anna.replies(first, "#antwoord\nWilt u ons bellen?")

    told = anna.gets("niet_bezorgd")
    assert told.kenmerk == first.kenmerk
    assert "het adres neemt geen mail meer aan" in told.text
    assert [mail.kind for mail in desk.mailboxes[ANNA]].count("niet_bezorgd") == 1
    jan.gets_nothing()


def test_what_the_law_asks_goes_as_a_letter_and_the_smileys_do_not_go(desk: Desk) -> None:
    anna, task = jan_is_gone(desk)

    anna.replies(task, "#opgelost gegrond\nOnze excuses.")

    assert "De wet vraagt wel een mededeling" in anna.gets("opdracht_uitgevoerd").text
    letter = anna.gets("brief_nodig")
    for words in (letter.text, letter.html):
        assert "Onze excuses." in words
        assert "het mailadres neemt geen mail meer aan" in words
        assert "Awb 9:12" in words
    anna.gets_nothing()
    assert suppressed(desk, task.kenmerk) == {"afgehandeld": "dead_address"}
    assert smileys(desk, task.kenmerk) == ["suppressed"]


def test_smileys_that_came_back_count_as_not_delivered(desk: Desk) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan_complains(desk)
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nOnze excuses.")
    handled = jan.gets("afgehandeld")

    comes_back(desk, handled, "5.1.1")

    assert smileys(desk, handled.kenmerk) == ["failed"]


def test_a_mail_from_the_address_brings_it_back_to_life(desk: Desk) -> None:
    anna, task = jan_is_gone(desk)
    jan = desk.citizen(JAN)
    jan.writes(f"Vraag over {task.kenmerk}", "Ik lees mijn mail weer.")

    assert dead(desk) == set()
    assert desk.kinds(task.kenmerk)[-2:] == ["reacted", "address_revived"]
    anna.replies(anna.gets("aanvulling"), "#antwoord\nFijn.")
    jan.gets("antwoord")


def test_an_automatic_mail_brings_nobody_back(desk: Desk) -> None:
    _, task = jan_is_gone(desk)

    desk.citizen(JAN).writes(f"Afwezig: {task.kenmerk}", "Ik ben er niet.", Auto_Submitted="auto-replied")

    assert dead(desk) == {JAN}


def test_a_report_that_anyone_could_have_written_kills_nobody(desk: Desk) -> None:
    """It knows our Message-ID, which stood in a mail that was passed on; not who got it."""
    receipt = jan_complains(desk)

    forged = report(receipt, "5.1.1", recipient="iemand@elders.example", to=INTAKE)
    desk.citizen("").hands_in(forged, sender="")

    assert dead(desk) == set()
    assert desk.kinds(receipt.kenmerk) == ["received", "automatic_kept"]


def test_our_message_id_with_its_recipient_is_proof_enough(desk: Desk) -> None:
    receipt = jan_complains(desk)

    desk.citizen("").hands_in(report(receipt, "5.1.1", to=INTAKE), sender="")

    assert dead(desk) == {JAN}


@pytest.mark.parametrize("status", ["5.7.1", "5.3.4", "5.6.0"])
def test_a_mail_that_was_not_wanted_says_nothing_of_the_address(desk: Desk, status: str) -> None:
    comes_back(desk, jan_complains(desk), status)

    assert dead(desk) == set()
    assert "Naar dit adres gaat geen mail meer" not in desk.agent(ANNA).gets("niet_bezorgd").text


def test_an_address_that_our_own_relay_knows_to_be_wrong_is_dead_too(desk: Desk) -> None:
    moody(desk).mood = lambda to, _raw: NOBODY if to == JAN else TAKEN
    desk.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld.")

    assert dead(desk) == {JAN}
    assert "Naar het mailadres gaat geen mail meer" in desk.agent(ANNA).gets("brief_nodig").text


def gone(relay: MoodyRelay, *addresses: str) -> None:
    relay.mood = lambda to, _raw: NOBODY if to in addresses else TAKEN


def test_the_work_of_an_agent_whose_address_is_dead_goes_to_the_others(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, members=(ANNA, BRAM))
    relay, anna = moody(desk), desk.agent(ANNA)
    gone(relay, BRAM)
    jan_complains(desk)
    anna.replies(anna.gets("nieuw_voor_team"), "#toewijzen bram")
    anna.reads_all()

    desk.citizen(JAN).writes("Nog iets", "Het duurt lang.", In_Reply_To=jan_thread(desk))

    assert "Het duurt lang." in anna.gets("aanvulling").text
    [klacht] = desk.klachten()
    assert suppressed(desk, klacht.kenmerk)["aanvulling"] == "dead_address"
    desk.house.close()


def jan_thread(desk: Desk) -> str:
    return str(desk.mailboxes[JAN][0].message["message-id"])


def test_what_is_put_on_the_name_of_a_dead_address_is_told_to_another(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, members=(ANNA, BRAM))
    relay, anna = moody(desk), desk.agent(ANNA)
    gone(relay, BRAM)
    jan_complains(desk)
    task = anna.gets("nieuw_voor_team")
    anna.reads_all()
    desk.passes(minutes=5)
    desk.citizen("piet@home.example").writes("Afval", "De gft-bak is weer niet geleegd.")
    second = anna.gets("nieuw_voor_team")
    assert second.kenmerk != task.kenmerk

    anna.replies(second, "#toewijzen bram")

    told = anna.gets("niet_bezorgd")
    assert told.kenmerk == second.kenmerk
    assert "Deze mail was voor een collega" in told.text
    desk.house.close()


def test_the_coordinator_has_the_work_of_a_team_that_nobody_can_reach(desk: Desk) -> None:
    relay = moody(desk)
    gone(relay, ANNA)
    jan_complains(desk)
    carla = desk.agent(CARLA)
    carla.reads_all()

    desk.citizen("piet@home.example").writes("Afval", "De gft-bak is weer niet geleegd.")

    assert "niet geleegd" in carla.gets("nieuw_voor_team").text


def test_where_all_are_dead_it_stands_in_the_log(desk: Desk) -> None:
    relay = moody(desk)
    gone(relay, ANNA, CARLA)
    jan_complains(desk)

    desk.citizen("piet@home.example").writes("Afval", "De gft-bak is weer niet geleegd.")

    klacht = desk.klachten()[0]
    assert suppressed(desk, klacht.kenmerk) == {"nieuw_voor_team": "dead_address"}
    with desk.world.store.read() as tx:
        mails = {n.recipient: n for n in notices.of_klacht(tx, klacht.id) if n.kind == "nieuw_voor_team"}
        assert [line.what for line in notices.proofs(tx, mails[ANNA])] == ["owed", "suppressed"]
    assert set(mails) == {ANNA, CARLA}


def test_check_names_the_agents_whom_no_mail_reaches(desk: Desk) -> None:
    gone(moody(desk), ANNA, JAN)
    jan = desk.citizen(JAN)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")

    found = list(work(desk.house))

    assert any(f.wrong and f.text.startswith(f"rules/teams.yaml: {ANNA} takes no mail since") for f in found)
    assert any(f.text.startswith("addresses that take no mail: 2") for f in found)


def test_what_was_owed_before_the_address_died_is_not_offered_any_more(desk: Desk) -> None:
    relay, anna = moody(desk), desk.agent(ANNA)
    receipt = jan_complains(desk)
    task = anna.gets("nieuw_voor_team")
    relay.mood = lambda to, _raw: FULL if to == JAN else TAKEN
    anna.replies(task, "#opgelost gegrond\nOnze excuses.")
    comes_back(desk, receipt, "5.1.1")
    anna.reads_all()
    relay.offered.clear()

    desk.passes(minutes=5)

    assert [offered.recipient for offered in relay.offered] == [ANNA]
    assert "Onze excuses." in anna.gets("brief_nodig").text
    assert suppressed(desk, task.kenmerk) == {"afgehandeld": "dead_address"}
    assert smileys(desk, task.kenmerk) == ["suppressed"]
    assert said_of(desk, task.kenmerk, "afgehandeld") == ["owed", "offered", "delayed", "suppressed"]


def said_of(desk: Desk, kenmerk: str, kind: str) -> list[str]:
    """The proof of the one mail of this kind."""
    klacht = desk.klacht(kenmerk)
    with desk.world.store.read() as tx:
        [mail] = [n for n in notices.of_klacht(tx, klacht.id) if n.kind == kind]
        return [line.what for line in notices.proofs(tx, mail)]


def test_who_mended_the_relay_brings_back_whom_it_did_not_know(desk: Desk) -> None:
    relay = moody(desk)
    gone(relay, JAN)
    desk.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld.")
    assert dead(desk) == {JAN}

    relay.says(TAKEN)
    with desk.world.store.begin() as tx:
        deliver.try_again(tx, desk.world)

    desk.citizen(JAN).gets("ontvangstbevestiging")
    assert dead(desk) == set()
