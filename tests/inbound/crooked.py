"""An IMAP server that answers nonsense: says what it is told to say, and remembers what it was asked."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from mailagent.inbound.imap import MailboxAccess

INTERNALDATE = b'INTERNALDATE "01-Mar-2026 10:00:00 +0100"'
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
GOOD = b"* 2 FETCH (UID 2 " + INTERNALDATE + b" BODY[] {4}\r\ngoed)\r\n"


def selected(exists: int) -> bytes:
    """What it says of a folder with so many mails."""
    return b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n" % exists


class Crooked(socketserver.ThreadingTCPServer):
    """Says what it is told to say, and remembers what it was asked."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.asked: list[bytes] = []
        self.answers: dict[bytes, bytes] = {
            b"SELECT": selected(2),
            b"UID SEARCH": b"* SEARCH 1 2\r\n",
            b"UID FETCH 2": GOOD,
        }
        self.verdicts: dict[bytes, bytes] = {}
        self.hang_up_once_at: bytes | None = None
        self.mute_at: bytes | None = None
        self.capabilities = b"IMAP4rev1"
        self.before_idle = self.in_idle = b""
        self.stays_in_idle = self.mute_after_idle = False
        self.once_asked: dict[bytes, dict[bytes, bytes]] = {}
        """What it answers to later commands, once it was asked this."""

    def answer(self, command: bytes) -> bytes:
        """What it says to this command; some commands change what it says to later ones."""
        answers = {b"CAPABILITY": b"* CAPABILITY " + self.capabilities + b"\r\n"}
        answer = _pick(answers | self.answers, command, b"")
        for start in [start for start in self.once_asked if command.startswith(start)]:
            self.answers |= self.once_asked.pop(start)
        return answer

    def access(self) -> MailboxAccess:
        """How to reach it."""
        return MailboxAccess("x", "127.0.0.1", "jan", "geheim-woord", self.server_address[1], tls=False)


class _Talk(socketserver.StreamRequestHandler):
    server: Crooked

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        while line := self.rfile.readline().strip():
            tag, _, command = line.partition(b" ")
            self.server.asked.append(command)
            if self.server.mute_at and command.startswith(self.server.mute_at):
                self.rfile.read()
                return
            if command == b"IDLE" and b"IDLE" not in self.server.verdicts:
                self.wfile.write(self.server.before_idle + b"+ idling\r\n" + self.server.in_idle)
                if self.server.mute_after_idle:
                    self.rfile.read()
                if not self.server.stays_in_idle or not self.rfile.readline():
                    return
            answer = self.server.answer(command)
            once = self.server.hang_up_once_at
            if answer == b"HANG UP" or (once and command.startswith(once)):
                self.server.hang_up_once_at = None
                return
            self.wfile.write(answer + tag + b" " + _pick(self.server.verdicts, command, b"OK done") + b"\r\n")


def _pick(table: dict[bytes, bytes], command: bytes, otherwise: bytes) -> bytes:
    return next((answer for start, answer in table.items() if command.startswith(start)), otherwise)


@contextmanager
def serving() -> Iterator[Crooked]:
    """One such server, at work."""
    with Crooked() as crooked:
        thread = threading.Thread(target=crooked.serve_forever, args=(0.01,))
        thread.start()
        yield crooked
        crooked.shutdown()
        thread.join()
