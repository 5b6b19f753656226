"""Delivery reports, and what only looks like one."""

from __future__ import annotations

import pytest

from mailagent.core.mail import Attachment, Bounce, Mail
from mailagent.inbound.bounces import bounce

COPY = Attachment(
    "Uw klacht.eml", "message/rfc822", b"Subject: Uw klacht\r\nMessage-ID: <k1@stad.example>\r\n\r\n"
)


def report(status: str) -> Mail:
    part = Attachment(None, "message/delivery-status", status.encode())
    return Mail(sender="mailer-daemon@mx.example", attachments=(part, COPY))


def test_a_report_tells_action_status_recipient_and_the_mail_it_is_about() -> None:
    mail = report(
        "Reporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; jan@home.example\r\nAction: Failed\r\nStatus: 5.1.1 (unknown)\r\n"
    )
    assert bounce(mail) == Bounce("failed", "5.1.1", ("jan@home.example",), "<k1@stad.example>")


def test_the_address_we_wrote_to_is_told_too_where_the_mail_was_forwarded() -> None:
    found = bounce(
        report(
            "Reporting-MTA: dns; mx\n\nOriginal-Recipient: rfc822;jan@home.example\n"
            "Final-Recipient: rfc822;jan2@mx.example\nAction: failed\nStatus: 5.0.0\n"
        )
    )
    assert found
    assert found.recipients == ("jan2@mx.example", "jan@home.example")


def test_the_worst_fate_of_several_recipients_counts() -> None:
    found = bounce(
        report(
            "Reporting-MTA: dns; mx\n\n"
            "Final-Recipient: rfc822;a@x.example\nAction: delivered\nStatus: 2.0.0\n\n"
            "Final-Recipient: rfc822;b@x.example\nAction: failed\nStatus: 5.2.2\n"
        )
    )
    assert found
    assert (found.action, found.status, found.recipients) == ("failed", "5.2.2", ("b@x.example",))


@pytest.mark.parametrize(
    ("action", "status"), [("delayed", "4.4.1"), ("delivered", "2.0.0"), ("relayed", "2.0.0")]
)
def test_a_delay_or_a_receipt_is_told_as_such(action: str, status: str) -> None:
    text = (
        f"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822;a@x.example\nAction: {action}\nStatus: {status}\n"
    )
    found = bounce(report(text))
    assert found
    assert (found.action, found.status) == (action, status)


def test_a_report_without_an_action_is_judged_by_its_status() -> None:
    found = bounce(report("Final-Recipient: rfc822;a@x.example\nStatus: 4.2.2\n"))
    assert found
    assert found.action == "delayed"


def test_a_report_in_plain_words_is_understood() -> None:
    mail = Mail(
        sender="MAILER-DAEMON@mx.example",
        subject="failure notice",
        to=("klachten@stad.example",),
        text="Hi. This is the qmail-send program.\n<jan@home.example>:\n550 5.1.1 User unknown\n\n"
        "--- Below this line is a copy of the message.\n\n"
        "Message-ID: <k1@stad.example>\nTo: piet@home.example\n",
    )
    assert bounce(mail) == Bounce("failed", "5.1.1", ("jan@home.example",), "<k1@stad.example>")


def test_a_warning_in_plain_words_is_a_delay() -> None:
    mail = Mail(
        sender="mailer-daemon@mx.example",
        subject="Warning: message has not yet been delivered",
        text="Your message to:\n  jan@home.example\nhas not yet been delivered. We will continue to try.",
    )
    found = bounce(mail)
    assert found
    assert found.action == "delayed"


@pytest.mark.parametrize(
    "mail",
    [
        Mail(sender="jan@home.example", subject="Post niet bezorgd", text="Ik mis sinds 3 mei 450 brieven."),
        Mail(
            sender="jan@home.example",
            subject="Pakket niet bezorgd",
            text="De post zegt: niet bezorgd. Bel mij, of mail piet@home.example. Nummer 550 2.",
        ),
        Mail(headers=(("return-path", "<>"), ("auto-submitted", "auto-replied")), subject="Afwezig"),
        Mail(
            sender="staff@provider.example",
            subject="complaint about message",
            attachments=(Attachment(None, "message/feedback-report", b"Feedback-Type: abuse\n"), COPY),
        ),
        Mail(),
    ],
    ids=["a melder", "a melder with an address", "a vacation", "a feedback report", "nothing"],
)  # fmt: skip
def test_what_is_no_delivery_report_is_none(mail: Mail) -> None:
    assert bounce(mail) is None
