"""A sink at work, and two ways to talk with it: a mail client and a raw line."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import uvloop

from mailagent.core.mail import Envelope
from mailagent.inbound.keeper import Keep, Keeper
from mailagent.inbound.smtp import Door, SmtpSink

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
OWN = "klachten@stad.example"
MAX_BYTES = 2_000_000


class Ledger:
    """Remembers what was kept; breaks when told to."""

    def __init__(self) -> None:
        self.kept: list[Envelope] = []
        self.failure: BaseException | None = None
        self.pause = 0.0

    def keep(self, envelopes: Sequence[Envelope]) -> Sequence[int]:
        time.sleep(self.pause)
        if self.failure is not None:
            raise self.failure
        first = len(self.kept) + 1
        self.kept += envelopes
        return range(first, len(self.kept) + 1)

    @property
    def raws(self) -> list[bytes]:
        return [envelope.raw for envelope in self.kept]


class Post:
    """A sink at work in a loop of its own."""

    def __init__(
        self, kind: type[SmtpSink] = SmtpSink, door: Door | None = None, keep: Keep | None = None
    ) -> None:
        self.ledger = Ledger()
        self._loop = uvloop.new_event_loop()  # as `serve` does
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.keeper = Keeper(keep or self.ledger.keep)
        door = door or Door(("127.0.0.1", 0))
        self.sink = kind(self.keeper, OWN, MAX_BYTES, lambda: NOON, door)
        self.run(self.sink.start)
        self.port = self.sink.port

    def run(self, step: Callable[[], object]) -> None:
        async def scene() -> None:
            outcome = step()
            if asyncio.iscoroutine(outcome):
                await outcome

        asyncio.run_coroutine_threadsafe(scene(), self._loop).result(30)

    def close(self) -> None:
        self.run(self.sink.stop)
        self.run(self.keeper.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def client(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.port, local_hostname="mx.test", timeout=20)


class Wire:
    """A raw line to the sink: says octets, reads answers."""

    def __init__(self, port: int, source: str = "127.0.0.1") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 20, (source, 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb")

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self._answers.close()
        self._socket.close()

    def say(self, octets: bytes) -> None:
        self._socket.sendall(octets)

    def hear(self) -> str:
        while True:
            line = self._answers.readline().decode()
            if line[3:4] != "-":
                return line.rstrip()

    def asks(self, line: bytes) -> str:
        self.say(line + b"\r\n")
        return self.hear()

    def until_data(self, greeting: bytes = b"EHLO") -> None:
        self.hear()
        for line in (
            greeting + b" mx.test",
            b"MAIL FROM:<jan@home.example>",
            b"RCPT TO:<klachten@stad.example>",
        ):
            assert self.asks(line).startswith("250")
        assert self.asks(b"DATA").startswith("354")

    def silent(self, seconds: float = 0.15) -> bool:
        self._socket.settimeout(seconds)
        try:
            self._socket.recv(1, socket.MSG_PEEK)
            return False
        except TimeoutError:
            return True
        finally:
            self._socket.settimeout(20)
