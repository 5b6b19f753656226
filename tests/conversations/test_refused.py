"""What we cannot open or read: the rest is taken in, and who sent it hears once which way does work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from desk import INTAKE, Desk, Got, open_desk

from mailagent.flow.process import process
from mailagent.store import arrivals

MAILS = Path(__file__).parent.parent / "mails"
JAN, ANNA = "jan@home.example", "anna@stad.example"
LOCKED = {
    "pdf_that_asks_for_a_password": "brief.pdf",
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


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Desk]:
    """A desk that reads mails of at most a megabyte, behind a mail server of its own."""
    more = f'[intake]\nmax_bytes = {1024 * 1024}\nbehind_own_mx = ["192.0.2.0/24"]'
    desk = open_desk(tmp_path, more=more)
    policy = desk.world.policy
    servers = replace(policy.own_servers, authserv_id="mx.stad.example")
    world = replace(desk.world, policy=replace(policy, own_servers=servers))
    desk.house = replace(desk.house, world=world, post=replace(desk.house.post, world=world))
    yield desk
    desk.house.close()


def raw(name: str, *lines: str) -> bytes:
    """The mail of that name, with these lines on top of its head."""
    return b"".join(f"{line}\r\n".encode() for line in lines) + (MAILS / f"{name}.eml").read_bytes()


def seen(desk: Desk) -> set[str]:
    """The kinds of evidence about the first arrival."""
    with desk.world.store.read() as tx:
        return {found["kind"] for found in arrivals.told(tx)[0].trace["evidence"]}


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


@pytest.mark.parametrize("name", ["pdf_without_a_password", "pdf_that_nobody_may_change"])
def test_a_file_without_a_password_is_just_a_file(desk: Desk, name: str) -> None:
    desk.citizen(JAN).hands_in(raw(name))

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
    assert "versleuteld" in words(anna.gets("aanvulling"))
    assert "brief" in words(anna.gets("aanvulling"))
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
    silent = desk.history(receipt.kenmerk)[-1].data
    assert (silent["mail"], silent["reason"]) == ("geweigerd_wachtwoord", "too_many")


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
    assert list(desk.mailboxes) == [ANNA]
    assert "beveiligde mail" in desk.agent(ANNA).gets("ter_beoordeling").text


def test_a_notice_in_our_own_name_is_ours_and_nobodys_task(desk: Desk) -> None:
    own = raw("zivver_notice_from_the_sender").replace(JAN.encode(), b"klachten@stad.example")

    desk.citizen(JAN).hands_in(own)

    assert why(desk) == [("AutoMail", "own_address")]


def test_a_complaint_about_a_carrier_is_a_klacht(desk: Desk) -> None:
    desk.citizen(JAN).hands_in(raw("klacht_about_zivver"))

    desk.citizen(JAN).gets("ontvangstbevestiging")


def large(desk: Desk, address: str = JAN, **headers: str) -> bytes:
    """A mail of more than a megabyte, of which the text would be a klacht."""
    mail = desk.citizen(address).composed("Vijftig foto's", "Ik klaag. " * 120_000, INTAKE)
    return (
        b"".join(f"{name.replace('_', '-')}: {value}\r\n".encode() for name, value in headers.items()) + mail
    )


def test_a_mail_that_is_too_large_waits_and_its_writer_hears_what_works(small: Desk) -> None:
    jan, raw = small.citizen(JAN), large(small)

    jan.hands_in(raw)

    told = jan.gets("geweigerd_te_groot")
    assert "2 MB" in told.text
    assert "1 MB" in told.text
    assert "maandag 2 maart 2026" in told.text
    assert INTAKE in told.text
    assert told.message["auto-submitted"] == "auto-replied"
    assert told.message["in-reply-to"] in raw.decode()
    assert told.message["reply-to"] == INTAKE
    assert why(small) == [("Quarantine", "too_large")]
    assert small.klachten() == []
    jan.gets_nothing()


def test_a_large_mail_that_a_human_admits_is_a_klacht_with_the_humans_words(small: Desk) -> None:
    jan, anna = small.citizen(JAN), small.agent(ANNA)
    jan.hands_in(large(small))
    jan.gets("geweigerd_te_groot")
    asked = anna.gets("ter_beoordeling")
    assert "te groot" in asked.text
    assert "Vijftig foto's" in asked.text

    anna.replies(asked, "#aannemen\nMelder stuurt foto's van een volle bak.")

    [klacht] = small.klachten()
    assert klacht.subject == "Vijftig foto's"
    assert "volle bak" in klacht.description
    assert jan.gets("ontvangstbevestiging").kenmerk == klacht.kenmerk
    jan.gets_nothing()


def test_a_large_mail_offered_twice_or_judged_again_is_answered_once(small: Desk) -> None:
    jan, raw = small.citizen(JAN), large(small)
    jan.hands_in(raw)
    jan.gets("geweigerd_te_groot")

    jan.hands_in(b"Received: by other.example; Mon, 2 Mar 2026 10:00:00 +0100\r\n" + raw)
    with small.world.store.begin() as tx:
        again = arrivals.put_back(tx, None)
    for id in again:
        process(id, small.world)

    jan.gets_nothing()
    assert why(small) == [("Quarantine", "too_large"), ("Duplicate", "hetzelfde bericht is al bewaard")]


@pytest.mark.parametrize(
    ("evidence", "headers"),
    [
        ("automatic", {"Auto_Submitted": "auto-generated"}),
        ("automatic", {"List_Id": "<nieuws.example>"}),
        ("automatic", {"Precedence": "bulk"}),
        ("automatic", {"Return_Path": "null"}),
        ("spam", {"X_Spam_Flag": "YES"}),
        ("dmarc_fail", {"Authentication_Results": "mx.stad.example; dmarc=fail header.from=home.example"}),
        ("own_address", {"From": INTAKE}),
        ("no_sender", {"From": "nobody"}),
    ],
    ids=str,
)
def test_nobody_who_may_not_be_answered_hears_that_it_was_too_large(
    small: Desk, evidence: str, headers: dict[str, str]
) -> None:
    raw, null = large(small, **headers), "Return_Path" in headers
    if "From" in headers:
        raw = raw.replace(f"From: Jan <{JAN}>\r\n".encode(), b"")

    small.citizen(JAN).hands_in(raw, sender="" if null else None)

    assert why(small) == [("Quarantine", "too_large")]
    assert evidence in seen(small)
    assert [mail.kind for box in small.mailboxes.values() for mail in box] == ["ter_beoordeling"]


def test_a_robot_that_sends_large_mails_stops_being_answered(small: Desk) -> None:
    jan = small.citizen(JAN)
    for _ in range(8):
        jan.hands_in(large(small))
        small.passes(hours=1)

    assert [mail.kind for mail in small.mailboxes[JAN]] == ["geweigerd_te_groot"] * 3


def test_what_is_too_large_counts_under_the_caps(small: Desk) -> None:
    jan = small.citizen(JAN)
    for number in range(10):
        jan.writes(f"Klacht {number}", f"Dit is klacht nummer {number}.")

    jan.hands_in(large(small))

    kinds = [mail.kind for mail in small.mailboxes[JAN]]
    assert kinds == ["ontvangstbevestiging"] * 10
    small.passes(minutes=11)
    assert small.mailboxes[JAN][-1].kind == "geweigerd_te_groot"
