"""A full disk and a lost database: the sender is asked to try again, and what got a 250 is there later."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from desk import Desk, open_desk
from servers import PostgresServer

from mailagent.flow import arrive
from mailagent.inbound.lmtp import LmtpSink
from mailagent.inbound.smtp import TRY_LATER, SmtpSink
from mailagent.store.tables import arrival
from tests.sink import Post, Wire

TO_US = {"EHLO": 1, "LHLO": 2}
"""The greeting, and how many of our addresses its mail is for."""


@pytest.fixture(params=TO_US)
def greeting(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def open_door(desk: Desk, greeting: str = "EHLO") -> Iterator[Post]:
    """A way in to the real store."""
    kind = LmtpSink if greeting == "LHLO" else SmtpSink
    post = Post(kind, keep=lambda envelopes: arrive.keep(envelopes, desk.world))
    try:
        yield post
    finally:
        post.close()


def brings(wire: Wire, raw: bytes, greeting: str = "EHLO") -> str:
    """Hand over one mail: the one answer it gets, which is the same for each recipient."""
    wire.asks(b"MAIL FROM:<jan@home.example>")
    for number in range(TO_US[greeting]):
        assert wire.asks(b"RCPT TO:<klachten+%d@stad.example>" % number).startswith("250")
    assert wire.asks(b"DATA").startswith("354")
    wire.say(raw + b"\r\n.\r\n")
    [answer] = {wire.hear() for _ in range(TO_US[greeting])}
    return answer


def greets(wire: Wire, greeting: str = "EHLO") -> None:
    wire.hear()
    assert wire.asks(greeting.encode() + b" mx.test").startswith("250")


def kept(desk: Desk) -> dict[int, bytes]:
    """What the store holds, by the number that was promised."""
    with desk.world.store.read() as tx:
        return {row.id: row.raw for row in tx.execute(sa.select(arrival.c.id, arrival.c.raw))}


def room_for(desk: Desk, pages: int) -> None:
    """SQLite finds the disk full at so many pages beyond what it uses now."""
    engine = desk.world.store.engine

    def limit(raw: Any, _: object) -> None:
        [used] = raw.execute("PRAGMA page_count").fetchone()
        raw.execute(f"PRAGMA max_page_count = {used + pages}")

    sa.event.listen(engine, "connect", limit)
    engine.dispose()


def test_a_full_disk_never_gets_a_250_and_loses_nothing_that_did(tmp_path: Path, greeting: str) -> None:
    desk = open_desk(tmp_path, database=f"sqlite:///{tmp_path}/mailagent.db")
    room_for(desk, 60)
    promised: dict[int, bytes] = {}
    answers = []
    with open_door(desk, greeting) as post, Wire(post.port) as wire:
        greets(wire, greeting)
        for number in range(40):
            raw = b"Subject: %d\r\n\r\n%s" % (number, b"x" * 20_000)
            answers.append(brings(wire, raw, greeting))
            if answers[-1].startswith("250 kept as "):
                promised[int(answers[-1].rpartition(" ")[2])] = raw + b"\r\n"
        assert wire.asks(b"NOOP").startswith("250")

    desk.house.close()
    assert set(answers[len(promised) :]) == {TRY_LATER}
    assert 5 < len(promised) < 20
    again = open_desk(tmp_path, database=f"sqlite:///{tmp_path}/mailagent.db")
    assert kept(again) == promised
    with open_door(again) as post, Wire(post.port) as wire:
        greets(wire)
        assert brings(wire, b"x").startswith("250")
    again.house.close()


@dataclass
class Sender:
    """Keeps bringing mail until told to stop, and remembers what it was promised."""

    port: int
    number: int
    promised: dict[int, bytes] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    stop: bool = False

    def keeps_bringing(self) -> None:
        with Wire(self.port) as wire:
            greets(wire)
            for count in itertools.count():
                raw = b"Subject: %d-%d\r\n\r\nx" % (self.number, count)
                answer = brings(wire, raw)
                if answer.startswith("250 kept as "):
                    self.promised[int(answer.rpartition(" ")[2])] = raw + b"\r\n"
                else:
                    self.refused.append(answer)
                if self.stop:
                    return


def wait_until(done: Callable[[], bool]) -> None:
    until = time.monotonic() + 90
    while not done():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of its own: this one goes away."""
    with PostgresServer() as started:
        yield started


def test_a_lost_database_gets_a_451_and_what_was_promised_is_there_when_it_is_back(
    tmp_path: Path, server: PostgresServer
) -> None:
    desk = open_desk(tmp_path, database=server.url(server.create()))
    with open_door(desk) as post, ThreadPoolExecutor(4) as threads:
        senders = [Sender(post.port, number) for number in range(4)]
        sending = [threads.submit(sender.keeps_bringing) for sender in senders]
        try:
            wait_until(lambda: all(len(sender.promised) > 20 for sender in senders))
            server.stop()
            wait_until(lambda: all(sender.refused for sender in senders))
            server.start()
            before = [len(sender.promised) for sender in senders]
            wait_until(lambda: all(len(s.promised) > b for s, b in zip(senders, before, strict=True)))
        finally:
            for sender in senders:
                sender.stop = True
        for future in sending:
            future.result(60)

    assert {answer for sender in senders for answer in sender.refused} == {TRY_LATER}
    found = kept(desk)
    assert all(sender.promised.items() <= found.items() for sender in senders)
    desk.house.close()
