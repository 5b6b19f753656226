"""`make bench`: klachten per second from SMTP to SMTP, the real service beside the floor, here and now.

A klacht counts when its acknowledgement and its task mail are both with the relay. The two take turns, so
that an hour in which the machine is slow is slow for both.
"""

from __future__ import annotations

import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.machine import Sink, cpu_seconds, fdatasync_rate, free_port, wait_for_port
from tests.bench.senders import hand_over, mail

KLACHTEN = 400
WARM = 40
CONNECTIONS = 4
ROUNDS = 3
PATIENCE = 300.0

SETTINGS = """\
[organisation]
name = "Gemeente Voorbeeld"
address = "klachten@stad.example"
web = "http://127.0.0.1:{web}"
[database]
url = "sqlite:///{folder}/mailagent.db"
[smtp]
listen = "127.0.0.1:{smtp}"
[relay]
host = "127.0.0.1"
port = {sink}
[web]
listen = "127.0.0.1:{web}"
[security]
keys = ["change-me-to-32-random-bytes-or-more"]
[paths]
local = "{folder}"
"""
TEAMS = """\
teams:
  - {id: klachten, name: Klachten, sorting: true, members: [{address: anna@stad.example, name: Anna}]}
"""

Command = Callable[[Path, int, int], list[str]]
"""Folder, port to listen on, port of the sink → what to run."""


@dataclass(frozen=True)
class Figure:
    """One round: klachten a second, CPU ms a klacht, mails kept a second, seconds for a lone one."""

    rate: float
    cpu: float
    kept: float
    alone: float


def floor(folder: Path, port: int, sink_port: int) -> list[str]:
    """The least Python that could do it."""
    return [sys.executable, "-m", "tests.bench.floor", str(port), str(sink_port), str(folder / "floor.db")]


def service(folder: Path, port: int, sink_port: int) -> list[str]:
    """The real service, as an admin starts it."""
    settings = SETTINGS.format(folder=folder, smtp=port, sink=sink_port, web=free_port())
    (folder / "mailagent.toml").write_text(settings, "utf-8")
    (folder / "rules").mkdir()
    (folder / "rules" / "teams.yaml").write_text(TEAMS, "utf-8")
    return [sys.executable, "-m", "mailagent", "serve", "--config", str(folder / "mailagent.toml")]


PEERS: dict[str, tuple[Command, str]] = {"floor": (floor, "floor.db"), "mailagent": (service, "mailagent.db")}


@contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[int]:
    """A process, from when it listens to the end: its id."""
    with log.open("wb") as said, subprocess.Popen(command, stderr=said) as process:
        try:
            wait_for_port(port)
            yield process.pid
        finally:
            process.terminate()


def measured(name: str, folder: Path) -> Figure:
    """One round of one of the two, in an empty folder."""
    command, database = PEERS[name]
    port = free_port()
    with Sink() as sink, running(command(folder, port, sink.port), port, folder / "log") as pid:
        _send(port, 0, WARM)
        _until(sink, 2 * WARM)
        began = _send(port, WARM, 1)
        alone = _until(sink, 2 * WARM + 2) - began
        spent = cpu_seconds(pid)
        began = _send(port, WARM + 1, KLACHTEN)
        kept = time.monotonic() - began
        done = _until(sink, 2 * (WARM + 1 + KLACHTEN)) - began
        time.sleep(0.2)  # the last receipts are still being written down
        spent = cpu_seconds(pid) - spent
    _check(folder / database)
    return Figure(KLACHTEN / done, spent / KLACHTEN * 1000, KLACHTEN / kept, alone)


def _send(port: int, first: int, count: int) -> float:
    """Hand in so many mails; the moment at which that began."""
    mails = {number: mail(number) for number in range(first, first + count)}
    began = time.monotonic()
    hand_over(port, mails, min(CONNECTIONS, count))
    return began


def _until(sink: Sink, mails: int) -> float:
    deadline = time.monotonic() + PATIENCE
    while sink.mails < mails:
        if time.monotonic() > deadline:
            raise SystemExit(f"only {sink.mails} of {mails} mails left within {PATIENCE:.0f} s")
        time.sleep(0.002)
    return time.monotonic()


def _check(database: Path) -> None:
    """A fast program that loses something is no program."""
    with sqlite3.connect(database) as tx:
        [(klachten,)] = tx.execute("SELECT count(DISTINCT kenmerk) FROM klacht")
    if klachten != WARM + 1 + KLACHTEN:
        raise SystemExit(f"{klachten} klachten for {WARM + 1 + KLACHTEN} mails")


def main() -> None:
    """Every round of both, and the medians."""
    home = Path("var")
    home.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench", dir=home)).resolve()
    figures: dict[str, list[Figure]] = {name: [] for name in PEERS}
    syncs = []
    try:
        for round in range(ROUNDS):
            syncs.append(fdatasync_rate(folder))
            for name in PEERS:
                place = folder / f"{name}{round}"
                place.mkdir()
                figures[name].append(measured(name, place))
    finally:
        shutil.rmtree(folder)
    _print(syncs, figures)


def _print(syncs: list[float], figures: dict[str, list[Figure]]) -> None:
    print(f"this machine, now: {statistics.median(syncs):,.0f} x 4 KB append + fdatasync a second")
    print(f"{KLACHTEN} mails of 5 KB over {CONNECTIONS} kept connections; medians of {ROUNDS} rounds [all]")
    print(f"{'':10} {'klachten/s':>11} {'CPU ms/klacht':>14} {'kept/s':>8} {'one alone, ms':>14}")
    for name, rounds in figures.items():
        rate, cpu, kept, alone = (
            statistics.median(values)
            for values in zip(*((f.rate, f.cpu, f.kept, f.alone * 1000) for f in rounds), strict=True)
        )
        every = " ".join(f"{figure.rate:.0f}" for figure in rounds)
        print(f"{name:10} {rate:11.1f} {cpu:14.2f} {kept:8.0f} {alone:14.0f}   [{every}]")
    ours, least = (statistics.median(f.rate for f in figures[name]) for name in ("mailagent", "floor"))
    print(f"mailagent does {ours / least:.2f} of the floor, which checks, logs, threads and retries nothing")


if __name__ == "__main__":
    main()
