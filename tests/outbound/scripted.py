"""A relay that follows a script: what it answers to which command, and when it hangs up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO

HANG_UP = ""
"""In the place of an answer: the line goes dead."""

POLITE = {
    "greeting": "220 relay.example",
    "EHLO": "250-relay.example\r\n250-8BITMIME\r\n250 AUTH PLAIN",
    "AUTH": "235 welcome",
    "RSET": "250 ok",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    ".": "250 2.0.0 queued as SCRIPT",
    "QUIT": "221 bye",
}


@dataclass
class Scripted:
    """What the relay heard. `lines` are the connections, each with its commands; `mails` what it took."""

    port: int
    script: list[dict[str, str]]
    lines: list[list[str]] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)

    def answer(self, command: str) -> str:
        """The next one in the script for this command, or a polite one."""
        for part in self.script:
            if command in part:
                self.script.remove(part)
                return part[command]
        return POLITE[command]


@contextmanager
def scripted(*script: dict[str, str]) -> Iterator[Scripted]:
    """Each part of the script answers one command once, in the order given."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        relay = Scripted(server.getsockname()[1], list(script))
        thread = threading.Thread(target=_serve, args=(server, relay), daemon=True)
        thread.start()
        try:
            yield relay
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _serve(server: socket.socket, relay: Scripted) -> None:
    talks: list[threading.Thread] = []
    while True:
        try:
            line, _ = server.accept()
        except OSError:
            break
        heard: list[str] = []
        relay.lines.append(heard)
        talks.append(threading.Thread(target=_talk, args=(line, heard, relay), daemon=True))
        talks[-1].start()
    for talk in talks:
        talk.join(10)


def _talk(line: socket.socket, heard: list[str], relay: Scripted) -> None:
    # who hears what they did not expect may hang up in the middle of anything
    with suppress(OSError), line, line.makefile("rb") as reader:
        if not _say(line, relay.answer("greeting")):
            return
        while command := reader.readline().decode().strip():
            heard.append(command)
            word = command.split()[0].upper()
            answer = relay.answer(word)
            if not _say(line, answer) or word == "QUIT":
                return
            if answer.startswith("354") and not _take(line, reader, relay):
                return


def _take(line: socket.socket, reader: IO[bytes], relay: Scripted) -> bool:
    mail = b""
    while (text := reader.readline()) != b".\r\n":
        if not text:
            return False
        mail += text
    said = relay.answer(".")
    if said.startswith("2"):
        relay.mails.append(mail)
    return _say(line, said)


def _say(line: socket.socket, answer: str) -> bool:
    if answer == HANG_UP:
        return False
    line.sendall(f"{answer}\r\n".encode())
    return True


def commands(heard: Sequence[str]) -> list[str]:
    """Their first words."""
    return [command.split()[0] for command in heard]
