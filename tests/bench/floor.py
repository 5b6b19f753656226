"""The floor: the least Python that keeps a complaint, makes a case of it and mails twice.

No threading, rights, duplicates, attachments, limits, search, log, clocks, retries or bounces: a program that
does more cannot be much cheaper. `python -m tests.bench.floor PORT SINK_PORT DATABASE`.
"""

from __future__ import annotations

import asyncio
import email
import queue
import smtplib
import sqlite3
import sys
import threading
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import make_msgid, parseaddr
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from jinja2 import Environment

AT_ONCE = 20
OWN, AGENT = "klachten@stad.example", "anna@stad.example"
TABLES = """
CREATE TABLE arrival (id INTEGER PRIMARY KEY, raw BLOB, state TEXT);
CREATE TABLE klacht (id INTEGER PRIMARY KEY, kenmerk TEXT, melder TEXT, subject TEXT, description TEXT);
CREATE TABLE notice (id INTEGER PRIMARY KEY, klacht_id INTEGER, recipient TEXT, raw BLOB, state TEXT);
"""
_JINJA = Environment(autoescape=True)
TEXT = _JINJA.from_string(
    "Wij hebben uw klacht ontvangen.\n\nKenmerk: {{ kenmerk }}\nOnderwerp: {{ subject }}\n\n{{ text }}\n\n"
    "U hoort binnen zes weken van ons.\n\nGemeente Voorbeeld\n"
)
HTML = _JINJA.from_string(
    '<html lang="nl"><body style="font-family:Arial"><h1>Wij hebben uw klacht ontvangen</h1><table><tr><td>'
    "Kenmerk</td><td>{{ kenmerk }}</td></tr><tr><td>Onderwerp</td><td>{{ subject }}</td></tr></table>"
    "{% for line in text.split('\n') %}<p>{{ line }}</p>{% endfor %}<p>Gemeente Voorbeeld</p></body></html>"
)


def opened(path: str) -> sqlite3.Connection:
    """A connection that syncs at each commit."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


class Intake:
    """Keeps each mail in a commit of its own, then says 250."""

    def __init__(self, path: str, work: queue.Queue[int]) -> None:
        self._kept, self._work = opened(path), work

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """One row."""
        row = self._kept.execute("INSERT INTO arrival (raw, state) VALUES (?, 'kept')", (envelope.content,))
        self._work.put(row.lastrowid or 0)
        return "250 kept"


class Desk(threading.Thread):
    """Makes cases of what was kept, and sends what they owe."""

    def __init__(self, path: str, sink_port: int, work: queue.Queue[int]) -> None:
        super().__init__(daemon=True)
        self._db, self._work = opened(path), work
        self._relay = smtplib.SMTP("127.0.0.1", sink_port, local_hostname="stad.example")

    def run(self) -> None:
        """For ever."""
        while True:
            owed: list[tuple[int, str, bytes]] = []
            owed += self._case(self._work.get())
            while len(owed) < AT_ONCE and not self._work.empty():
                owed += self._case(self._work.get())
            for _, recipient, raw in owed:
                self._relay.sendmail(OWN, recipient, raw)
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(
                "UPDATE notice SET state = 'sent' WHERE id = ?", [(id,) for id, _, _ in owed]
            )
            self._db.execute("COMMIT")

    def _case(self, arrival: int) -> list[tuple[int, str, bytes]]:
        [raw] = self._db.execute("SELECT raw FROM arrival WHERE id = ?", (arrival,)).fetchone()
        message = email.message_from_bytes(raw, policy=compat32)
        melder, subject = parseaddr(message["from"])[1], str(message["subject"])
        text = next(_text(part) for part in message.walk() if part.get_content_type() == "text/plain")
        self._db.execute("BEGIN IMMEDIATE")
        row = self._db.execute(
            "INSERT INTO klacht (melder, subject, description) VALUES (?, ?, ?)", (melder, subject, text)
        )
        kenmerk = f"KL26-{row.lastrowid:05d}"
        owed = [self._notice(row.lastrowid or 0, to, kenmerk, subject, text) for to in (melder, AGENT)]
        self._db.execute("UPDATE klacht SET kenmerk = ? WHERE id = ?", (kenmerk, row.lastrowid))
        self._db.execute("UPDATE arrival SET state = 'done' WHERE id = ?", (arrival,))
        self._db.execute("COMMIT")
        return owed

    def _notice(self, klacht: int, to: str, kenmerk: str, subject: str, text: str) -> tuple[int, str, bytes]:
        raw = _mail(to, kenmerk, subject, text)
        row = self._db.execute(
            "INSERT INTO notice (klacht_id, recipient, raw, state) VALUES (?, ?, ?, 'owed')",
            (klacht, to, raw),
        )
        return row.lastrowid or 0, to, raw


def _text(part: Any) -> str:
    return str(part.get_payload(decode=True).decode(part.get_content_charset() or "utf-8", "replace"))


def _mail(to: str, kenmerk: str, subject: str, text: str) -> bytes:
    mail = MIMEMultipart("alternative")
    mail["From"], mail["To"], mail["Message-ID"] = OWN, to, make_msgid(domain="stad.example")
    mail["Subject"] = f"{kenmerk}: {subject}"
    mail.attach(MIMEText(TEXT.render(kenmerk=kenmerk, subject=subject, text=text), "plain", "utf-8"))
    mail.attach(MIMEText(HTML.render(kenmerk=kenmerk, subject=subject, text=text), "html", "utf-8"))
    return mail.as_bytes(policy=compat32.clone(linesep="\r\n"))


async def serve(port: int, sink_port: int, path: str) -> None:
    """Until the process is ended."""
    opened(path).executescript(TABLES)
    work: queue.Queue[int] = queue.Queue()
    Desk(path, sink_port, work).start()
    intake = Intake(path, work)
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: SMTP(intake, hostname="stad.example"), "127.0.0.1", port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
