"""What a melder can do about a klacht that is being handled: tell more, or withdraw it (VNG KK-zaak)."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import Desk, Got, open_desk


def _complaint(desk: Desk) -> tuple[Got, Got]:
    """A klacht by Jan: his receipt, and Anna's task."""
    jan = desk.citizen("jan@home.example")
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    return jan.gets("ontvangstbevestiging"), desk.agent("anna@stad.example").gets("nieuw_voor_team")


def _told(desk: Desk, kind: str) -> int:
    return sum(mail.kind == kind for mail in desk.mailboxes["jan@home.example"])


def test_kk_zaak_c0300_a_supplement_reaches_the_team_and_is_acknowledged(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    receipt, _ = _complaint(desk)

    jan.replies(receipt, "Het was bij loket 3.")

    assert "Het was bij loket 3." in anna.gets("aanvulling").text
    told = jan.gets("aanvulling_ontvangen")
    assert told.kenmerk == receipt.kenmerk
    assert "De termijn verandert niet." in told.text
    assert "maandag 13 april 2026" in told.text
    assert "loket 3" not in told.text
    assert str(desk.klacht(receipt.kenmerk).deadline) == "2026-04-13"
    jan.gets_nothing()
    anna.gets_nothing()


@pytest.mark.parametrize(
    "step", ["#in_behandeling", "#opgelost gegrond\nOnze excuses.\n#heropenen\nToch niet."]
)
def test_kk_zaak_c0300_a_klacht_that_is_being_handled_can_be_supplemented(desk: Desk, step: str) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    receipt, task = _complaint(desk)
    anna.replies(task, step)
    jan.reads_all()

    jan.replies(receipt, "Het was bij loket 3.")

    anna.gets("aanvulling")
    jan.gets("aanvulling_ontvangen")


def test_kk_zaak_c0300_a_last_day_that_is_over_is_not_promised_again(desk: Desk) -> None:
    jan = desk.citizen("jan@home.example")
    receipt, _ = _complaint(desk)
    desk.passes(days=60)

    jan.replies(receipt, "Het was bij loket 3.")

    assert "april" not in jan.gets("aanvulling_ontvangen").text


def test_kk_zaak_c0300_the_melder_hears_once_a_day_and_the_log_says_why_not_again(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    receipt, _ = _complaint(desk)

    for number in range(4):
        jan.replies(receipt, f"Ik wil nog iets zeggen, nummer {number}.")
        anna.gets("aanvulling")
    assert _told(desk, "aanvulling_ontvangen") == 1
    silent = [e.data for e in desk.history(receipt.kenmerk) if e.kind == "mail_suppressed"]
    assert [(s["mail"], s["reason"]) for s in silent] == [("aanvulling_ontvangen", "too_many")] * 3

    desk.passes(hours=25)
    jan.replies(receipt, "Vandaag wil ik nog iets zeggen.")
    assert _told(desk, "aanvulling_ontvangen") == 2


def test_kk_zaak_c0300_a_robot_that_answers_is_no_supplement(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    receipt, _ = _complaint(desk)

    jan.replies(receipt, "Ik ben op vakantie.", Auto_Submitted="auto-replied")

    jan.gets_nothing()
    anna.gets_nothing()


def test_kk_zaak_c0300_thanks_alone_is_shown_and_not_acknowledged(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    receipt, _ = _complaint(desk)

    jan.replies(receipt, "Hartelijk dank!")

    anna.gets("reactie_melder")
    jan.gets_nothing()


def test_kk_zaak_c0300_who_is_not_proven_to_be_the_melder_supplements_nothing(desk: Desk) -> None:
    jan, eve, anna = (
        desk.citizen("jan@home.example"),
        desk.citizen("eve@elsewhere.example"),
        desk.agent("anna@stad.example"),
    )
    receipt, _ = _complaint(desk)

    eve.replies(receipt, "Het was bij loket 3.")

    assert "niet zeker" in anna.gets("reactie_melder").text
    eve.gets_nothing()
    jan.gets_nothing()


def test_kk_zaak_c0300_after_the_handling_a_mail_is_no_supplement(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    receipt, task = _complaint(desk)
    anna.replies(task, "#sluiten dubbel")

    jan.replies(receipt, "Het was bij loket 3.")

    anna.gets("reactie_melder")
    jan.gets_nothing()


def test_kk_zaak_c0300_the_mail_about_a_supplement_can_be_switched_off(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, more="[feedback]\nmail_aanvulling = false")
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    receipt, _ = _complaint(desk)

    jan.replies(receipt, "Het was bij loket 3.")

    anna.gets("aanvulling")
    jan.gets_nothing()


def test_kk_zaak_c2975_a_withdrawal_is_pointed_out_and_settled_by_tag(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    receipt, _ = _complaint(desk)

    jan.replies(receipt, "Het is opgelost. Ik trek mijn klacht in.")

    told = anna.gets("aanvulling")
    assert "Het lijkt erop dat de melder de klacht intrekt." in told.text
    assert "#ingetrokken" in told.text
    assert "#ingetrokken" in told.html
    jan.gets("aanvulling_ontvangen")
    assert desk.klacht(receipt.kenmerk).status == "nieuw"

    anna.replies(told, "#ingetrokken")
    assert desk.klacht(receipt.kenmerk).status == "gesloten"
    assert "intrekt" in jan.gets("ingetrokken").text


def test_kk_zaak_c2975_a_new_mail_with_it_in_the_subject_alone_is_pointed_out(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    receipt, _ = _complaint(desk)

    jan.writes(f"Intrekken klacht {receipt.kenmerk}", "Zie het onderwerp.")

    assert "de klacht intrekt" in anna.gets("aanvulling").text


def test_kk_zaak_c2975_what_withdraws_nothing_is_not_pointed_out(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    receipt, _ = _complaint(desk)

    jan.replies(receipt, "Ik trek mijn klacht niet in.")

    assert "intrekt" not in anna.gets("aanvulling").text


def test_kk_zaak_c2975_from_another_address_it_never_counts(desk: Desk) -> None:
    eve, anna = desk.citizen("eve@elsewhere.example"), desk.agent("anna@stad.example")
    receipt, task = _complaint(desk)

    eve.replies(receipt, "Ik trek mijn klacht in.")
    assert "intrekt" not in anna.gets("reactie_melder").text

    anna.replies(task, "#ingetrokken")
    assert "hoe u weet" in anna.gets("opdracht_niet_begrepen").text
    assert desk.klacht(receipt.kenmerk).status == "nieuw"


def test_kk_zaak_c2975_a_forged_one_never_counts(tmp_path: Path) -> None:
    proven = '[intake]\nown_hosts = ["mx.stad.example"]\nbehind_own_mx = ["192.0.2.0/24"]'
    desk = open_desk(tmp_path, proof='token"\nauthserv_id = "mx.stad.example', more=proven)
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    receipt, task = _complaint(desk)

    forged = "mx.stad.example; dmarc=fail header.from=home.example"
    jan.replies(receipt, "Ik trek mijn klacht in.", Authentication_Results=forged)
    assert "niet zeker" in anna.gets("reactie_melder").text

    anna.replies(task, "#ingetrokken")
    anna.gets("opdracht_niet_begrepen")
    assert desk.klacht(receipt.kenmerk).status == "nieuw"


def test_kk_zaak_c2975_said_on_the_phone_the_agent_writes_how_they_know(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    _, task = _complaint(desk)

    anna.replies(task, "#withdrawn\nU vertelde ons dat vanochtend aan de telefoon.")

    assert "vanochtend aan de telefoon" in jan.gets("ingetrokken").text
    assert desk.klacht(task.kenmerk).status == "gesloten"


def test_kk_zaak_c5655_the_melder_hears_by_mail_how_far_it_is(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    receipt, task = _complaint(desk)

    anna.replies(task, "#in_behandeling")
    taken_up = jan.gets("in_behandeling")
    assert "maandag 13 april 2026" in taken_up.text
    assert taken_up.message["in-reply-to"] == receipt.message["message-id"]

    desk.passes(days=22)
    anna.replies(anna.gets("herinnering"), "#antwoord\nWij hebben uw klacht besproken met loket 3.")

    progress = jan.gets("antwoord")
    assert "Wij hebben uw klacht besproken met loket 3." in progress.text
    assert desk.klacht(receipt.kenmerk).status == "in_behandeling"
    jan.replies(progress, "Dank u wel, ik wacht af.")
    anna.gets("aanvulling")
