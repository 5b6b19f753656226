"""When two mails are one, who wrote a mail that a robot brings, and what comes round again by a detour."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import INTAKE, Desk, Got, open_desk
from reports import comes_back

from mailagent.store import arrivals, dead_addresses

JAN, EVE, ANNA = "jan@home.example", "eve@elsewhere.example", "anna@stad.example"
DATE = "Date: Mon, 2 Mar 2026 10:00:00 +0100"
WORDS = "Subject: Bak\r\n\r\nDe bak is niet geleegd."


def mail(*lines: str, words: str = WORDS) -> bytes:
    return "".join(f"{line}\r\n" for line in (f"From: {JAN}", f"To: {INTAKE}", *lines)).encode() + (
        f"{words}\r\n".encode()
    )


def verdicts(desk: Desk) -> list[str]:
    with desk.world.store.read() as tx:
        return [row.verdict for row in arrivals.told(tx)]


ID = "Message-ID: <1@home.example>"
PAIRS = {
    "the same": (mail(DATE, ID), mail(DATE, ID), True),
    "another way": (mail(DATE, ID), mail("Received: by x.example", DATE, "X-Spam: no", ID), True),
    "neither has an id": (mail(DATE), mail(DATE), True),
    "the id was lost on the way": (mail(DATE, ID), mail(DATE), True),
    "other words": (mail(DATE, ID), mail(DATE, ID, words=f"{WORDS} Weer niet."), False),
    "another day": (mail(DATE, ID), mail(DATE.replace("2 Mar", "3 Mar"), ID), False),
    "another subject": (mail(DATE, ID), mail(DATE, ID, words=WORDS.replace("Bak", "Afval")), False),
    "another writer": (mail(DATE, ID), mail(DATE, ID).replace(JAN.encode(), EVE.encode()), False),
    "another id": (mail(DATE, ID), mail(DATE, "Message-ID: <2@home.example>"), False),
    "another day, without an id": (mail(DATE), mail(DATE.replace("2 Mar", "3 Mar")), False),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_a_mail_is_the_same_by_its_id_and_its_content_and_without_an_id_by_its_content(
    desk: Desk, pair: str
) -> None:
    first, second, same = PAIRS[pair]

    desk.citizen(JAN).hands_in(first)
    desk.citizen(JAN).hands_in(second)

    assert verdicts(desk) == ["NewKlacht", "Duplicate" if same else "NewKlacht"]


def test_a_file_makes_another_mail_of_the_same_words(desk: Desk) -> None:
    head = f"{DATE}\r\n{ID}\r\nSubject: Bak\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m"
    part = "\r\n\r\n--m\r\n\r\nZie foto.\r\n--m\r\nContent-Type: image/jpeg\r\n\r\nfoto {}\r\n--m--"
    for number in (1, 2, 2):
        desk.citizen(JAN).hands_in(mail(words=f"{head}{part.format(number)}"))

    assert verdicts(desk) == ["NewKlacht", "NewKlacht", "Duplicate"]


def test_an_order_that_arrives_twice_is_carried_out_once(desk: Desk) -> None:
    desk.citizen(JAN).hands_in(mail(DATE, ID))
    anna = desk.agent(ANNA)
    task = anna.gets("nieuw_voor_team")
    raw = anna.composed(f"Re: {task.subject}", "#antwoord\nWij zoeken het uit.", task.reply_to)

    for _ in range(3):
        anna.hands_in(raw, to=task.reply_to)

    assert desk.kinds(task.kenmerk).count("answered") == 1
    anna.gets("opdracht_uitgevoerd")
    anna.gets_nothing()


def test_one_mail_to_the_reply_address_and_to_the_intake_is_one_reaction(desk: Desk) -> None:
    jan = desk.citizen(JAN)
    jan.hands_in(mail(DATE, ID))
    receipt = jan.gets("ontvangstbevestiging")
    raw = jan.composed(f"Re: {receipt.subject}", "Het was bij loket 3.", f"{INTAKE}, {receipt.reply_to}")

    for to in (INTAKE, receipt.reply_to):
        jan.hands_in(raw, to=to)

    assert desk.kinds(receipt.kenmerk).count("reacted") == 1
    assert len(desk.klachten()) == 1


FORM = "formulier@stad.example"


@pytest.mark.parametrize("robot", [{}, {"Auto_Submitted": "auto-generated"}, {"Precedence": "bulk"}])
def test_a_form_robot_that_we_were_told_of_brings_the_klacht_of_its_reply_to(
    tmp_path: Path, robot: dict[str, str]
) -> None:
    desk = open_desk(tmp_path, more=f'[intake]\nforms = ["{FORM}"]')

    desk.citizen(FORM).writes("Formulier", "De bak is niet geleegd.", Reply_To=f"Jan <{JAN}>", **robot)

    assert desk.klachten()[0].melder == JAN
    receipt = desk.citizen(JAN).gets("ontvangstbevestiging")
    desk.citizen(FORM).gets_nothing()
    desk.citizen(JAN).replies(receipt, "Het is nummer 3.")
    assert "nummer 3" in desk.agent(ANNA).gets("aanvulling").text
    desk.house.close()


def test_a_form_robot_that_we_do_not_know_is_a_robot(desk: Desk) -> None:
    desk.citizen(FORM).writes("Formulier", "Vol.", Reply_To=JAN, Auto_Submitted="auto-generated")

    assert desk.mailboxes == {}
    assert verdicts(desk) == ["AutoMail"]


LISTS = {"List_Id": "<nieuws.example>", "List_Unsubscribe": "<mailto:uit@x.example>", "Precedence": "list"}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("to_klacht", [True, False])
def test_a_mailing_list_is_kept_and_never_answered(desk: Desk, name: str, *, to_klacht: bool) -> None:
    jan = desk.citizen(JAN)
    jan.hands_in(mail(DATE, ID))
    receipt = jan.gets("ontvangstbevestiging")
    desk.agent(ANNA).reads_all()

    to = receipt.reply_to if to_klacht else INTAKE
    jan.writes("Nieuwsbrief", "Dit is nieuws.", to=to, **{name: LISTS[name]})

    jan.gets_nothing()
    desk.agent(ANNA).gets_nothing()
    assert len(desk.klachten()) == 1


@pytest.mark.parametrize("lost", ["nothing", "Message-ID", "Auto-Submitted", "both"])
def test_our_own_mail_that_comes_round_by_a_blind_copy_is_nobodys(desk: Desk, lost: str) -> None:
    """A rule at the relay sends a copy of all that leaves to the intake; some give it another Message-ID."""
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.hands_in(mail(DATE, ID))
    copies: list[Got] = [*desk.mailboxes[JAN], *desk.mailboxes[ANNA]]
    jan.reads_all()
    anna.reads_all()

    for copy in copies:
        raw = copy.raw
        if lost in ("Message-ID", "both"):
            raw = raw.replace(str(copy.message["message-id"]).encode(), b"<rewritten@relay.example>")
        if lost in ("Auto-Submitted", "both"):
            raw = raw.replace(b"Auto-Submitted: auto-", b"X-Was: auto-")
        for to in (INTAKE, copy.reply_to, copy.sender):
            jan.hands_in(raw, to=to, sender=copy.sender)

    assert len(desk.klachten()) == 1
    jan.gets_nothing()
    anna.gets_nothing()
    assert desk.klacht(copies[0].kenmerk).status == "nieuw"


@pytest.mark.parametrize(
    "order", ["#in_behandeling", "#opgelost gegrond\nOnze excuses.", "#antwoord\nHallo."]
)
def test_a_robot_without_a_sign_that_answers_all_our_mails_soon_has_none_to_answer(
    desk: Desk, order: str
) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.hands_in(mail(DATE, ID))
    anna.replies(anna.gets("nieuw_voor_team"), order)

    answered = 0
    while (unread := [got for got in desk.mailboxes[JAN] if not got.read]) and answered < 30:
        for got in unread:
            got.read, answered = True, answered + 1
            jan.replies(got, f"Ik ben er niet, bericht {answered}.")
        desk.passes(minutes=30)

    assert answered <= 5


def test_a_forged_mail_does_not_bring_a_dead_address_back(tmp_path: Path) -> None:
    own_mx = 'authserv_id = "mx.stad.example"\n[intake]\nbehind_own_mx = ["192.0.2.0/24"]'
    desk = open_desk(tmp_path, more=own_mx)
    jan = desk.citizen(JAN)
    jan.hands_in(mail(DATE, ID))
    receipt = jan.gets("ontvangstbevestiging")
    comes_back(desk, receipt, "5.1.1")

    def is_dead() -> bool:
        with desk.world.store.read() as tx:
            return bool(dead_addresses.among(tx, [JAN]))

    forged = "mx.stad.example; dmarc=fail header.from=home.example"
    jan.replies(receipt, "Ik ben het echt.", Authentication_Results=forged)
    assert is_dead()
    jan.replies(receipt, "Ik ben het nu echt.")
    assert not is_dead()
    desk.house.close()
