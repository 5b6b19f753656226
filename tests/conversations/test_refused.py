"""What we cannot open or read: the rest is taken in, and who sent it hears once which way does work."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import Desk, Got

from mailagent.store import arrivals

MAILS = Path(__file__).parent.parent / "mails"
JAN, ANNA = "jan@home.example", "anna@stad.example"
LOCKED = {
    "pdf_with_a_password": "brief.pdf",
    "word_file_with_a_password": "brief.docx",
    "zip_with_a_password": "fotos.zip",
}
ENCRYPTED = (
    "smime_encrypted",
    "smime_encrypted_without_saying_so",
    "pgp_encrypted",
    "pgp_encrypted_in_the_text",
)
NOTICES = ("zivver_notice", "zivver_notice_from_the_sender", "smartlockr_notice", "filecap_notice")


def raw(name: str, *lines: str) -> bytes:
    """The mail of that name, with these lines on top of its head."""
    return b"".join(f"{line}\r\n".encode() for line in lines) + (MAILS / f"{name}.eml").read_bytes()


def why(desk: Desk) -> list[tuple[str, str]]:
    with desk.world.store.read() as tx:
        return [(row.verdict, row.reason) for row in arrivals.told(tx)]


def words(mail: Got) -> str:
    return " ".join(mail.text.split())


@pytest.mark.parametrize("name", LOCKED)
def test_a_file_with_a_password_is_named_and_the_rest_becomes_a_klacht(desk: Desk, name: str) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)

    jan.hands_in(raw(name))

    receipt, refusal, task = (
        jan.gets("ontvangstbevestiging"),
        jan.gets("geweigerd_wachtwoord"),
        anna.gets("nieuw_voor_team"),
    )
    assert refusal.kenmerk == receipt.kenmerk == task.kenmerk == "KL26-00001"
    assert LOCKED[name].replace(".", "[.]") in refusal.text or LOCKED[name] in refusal.text
    assert "zonder wachtwoord" in words(refusal)
    assert "brief" in words(refusal)
    assert refusal.message["auto-submitted"] == "auto-replied"
    assert "Zie de bijlage." in task.text
    assert "niet openen" in words(task)
    jan.gets_nothing()


def test_a_file_without_a_password_is_just_a_file(desk: Desk) -> None:
    desk.citizen(JAN).hands_in(raw("pdf_without_a_password"))

    assert "niet openen" not in desk.agent(ANNA).gets("nieuw_voor_team").text
    assert [mail.kind for mail in desk.mailboxes[JAN]] == ["ontvangstbevestiging"]


@pytest.mark.parametrize("name", ENCRYPTED)
def test_an_encrypted_mail_is_one_klacht_with_what_can_be_read(desk: Desk, name: str) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)

    jan.hands_in(raw(name))

    receipt, refusal, task = (
        jan.gets("ontvangstbevestiging"),
        jan.gets("geweigerd_versleuteld"),
        anna.gets("nieuw_voor_team"),
    )
    [klacht] = desk.klachten()
    assert (klacht.kenmerk, klacht.subject, klacht.melder) == (receipt.kenmerk, "Bak vol", JAN)
    assert "BEGIN PGP" not in klacht.description + receipt.text + task.text
    assert "versleuteld" in words(receipt)
    assert "aparte mail" in words(receipt)
    assert "zonder versleuteling" in words(refusal)
    assert "versleuteld" in words(task)
    jan.gets_nothing()


def test_a_reaction_that_cannot_be_read_tells_its_writer_and_the_team(desk: Desk) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    receipt = jan.gets("ontvangstbevestiging")

    jan.hands_in(raw("pgp_encrypted"), to=receipt.reply_to)
    jan.hands_in(raw("pdf_with_a_password"), to=receipt.reply_to)

    assert jan.gets("geweigerd_versleuteld").kenmerk == receipt.kenmerk
    assert jan.gets("geweigerd_wachtwoord").kenmerk == receipt.kenmerk
    jan.gets_nothing()
    assert "versleuteld" in words(anna.gets("reactie_melder"))
    assert "brief" in words(anna.gets("reactie_melder"))
    assert len(desk.klachten()) == 1


def test_a_reaction_to_a_handled_klacht_that_cannot_be_read_asks_to_reopen(desk: Desk) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nOnze excuses.")
    handled = jan.gets("afgehandeld")

    jan.hands_in(raw("smime_encrypted"), to=handled.reply_to)

    assert desk.klacht(handled.kenmerk).status == "verzoek_tot_heropenen"
    assert "versleuteld" in words(anna.gets("verzoek_tot_heropenen"))
    jan.gets("geweigerd_versleuteld")


def test_a_stranger_with_a_reply_address_hears_nothing(desk: Desk) -> None:
    jan, eve, anna = desk.citizen(JAN), desk.citizen("eve@elsewhere.example"), desk.agent(ANNA)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    receipt = jan.gets("ontvangstbevestiging")

    for name in ("pgp_encrypted", "pdf_with_a_password"):
        eve.hands_in(raw(name).replace(JAN.encode(), eve.address.encode()), to=receipt.reply_to)

    eve.gets_nothing()
    jan.gets_nothing()
    assert "versleuteld" in words(anna.gets("reactie_melder"))


def test_a_robot_that_sends_a_locked_file_every_time_is_told_three_times(desk: Desk) -> None:
    jan = desk.citizen(JAN)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    receipt = jan.gets("ontvangstbevestiging")

    for number in range(9):
        mail = raw("pdf_with_a_password").replace(b"Zie de bijlage", f"Zie bijlage {number}".encode())
        jan.hands_in(mail, to=receipt.reply_to)
        desk.passes(hours=2)

    assert [mail.kind for mail in desk.mailboxes[JAN]][1:] == ["geweigerd_wachtwoord"] * 3
    assert desk.history(receipt.kenmerk)[-1].data == {"mail": "geweigerd_wachtwoord", "reason": "too_many"}


def test_an_agent_hears_that_an_encrypted_order_was_not_read(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    desk.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld.")
    task = anna.gets("nieuw_voor_team")

    anna.hands_in(raw("pgp_encrypted").replace(JAN.encode(), ANNA.encode()), to=task.reply_to)

    assert "versleuteld" in words(anna.gets("opdracht_niet_begrepen"))
    assert desk.klacht(task.kenmerk).status == "nieuw"


@pytest.mark.parametrize("name", [*LOCKED, *ENCRYPTED])
@pytest.mark.parametrize("robot", ["Auto-Submitted: auto-replied", "List-Id: <nieuws.example>", "null"])
def test_a_robot_is_not_told_what_we_cannot_read(desk: Desk, name: str, robot: str) -> None:
    jan = desk.citizen(JAN)
    if robot == "null":
        jan.hands_in(raw(name), sender="")
    else:
        jan.hands_in(raw(name, robot))

    assert desk.klachten() == []
    assert desk.mailboxes == {}


@pytest.mark.parametrize("name", NOTICES)
@pytest.mark.parametrize("line", ["X-Mailer: none", "List-Unsubscribe: <mailto:x@y>", "Auto-Submitted: yes"])
def test_a_notice_of_a_safe_mail_waits_for_a_human_and_is_not_acknowledged(
    desk: Desk, name: str, line: str
) -> None:
    desk.citizen(JAN).hands_in(raw(name, line), sender="bounces@carrier.example")

    assert why(desk) == [("Review", "secure_notice")]
    assert desk.klachten() == []
    desk.citizen(JAN).gets_nothing()


def test_a_notice_in_our_own_name_is_ours_and_nobodys_task(desk: Desk) -> None:
    own = raw("zivver_notice_from_the_sender").replace(JAN.encode(), b"klachten@stad.example")

    desk.citizen(JAN).hands_in(own)

    assert why(desk) == [("AutoMail", "own_address")]


def test_a_complaint_about_a_carrier_is_a_klacht(desk: Desk) -> None:
    desk.citizen(JAN).hands_in(raw("klacht_about_zivver"))

    desk.citizen(JAN).gets("ontvangstbevestiging")
