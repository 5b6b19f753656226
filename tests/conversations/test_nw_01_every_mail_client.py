"""An agent resolves a klacht with one reply, from whatever they write mail in: it does the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import Got, open_desk

from mailagent.core.organisation import Agent

CLIENTS = sorted((Path(__file__).parent.parent / "mails").glob("agent_*.eml"))
"""Replies of Anna to this task as Outlook, Gmail, Apple Mail, Thunderbird, mutt and telephones make them."""

ANNA, JAN = "anna@stad.example", "jan@home.example"
TEXT = "Beste Jan,\n\nU had gelijk: de bak is overgeslagen. Wij hebben hem vanochtend geleegd."


def for_this_task(reply: bytes, task: Got) -> bytes:
    """The reply as it would be had it been written to this very mail."""
    message_id = str(task.message["message-id"]).encode()
    return reply.replace(b"klachten+r-aaaabbbbccccdddd@stad.example", task.reply_to.encode()).replace(
        b"<aaaabbbbccccdddd.mailagent@stad.example>", message_id
    )


@pytest.mark.parametrize("client", CLIENTS, ids=lambda path: path.stem.removeprefix("agent_"))
def test_nw_01_the_same_reply_does_the_same_from_every_mail_client(tmp_path: Path, client: Path) -> None:
    anna_s = Agent(ANNA, "Anna de Wit", signature="Met vriendelijke groet,\nAnna de Wit")
    desk = open_desk(tmp_path, members=[anna_s])
    anna, jan = desk.agent(ANNA), desk.citizen(JAN)
    jan.writes("Container", "De gft-bak is weer niet geleegd.")
    task = anna.gets("nieuw_voor_team")
    jan.reads_all()

    anna.hands_in(for_this_task(client.read_bytes(), task), task.reply_to)

    anna.gets("opdracht_uitgevoerd")
    anna.gets_nothing()
    handled = jan.gets("afgehandeld")
    jan.gets_nothing()
    [resolved] = [event for event in desk.history(task.kenmerk) if event.kind == "resolved"]
    assert (resolved.who, resolved.data["oordeel"], resolved.data["text"]) == (ANNA, "gegrond", TEXT)
    assert TEXT in handled.text
    for secret in ("Schrijf uw antwoord", task.reply_to, "#", "Anna de Wit"):
        assert secret not in handled.text
