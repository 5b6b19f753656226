"""One reminder of the smileys, some days before the link dies; and none where it is not wanted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from desk import Desk, Got, open_desk

from mailagent.flow import survey
from mailagent.store import dead_addresses, klachten, surveys
from mailagent.store.store import Tx

REMINDER = "kto_herinnering"


def handled(desk: Desk, sender: str = "jan@home.example") -> Got:
    melder, anna = desk.citizen(sender), desk.agent("anna@stad.example")
    melder.writes("Balie", "Ik werd onbeleefd behandeld.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nOnze excuses.")
    melder.gets("ontvangstbevestiging")
    anna.reads_all()
    return melder.gets("afgehandeld")


def suppressed(desk: Desk, kenmerk: str) -> list[tuple[str, str]]:
    events = [event for event in desk.history(kenmerk) if event.kind == "mail_suppressed"]
    return [(event.data["mail"], event.data["reason"]) for event in events]


def test_si_05_who_did_not_answer_is_reminded_once_of_the_same_smileys(desk: Desk) -> None:
    jan, mail = desk.citizen("jan@home.example"), handled(desk)
    desk.passes(days=2, hours=23)
    jan.gets_nothing()

    desk.passes(hours=1)
    reminder = jan.gets(REMINDER)
    desk.passes(days=1)

    jan.gets_nothing()
    assert reminder.kenmerk == mail.kenmerk
    assert "zaterdag 7 maart 2026" in reminder.text
    links = desk.house.links
    rounds = {links.read_smiley(one.smiley("tevreden").split("/")[4]) for one in (mail, reminder)}
    assert len(rounds) == 1
    jan.clicks(reminder.smiley("ontevreden")).answers("Hij is nog vol.")
    assert desk.klacht(mail.kenmerk).status == "verzoek_tot_heropenen"


def test_si_05_a_plain_reply_to_the_reminder_answers_too(desk: Desk) -> None:
    jan, mail = desk.citizen("jan@home.example"), handled(desk)
    desk.passes(days=3)
    jan.replies(jan.gets(REMINDER), "tevreden")
    assert desk.klacht(mail.kenmerk).status == "gesloten"


def test_si_05_a_klacht_closes_on_the_day_it_would_have_without_a_reminder(desk: Desk) -> None:
    mail = handled(desk)
    desk.passes(days=3)
    desk.passes(days=1, hours=23)
    assert desk.klacht(mail.kenmerk).status == "opgelost"
    desk.passes(hours=1)
    assert desk.klacht(mail.kenmerk).status == "gesloten"
    assert desk.kinds(mail.kenmerk)[-3:] == ["reminded", "round_expired", "settled"]


def test_si_05_who_answered_is_not_reminded(desk: Desk) -> None:
    jan, mail = desk.citizen("jan@home.example"), handled(desk)
    jan.clicks(mail.smiley("ontevreden")).answers("", "duurde-te-lang")
    jan.reads_all()
    desk.passes(days=4)
    jan.gets_nothing()
    assert suppressed(desk, mail.kenmerk) == []


def test_si_05_a_link_that_died_while_nobody_looked_is_not_recalled(desk: Desk) -> None:
    jan, mail = desk.citizen("jan@home.example"), handled(desk)
    desk.passes(days=6)
    jan.gets_nothing()
    assert desk.klacht(mail.kenmerk).status == "gesloten"


def test_si_05_each_round_has_a_reminder_of_its_own(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, more="[feedback]\ncooldown_days = 0")
    jan, anna, mail = desk.citizen("jan@home.example"), desk.agent("anna@stad.example"), handled(desk)
    desk.passes(days=3)
    jan.gets(REMINDER)
    jan.clicks(mail.smiley("ontevreden")).answers("Hij is nog vol.")
    anna.replies(request := anna.gets("verzoek_tot_heropenen"), "#heropenen\nWij kijken nog eens.")
    anna.replies(request, "#opgelost gegrond\nNu wel.")
    second = jan.gets("afgehandeld")
    jan.reads_all()

    desk.passes(days=3)

    reminder, read = jan.gets(REMINDER), desk.house.links.read_smiley
    assert read(reminder.smiley("tevreden").split("/")[4]) == read(second.smiley("tevreden").split("/")[4])
    desk.house.close()


def refuses_contact(_: Desk, tx: Tx, kenmerk: str) -> None:
    klacht = klachten.by_kenmerk(tx, kenmerk)
    assert klacht
    klachten.save(tx, replace(klacht, contact_allowed=False))


def died(desk: Desk, tx: Tx, _: str) -> None:
    dead_addresses.mark(tx, "jan@home.example", desk.now(), "5.1.1")


def opted_out(desk: Desk, tx: Tx, _: str) -> None:
    surveys.opt_out_of(tx, "jan@home.example", desk.now(), "round:1")


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [(refuses_contact, "contact_refused"), (died, "dead_address"), (opted_out, "opt_out")],
)
def test_si_05_a_reminder_that_is_not_wanted_stays_away_with_its_reason(
    desk: Desk, meanwhile: object, reason: str
) -> None:
    jan, mail = desk.citizen("jan@home.example"), handled(desk)
    with desk.world.store.begin() as tx:
        assert callable(meanwhile)
        meanwhile(desk, tx, mail.kenmerk)
    desk.passes(days=4)
    jan.gets_nothing()
    desk.agent("anna@stad.example").gets_nothing()
    assert suppressed(desk, mail.kenmerk) == [(REMINDER, reason)]


def test_si_05_who_was_reopened_is_not_recalled(desk: Desk) -> None:
    jan, anna, mail = desk.citizen("jan@home.example"), desk.agent("anna@stad.example"), handled(desk)
    jan.writes(f"Re: [{mail.kenmerk}]", "Het is niet opgelost!")
    anna.replies(anna.gets("verzoek_tot_heropenen"), "#heropenen\nWij kijken nog eens.")
    jan.reads_all()
    desk.passes(days=4)
    jan.gets_nothing()
    assert (REMINDER, "other_status") in suppressed(desk, mail.kenmerk)


def test_si_05_two_klachten_of_one_melder_are_recalled_once_within_the_cooldown(desk: Desk) -> None:
    jan, first, second = desk.citizen("jan@home.example"), handled(desk), handled(desk)
    desk.passes(days=4)
    assert jan.gets(REMINDER).kenmerk == first.kenmerk
    jan.gets_nothing()
    assert suppressed(desk, second.kenmerk) == [(REMINDER, "cooldown")]


def test_si_05_who_opts_out_in_a_reminder_still_gets_the_smileys_of_the_next_klacht(desk: Desk) -> None:
    jan, first = desk.citizen("jan@home.example"), handled(desk)
    desk.passes(days=3)
    link = jan.gets(REMINDER).link(r"/afmelden/\S+")
    asked_by, id = desk.house.links.read_opt_out(link.split("/")[4])

    survey.opt_out(asked_by, id, desk.world)
    second = handled(desk)
    desk.passes(days=4)

    assert asked_by == "round"
    assert second.smiley("tevreden")
    jan.gets_nothing()
    assert desk.kinds(first.kenmerk).count("opted_out") == 1
    assert suppressed(desk, second.kenmerk) == [(REMINDER, "opt_out")]


def test_si_06_the_reminder_and_its_moment_can_be_set(tmp_path: Path) -> None:
    for number, (more, reminded) in enumerate(
        [
            ("mail_kto_herinnering = false", False),
            ("reminder_days = 5", False),
            ("reminder_days = 4", True),
            ("link_days = 30\nreminder_days = 29", True),
        ]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        desk = open_desk(folder, more=f"[feedback]\n{more}")
        mail = handled(desk)
        desk.passes(days=1)
        assert ("reminded" in desk.kinds(mail.kenmerk)) is reminded, more
        desk.house.close()


def test_si_06_a_reminder_switched_off_while_it_waited_says_so(desk: Desk) -> None:
    jan, mail = desk.citizen("jan@home.example"), handled(desk)
    off = replace(desk.world, policy=replace(desk.world.policy, mail_kto_herinnering=False))
    desk.house = replace(desk.house, world=off, post=replace(desk.house.post, world=off))
    desk.passes(days=3)
    jan.gets_nothing()
    assert suppressed(desk, mail.kenmerk) == [(REMINDER, "channel_off")]


def test_si_05_a_reminder_comes_after_the_mail_it_reminds_of(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    jan, mail = desk.citizen("jan@home.example"), handled(desk)
    with desk.world.store.begin() as tx:
        tx.exec_driver_sql("UPDATE round SET state = 'scheduled', sent_at = NULL")
    desk.passes(days=3)
    jan.gets_nothing()
    assert suppressed(desk, mail.kenmerk) == [(REMINDER, "not_sent")]
    assert desk.now() - desk.klacht(mail.kenmerk).received_at == timedelta(days=3)
    desk.house.close()
