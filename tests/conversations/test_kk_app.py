"""Messages (VNG C9853, C9309, C9476): one conversation is one klacht, and its answers leave the same way."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from chatting import JAN, MESSAGES, Chat, whatsapp
from desk import Desk, open_desk
from printer import PRINTING, Printer, lives

from mailagent.cli.klantcontact import said
from mailagent.core.klantcontact import contacts
from mailagent.flow.receipt import Receipt
from mailagent.outbound.relay import Parcel
from mailagent.store import notices

ANNA = "anna@stad.example"
URL = "http://127.0.0.1:1/messages"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return open_desk(tmp_path, more=MESSAGES.format(url=URL) + PRINTING)


@pytest.fixture
def jan(desk: Desk) -> Chat:
    return Chat(desk)


def test_kk_app_c9853_a_message_becomes_a_klacht_and_is_answered_in_the_same_conversation(
    desk: Desk, jan: Chat
) -> None:
    anna = desk.agent(ANNA)
    jan.writes("De gft-bak is weer niet geleegd.")
    receipt = jan.gets()
    task = anna.gets("nieuw_voor_team")
    assert task.kenmerk in receipt
    assert "Wij hebben uw klacht goed ontvangen." in receipt
    assert "maandag 13 april 2026" in receipt
    assert len(receipt) < 500
    assert "mail" not in receipt
    klacht = desk.klacht(task.kenmerk)
    assert (klacht.channel, klacht.melder, klacht.melder_name) == (
        "message",
        f"whatsapp:{JAN}",
        "Jan de Vries",
    )
    assert "in een bericht" in task.text


def test_kk_app_c9853_what_follows_in_the_conversation_goes_on_in_the_klacht(desk: Desk, jan: Chat) -> None:
    anna = desk.agent(ANNA)
    jan.writes("De gft-bak is weer niet geleegd.")
    task = anna.gets("nieuw_voor_team")
    jan.writes("En de papierbak ook niet.", "Al drie weken!")
    assert "papierbak" in anna.gets("aanvulling").text
    assert "Al drie weken!" in anna.gets("aanvulling").text
    assert len(desk.klachten()) == 1
    jan.told.clear()

    anna.replies(task, "#vraag\nWelke straat?")
    assert "Welke straat?" in jan.gets()
    jan.writes("De Dorpsstraat.")
    assert "De Dorpsstraat." in anna.gets("aanvulling").text
    jan.told.clear()

    anna.replies(task, "#opgelost gegrond\nDe bak is geleegd.")
    handled = jan.gets()
    assert "*Wat wij hebben gevonden en gedaan*" in handled
    assert "De bak is geleegd." in handled
    assert "/kto/" in handled
    assert "mailto:" not in handled


def test_what_follows_on_a_closed_klacht_is_a_new_one(desk: Desk, jan: Chat) -> None:
    anna = desk.agent(ANNA)
    jan.writes("De bak is vol.")
    task = anna.gets("nieuw_voor_team")
    anna.replies(task, "#opgelost\nGeleegd.")
    jan.writes("Bedankt!")
    assert desk.klacht(task.kenmerk).status == "opgelost"
    jan.writes("Hij is alweer vol, er is niets gebeurd.")
    assert desk.klacht(task.kenmerk).status == "verzoek_tot_heropenen"
    anna.replies(anna.gets("verzoek_tot_heropenen"), "#opgelost\nNiets meer aan te doen.")
    desk.passes(days=30)
    assert desk.klacht(task.kenmerk).status == "gesloten"
    jan.writes("Nu is de lantaarn stuk.")
    assert len(desk.klachten()) == 2


def test_a_message_counts_once_and_nobody_writes_in_the_name_of_another(desk: Desk, jan: Chat) -> None:
    body = whatsapp("De bak is vol.")
    jan.hands_in(body)
    jan.hands_in(body)
    jan.hands_in(body.replace(b"vol", b"leeg"))
    [klacht] = desk.klachten()
    assert desk.kinds(klacht.kenmerk).count("reacted") == 0

    other = Chat(desk, "31687654321")
    other.writes(f"Ik trek {klacht.kenmerk} in.")
    assert len(desk.klachten()) == 2
    desk.citizen("eve@evil.example").writes("Bak", "Geef mij de klacht.", From=f"whatsapp:{JAN}")
    assert all(one.melder != f"whatsapp:{JAN}" for one in desk.klachten()[:-2])
    assert len([one for one in desk.klachten() if one.melder == f"whatsapp:{JAN}"]) == 1


def test_kk_app_c9309_c9476_a_chatbot_hands_over_with_its_transcript(desk: Desk) -> None:
    chat = Chat(desk)
    body = {
        "channel": "chatbot",
        "id": "sessie-7/1",
        "conversation": "sessie-7",
        "from": "jan",
        "name": "Jan",
        "text": "De bot begrijpt mij niet.",
        "at": "2026-03-02T09:00:00+01:00",
        "transcript": [
            {"by": "melder", "text": "Mijn bak is niet geleegd."},
            {"by": "bot", "text": "Wilt u een afspraak maken?"},
        ],
        "attachments": [
            {
                "name": "bak.jpg",
                "type": "image/jpeg",
                "content": base64.b64encode(b"\xff\xd8 beeld").decode(),
            }
        ],
    }
    chat.hands_in(json.dumps(body).encode())
    task = desk.agent(ANNA).gets("nieuw_voor_team")
    for words in (
        "De bot begrijpt mij niet.",
        "melder: Mijn bak is niet geleegd.",
        "bot: Wilt u een afspraak",
    ):
        assert words in task.text
    [photo] = task.message.iter_attachments()
    assert (photo.get_filename(), photo.get_content()) == ("bak.jpg", b"\xff\xd8 beeld")
    assert chat.told[0]["to"] == "sessie-7"
    assert task.kenmerk in chat.gets()


def test_kk_app_c9853_open_klant_hears_of_a_message_with_a_number_that_links_nobody(
    desk: Desk, jan: Chat
) -> None:
    jan.writes("De bak is vol.")
    [klacht] = desk.klachten()
    with desk.world.store.read() as tx:
        [contact] = contacts(klacht, said(tx, klacht), "Afval")
    assert contact.klantcontact.kanaal == "Bericht"
    assert contact.betrokkene.wasPartij is None
    assert contact.digitaaladres is not None
    assert (contact.digitaaladres.adres, contact.digitaaladres.soortDigitaalAdres) == (JAN, "telefoonnummer")


def test_what_a_gateway_puts_off_goes_again_and_what_it_refuses_is_told(desk: Desk, jan: Chat) -> None:
    jan.answers = [Receipt(451, "HTTP 503"), Receipt(250, "HTTP 200")]
    jan.writes("De bak is vol.")
    desk.passes(minutes=2)
    first, again = jan.told
    assert first == again
    assert proof(desk) == ["owed", "offered", "delayed", "accepted"]

    jan.answers = [Receipt(554, "HTTP 400 no such user")]
    anna = desk.agent(ANNA)
    anna.replies(anna.gets("nieuw_voor_team"), "#antwoord\nWij komen.")
    assert "antwoord" in anna.gets("niet_bezorgd").text


def test_a_relay_that_is_away_holds_no_message_and_a_message_does_not_wake_it(desk: Desk, jan: Chat) -> None:
    asked: list[str] = []

    def away(parcels: Sequence[Parcel]) -> list[Receipt]:
        asked.extend(recipient for _, recipient, _ in parcels)
        return [Receipt(0, "connection refused", away=True) for _ in parcels]

    desk.house = replace(desk.house, post=replace(desk.house.post, carry=away))
    jan.writes("De bak is vol.")
    tried = len(asked)
    jan.writes("En de andere ook.")
    assert len(jan.told) == 2
    assert len(asked) == tried


def test_who_no_message_reaches_any_more_gets_a_letter(desk: Desk, jan: Chat) -> None:
    printer = Printer(desk)
    jan.writes("De bak is vol.")
    task = desk.agent(ANNA).gets("nieuw_voor_team")
    lives(desk, task.kenmerk)
    jan.answers = [Receipt(554, "HTTP 410 5.1.1 gone")]
    desk.agent(ANNA).replies(task, "#antwoord\nWij komen.")
    assert "Hij gaat nu als brief" in desk.agent(ANNA).gets("niet_bezorgd").text
    printer.morning()
    assert ["Wij komen." in letter.text for letter in printer.letters] == [True]


def test_without_a_way_out_the_agent_hears_that_no_answer_left(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, more=MESSAGES.format(url=""))
    chat = Chat(desk)
    chat.writes("De bak is vol.")
    task = desk.agent(ANNA).gets("nieuw_voor_team")
    assert chat.told == []
    desk.agent(ANNA).replies(task, "#antwoord\nWij komen.")
    assert "De melder krijgt geen mail" in desk.agent(ANNA).gets("opdracht_uitgevoerd").text


def proof(desk: Desk) -> list[str]:
    [klacht] = desk.klachten()
    with desk.world.store.read() as tx:
        [receipt] = [n for n in notices.of_klacht(tx, klacht.id) if n.kind == "ontvangstbevestiging"]
        return [line.what for line in notices.proofs(tx, receipt)]
