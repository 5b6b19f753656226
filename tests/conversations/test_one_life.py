"""The whole life of a klacht, told by the people in it."""

from desk import Desk


def test_si_03_an_unhappy_melder_asks_to_reopen_and_is_helped_after_all(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")

    jan.writes("Container", "De gft-bak is weer niet geleegd.")
    receipt = jan.gets("ontvangstbevestiging")
    task = anna.gets("nieuw_voor_team")
    assert desk.klacht(receipt.kenmerk).category == "afval"

    anna.replies(task, "#opgelost gegrond\nDe bak is vanochtend geleegd.")
    anna.gets("opdracht_uitgevoerd")
    jan.clicks(jan.gets("afgehandeld").smiley("ontevreden")).answers("Hij is nog vol.")
    jan.gets("feedback_ontvangen")

    request = anna.gets("verzoek_tot_heropenen")
    assert "Hij is nog vol." in request.text
    anna.replies(request, "#heropenen\nDe bak is inderdaad overgeslagen.")
    jan.gets("heropend")
    assert desk.klacht(receipt.kenmerk).status == "heropend"

    anna.replies(request, "#opgelost gegrond\nNu is hij echt leeg.")
    jan.clicks(jan.gets("afgehandeld").smiley("tevreden")).answers()
    assert desk.klacht(receipt.kenmerk).status == "gesloten"
