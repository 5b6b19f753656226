"""An IMAP server that answers nonsense: says what it is told to say, and remembers what it was asked."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mailagent.inbound.imap import MailboxAccess

INTERNALDATE = b'INTERNALDATE "01-Mar-2026 10:00:00 +0100"'
GOOD = b"* 2 FETCH (UID 2 " + INTERNALDATE + b" BODY[] {4}\r\ngoed)\r\n"


class Crooked(socketserver.ThreadingTCPServer):
    """Says what it is told to say, and remembers what it was asked."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.asked: list[bytes] = []
        self.answers: dict[bytes, bytes] = {
            b"SELECT": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n",
            b"UID SEARCH": b"* SEARCH 1 2\r\n",
            b"UID FETCH 2": GOOD,
        }
        self.verdicts: dict[bytes, bytes] = {}
        self.hang_up_once_at: bytes | None = None
        self.capabilities = b"IMAP4rev1"
        self.in_idle = b""

    def access(self) -> MailboxAccess:
        """How to reach it."""
        return MailboxAccess("x", "127.0.0.1", "jan", "geheim-woord", self.server_address[1], security="none")


class _Talk(socketserver.StreamRequestHandler):
    server: Crooked

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        while line := self.rfile.readline().strip():
            tag, _, command = line.partition(b" ")
            self.server.asked.append(command)
            if command == b"IDLE":
                self.wfile.write(b"+ idling\r\n" + self.server.in_idle)
                return
            answers = {b"CAPABILITY": b"* CAPABILITY " + self.server.capabilities + b"\r\n"}
            answer = _pick(answers | self.server.answers, command, b"")
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
