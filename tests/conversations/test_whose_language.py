"""A melder is answered in the language they wrote in; an agent reads Dutch."""

from __future__ import annotations

import pytest
from desk import Desk

JOHN, MARIE, ANNA = "john@home.example", "marie@home.example", "anna@stad.example"
ENGLISH = "My bin has not been emptied for three weeks now. I called twice and nobody called me back."
FRENCH = "Ma poubelle n'a pas été vidée depuis trois semaines. J'ai appelé deux fois et personne ne rappelle."
RESOLVE = "#opgelost gegrond\nDe bak is vanochtend geleegd."


def test_a_whole_conversation_in_english(desk: Desk) -> None:
    john, anna = desk.citizen(JOHN), desk.agent(ANNA)
    john.writes("My bin", ENGLISH)

    receipt = john.gets("ontvangstbevestiging")
    assert receipt.subject == f"[{receipt.kenmerk}] We have received your complaint"
    assert receipt.message["content-language"] == "en"
    assert "no later than Monday 13 April 2026" in receipt.text
    assert desk.klacht(receipt.kenmerk).language == "en"

    task = anna.gets("nieuw_voor_team")
    assert task.message["content-language"] == "nl"
    assert "Er is een klacht voor uw team" in task.text
    anna.replies(task, "#in_behandeling")
    assert "We are handling your complaint." in john.gets("in_behandeling").text
    anna.replies(task, RESOLVE)
    handled = john.gets("afgehandeld")
    assert "That means: you are right." in handled.text
    assert "You can answer until Saturday 7 March 2026 at 10:00." in handled.text

    john.replies(handled, "Dissatisfied\nIt is still full.")
    assert "It is still full." in anna.gets("verzoek_tot_heropenen").text
    assert "One of us reads your response" in john.gets("feedback_ontvangen").text
    anna.replies(anna.gets("opdracht_uitgevoerd"), "#heropenen\nDe bak is inderdaad overgeslagen.")
    assert "We are going to work on your complaint again." in john.gets("heropend").text


def test_a_melder_who_writes_french_is_answered_in_french(desk: Desk) -> None:
    marie, anna = desk.citizen(MARIE), desk.agent(ANNA)
    marie.writes("Poubelle", FRENCH)
    receipt = marie.gets("ontvangstbevestiging")
    assert "au plus tard le lundi 13 avril 2026" in receipt.text

    anna.replies(anna.gets("nieuw_voor_team"), RESOLVE)
    handled = marie.gets("afgehandeld")
    assert "Nous avons traité votre plainte" in handled.subject
    marie.replies(handled, "satisfait")
    assert desk.klacht(receipt.kenmerk).status == "gesloten"


@pytest.mark.parametrize(
    "text",
    [
        "My bin is full.",
        "Ich wurde am Schalter sehr unfreundlich behandelt und möchte mich darüber beschweren.",
        "De gft-bak is al drie weken niet geleegd en niemand belt mij terug, ook niet na twee keer bellen.",
    ],
)
def test_where_we_cannot_be_sure_we_answer_in_dutch(desk: Desk, text: str) -> None:
    john = desk.citizen(JOHN)
    john.writes("Bin", text)
    receipt = john.gets("ontvangstbevestiging")
    assert receipt.message["content-language"] == "nl"
    assert desk.klacht(receipt.kenmerk).language == "nl"


def test_the_language_is_that_of_the_klacht_whatever_is_written_later(desk: Desk) -> None:
    john = desk.citizen(JOHN)
    john.writes("My bin", ENGLISH)
    receipt = john.gets("ontvangstbevestiging")
    john.replies(
        receipt, "En ik wil graag dat iemand mij vandaag nog terugbelt over deze klacht, dank u wel."
    )
    assert "We have received your message" in john.gets("aanvulling_ontvangen").text


def test_what_an_agent_passes_on_is_answered_in_the_language_of_the_melder(desk: Desk) -> None:
    john, anna = desk.citizen(JOHN), desk.agent(ANNA)
    anna.writes(
        "FW: My bin",
        f"#namens {JOHN}\n\nHallo collega's, deze kwam bij ons binnen. Pakken jullie hem op?\n\n"
        f"Van: John <{JOHN}>\nVerzonden: ma 2 maart 2026 08:00\nAan: Anna <{ANNA}>\nOnderwerp: My bin\n\n"
        f"{ENGLISH}\n",
    )
    if waits := [mail for mail in desk.mailboxes[ANNA] if mail.kind == "opdracht_bevestigen"]:
        anna.clicks(waits[0].link(r"/bevestig/\S+")).confirms()
    assert "We have received your complaint" in john.gets("ontvangstbevestiging").subject


def test_a_second_klacht_in_one_message_keeps_its_language(desk: Desk) -> None:
    john, anna = desk.citizen(JOHN), desk.agent(ANNA)
    john.writes("My bin and the noise", ENGLISH)
    john.reads_all()
    anna.replies(anna.gets("nieuw_voor_team"), "#splitsen Music\nThe neighbours play music.")
    assert "We have received your complaint" in john.gets("ontvangstbevestiging").subject
