"""A relay that keeps the bytes of every mail it takes, and can be cut, made to hang up, or to say: later."""

from __future__ import annotations

import re
import socket
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from relays import Offered
from servers import free_port

TAKES = "250 2.0.0 queued as KEPT"
LATER = "451 4.3.2 not now"
HANGS_UP = ""
"""It has the mail, and the line goes dead before it says so."""

COMMANDS = {
    "EHLO": "250-relay.example\r\n250 8BITMIME",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "RSET": "250 ok",
    "DATA": "354 go on",
}


@dataclass(frozen=True)
class Taken(Offered):
    """A mail that it has, whether or not it could still say so."""

    @property
    def subject(self) -> str:
        """As its head says, folded or not."""
        [found] = re.findall(rb"(?mi)^subject: (.*(?:\r\n[ \t].*)*)\r$", self.raw)
        return str(found.decode())


def silent(_what: str) -> None:
    """Nobody wants to hear of it."""


class KeepingRelay:
    """Listens from `with` to the end of it. `mood` answers the end of a mail; `tells` hears of each
    that was `offered`, before the answer, and of each that was `taken`, after it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mood = TAKES
        self.tells: Callable[[str], None] = silent
        self.taken: list[Taken] = []
        self.answers: Counter[str] = Counter()
        self._server: socket.socket | None = None
        self._lines: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> KeepingRelay:
        self.opens()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()

    def opens(self) -> None:
        """Listen, on the port it always had."""
        self._server = socket.create_server(("127.0.0.1", self.port))
        self._start(self._listen, self._server)

    def cut(self) -> None:
        """Stop listening, and drop every line in the middle of whatever was said."""
        if self._server is None:
            return
        for end in (self._server, *self._lines):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._server = None
        for thread in self._threads:
            thread.join(10)
        self._threads.clear()

    def _start(self, what: Callable[[socket.socket], None], end: socket.socket) -> None:
        thread = threading.Thread(target=what, args=(end,))
        self._threads.append(thread)
        thread.start()

    def _listen(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                line, _ = server.accept()
                self._lines.add(line)
                self._start(self._talk, line)

    def _talk(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as heard, suppress(OSError):
            line.sendall(b"220 relay.example\r\n")
            sender = recipient = ""
            while words := heard.readline().decode().split():
                verb = words[0].upper()
                if verb not in COMMANDS:
                    break
                line.sendall(f"{COMMANDS[verb]}\r\n".encode())
                address = "".join(re.findall(r"<(.*)>", " ".join(words)))
                sender = address if verb == "MAIL" else sender
                recipient = address if verb == "RCPT" else recipient
                if verb == "DATA" and not self._takes(line, sender, recipient, _mail(heard.readline)):
                    break
        self._lines.discard(line)

    def _takes(self, line: socket.socket, sender: str, recipient: str, raw: bytes | None) -> bool:
        """Answer one mail; False where the line is at its end."""
        if raw is None:
            return False
        self.tells("offered")
        said = self.mood
        self.answers[said] += 1
        if said != LATER:
            self.taken.append(Taken(sender, recipient, raw))
        if said == HANGS_UP:
            return False
        line.sendall(f"{said}\r\n".encode())
        if said == TAKES:
            self.tells("taken")
        return True


def _mail(read_line: Callable[[], bytes]) -> bytes | None:
    """The mail without its added dots, None where the line broke before the end."""
    mail = bytearray()
    while (read := read_line()) != b".\r\n":
        if not read.endswith(b"\r\n"):
            return None
        mail += read.removeprefix(b".")
    return bytes(mail)
