"""Calling the melder back, asking by mail, and klachten that go on in another: what comes back to whom."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import Desk, Got, Person, open_desk

JAN, ANNA, BRAM = "jan@home.example", "anna@stad.example", "bram@stad.example"


@pytest.fixture
def two(tmp_path: Path) -> Desk:
    """Anna and Bram share the work."""
    return open_desk(tmp_path, members=[ANNA, BRAM])


def jan_writes(desk: Desk, text: str = "Ik werd onbeleefd behandeld.") -> Got:
    desk.citizen(JAN).writes("Balie", text)
    return desk.citizen(JAN).gets("ontvangstbevestiging")


def everybody(desk: Desk) -> tuple[Person, Person, Person]:
    return desk.citizen(JAN), desk.agent(ANNA), desk.agent(BRAM)


# --- C9167, C2984, C7998, C7300: the call task


def test_kk_bel_c9167_c2984_a_melder_is_called_and_the_dossier_knows(two: Desk) -> None:
    kenmerk = jan_writes(two).kenmerk
    jan, anna, bram = everybody(two)
    task = anna.gets("nieuw_voor_team")
    bram.reads_all()

    anna.replies(task, "#toewijzen bram\n#terugbellen 06-12345678, na vier uur")

    assert "uiterlijk 03-03-2026 om 17.00 uur" in anna.gets("opdracht_uitgevoerd").text
    call = bram.gets("terugbellen")
    assert "06-12345678, na vier uur" in call.text
    assert "dinsdag 3 maart 2026 om 17.00 uur" in call.text
    assert "#teruggebeld" in call.text
    bram.replies(call, "#teruggebeld\nHij is tevreden met de uitleg.")
    bram.gets("opdracht_uitgevoerd")

    assert two.klacht(kenmerk).call_due is None
    assert "Hij is tevreden" in two.history(kenmerk)[-1].data["note"]
    two.passes(days=2)
    bram.gets("toegewezen")
    bram.gets_nothing()
    jan.gets_nothing()


def test_kk_bel_c7998_c7300_a_call_in_vain_is_logged_and_its_caller_reminded_once(two: Desk) -> None:
    kenmerk = jan_writes(two).kenmerk
    _, anna, bram = everybody(two)
    task = anna.gets("nieuw_voor_team")
    bram.reads_all()
    anna.replies(task, "#in_behandeling\n#terugbellen\n06-12345678")
    anna.replies(task, "#niet_bereikt voicemail")
    anna.replies(task, "#niet_bereikt")
    assert "schrijven" not in anna.desk.mailboxes[ANNA][-1].text
    anna.reads_all()

    two.passes(hours=30)
    anna.gets_nothing()
    two.passes(hours=1)
    reminder = anna.gets("terugbellen")
    assert "nog niet gelukt" in reminder.text
    assert "Pogingen: 2" in reminder.text
    assert "06-12345678" in reminder.text
    two.passes(days=3)
    anna.gets_nothing()
    bram.gets_nothing()

    anna.replies(reminder, "#no_answer")
    assert "#antwoord of #vraag" in anna.gets("opdracht_uitgevoerd").text
    tried = [event for event in two.history(kenmerk) if event.kind == "not_reached"]
    assert [event.data["attempt"] for event in tried] == [1, 2, 3]
    [late] = [event for event in two.history(kenmerk) if event.kind == "call_overdue"]
    assert late.at.hour == 16, "the moment itself, not that of looking: 17.00 in Amsterdam"


def test_kk_bel_what_is_handled_needs_no_call_and_no_reminder(two: Desk) -> None:
    jan_writes(two)
    anna = two.agent(ANNA)
    task = anna.gets("nieuw_voor_team")
    anna.replies(task, "#in_behandeling\n#callback")
    anna.replies(task, "#opgelost gegrond\nExcuses.")
    anna.reads_all()

    two.passes(days=2)

    anna.gets_nothing()
    anna.replies(task, "#called")
    assert "geen belafspraak" in anna.gets("opdracht_niet_begrepen").text


# --- a question


def test_the_answer_to_a_question_comes_back_to_whoever_asked(two: Desk) -> None:
    kenmerk = jan_writes(two).kenmerk
    jan, anna, bram = everybody(two)
    task = anna.gets("nieuw_voor_team")
    bram.replies(bram.gets("nieuw_voor_team"), "#in_behandeling")
    bram.reads_all()

    anna.replies(task, "#vraag\nWanneer was dat?")
    anna.gets("opdracht_uitgevoerd")
    question = jan.gets("vraag")
    assert "Wanneer was dat?" in question.text
    jan.replies(question, "Dank u wel!")
    bram.gets("reactie_melder")
    jan.replies(question, "Dat was dinsdag.")

    for reader in (anna, bram):
        answer = reader.gets("aanvulling")
        assert "Dat was dinsdag." in answer.text
        assert "het antwoord op de vraag van Anna" in answer.text
    jan.replies(question, "En woensdag ook.")
    bram.gets("aanvulling")
    anna.gets_nothing()
    assert two.klacht(kenmerk).asked_by == ""


def test_what_is_handled_is_no_ground_for_questions(two: Desk) -> None:
    jan_writes(two)
    anna = two.agent(ANNA)
    task = anna.gets("nieuw_voor_team")
    anna.replies(task, "#opgelost gegrond\nExcuses.")
    anna.replies(task, "#ask Wanneer was dat?")
    assert "Mogelijk is: eerst #heropenen" in anna.gets("opdracht_niet_begrepen").text


# --- going on in another


def test_kk_route_c0359_a_second_klacht_goes_on_in_the_first_and_so_do_its_replies(two: Desk) -> None:
    first = jan_writes(two).kenmerk
    two.passes(hours=1)
    receipt = jan_writes(two, "En weer was men onbeleefd.")
    jan, anna, bram = everybody(two)
    bram.replies(bram.gets("nieuw_voor_team"), "#in_behandeling")
    bram.reads_all()
    anna.gets("nieuw_voor_team")
    task = anna.gets("nieuw_voor_team")
    jan.reads_all()

    anna.replies(task, f"#samenvoegen {first}")

    assert f"gaat verder in {first}" in anna.gets("opdracht_uitgevoerd").text
    told = bram.gets("samengevoegd")
    assert told.kenmerk == first
    assert "En weer was men onbeleefd." in told.text
    merged = two.klacht(receipt.kenmerk)
    assert (merged.status, merged.merged_into) == ("gesloten", first)
    jan.gets_nothing()

    jan.replies(receipt, "Het was maandag.")
    assert "Het was maandag." in bram.gets("aanvulling").text
    assert jan.gets("aanvulling_ontvangen").kenmerk == first
    assert two.kinds(receipt.kenmerk)[-2:] == ["closed", "merged"]
    assert "reacted" in two.kinds(first)


def test_kk_route_c4390_a_melding_is_told_apart_and_its_melder_hears_where_it_went(two: Desk) -> None:
    kenmerk = jan_writes(two, "De lantaarn in mijn straat is stuk.").kenmerk
    jan, anna, _ = everybody(two)

    anna.replies(
        anna.gets("nieuw_voor_team"),
        "#label melding openbare-ruimte\n#sluiten doorgestuurd\nUw melding staat bij het team Licht.",
    )

    assert "team Licht" in jan.gets("doorgestuurd").text
    klacht = two.klacht(kenmerk)
    assert (klacht.status, klacht.labels) == ("gesloten", ("melding", "openbare-ruimte"))


def test_kk_route_c9708_an_answer_from_a_task_goes_where_the_melder_is(two: Desk) -> None:
    kenmerk = jan_writes(two).kenmerk
    jan, anna, bram = everybody(two)
    anna.replies(anna.gets("nieuw_voor_team"), "#toewijzen bram\n#notitie Jij weet hier meer van.")

    bram.replies(bram.gets("toegewezen"), "#antwoord\nWij zoeken het uit.")

    assert "Wij zoeken het uit." in jan.gets("antwoord").text
    [said] = [event for event in two.history(kenmerk) if event.kind == "answered"]
    assert said.who == BRAM


def test_what_needs_another_system_is_refused_with_what_is_possible(two: Desk) -> None:
    kenmerk = jan_writes(two).kenmerk
    anna = two.agent(ANNA)
    task = anna.gets("nieuw_voor_team")
    for order, why in (("#zaak klacht", "zaaksysteem"), ("#brief\nBeste Jan,", "afdrukwachtrij")):
        anna.replies(task, f"#in_behandeling\n{order}")
        assert why in anna.gets("opdracht_niet_begrepen").text
    assert two.klacht(kenmerk).status == "nieuw"
