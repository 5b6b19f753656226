"""The other side: mail servers that hand us complaints over kept connections."""

from __future__ import annotations

import smtplib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.policy import SMTP

INTAKE = "klachten@stad.example"
_STORY = (
    "De gft-bak aan de Lindelaan is voor de derde keer niet geleegd. Ik heb vorige week dinsdag gebeld en "
    "toen is mij beloofd dat er dezelfde week iemand zou komen. Dat is niet gebeurd. De bak zit nu zo vol "
    "dat het deksel openstaat, en er komen ratten op af. "
)


def mail(number: int) -> bytes:
    """One complaint of some five kilobytes, text and HTML, with CRLF: smtplib makes none for bytes."""
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Melder {number} <melder{number}@home.example>"
    message["To"] = INTAKE
    message["Subject"] = f"Gft-bak niet geleegd, Lindelaan {number}"
    message["Date"] = "Mon, 02 Mar 2026 10:00:00 +0100"
    message["Message-ID"] = f"<bench-{number}@home.example>"
    text = f"Geachte gemeente,\n\n{_STORY * 4}\n\nMet vriendelijke groet,\nMelder {number}\n"
    message.set_content(text)
    rows = "".join(f'<p style="margin:0 0 12px 0;font-family:Arial">{line}</p>' for line in text.split("\n"))
    message.add_alternative(f"<html><body>{rows * 2}</body></html>", subtype="html")
    return message.as_bytes()


def hand_over(port: int, mails: Mapping[int, bytes], connections: int) -> None:
    """All of these mails, spread over as many kept connections."""
    shares = [list(mails)[share::connections] for share in range(connections)]
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(lambda numbers: _talk(port, {number: mails[number] for number in numbers}), shares))


def _talk(port: int, mails: Mapping[int, bytes]) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="mx.home.example") as smtp:
        smtp.ehlo()
        for number, raw in mails.items():
            smtp.mail(f"melder{number}@home.example")
            smtp.rcpt(INTAKE)
            code, said = smtp.data(raw)
            if code != 250:
                raise SystemExit(f"not taken: {code} {said!r}")
