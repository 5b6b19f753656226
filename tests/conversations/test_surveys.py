"""A survey as a melder, a behandelaar and the clock meet it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asking import HIGH, LOW, QUIET, Asking, asking
from desk import open_desk

from mailagent.core.surveys import SurveyAnswer
from mailagent.flow import survey
from mailagent.store import klachten, surveys


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asking]:
    made = asking(tmp_path)
    yield made
    made.desk.house.close()


def test_kt_02_a_melder_is_invited_when_it_is_due_and_answers_once(asked: Asking) -> None:
    jan, kenmerk = asked.desk.citizen("jan@home.example"), asked.handled()
    asked.desk.passes(days=6, hours=23)
    jan.gets_nothing()

    asked.desk.passes(hours=1)
    mail = jan.gets("kto_uitnodiging")

    assert mail.subject == f"[{kenmerk}] Hoe hebben wij uw klacht behandeld?"
    assert "maandag 23 maart 2026" in mail.text
    assert asked.answers(mail, HIGH) == "thanks"
    assert asked.answers(mail, HIGH) == "thanks"
    assert asked.answers(mail, LOW) == "answered"
    assert asked.desk.kinds(kenmerk)[-2:] == ["invited", "survey_answered"]
    asked.desk.passes(days=30)
    jan.gets_nothing()


def test_kt_04_an_answer_is_kept_with_its_klacht_and_whoever_gave_it(asked: Asking) -> None:
    jan, kenmerk = asked.desk.citizen("jan@home.example"), asked.handled()
    asked.desk.passes(days=7)
    asked.answers(jan.gets("kto_uitnodiging"), [*LOW, ("beter", "uitleg"), ("beter", "sneller")])

    [one] = asked.invited(kenmerk)
    with asked.desk.world.store.read() as tx:
        kept = surveys.answers_of(tx, one.id)

    assert (one.state, one.address, one.channel) == ("answered", "jan@home.example", "email")
    assert (one.sent_at, one.answered_at) == (asked.desk.now(), asked.desk.now())
    assert kept == (
        SurveyAnswer("contact", "rating", 2),
        SurveyAnswer("duidelijk", "yes_no", choices=("nee",)),
        SurveyAnswer("beter", "multiple", choices=("sneller", "uitleg")),
        SurveyAnswer("aanbevelen", "nps", 9),
        SurveyAnswer("tip", "open", text="Bel terug als u dat belooft."),
    )
    told = asked.desk.history(kenmerk)[-2].data["answers"]
    assert "Wat kunnen wij beter doen? Sneller antwoorden, Beter uitleggen" in told


def test_kt_04_a_low_score_is_a_task_for_whoever_handled_it_with_every_answer(asked: Asking) -> None:
    jan, anna, kenmerk = asked.desk.citizen("jan@home.example"), asked.desk.agent("anna@stad.example"), ""
    kenmerk = asked.handled()
    asked.desk.passes(days=7)
    asked.answers(jan.gets("kto_uitnodiging"), LOW)

    task = anna.gets("opvolgtaak")

    assert "Hoe vond u het contact met ons? 2 (van 5)" in task.text
    assert "Bel terug als u dat belooft." in task.text
    assert "#heropenen" in task.text
    assert asked.desk.kinds(kenmerk)[-1] == "follow_up_asked"
    anna.replies(task, "#heropenen\nDe melder is niet goed geholpen.")
    jan.gets("heropend")


def test_kt_04_the_dossier_that_an_agent_asks_for_has_the_smiley_and_every_answer(asked: Asking) -> None:
    jan, anna = asked.desk.citizen("jan@home.example"), asked.desk.agent("anna@stad.example")
    kenmerk = asked.handled()
    smiley = next(m for m in asked.desk.mailboxes[jan.address] if m.kind == "afgehandeld").smiley("tevreden")
    jan.clicks(smiley).answers()
    asked.desk.passes(days=7)
    asked.answers(jan.gets("kto_uitnodiging"), LOW)
    task = anna.gets("opvolgtaak")

    anna.replies(task, "#status")

    told = anna.gets("opdracht_uitgevoerd").text
    assert "smileys, ronde 1: answered, tevreden, tot" in told
    assert "enquête afhandeling: answered" in told
    assert "Hoe vond u het contact met ons? 2 (van 5)" in told
    anna.replies(task, "#vertrouwelijk\n#status")
    told = anna.gets("opdracht_uitgevoerd").text
    assert "smileys, ronde 1: answered, tevreden, tot" in told
    assert "Hoe vond u" not in told
    assert asked.desk.klacht(kenmerk).confidential


def test_kt_04_a_high_score_troubles_nobody(asked: Asking) -> None:
    jan, anna = asked.desk.citizen("jan@home.example"), asked.desk.agent("anna@stad.example")
    asked.handled()
    asked.desk.passes(days=7)
    asked.answers(jan.gets("kto_uitnodiging"), HIGH)
    anna.gets_nothing()


def test_kt_04_the_task_about_a_confidential_klacht_says_nothing_of_what_was_written(asked: Asking) -> None:
    jan, kenmerk = asked.desk.citizen("jan@home.example"), asked.handled()
    klacht = asked.desk.klacht(kenmerk)
    with asked.desk.world.store.begin() as tx:
        klachten.save(tx, replace(klacht, confidential=True))
    asked.desk.passes(days=7)
    asked.answers(jan.gets("kto_uitnodiging"), LOW)
    task = asked.desk.agent("anna@stad.example").gets("opvolgtaak")
    assert "Bel terug" not in task.text
    assert "contact met ons" not in task.text


def test_kt_04_the_task_can_be_switched_off(tmp_path: Path) -> None:
    asked = asking(tmp_path, f"{QUIET}\nmail_opvolgtaak = false")
    jan, kenmerk = asked.desk.citizen("jan@home.example"), asked.handled()
    asked.desk.passes(days=7)
    asked.answers(jan.gets("kto_uitnodiging"), LOW)
    asked.desk.agent("anna@stad.example").gets_nothing()
    assert asked.desk.kinds(kenmerk)[-1] == "survey_answered"
    asked.desk.house.close()


def test_kt_01_a_draft_sends_nothing_and_a_closed_one_neither(asked: Asking) -> None:
    piet = asked.desk.citizen("piet@home.example")
    out = asked.out(asked.handled())
    other = asked.handled(sender="piet@home.example")

    survey.close("afhandeling", asked.desk.world)
    asked.desk.passes(days=7)

    assert asked.answers(out, HIGH) == "closed"
    piet.gets_nothing()
    assert asked.suppressed(other) == [("kto_uitnodiging", "survey_closed")]
    [waited] = asked.invited(other)
    assert (waited.state, waited.reason) == ("suppressed", "survey_closed")


def test_kt_01_what_is_no_more_than_a_draft_asks_nobody(tmp_path: Path) -> None:
    asked = Asking(open_desk(tmp_path))
    kenmerk = asked.handled()
    assert asked.invited(kenmerk) == []
    asked.desk.house.close()


def test_kt_01_who_is_reopened_before_it_is_due_is_not_asked_how_it_went(asked: Asking) -> None:
    jan, anna, kenmerk = asked.desk.citizen("jan@home.example"), asked.desk.agent("anna@stad.example"), ""
    kenmerk = asked.handled()
    jan.writes(f"Re: [{kenmerk}]", "Het is niet opgelost!")
    anna.replies(anna.gets("verzoek_tot_heropenen"), "#heropenen\nWij kijken nog eens.")
    jan.reads_all()

    asked.desk.passes(days=7)

    jan.gets_nothing()
    assert ("kto_uitnodiging", "other_status") in asked.suppressed(kenmerk)


def test_kt_01_a_klacht_handled_twice_has_one_open_invitation(tmp_path: Path) -> None:
    asked = asking(tmp_path, f"{QUIET}\ncooldown_days = 0")
    jan, anna, kenmerk = asked.desk.citizen("jan@home.example"), asked.desk.agent("anna@stad.example"), ""
    kenmerk = asked.handled()
    jan.writes(f"Re: [{kenmerk}]", "Het is niet opgelost!")
    anna.replies(task := anna.gets("verzoek_tot_heropenen"), "#heropenen\nWij kijken nog eens.")
    anna.replies(task, "#opgelost gegrond\nNu wel.")
    jan.reads_all()

    asked.desk.passes(days=7)

    jan.gets("kto_uitnodiging")
    assert ("kto_uitnodiging", "already_invited") in asked.suppressed(kenmerk)
    asked.desk.house.close()


def test_kt_02_a_link_dies_when_the_mail_says_so(asked: Asking) -> None:
    jan, kenmerk = asked.desk.citizen("jan@home.example"), asked.handled()
    asked.desk.passes(days=7)
    mail = jan.gets("kto_uitnodiging")
    asked.desk.passes(days=14)
    assert asked.answers(mail, HIGH) == "expired"
    [one] = asked.invited(kenmerk)
    assert (one.state, one.due_at) == ("expired", None)


def test_kt_02_a_mail_that_goes_late_has_a_link_that_lives_as_long(asked: Asking) -> None:
    jan, kenmerk = asked.desk.citizen("jan@home.example"), asked.handled()
    asked.desk.passes(days=17)
    mail = jan.gets("kto_uitnodiging")
    [one] = asked.invited(kenmerk)
    assert one.expires_at == asked.desk.now() + timedelta(days=14)
    assert asked.answers(mail, HIGH) == "thanks"


def test_a_melder_who_wrote_in_english_is_asked_in_english(asked: Asking) -> None:
    jan = asked.desk.citizen("jan@home.example")
    kenmerk = asked.handled()
    asked.changed(kenmerk, language="en")
    asked.desk.passes(days=7)
    assert "How did we handle your complaint?" in jan.gets("kto_uitnodiging").text


def test_a_klacht_that_was_none_asks_nothing(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    desk = replace(desk, house=desk.house)
    own = replace(desk.world.surveys["afhandeling"], event="closed", statuses=(), delay=timedelta(0))
    desk.world.surveys["afhandeling"] = own
    survey.activate("afhandeling", desk.world)
    asked, anna = Asking(desk), desk.agent("anna@stad.example")
    kenmerken = []
    for reason in ("dubbel", "geen_klacht", "ingetrokken"):
        desk.citizen(f"{reason}@home.example").writes("Balie", "Ik werd onbeleefd behandeld.")
        task = anna.gets("nieuw_voor_team")
        anna.replies(
            task, f"#sluiten {reason}\nZo is het." if reason != "ingetrokken" else "#ingetrokken\nGebeld."
        )
        kenmerken.append(task.kenmerk)
    assert [len(asked.invited(one)) for one in kenmerken] == [0, 0, 1]
    desk.house.close()


def test_kt_01_a_process_that_does_not_know_the_file_yet_leaves_it_to_one_that_does(asked: Asking) -> None:
    jan, kenmerk, known = asked.desk.citizen("jan@home.example"), asked.handled(), asked.desk.world.surveys
    file = known.pop("afhandeling")
    asked.desk.passes(days=7)
    jan.gets_nothing()
    assert asked.suppressed(kenmerk) == []

    known["afhandeling"] = file
    asked.desk.passes(minutes=10)

    assert asked.answers(jan.gets("kto_uitnodiging"), HIGH) == "thanks"
