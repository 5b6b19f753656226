"""The whole way: klachten a second from SMTP to SMTP, the real service beside the floor and beside others.

A klacht counts when its acknowledgement and its task mail are both with the relay.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.bars import Bar
from tests.bench.machine import Sink, cpu_seconds, fdatasync_rate, free_port, running
from tests.bench.senders import hand_over, mail
from tests.bench.settings import settings

KLACHTEN = 400
WARM = 40
CONNECTIONS = 4
ROUNDS = 3
PATIENCE = 300.0

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
    config = settings(folder, port, sink_port, f"sqlite:///{folder}/mailagent.db")
    return [sys.executable, "-m", "mailagent", "serve", "--config", str(config)]


BOTH: dict[str, tuple[Command, str]] = {"floor": (floor, "floor.db"), "mailagent": (service, "mailagent.db")}


def measured(name: str, folder: Path) -> Figure:
    """One round of one of the two, in a folder of its own."""
    command, database = BOTH[name]
    port = free_port()
    folder.mkdir()
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


def bars(folder: Path) -> list[Bar]:
    """Measure and print."""
    figures: dict[str, list[Figure]] = {name: [] for name in BOTH}
    syncs = []
    for round in range(ROUNDS):
        syncs.append(fdatasync_rate(folder))
        for name in BOTH:
            figures[name].append(measured(name, folder / f"{name}{round}"))
    _print(syncs, figures)
    return []


def _print(syncs: list[float], figures: dict[str, list[Figure]]) -> None:
    print(f"\nKlachten from SMTP to SMTP: {KLACHTEN} mails of 5 KB over {CONNECTIONS} kept connections")
    print(f"  {statistics.median(syncs):,.0f} x 4 KB append + fdatasync a second on this disk, meanwhile")
    print(f"  medians of {ROUNDS} rounds [all]; the floor checks, logs, threads and retries nothing")
    print(f"  {'':16} {'klachten/s':>11} {'CPU ms/klacht':>14} {'kept/s':>8} {'one alone, ms':>14}")
    for name, rounds in figures.items():
        rate, cpu, kept, alone = (
            statistics.median(values)
            for values in zip(*((f.rate, f.cpu, f.kept, f.alone * 1000) for f in rounds), strict=True)
        )
        every = " ".join(f"{figure.rate:.0f}" for figure in rounds)
        print(f"  {name:16} {rate:11.1f} {cpu:14.2f} {kept:8.0f} {alone:14.0f}   [{every}]", flush=True)
    least, own = ([figure.rate for figure in figures[name]] for name in ("floor", "mailagent"))
    share = statistics.median(mine / other for mine, other in zip(own, least, strict=True))
    print(f"  mailagent does {share:.2f} of the floor")
