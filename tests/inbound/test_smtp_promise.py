"""A 250 is a promise: what goes wrong before the commit is never answered with one."""

from __future__ import annotations

import logging
import signal
import smtplib
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mailagent.core.errors import Refused, TooLarge, TryLater
from mailagent.inbound import clients, smtp
from tests.sink import OWN, Post, Wire


@pytest.fixture
def post() -> Iterator[Post]:
    opened = Post()
    yield opened
    opened.close()


@pytest.fixture
def wire(post: Post) -> Iterator[Wire]:
    with Wire(post.port) as line:
        yield line


@pytest.mark.parametrize(
    ("failure", "answer"),
    [
        (RuntimeError("secret /srv/mailagent/db.sqlite"), smtp.TRY_LATER),
        (OSError(28, "No space left on device", "/srv/mailagent"), smtp.TRY_LATER),
        (TryLater("the database at /srv is away"), smtp.TRY_LATER),
        (KeyError("raw"), smtp.TRY_LATER),
        (Refused("We do not\r\n250 take this."), "550 5.7.1 We do not 250 take this."),
        (TooLarge(), "552 5.3.4 This mail is larger than we can take."),
    ],
)
def test_what_goes_wrong_is_told_in_our_own_words(
    wire: Wire, post: Post, failure: Exception, answer: str
) -> None:
    post.ledger.failure = failure
    wire.until_data()
    assert wire.asks(b"Subject: x\r\n\r\nx\r\n.") == answer


def test_after_a_crash_the_same_client_can_try_again_and_nothing_is_lost(wire: Wire, post: Post) -> None:
    post.ledger.failure = RuntimeError("crash")
    wire.until_data()
    assert wire.asks(b"x\r\n.").startswith("451")
    assert wire.asks(b"DATA").startswith("503")

    post.ledger.failure = None
    wire.asks(b"MAIL FROM:<jan@home.example>")
    wire.asks(b"RCPT TO:<klachten@stad.example>")
    wire.asks(b"DATA")
    assert wire.asks(b"x\r\n.") == "250 kept as 1"


def test_fifty_clients_at_once_are_all_kept_once(post: Post) -> None:
    post.ledger.pause = 0.002

    def send(number: int) -> None:
        with post.client() as client:
            for part in range(4):
                client.sendmail("jan@home.example", [OWN], b"%d-%d\r\n" % (number, part))

    with ThreadPoolExecutor(50) as senders:
        list(senders.map(send, range(50)))

    assert sorted(post.ledger.raws) == sorted(b"%d-%d\r\n" % (n, p) for n in range(50) for p in range(4))


def test_one_client_too_many_is_asked_to_come_back(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "MAX_SESSIONS", 1)
    with Wire(post.port) as first:
        assert first.hear().startswith("220")
        with Wire(post.port) as second:
            second.say(b"EHLO mx.test\r\n")
            assert second.hear().startswith("421")
        assert first.asks(b"NOOP").startswith("250")


def test_an_idle_client_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "IDLE_SECONDS", 0.2)
    post = Post()
    try:
        with Wire(post.port) as wire:
            wire.until_data()
            wire.say(b"half a mail")
            assert wire.hear() == ""
        assert post.ledger.kept == []
    finally:
        post.close()


def test_a_client_that_hangs_up_halfway_leaves_nothing(post: Post) -> None:
    with Wire(post.port) as wire:
        wire.until_data()
        wire.say(b"half a mail\r\n")
    with post.client() as client:
        client.sendmail("jan@home.example", [OWN], b"whole\r\n")

    assert post.ledger.raws == [b"whole\r\n"]


def test_stopping_waits_for_the_answer_to_a_mail_in_hand(post: Post) -> None:
    post.ledger.pause = 0.3
    with Wire(post.port) as busy, Wire(post.port) as idle:
        idle.hear()
        busy.until_data()
        busy.say(b"x\r\n.\r\n")
        time.sleep(0.1)
        post.run(post.sink.stop)
        assert busy.hear() == "250 kept as 1"
        assert busy.hear().startswith("421")
        assert idle.hear().startswith("421")
        assert (busy.hear(), idle.hear()) == ("", "")
    with pytest.raises(ConnectionRefusedError):
        post.client()


def test_reply_addresses_stay_out_of_the_log(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), post.client() as client:
        client.sendmail("jan@home.example", ["klachten+geheim@stad.example"], b"x\r\n")

    assert "geheim" not in caplog.text


KILLED = """
import asyncio, sqlite3, sys
from datetime import UTC, datetime
from mailagent.inbound.keeper import Keeper
from mailagent.inbound.smtp import Door, SmtpSink

db = sqlite3.connect(sys.argv[1], check_same_thread=False)
db.execute("PRAGMA journal_mode=WAL")
db.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, raw BLOB)")

def keep(envelopes):
    with db:
        return [db.execute("INSERT INTO kept (raw) VALUES (?)", (e.raw,)).lastrowid for e in envelopes]

async def main():
    now = lambda: datetime.now(UTC)
    sink = SmtpSink(Keeper(keep), "klachten@stad.example", 10_000, now, Door(("127.0.0.1", 0)))
    await sink.start()
    print(sink.port, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_nw_07_after_kill_9_every_mail_that_was_promised_is_there(tmp_path: Path) -> None:
    database = tmp_path / "kept.sqlite"
    with subprocess.Popen([sys.executable, "-c", KILLED, str(database)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        port = int(child.stdout.readline())
        promised: list[bytes] = []

        def send(number: int) -> None:
            try:
                with smtplib.SMTP("127.0.0.1", port, local_hostname="mx.test", timeout=20) as client:
                    for part in range(100_000):
                        raw = b"%d-%d\r\n" % (number, part)
                        client.sendmail("jan@home.example", [OWN], raw)
                        promised.append(raw)
            except (OSError, smtplib.SMTPException):
                return  # killed, as planned

        with ThreadPoolExecutor(4) as senders:
            sending = [senders.submit(send, number) for number in range(4)]
            while len(promised) < 200:
                time.sleep(0.01)
            child.send_signal(signal.SIGKILL)
        for future in sending:
            future.result()
        assert child.wait(10) == -signal.SIGKILL

    with sqlite3.connect(database) as db:
        kept = [raw for (raw,) in db.execute("SELECT raw FROM kept")]
    db.close()
    assert len(kept) == len(set(kept))
    assert set(promised) <= set(kept)
