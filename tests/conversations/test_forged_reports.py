"""A delivery report is believed as far as it proves itself; what a person passes on is none."""

from __future__ import annotations

import pytest
from desk import INTAKE, Desk, Got
from reports import report

from mailagent.core.mail import Envelope
from mailagent.flow import arrive
from mailagent.store import dead_addresses

JAN, EVE, ANNA = "jan@home.example", "eve@evil.example", "anna@stad.example"


def receipt_of(desk: Desk, address: str) -> Got:
    desk.citizen(address).writes("Balie", f"Ik, {address}, werd onbeleefd behandeld.")
    return desk.citizen(address).gets("ontvangstbevestiging")


def dead(desk: Desk) -> set[str]:
    with desk.world.store.read() as tx:
        return set(dead_addresses.among(tx, [JAN, EVE, ANNA]))


def hand_in(desk: Desk, raw: bytes, to: str) -> None:
    desk.citizen("").hands_in(raw, to=to, sender="")


def test_who_has_a_klacht_of_their_own_cannot_have_another_taken_for_dead(desk: Desk) -> None:
    receipt_of(desk, JAN)
    own = receipt_of(desk, EVE)

    hand_in(desk, report(own, "5.1.1", recipient=JAN), to=own.sender)

    assert JAN not in dead(desk)


@pytest.mark.parametrize("where", ["made up", "of the reply address", "of another installation"])
def test_a_bounce_address_that_we_did_not_give_out_proves_nothing(desk: Desk, where: str) -> None:
    receipt = receipt_of(desk, JAN)
    token = receipt.reply_to.partition("+r-")[2].partition("@")[0]
    to = {
        "made up": "klachten+b-aaaaaaaaaaaaaaaa@stad.example",
        "of the reply address": f"klachten+b-{token}@stad.example",
        "of another installation": receipt.sender.replace("stad.example", "dorp.example"),
    }[where]
    raw = report(receipt, "5.1.1", recipient=JAN).replace(receipt.sender.encode(), to.encode())

    hand_in(desk, raw.replace(str(receipt.message["message-id"]).encode(), b"<x@evil.example>"), to=INTAKE)

    assert dead(desk) == set()
    assert desk.kinds(receipt.kenmerk) == ["received"]


def test_our_message_id_with_another_recipient_is_news_alone(desk: Desk) -> None:
    receipt = receipt_of(desk, JAN)

    hand_in(desk, report(receipt, "5.1.1", recipient=EVE, to=INTAKE), to=INTAKE)

    assert dead(desk) == set()
    assert desk.kinds(receipt.kenmerk) == ["received", "automatic_kept"]


@pytest.mark.parametrize("name", ["To", "Delivered-To", "X-Original-To", "Envelope-To"])
def test_a_report_that_lies_in_a_mailbox_is_attached_by_its_bounce_address_too(desk: Desk, name: str) -> None:
    """IMAP tells no envelope; the report names neither our Message-ID nor the address we wrote to."""
    receipt = receipt_of(desk, JAN)
    raw = report(receipt, "5.1.1", recipient="jan2@home.example").replace(
        str(receipt.message["message-id"]).encode(), b"<x@home.example>"
    )
    raw = raw.replace(b"To: klachten+b-", f"{name}: klachten+b-".encode())

    arrive.keep([Envelope(raw, "imap:klachten", desk.now())], desk.world)

    assert "5.1.1" in desk.agent(ANNA).gets("brief_nodig").text
    assert dead(desk) == {JAN}


PASSED_ON = f"""\
From: Jan <{JAN}>
To: {INTAKE}
Subject: Fwd: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

Mijn klacht kwam terug: de bak is vol.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; balie@stad.example
Action: failed
Status: 5.1.1

--b--
"""
QUOTED = f"""\
From: Jan <{JAN}>
To: {INTAKE}
Subject: Mail niet bezorgd

Mijn klacht kwam terug: 550 5.1.1 user unknown, your message could not be delivered. De bak is vol.
"""
SHOP = f"""\
From: Bounce Springkussens <{JAN}>
To: {INTAKE}
Subject: Post niet bezorgd

De bak is vol, en de post wordt niet bezorgd.
"""


@pytest.mark.parametrize("mail", [PASSED_ON, QUOTED, SHOP], ids=["as a file", "in words", "a telling name"])
def test_a_person_who_writes_about_a_mail_that_came_back_has_a_klacht(desk: Desk, mail: str) -> None:
    desk.citizen(JAN).hands_in(mail.replace("\n", "\r\n").encode())

    desk.citizen(JAN).gets("ontvangstbevestiging")
    assert "bak is vol" in desk.agent(ANNA).gets("nieuw_voor_team").text


def test_a_person_who_passes_a_report_on_to_the_reply_address_reacts(desk: Desk) -> None:
    receipt = receipt_of(desk, JAN)

    desk.citizen(JAN).hands_in(PASSED_ON.replace("\n", "\r\n").encode(), to=receipt.reply_to)

    assert "bak is vol" in desk.agent(ANNA).gets("aanvulling").text
    assert dead(desk) == set()
