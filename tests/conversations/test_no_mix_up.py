"""Nobody's mail lands in the klacht of another, and nobody reads of another's."""

from __future__ import annotations

import pytest
from desk import INTAKE, Desk, Got

JAN, EVE, ANNA = "jan@home.example", "eve@elsewhere.example", "anna@stad.example"


def complaint(desk: Desk, address: str = JAN) -> Got:
    """A klacht of somebody: the receipt."""
    desk.citizen(address).writes("Balie", f"Ik, {address}, werd onbeleefd behandeld.")
    return desk.citizen(address).gets("ontvangstbevestiging")


@pytest.mark.parametrize("empty", ["", " ", "<>", "< >", "<@>", ","])
def test_an_empty_reference_is_looked_up_by_nobody(desk: Desk, empty: str) -> None:
    head = f"From: Jan <{JAN}>\r\nTo: {INTAKE}\r\nMessage-ID: {empty}\r\n".encode()
    desk.citizen(JAN).hands_in(head + b"Subject: Balie\r\n\r\nIk werd onbeleefd behandeld.\r\n")

    for line in ("In-Reply-To", "References"):
        more = f"Subject: Re: {line}\r\n{line}: {empty}\r\n\r\nHeel iets anders, over {line}.\r\n".encode()
        desk.citizen(EVE).hands_in(head.replace(JAN.encode(), EVE.encode()) + more)

    assert [klacht.refers_to for klacht in desk.klachten()] == ["", "", ""]


def test_the_melder_of_one_klacht_writes_of_another_with_the_kenmerk_of_somebody_else(desk: Desk) -> None:
    jans, eves = complaint(desk), complaint(desk, EVE)

    desk.citizen(EVE).writes(f"Re: {jans.kenmerk}", "Hoe staat het hiermee?")

    told = desk.citizen(EVE).gets("ontvangstbevestiging")
    assert told.kenmerk not in (jans.kenmerk, eves.kenmerk)
    assert JAN not in told.text
    assert desk.kinds(jans.kenmerk) == desk.kinds(eves.kenmerk) == ["received"]


def test_the_reply_address_goes_before_a_kenmerk_in_the_subject(desk: Desk) -> None:
    jans, eves = complaint(desk), complaint(desk, EVE)

    desk.citizen(EVE).writes(f"Over {jans.kenmerk}", "Het was bij loket 3.", to=eves.reply_to)

    assert desk.kinds(eves.kenmerk) == ["received", "reacted"]
    assert desk.kinds(jans.kenmerk) == ["received"]


def test_the_reply_address_of_one_used_by_the_melder_of_another_confirms_nothing(desk: Desk) -> None:
    jans, eves = complaint(desk), complaint(desk, EVE)

    desk.citizen(EVE).replies(jans, "Ik trek de klacht in.")

    assert desk.history(jans.kenmerk)[-1].data["confirmed"] is False
    assert desk.kinds(eves.kenmerk) == ["received"]
    desk.citizen(EVE).gets_nothing()


@pytest.mark.parametrize("subject", ["Fw: {}", "WG: {}", "Doorst: {}", "{}", "Re: {}"])
def test_a_receipt_that_a_citizen_forwarded_makes_its_reader_no_party(desk: Desk, subject: str) -> None:
    receipt = complaint(desk)
    thread = {"References": str(receipt.message["message-id"])}

    desk.citizen(EVE).writes(subject.format(receipt.subject), f"Kijk nou:\n{receipt.text}", **thread)

    told = desk.citizen(EVE).gets("ontvangstbevestiging")
    assert told.kenmerk != receipt.kenmerk
    assert desk.klacht(told.kenmerk).refers_to == receipt.kenmerk
    assert desk.kinds(receipt.kenmerk) == ["received"]
    assert receipt.reply_to not in told.text, "the address in what was forwarded is made inert"


def test_a_melder_who_forwards_our_own_mail_to_us_adds_to_the_klacht(desk: Desk) -> None:
    receipt = complaint(desk)
    desk.agent(ANNA).reads_all()

    desk.citizen(JAN).writes(f"Fw: {receipt.subject}", f"Kijk nog eens.\n\n{receipt.text}")

    assert "Kijk nog eens." in desk.agent(ANNA).gets("aanvulling").text
    assert len(desk.klachten()) == 1


@pytest.mark.parametrize(
    "order", ["#sluiten geen_klacht", "#ingetrokken", "#samenvoegen KL26-00002", "#sluiten dubbel"]
)
def test_a_melder_gives_no_orders(desk: Desk, order: str) -> None:
    receipt = complaint(desk)

    desk.citizen(JAN).replies(receipt, order)

    assert desk.klacht(receipt.kenmerk).status == "nieuw"
    assert desk.kinds(receipt.kenmerk) == ["received", "reacted"]


def test_a_reply_to_a_closed_klacht_is_kept_and_shown_and_opens_nothing(desk: Desk) -> None:
    receipt, anna = complaint(desk), desk.agent(ANNA)
    anna.replies(anna.gets("nieuw_voor_team"), "#sluiten dubbel")
    anna.reads_all()

    desk.citizen(JAN).replies(receipt, "En mijn tas dan?")

    assert "En mijn tas dan?" in anna.gets("reactie_melder").text
    assert desk.klacht(receipt.kenmerk).status == "gesloten"
    assert len(desk.klachten()) == 1
    desk.citizen(JAN).gets_nothing()


def test_the_task_of_an_agent_used_from_outside_waits_for_a_human_and_the_agent_hears(desk: Desk) -> None:
    anna, eve = desk.agent(ANNA), desk.citizen(EVE)
    receipt = complaint(desk)
    task = anna.gets("nieuw_voor_team")

    eve.replies(task, "#opgelost gegrond\nKlaar.")

    assert desk.klacht(receipt.kenmerk).status == "nieuw"
    assert "antwoordadres" in anna.gets("opdracht_niet_begrepen").text
    eve.gets_nothing()
    desk.citizen(JAN).gets_nothing()
