"""Delivery reports, as a mail server writes them."""

from __future__ import annotations

from email.utils import make_msgid

from desk import Desk, Got


def report(mail: Got, status: str, action: str = "failed", recipient: str = "", to: str = "") -> bytes:
    """What became of this mail, for its recipient or another one, sent there or elsewhere (RFC 3464)."""
    return (
        f"From: MAILER-DAEMON@relay.example\r\nTo: {to or mail.sender}\r\nSubject: Undelivered\r\n"
        f"Message-ID: {make_msgid(domain='relay.example')}\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"'
        "\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nniet bezorgd\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient or mail.to}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {mail.message['message-id']}\r\n--b--\r\n"
    ).encode()


def comes_back(desk: Desk, mail: Got, status: str, action: str = "failed") -> None:
    """Such a report comes to the bounce address of this mail, from nobody."""
    desk.citizen("").hands_in(report(mail, status, action), to=mail.sender, sender="")
