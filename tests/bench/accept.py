"""Durable accept: mails a second that are on disk when their sender hears 250, beside Postfix.

Everyone here only accepts: Postfix puts every mail on HOLD, and our service runs its role `smtp` alone (see
`alone`). Postfix's own smtp-source sends to all of them, over connections that it keeps.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.bench.bars import Bar, bar, spread
from tests.bench.machine import PATH, fdatasync_rate, running
from tests.bench.postfix import HoldingPostfix
from tests.bench.senders import INTAKE
from tests.bench.settings import settings
from tests.servers import PostgresServer, free_port

ROUNDS = 5
WARM = 200

POSTFIX, SQLITE, POSTGRESQL = "Postfix", "mailagent on SQLite", "mailagent on PostgreSQL"


@dataclass(frozen=True)
class Load:
    """So many mails of so many octets, over so many connections at once."""

    octets: int
    connections: int
    mails: int

    def __str__(self) -> str:
        return f"{self.octets // 1000} KB x {self.connections}"


SMALL_1, SMALL_10, SMALL_50 = Load(5_000, 1, 1_000), Load(5_000, 10, 2_500), Load(5_000, 50, 2_500)
LARGE_10 = Load(100_000, 10, 1_000)
BOUNDS = {
    (SQLITE, SMALL_1): 1.0,
    (SQLITE, SMALL_10): 1.0,
    (SQLITE, SMALL_50): 1.0,
    (SQLITE, LARGE_10): 0.8,
    (POSTGRESQL, SMALL_1): 0.7,
    (POSTGRESQL, SMALL_10): 1.0,
}


@dataclass(frozen=True)
class Server:
    """Where it listens, and how many mails it kept so far."""

    port: int
    kept: Callable[[], int]

    def rate(self, load: Load) -> float:
        """Mails a second; every one of them must be there afterwards."""
        before = self.kept()
        began = time.monotonic()
        send(self.port, load)
        took = time.monotonic() - began
        if (kept := self.kept() - before) != load.mails:
            raise SystemExit(f"{kept} of {load.mails} mails were kept")
        return load.mails / took


def send(port: int, load: Load) -> None:
    """Hand over such a load; ends when the last mail is answered. SystemExit where one is not taken."""
    tool = shutil.which("smtp-source", path=PATH)
    if tool is None:
        raise SystemExit("The bench needs Postfix's smtp-source: apt-get install postfix")
    count, at_once, octets = str(load.mails), str(load.connections), str(load.octets)
    many = ["-d", "-s", at_once, "-m", count, "-l", octets]
    whom = ["-M", "mx.home.example", "-f", "jan@home.example", "-t", INTAKE]
    sent = subprocess.run(
        [tool, *many, *whom, f"127.0.0.1:{port}"], capture_output=True, text=True, check=False
    )
    if sent.returncode or sent.stderr:
        raise SystemExit(f"not taken: {sent.stderr.strip()}")


@contextmanager
def ours(folder: Path, url: str, kept: Callable[[], int]) -> Iterator[Server]:
    """Our service on that database, with its role `smtp` alone."""
    folder.mkdir()
    port = free_port()
    written = settings(folder, port, sink_port=1, url=url)
    command = [sys.executable, "-m", "tests.bench.alone", str(written), "smtp"]
    with running(command, port, folder / "log"):
        yield Server(port, kept)


def _in_sqlite(database: Path) -> int:
    with sqlite3.connect(database) as tx:
        return int(tx.execute("SELECT count(*) FROM arrival").fetchone()[0])


def _in_postgresql(url: str) -> int:
    with psycopg.connect(url) as tx:
        row = tx.execute("SELECT count(*) FROM arrival").fetchone()
        return int(row[0]) if row else 0


@contextmanager
def everyone(folder: Path) -> Iterator[dict[str, Server]]:
    """All three, at rest on the same disk."""
    with ExitStack() as open_:
        postfix = open_.enter_context(HoldingPostfix(folder))
        total = [0]

        def held() -> int:
            total[0] += postfix.kept()
            return total[0]

        database = folder / "sqlite" / "mailagent.db"
        on_sqlite = ours(folder / "sqlite", f"sqlite:///{database}", lambda: _in_sqlite(database))
        postgres = open_.enter_context(PostgresServer(durable=True, below=folder))
        url = postgres.url(postgres.create())
        on_postgresql = ours(folder / "postgresql", url, lambda: _in_postgresql(url))
        yield {
            POSTFIX: Server(postfix.port, held),
            SQLITE: open_.enter_context(on_sqlite),
            POSTGRESQL: open_.enter_context(on_postgresql),
        }


def bars(folder: Path) -> list[Bar]:
    """Measure and print; what it came to."""
    print(f"\nDurable accept, mails a second; medians of {ROUNDS} rounds [lowest – highest]")
    print(f"  {fdatasync_rate(folder):,.0f} x 4 KB append + fdatasync a second on this disk, just now")
    print("  all only accept: Postfix with everything on HOLD and no log, we with the role smtp and no other")
    found: list[Bar] = []
    with everyone(folder) as servers:
        for load in (SMALL_1, SMALL_10, SMALL_50, LARGE_10):
            rates = _in_turns(servers, load)
            for name, all_ in rates.items():
                print(f"  {load!s:12} {name:24} {spread(all_)}", flush=True)
            found += [
                bar(f"accept, {name.split()[-1]}, {load}", rates[name], POSTFIX, rates[POSTFIX], bound)
                for (name, asked), bound in BOUNDS.items()
                if asked == load
            ]
    return found


def _in_turns(servers: dict[str, Server], load: Load) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {name: [] for name in servers}
    for server in servers.values():
        server.rate(Load(load.octets, load.connections, WARM))
    order: Sequence[str] = list(servers)
    for _ in range(ROUNDS):
        for name in order:
            rates[name].append(servers[name].rate(load))
        order = order[::-1]
    return rates
