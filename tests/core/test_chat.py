"""What stands in a message, whichever way a gateway writes it down."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from mailagent.core.chat import NotAMessage, apart, channel_of, is_conversation, number_of, read


def of_whatsapp(**message: object) -> bytes:
    one = {"from": "31612345678", "id": "wamid.1", "timestamp": "1772442000", **message}
    value = {"contacts": [{"wa_id": "31612345678", "profile": {"name": "Jan"}}], "messages": [one]}
    return json.dumps({"entry": [{"changes": [{"value": value}]}]}).encode()


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"type": "text", "text": {"body": "De bak is vol."}}, "De bak is vol."),
        ({"type": "image", "image": {"id": "9", "caption": "Kijk"}}, "Kijk\n(image: staat bij de dienst"),
        ({"type": "document", "document": {"id": "9", "filename": "brief.pdf"}}, "(brief.pdf: staat bij"),
        ({"type": "button", "button": {"text": "Ja"}}, "Ja"),
        (
            {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"title": "Afval"}}},
            "Afval",
        ),
        ({"type": "location", "location": {"latitude": 52.1, "longitude": 4.9}}, "(plaats: 52.1, 4.9 )"),
        ({"type": "hologram"}, "(een bericht van de soort hologram"),
        (
            {
                "type": "interactive",
                "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}},
            },
            "(een bericht van de soort interactive",
        ),
    ],
)
def test_a_message_of_whatsapp_whatever_its_kind(message: dict[str, object], said: str) -> None:
    found = read(of_whatsapp(**message))
    assert found.text.startswith(said)
    assert (found.sender, found.name) == ("whatsapp:31612345678", "Jan")
    assert found.at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_many_in_one_body_are_kept_apart_and_one_byte_for_byte() -> None:
    one = b' {"id": "1",  "from": "jan", "text": "Bak"} '
    assert apart(one)[0][1] == one
    many = b'{"messages":[{"id":"1","from":"jan","text":"Bak"},{"id":"2","from":"piet","text":"Stoep"}]}'
    found = apart(many)
    assert [message.text for message, _ in found] == ["Bak", "Stoep"]
    assert [read(alone) for _, alone in found] == [message for message, _ in found]


def test_a_conversation_is_no_mail_address_and_the_other_way_round() -> None:
    assert is_conversation("whatsapp:31612345678")
    assert (channel_of("chatbot:a.b"), number_of("chatbot:a.b")) == ("chatbot", "a.b")
    for other in (
        "jan@home.example",
        "mailto:jan@home.example",
        "",
        "whatsapp:",
        "Whatsapp:1",
        "whatsapp:1 2",
        "mailto:x y@z",
    ):
        assert not is_conversation(other)


def test_no_text_holds_what_nothing_can_keep() -> None:
    found = read(b'{"id":"1","from":"jan","text":"Bak\\u0000 \\ud83d vol"}')
    assert found.text == "Bak ? vol"
    found.text.encode("utf-8")


def test_too_many_or_too_long_is_refused() -> None:
    item = {"id": "1", "from": "jan", "text": "Bak"}
    with pytest.raises(NotAMessage, match="101 messages"):
        apart(json.dumps({"messages": [item] * 101}).encode())
    with pytest.raises(NotAMessage, match="longer than"):
        apart(json.dumps({**item, "text": "x" * 100_001}).encode())
    with pytest.raises(NotAMessage, match="11 attachments"):
        apart(json.dumps({**item, "attachments": [{"content": ""}] * 11}).encode())
