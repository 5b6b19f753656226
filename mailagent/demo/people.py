"""The people of the demo, and the mails they send: by real SMTP, as their own mail programs would."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid, parseaddr

from mailagent.demo.postbus import Item
from mailagent.outbound.words import moment

MUNICIPALITY = "klachten@voorbeeld.example"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with a mailbox. `part` is who they are in the story."""

    name: str
    address: str
    part: str

    @property
    def first_name(self) -> str:
        """How we call them."""
        return self.name.partition(" ")[0]


JAN = Person("Jan de Vries", "jan@thuis.example", "melder")
ANNA = Person("Anna Bakker", "anna@voorbeeld.example", "behandelaar")
BRAM = Person("Bram Smit", "bram@voorbeeld.example", "behandelaar")
CARLA = Person("Carla Jansen", "carla@voorbeeld.example", "coördinator")

PEOPLE = (JAN, ANNA, BRAM, CARLA)


def new_mail(writer: Person, subject: str, text: str, at: datetime) -> EmailMessage:
    """A mail to the municipality."""
    return _mail(writer, MUNICIPALITY, subject, text, at)


def reply(writer: Person, to: Item, text: str, at: datetime) -> EmailMessage:
    """An answer in the thread, above the quoted mail, as most mail programs make it."""
    quoted = "\n".join(f"> {line}".rstrip() for line in to.text.splitlines())
    body = f"{text}\n\nOp {moment(at.isoformat(), 'nl')} schreef {to.header('from')}:\n{quoted}\n"
    subject = to.subject if to.subject.lower().startswith("re:") else f"Re: {to.subject}"
    mail = _mail(writer, to.header("reply-to") or to.header("from"), subject, body, at)
    mail["In-Reply-To"] = to.header("message-id")
    mail["References"] = f"{to.header('references')} {to.header('message-id')}".strip()
    return mail


def _mail(writer: Person, to: str, subject: str, text: str, at: datetime) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = formataddr((writer.name, writer.address))
    mail["To"] = to
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = make_msgid(domain=writer.address.rpartition("@")[2])
    mail.set_content(text)
    return mail


def hand_in(mail: EmailMessage, writer: Person, server: tuple[str, int]) -> str:
    """Send it; what the server answered. OSError or SMTPException where it was not taken."""
    with smtplib.SMTP(*server, local_hostname="demo.example", timeout=20) as smtp:
        smtp.ehlo()
        smtp.mail(writer.address)
        code, said = smtp.rcpt(parseaddr(str(mail["To"]))[1])
        if code == 250:  # RFC 5321 4.2.3: any other answer means that it is not taken
            code, said = smtp.data(mail.as_bytes(policy=SMTP))
        if code != 250:
            raise smtplib.SMTPResponseException(code, said)
    return f"{code} {said.decode('utf-8', 'replace')}"
