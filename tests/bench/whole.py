"""The whole way: klachten a second from SMTP to SMTP, the real service beside the floor and beside others.

A klacht counts when its acknowledgement and its task mail are both with the relay. The others find their
mail in a file or a folder, so that no SMTP is in their figures; they work on it in one go, and send to a sink
of the same kind.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench.bars import Bar, bar, spread
from tests.bench.machine import Sink, cpu_seconds, fdatasync_rate, running
from tests.bench.peers.batch import Batch, NotInstalled
from tests.bench.peers.helpdesk import WAL, helpdesk
from tests.bench.peers.roundup import roundup
from tests.bench.senders import hand_over, mail
from tests.bench.settings import settings
from tests.servers import free_port

KLACHTEN = 400
WARM = 40
CONNECTIONS = 4
ROUNDS = 5
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


PEERS: dict[str, tuple[Callable[[Path, int], Batch], float | None]] = {
    "django-helpdesk": (helpdesk, 3.5),
    "helpdesk, WAL": (partial(helpdesk, options=WAL), None),
    "Roundup": (roundup, 25.0),
}
"""How each is set up, and how many times its klachten a second ours should be."""

OF_THE_FLOOR = 0.6
"""The share of the floor's klachten a second that ours should be."""

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
    print(f"\nKlachten from SMTP to SMTP: {KLACHTEN} mails of 5 KB over {CONNECTIONS} kept connections")
    print(f"  {fdatasync_rate(folder):,.0f} x 4 KB append + fdatasync a second on this disk, just now")
    figures: dict[str, list[Figure]] = {name: [] for name in BOTH}
    others: dict[str, list[tuple[float, float]]] = {}
    with Sink() as sink:
        batches = _set_up(folder, sink)
        for round in range(ROUNDS):
            for name in BOTH:
                figures[name].append(measured(name, folder / f"{name}{round}"))
            for name, batch in batches.items():
                others.setdefault(name, []).append(batch.measured(sink, round * batch.mails))
    _print(figures)
    _print_others(batches, others)
    ours, least = ([figure.rate for figure in figures[name]] for name in ("mailagent", "floor"))
    beside = {name: [rate for rate, _ in rounds] for name, rounds in others.items()}
    return [
        bar("klachten/s, SQLite", ours, "the floor", least, OF_THE_FLOOR),
        *(
            bar("klachten/s, SQLite", ours, name, rates, bound)
            for name, rates in beside.items()
            if (bound := PEERS[name][1])
        ),
    ]


def _set_up(folder: Path, sink: Sink) -> dict[str, Batch]:
    batches = {}
    for name, (set_up, _) in PEERS.items():
        try:
            batches[name] = set_up(folder / name, sink.port)
        except NotInstalled as reason:
            print(f"  {name} could not be installed: {reason}")
    return batches


def _print(figures: dict[str, list[Figure]]) -> None:
    print(f"  medians of {ROUNDS} rounds [lowest – highest]; the floor checks, threads and retries nothing")
    print(f"  {'':16} {'klachten/s':>20} {'CPU ms/klacht':>14} {'kept/s':>8} {'one alone, ms':>14}")
    for name, rounds in figures.items():
        cpu, kept, alone = (
            statistics.median(values)
            for values in zip(*((f.cpu, f.kept, f.alone * 1000) for f in rounds), strict=True)
        )
        rate = spread([figure.rate for figure in rounds])
        print(f"  {name:16} {rate:>20} {cpu:14.2f} {kept:8.0f} {alone:14.0f}", flush=True)
    pairs = list(zip(figures["mailagent"], figures["floor"], strict=True))
    share = spread([own.rate / least.rate for own, least in pairs], 2)
    cost = spread([own.cpu / least.cpu for own, least in pairs], 2)
    print(f"  mailagent does {share} of the floor's klachten, for {cost} times its CPU")


def _print_others(batches: dict[str, Batch], others: dict[str, list[tuple[float, float]]]) -> None:
    for name, rounds in others.items():
        rate, cpu = spread([rate for rate, _ in rounds], 1), statistics.median(cpu for _, cpu in rounds)
        answers, mails = batches[name].answers, batches[name].mails
        print(
            f"  {name:16} {rate:>20} {cpu:14.2f}  {mails} mails at once from a box, {answers} sent for each"
        )
