"""Hearing the melder (Awb 9:10), and what the closing mail says (Awb 9:12)."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from desk import Desk, Got

JAN, ANNA = "jan@home.example", "anna@stad.example"


def complaint(desk: Desk) -> Got:
    """Anna's task: a klacht of Monday 2 March 2026, last day 13 April."""
    desk.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld.")
    return desk.agent(ANNA).gets("nieuw_voor_team")


def answered(desk: Desk, task: Got, order: str) -> str:
    desk.agent(ANNA).replies(task, order)
    return " ".join(desk.agent(ANNA).gets("opdracht_uitgevoerd").text.split())


def refused(desk: Desk, task: Got, order: str) -> str:
    desk.agent(ANNA).replies(task, order)
    return " ".join(desk.agent(ANNA).gets("opdracht_niet_begrepen").text.split())


def calendar(mail: Got) -> EmailMessage:
    [file] = mail.message.iter_attachments()
    assert isinstance(file, EmailMessage)
    return file


def test_a_melder_is_invited_with_an_entry_for_the_calendar(desk: Desk) -> None:
    task = complaint(desk)

    said = answered(
        desk, task, "#hoorzitting 14 maart 2026 10:00 Stadhuis kamer 2\nMeldt u zich bij de balie."
    )

    assert "zaterdag 14-03-2026 om 10.00 uur: Stadhuis kamer 2." in said
    assert "Let op: zaterdag 14-03-2026 is geen werkdag." in said
    invited = desk.citizen(JAN).gets("hoorzitting")
    for words in (invited.text, invited.html):
        assert "zaterdag 14 maart 2026 om 10.00 uur" in words
        assert "Stadhuis kamer 2" in words
        assert "Meldt u zich bij de balie." in words
    file = calendar(invited)
    assert (file.get_content_type(), file.get_param("method")) == ("text/calendar", "PUBLISH")
    assert file.get_filename() == "hoorzitting.ics"
    lines = file.get_content().splitlines()
    assert "DTSTART:20260314T090000Z" in lines
    assert f"UID:{task.kenmerk}-hoorzitting@stad.example" in lines
    assert "SEQUENCE:0" in lines
    assert "hearing_invited" in desk.kinds(task.kenmerk)


def test_a_change_of_the_appointment_replaces_it_in_the_calendar(desk: Desk) -> None:
    task = complaint(desk)
    answered(desk, task, "#hoorzitting 16 maart 2026 10:00 Stadhuis kamer 2")
    said = answered(desk, task, "#hearing 30 March 2026 14.30 uur, telefonisch")

    assert "De vorige uitnodiging vervalt" in said
    jan = desk.citizen(JAN)
    first, second = jan.gets("hoorzitting"), jan.gets("hoorzitting")
    assert "komt in de plaats van de vorige" not in first.text
    assert "komt in de plaats van de vorige" in second.text
    lines = calendar(second).get_content().splitlines()
    assert "DTSTART:20260330T123000Z" in lines  # summer time began the day before
    assert f"UID:{task.kenmerk}-hoorzitting@stad.example" in lines
    assert "SEQUENCE:1" in lines
    assert "LOCATION:telefonisch" in lines


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ("#hoorzitting", "wanneer en waar"),
        ("#hoorzitting morgen om 10 uur Stadhuis", "welke dag"),
        ("#hoorzitting 16 maart 2026 Stadhuis", "hoe laat"),
        ("#hoorzitting 16 maart 2026 10:00", "ik lees niet waar"),
        ("#hoorzitting 31 april 2026 10:00 Stadhuis", "bestaat niet"),
        ("#hoorzitting dinsdag 16 maart 2026 10:00 Stadhuis", "is een maandag, geen dinsdag"),
        ("#hoorzitting 16 maart 2026 25:00 Stadhuis", "geen tijd"),
        ("#hoorzitting 2 maart 2026 9:00 Stadhuis", "is voorbij"),
        ("#hoorzitting 16 maart 2036 10:00 Stadhuis", "meer dan een jaar"),
        ("#hoorzitting gehouden", "het verslag"),
        ("#hoorzitting afgezien", "hoe u weet"),
        ("#opgelost gegrond\nExcuses.\n#hoorzitting gehouden\nJan vertelde.", "niet is afgehandeld"),
    ],
)
def test_a_hearing_that_cannot_be_is_refused_with_why(desk: Desk, order: str, why: str) -> None:
    task = complaint(desk)
    assert why in refused(desk, task, order)
    assert not {"hearing_invited", "hearing_held", "hearing_waived"} & set(desk.kinds(task.kenmerk))


def test_a_hearing_after_the_last_day_is_pointed_out(desk: Desk) -> None:
    task = complaint(desk)
    said = answered(desk, task, "#beklaagde bram@stad.example\n#hoorzitting 20 april 2026 10:00 Stadhuis")
    assert "Let op: dat is na de laatste dag, maandag 13-04-2026." in said
    assert "Nodig bram@stad.example zelf uit" in said


def test_the_report_of_a_hearing_is_kept_and_stays_inside(desk: Desk) -> None:
    task = complaint(desk)
    desk.citizen(JAN).reads_all()
    answered(desk, task, "#hoorzitting gehouden\nJan vertelde wat er gebeurde.\n\nHij wil excuses.")
    event = next(e for e in desk.history(task.kenmerk) if e.kind == "hearing_held")
    assert event.data["text"] == "Jan vertelde wat er gebeurde.\n\nHij wil excuses."
    desk.citizen(JAN).gets_nothing()


def test_a_hearing_is_waived_by_the_agents_word_or_by_the_melders_mail(desk: Desk) -> None:
    jan = desk.citizen(JAN)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    task = desk.agent(ANNA).gets("nieuw_voor_team")
    answered(desk, task, "#hoorzitting afgezien\nHij zei dat op 3 maart aan de telefoon.")
    jan.replies(jan.gets("ontvangstbevestiging"), "Een gesprek hoeft niet.")
    assert "bericht" in answered(desk, task, "#hearing waived")
    [spoken, mailed] = [e.data for e in desk.history(task.kenmerk) if e.kind == "hearing_waived"]
    assert (spoken["text"], spoken["proof"]) == ("Hij zei dat op 3 maart aan de telefoon.", 0)
    reaction = next(e for e in desk.history(task.kenmerk) if e.kind == "reacted")
    assert (mailed["text"], f"arrival:{mailed['proof']}") == ("", reaction.origin)


@pytest.mark.parametrize(
    ("orders", "is_said"),
    [
        ("#opgelost gegrond\nExcuses.", True),
        ("#opgelost ongegrond\nUw klacht is kennelijk ongegrond.", False),
        ("#opgelost gegrond\nUw klacht is niet kennelijk ongegrond.", True),
        ("#hoorzitting 16 maart 2026 10:00 Stadhuis\n#opgelost gegrond\nExcuses.", False),
        ("#hoorzitting gehouden\nJan vertelde.\n#opgelost gegrond\nExcuses.", False),
        ("#hoorzitting afgezien\nPer telefoon.\n#opgelost gegrond\nExcuses.", False),
    ],
)
def test_handling_without_a_hearing_says_what_the_law_asks(desk: Desk, orders: str, *, is_said: bool) -> None:
    task = complaint(desk)
    assert ("Awb 9:10" in answered(desk, task, orders)) == is_said
    assert desk.klacht(task.kenmerk).status == "opgelost"


def test_what_was_heard_before_counts_when_it_is_handled(desk: Desk) -> None:
    task = complaint(desk)
    answered(desk, task, "#hoorzitting gehouden\nJan vertelde.")
    assert "Awb 9:10" not in answered(desk, task, "#opgelost gegrond\nExcuses.")


def test_the_closing_mail_has_findings_judgment_conclusions_and_the_ombudsman_with_the_last_day(
    desk: Desk,
) -> None:
    task = complaint(desk)
    answered(
        desk, task, "#opgelost gegrond\nU wachtte een uur.\n\nConclusie:\nWij roepen voortaan om.\n\nExcuses."
    )
    closing = desk.citizen(JAN).gets("afgehandeld")
    for words in (closing.text, closing.html):
        parts = [
            "Wat wij hebben gevonden",
            "U wachtte een uur.",
            "Ons oordeel",
            "u hebt gelijk",
            "Wat wij hieruit besluiten",
            "Wij roepen voortaan om.",
            "Excuses.",
            "de Nationale ombudsman",
            "dinsdag 2 maart 2027",
        ]
        places = [words.index(part) for part in parts]
        assert places == sorted(places)
        assert "Conclusie:" not in words


@pytest.mark.parametrize(("days", "is_said"), [(28, False), (29, True)])
def test_not_handled_after_four_weeks_is_late_and_says_so(desk: Desk, days: int, *, is_said: bool) -> None:
    task = complaint(desk)
    desk.passes(days=days)
    said = answered(desk, task, "#sluiten niet_in_behandeling b\nHet is te lang geleden.")
    assert ("uiterlijk maandag 30-03-2026" in said) == is_said
    assert ("Awb 9:8 lid 3" in said) == is_said
    told = desk.citizen(JAN).gets("niet_in_behandeling")
    for words in (told.text, told.html):
        assert "Nationale ombudsman" in words
        assert f"{days + 2} maart 2027" in words
