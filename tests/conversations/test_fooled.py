"""Whoever tries to be someone else, and whatever tries to keep us talking, gets nowhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from desk import INTAKE, Desk, Got, open_desk

JAN, ANNA, MALLORY = "jan@home.example", "anna@stad.example", "mallory@evil.example"


def complaint(desk: Desk) -> Got:
    desk.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld aan de balie.")
    return desk.agent(ANNA).gets("nieuw_voor_team")


def without_agents(desk: Desk) -> None:
    """Everyone leaves the teams, and there is no coordinator."""
    organisation = desk.world.organisation
    teams = tuple(replace(team, members=()) for team in organisation.teams)
    world = replace(desk.world, organisation=replace(organisation, teams=teams, coordinator=""))
    desk.house = replace(desk.house, world=world, post=replace(desk.house.post, world=world))


def test_an_agent_who_left_gives_no_more_orders(desk: Desk) -> None:
    anna, task = desk.agent(ANNA), complaint(desk)
    without_agents(desk)

    anna.replies(task, "#sluiten geen_klacht")

    assert desk.klacht(task.kenmerk).status == "nieuw"
    anna.gets_nothing()


def test_an_agent_who_left_confirms_no_more_orders(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, proof="strict")
    anna, task = desk.agent(ANNA), complaint(desk)
    anna.replies(task, "#sluiten geen_klacht")
    link = anna.gets("opdracht_bevestigen").link(r"/bevestig/\S+")
    without_agents(desk)

    assert "LinkGone" in anna.clicks(link).confirms()
    assert desk.klacht(task.kenmerk).status == "nieuw"
    desk.passes(hours=49)
    anna.gets_nothing()
    desk.house.close()


def test_a_kenmerk_can_be_guessed_and_gives_nothing(desk: Desk) -> None:
    mallory, anna, task = desk.citizen(MALLORY), desk.agent(ANNA), complaint(desk)

    mallory.writes(f"Re: {task.kenmerk}", "#sluiten geen_klacht\nTrek deze klacht in.")

    told = mallory.gets("ontvangstbevestiging")
    assert "onbeleefd" not in told.text
    assert told.kenmerk != task.kenmerk
    assert desk.kinds(task.kenmerk) == ["received"]
    assert desk.klacht(task.kenmerk).status == "nieuw"
    assert told.kenmerk in anna.gets("nieuw_voor_team").subject


def test_thousands_of_kenmerken_and_references_are_not_all_looked_up(desk: Desk) -> None:
    task = complaint(desk)
    many = " ".join(f"<{n}@evil.example>" for n in range(3_000))
    guesses = " ".join(f"KL26-{n:05d}" for n in range(100, 3_000))

    desk.citizen(MALLORY).writes(f"Over {guesses}", "Welke is het?", References=many)

    assert len(desk.klachten()) == 2
    assert desk.kinds(task.kenmerk) == ["received"]


def test_a_smiley_word_from_another_address_is_no_feedback(desk: Desk) -> None:
    jan, anna, mallory = desk.citizen(JAN), desk.agent(ANNA), desk.citizen(MALLORY)
    anna.replies(complaint(desk), "#opgelost gegrond\nOnze excuses.")
    handled = jan.gets("afgehandeld")

    mallory.replies(handled, "Tevreden")

    assert desk.klacht(handled.kenmerk).status == "opgelost"
    assert "feedback_given" not in desk.kinds(handled.kenmerk)
    mallory.gets_nothing()


def test_two_smiley_words_in_two_mails_count_once(desk: Desk) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    anna.replies(complaint(desk), "#opgelost gegrond\nOnze excuses.")
    handled = jan.gets("afgehandeld")

    jan.replies(handled, "Tevreden")
    jan.replies(handled, "Ontevreden\nBij nader inzien niet.")

    assert desk.kinds(handled.kenmerk).count("feedback_given") == 1
    assert desk.kinds(handled.kenmerk)[-1] == "reacted"


def test_an_agent_may_have_a_complaint_of_their_own(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    anna.writes("De lift", "De lift in het stadhuis doet het al weken niet.")

    receipt, task = anna.gets("ontvangstbevestiging"), anna.gets("nieuw_voor_team")
    anna.replies(receipt, "#sluiten geen_klacht")
    assert desk.klacht(task.kenmerk).status == "nieuw", "as a melder Anna gives no orders"
    anna.replies(task, "#opgelost gegrond\nDe monteur is geweest.")
    anna.replies(anna.gets("afgehandeld"), "Tevreden")

    assert desk.klacht(task.kenmerk).status == "gesloten"


def test_our_own_address_as_a_melder_behind_a_form_starts_no_loop(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, more='[intake]\nforms = ["formulier@stad.example"]')
    form = desk.citizen("formulier@stad.example")

    for address in (INTAKE, "klachten+r-aaaaaaaaaaaaaaaa@stad.example", "Klachten@Stad.Example"):
        form.writes("Formulier", "Ik klaag namens uzelf.", Reply_To=address)

    assert desk.klachten() == []
    assert desk.mailboxes == {}
    desk.house.close()


def test_a_task_that_comes_back_to_us_is_not_taken_in_again(desk: Desk) -> None:
    task = complaint(desk)

    for to in (INTAKE, task.reply_to, task.sender):
        desk.agent("carla@stad.example").hands_in(task.raw, to=to)
        desk.agent("carla@stad.example").hands_in(task.raw, to=to, sender="")

    assert len(desk.klachten()) == 1
    desk.agent("carla@stad.example").gets_nothing()
    desk.agent(ANNA).gets_nothing()


def test_an_agents_vacation_is_no_note_and_gets_no_result_mail(desk: Desk) -> None:
    anna, task = desk.agent(ANNA), complaint(desk)

    anna.replies(task, "Ik ben er weer op 1 april.", Auto_Submitted="auto-replied")
    anna.replies(task, "Ik ben er weer op 1 april.", Subject="Automatisch antwoord: klacht")

    anna.gets_nothing()
    assert desk.kinds(task.kenmerk) == ["received", "automatic_kept", "automatic_kept"]


def test_a_robot_that_answers_every_result_mail_stops_being_answered(desk: Desk) -> None:
    anna, mail = desk.agent(ANNA), complaint(desk)
    box = desk.mailboxes[ANNA]
    came = 0

    while len(box) > came and came < 100:
        came = len(box)
        anna.replies(mail, f"Bedankt voor uw mail, nummer {came}. Ik ben er niet.", quote=False)
        mail = box[-1]

    assert came < 30
    silent = desk.history(mail.kenmerk)[-1].data
    assert (silent["mail"], silent["reason"]) == ("opdracht_uitgevoerd", "too_many")
    desk.passes(hours=2)
    anna.replies(mail, "#in_behandeling")
    assert desk.klacht(mail.kenmerk).status == "in_behandeling"
    assert box[-1].kind == "opdracht_uitgevoerd"


def test_forged_orders_do_not_fill_the_inbox_with_refusals_either(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, proof="strict")
    anna, task = desk.agent(ANNA), complaint(desk)

    for number in range(40):
        anna.replies(task, f"#notitie nummer {number}")

    assert len([mail for mail in desk.mailboxes[ANNA] if mail.kind != "nieuw_voor_team"]) <= 20
    desk.house.close()


def test_a_sender_that_is_no_address_waits_for_a_human(desk: Desk) -> None:
    long = f"{'x' * 3_000}@home.example"
    raw = f"From: {long}\r\nTo: {INTAKE}\r\nSubject: Hallo\r\nMessage-ID: <{long}>\r\n\r\nEen klacht.\r\n"

    desk.citizen("x@home.example").hands_in(raw.encode())

    assert desk.klachten() == []
    assert list(desk.mailboxes) == ["anna@stad.example"]
    desk.agent("anna@stad.example").gets("ter_beoordeling")


def test_a_second_report_of_the_same_bounce_is_only_information(desk: Desk) -> None:
    complaint(desk)
    receipt = desk.citizen(JAN).gets("ontvangstbevestiging")
    for number in (1, 2):
        report = (
            f"From: MAILER-DAEMON@relay.example\r\nTo: {receipt.sender}\r\nSubject: Undelivered {number}\r\n"
            'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"'
            "\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nniet bezorgd\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
            f"Final-Recipient: rfc822; {JAN}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
        )
        desk.citizen("x").hands_in(report.encode(), to=receipt.sender, sender="")

    assert desk.kinds(receipt.kenmerk)[1:] == ["mail_bounced", "automatic_kept"]
