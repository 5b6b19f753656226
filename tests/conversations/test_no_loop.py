"""What robots do to those who answer mail: each is kept with the klacht, and changes and answers nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import INTAKE, Desk, Got

from mailagent.flow.gather import MOST_A_DAY

MAILS = Path(__file__).parent.parent / "mails"
JAN, ANNA, CARLA = "jan@home.example", "anna@stad.example", "carla@stad.example"


def report(about: Got, *, to: str, action: str = "failed", status: str = "5.1.1", id: str = "") -> bytes:
    """What a mail server says of a mail of ours (RFC 3464), to this address."""
    head = (
        f"From: MAILER-DAEMON@relay.example\r\nTo: {to}\r\nSubject: Undelivered: {about.subject}\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    )
    said = (
        "--b\r\nContent-Type: text/plain\r\n\r\nUw bericht is niet bezorgd.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
        f"Final-Recipient: rfc822; {about.to}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
    )
    original = f"--b\r\nContent-Type: message/rfc822-headers\r\n\r\nMessage-ID: {id}\r\n\r\n" if id else ""
    return f"{head}{said}{original}--b--\r\n".encode()


def complaint(desk: Desk) -> tuple[Got, Got]:
    """Jan's klacht: the receipt he got, and Anna's task."""
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    return jan.gets("ontvangstbevestiging"), anna.gets("nieuw_voor_team")


def handled(desk: Desk, *, close: bool = False) -> Got:
    """Jan's klacht is handled, or closed as well: the mail that told him."""
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    _, task = complaint(desk)
    anna.replies(task, "#opgelost gegrond\nOnze excuses.")
    told = jan.gets("afgehandeld")
    if close:
        jan.replies(told, "Tevreden")
    for person in (jan, anna):
        person.reads_all()
    return told


def everyone_is_left_alone(desk: Desk) -> None:
    for address in list(desk.mailboxes):
        desk.citizen(address).gets_nothing()


@pytest.mark.parametrize("sender", ["", "MAILER-DAEMON@relay.example"])
def test_a_report_about_a_receipt_is_never_answered(desk: Desk, sender: str) -> None:
    receipt, _ = complaint(desk)

    for to in (INTAKE, receipt.reply_to):
        desk.citizen("x").hands_in(report(receipt, to=to), to=to, sender=sender)

    everyone_is_left_alone(desk)
    assert len(desk.klachten()) == 1
    assert desk.klacht(receipt.kenmerk).status == "nieuw"


def test_a_report_about_a_task_goes_to_someone_else_and_the_report_about_that_to_nobody(desk: Desk) -> None:
    _, task = complaint(desk)
    desk.citizen(JAN).reads_all()

    desk.citizen("x").hands_in(report(task, to=task.sender), to=task.sender, sender="")
    told = desk.agent(CARLA).gets("niet_bezorgd")
    for _ in range(3):
        desk.citizen("x").hands_in(report(told, to=told.sender), to=told.sender, sender="")

    everyone_is_left_alone(desk)
    assert desk.kinds(task.kenmerk).count("mail_bounced") == 2


def test_a_result_mail_that_comes_back_makes_no_further_mail(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    _, task = complaint(desk)
    desk.citizen(JAN).reads_all()
    anna.replies(task, "#opgelsot")
    result = anna.gets("opdracht_niet_begrepen")

    desk.citizen("x").hands_in(report(result, to=result.sender), to=result.sender, sender="")

    everyone_is_left_alone(desk)


@pytest.mark.parametrize("close", [False, True])
def test_a_delay_changes_nothing(desk: Desk, *, close: bool) -> None:
    told = handled(desk, close=close)
    before = desk.klacht(told.kenmerk).status

    late = report(told, to=told.sender, action="delayed", status="4.4.7")
    desk.citizen("x").hands_in(late, to=told.sender, sender="")

    assert desk.klacht(told.kenmerk).status == before
    assert desk.kinds(told.kenmerk)[-1] == "automatic_kept"
    everyone_is_left_alone(desk)


VACATIONS = {
    "says so": ("Re: uw klacht", {"Auto_Submitted": "auto-replied"}),
    "Gmail": ("Ik ben met vakantie Re: uw klacht", {"Precedence": "bulk", "X_Autoreply": "yes"}),
    "Exchange": ("Automatisch antwoord: uw klacht", {"X_Auto_Response_Suppress": "All"}),
    "Outlook in English": ("Out of Office: uw klacht", {}),
    "in German": ("Abwesenheitsnotiz: uw klacht", {}),
    "Lotus": ("Jan Jansen is afwezig", {"Auto_Submitted": "auto-generated"}),
    "null return path": ("Re: uw klacht", {"Return_Path": "<>"}),
}


@pytest.mark.parametrize("close", [False, True])
@pytest.mark.parametrize("kind", VACATIONS)
def test_a_vacation_neither_reopens_nor_closes_nor_answers_the_smileys(
    desk: Desk, kind: str, *, close: bool
) -> None:
    told = handled(desk, close=close)
    subject, headers = VACATIONS[kind]
    before, sender = desk.klacht(told.kenmerk), "" if "Return_Path" in headers else JAN
    raw = desk.citizen(JAN).composed(subject, "Ontevreden\nIk ben er niet.", told.reply_to)
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())

    desk.citizen(JAN).hands_in(lines.encode() + raw, to=told.reply_to, sender=sender)

    after = desk.klacht(told.kenmerk)
    assert (after.status, after.assigned_to) == (before.status, before.assigned_to)
    assert desk.kinds(told.kenmerk)[-1] == "automatic_kept"
    everyone_is_left_alone(desk)


def test_a_vacation_without_a_klacht_is_kept_and_no_more(desk: Desk) -> None:
    desk.citizen(JAN).hands_in((MAILS / "out_of_office_without_auto_submitted.eml").read_bytes())

    assert desk.klachten() == []
    assert desk.mailboxes == {}


def test_a_person_who_is_back_does_ask_to_reopen(desk: Desk) -> None:
    told = handled(desk)

    desk.citizen(JAN).replies(told, "Ik was afwezig, maar de bak staat er nog.")

    assert desk.klacht(told.kenmerk).status == "verzoek_tot_heropenen"


def test_a_robot_with_a_new_subject_for_each_receipt_ends_with_a_human(desk: Desk) -> None:
    robot, anna = desk.citizen("noreply@webshop.example"), desk.agent(ANNA)
    answered = 0
    robot.writes("Ticket", "Wij hebben uw vraag ontvangen.")

    for _ in range(200):
        receipts = [mail for mail in desk.mailboxes[robot.address] if not mail.read]
        for receipt in receipts:
            receipt.read, answered = True, answered + 1
            robot.writes(f"Ticket nr. {answered}", f"Wij hebben uw bericht {answered} ontvangen.")
        desk.passes(minutes=5)

    assert answered == len(desk.klachten()) == MOST_A_DAY
    assert "robot" in anna.gets("ter_beoordeling").text


def test_a_ticket_system_that_answers_in_the_thread_is_answered_once_more_that_day(desk: Desk) -> None:
    robot = desk.citizen("noreply@webshop.example")
    robot.writes("Uw bestelling", "Wij hebben uw vraag ontvangen.")
    receipt = robot.gets("ontvangstbevestiging")

    for number in range(10):
        robot.replies(receipt, f"Wij hebben uw bericht ontvangen. Ticket {number}.")
        robot.writes(f"[Ticket {number}] {receipt.subject}", "Wij hebben uw bericht ontvangen.")

    robot.gets("aanvulling_ontvangen")
    robot.gets_nothing()
    assert len(desk.klachten()) == 1
