"""The smiley page, asked for and answered, with a million invitations open: beside a bare aiohttp handler.

The bare one does the same one read to show a page, and one read and one durable write to take an answer, and
nothing else (see `bare`). There are two of them, for a durable write may be little or much: one writes all
the rows that ours writes, the other the one row that holds the answer. We run our role `web` alone: what an
answer owes is written down, and nobody sends it meanwhile. All work on tables of the same size, over as many
connections at once: few, and then so many that all have everything they can do.
"""

from __future__ import annotations

import itertools
import os
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from mailagent.outbound.links import Links
from mailagent.store import tables
from mailagent.store.database import connect, reading
from tests.bench.bars import Bar, spread
from tests.bench.invitations import INVITATIONS, invite
from tests.bench.machine import cpu_seconds, fdatasync_rate, free_port, running
from tests.bench.settings import KEY, settings
from tests.bench.visits import Asked, ask, get, post
from tests.servers import PostgresServer

ROUNDS = 5
CONNECTIONS = (10, 50)
"""At once."""
ASKED, WARM = 2_000, 100
"""Times in a round. Of fewer, the p99 would be of those who came first, when nobody was served yet."""
MOST = 2.5
SAID = {
    "tevreden": "keuze=tevreden&tevreden=goed-geholpen&toelichting=Snel+en+vriendelijk.",
    "ontevreden": "keuze=ontevreden&ontevreden=niet-opgelost&toelichting=Hij+is+nog+steeds+vol.",
}

Address = Callable[[int, str], str]
"""Id of a round, a smiley → the path of its page."""


@dataclass(frozen=True)
class Figure:
    """One round: seconds and CPU ms a request, and the p99 in ms."""

    seconds: float
    cpu: float
    p99: float


@dataclass(frozen=True)
class Pages:
    """Pages that are served: where, by which process, and which invitations nobody has answered yet."""

    port: int
    pid: int
    address: Address
    open: Iterator[int]

    def shown(self, count: int, connections: int) -> Figure:
        """So many looks, each at another invitation."""
        chosen = random.sample(range(1, INVITATIONS + 1), count)
        return self._measured(
            [get(self.address(id, word)) for id, word in zip(chosen, itertools.cycle(SAID), strict=False)],
            connections,
        )

    def answered(self, count: int, connections: int) -> Figure:
        """So many answers, happy and unhappy, each of another visitor."""
        words = itertools.cycle(SAID)
        return self._measured(
            [
                post(self.address(id, word), SAID[word], f"10.{id % 250}.{id // 250 % 250}.1")
                for id, word in zip(itertools.islice(self.open, count), words, strict=False)
            ],
            connections,
        )

    def _measured(self, requests: Sequence[bytes], connections: int) -> Figure:
        spent = cpu_seconds(self.pid)
        asked: Asked = ask(self.port, requests, connections)
        spent = cpu_seconds(self.pid) - spent
        count = len(requests)
        return Figure(asked.took / count, spent / count * 1000, asked.p99 * 1000)


MEASURES: dict[str, tuple[str, Callable[[Pages, int, int], Figure]]] = {
    "GET": ("page", Pages.shown),
    "POST": ("answer", Pages.answered),
}
"""The method → what it asks for, and how."""


def _at_random() -> Iterator[int]:
    return iter(random.sample(range(1, INVITATIONS + 1), INVITATIONS // 2))


@contextmanager
def ours(folder: Path, url: str) -> Iterator[Pages]:
    """Our service, with its role `web` alone."""
    port = free_port()
    written = settings(folder, free_port(), sink_port=1, url=url, web=port)
    links = Links("", [KEY.encode()])
    command = [sys.executable, "-m", "tests.bench.alone", str(written), "web"]
    with running(command, port, folder / "log") as pid:
        yield Pages(
            port, pid, lambda id, word: links.smiley(id, 1, satisfied=word == "tevreden"), _at_random()
        )


@contextmanager
def bare(folder: Path, url: str, rows: str) -> Iterator[Pages]:
    """The least that could do it; `rows` is what it writes, one or all."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.bare", str(port), url, rows]
    with running(command, port, folder / "log") as pid:
        yield Pages(port, pid, lambda id, word: f"/kto/{id}/{word}", _at_random())


CONTESTANTS: dict[str, Callable[[Path, str], AbstractContextManager[Pages]]] = {
    "mailagent": ours,
    "all rows": partial(bare, rows="all"),
    "one row": partial(bare, rows="one"),
}
"""We, and the bare ones by what they write."""


def bars(folder: Path) -> list[Bar]:
    """Measure and print."""
    print(f"\nThe smiley page with {INVITATIONS:,} open invitations")
    print(f"  {fdatasync_rate(folder):,.0f} x 4 KB append + fdatasync a second on this disk, just now")
    print(f"  medians of {ROUNDS} rounds [lowest – highest]")
    print(f"  {'':11} {'':5} {'at once':>7} {'':9} {'a second':>24} {'ms CPU each':>24} {'p99, ms':>24}")
    found: list[Bar] = []
    with PostgresServer(durable=True, below=folder) as postgres:
        for name in ("SQLite", "PostgreSQL"):
            found += _on(name, folder / name, postgres)
    return found


def _on(name: str, folder: Path, postgres: PostgresServer) -> list[Bar]:
    with ExitStack() as open_:
        pages, urls = {}, {}
        for who, start in CONTESTANTS.items():
            place = folder / who.replace(" ", "_")
            place.mkdir(parents=True)
            url = f"sqlite:///{place}/db" if name == "SQLite" else postgres.url(postgres.create())
            invite(url)
            os.sync()  # else the first who answer wait until a million invitations are on the disk
            pages[who], urls[who] = open_.enter_context(start(place, url)), url
        loads = itertools.product(MEASURES, CONNECTIONS)
        bars = [each for method, at_once in loads for each in _compared(name, method, pages, at_once)]
        _check(urls["mailagent"], urls["all rows"])
        return bars


def _check(ours: str, theirs: str) -> None:
    """Who writes all of our rows has as many as we have, of each kind. SystemExit where not."""
    own, others = _kinds(ours), _kinds(theirs)
    if own != others:
        raise SystemExit(f"what was compared did not do the same: {own} are not {others}")


def _kinds(url: str) -> dict[str, int]:
    engine = connect(url)
    jobs = sa.table("job" if engine.dialect.name == "sqlite" else "pgqueuer")
    counted = (
        tables.round,
        tables.klacht,
        tables.event,
        tables.event_body,
        tables.clock,
        tables.notice,
        jobs,
    )
    with reading(engine) as tx:
        found = {
            table.name: tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in counted
        }
        for column in (tables.round.c.state, tables.klacht.c.status):
            by_word = sa.select(column, sa.func.count()).group_by(column)
            found |= dict(tx.execute(by_word).tuples().all())
    engine.dispose()
    return found


def _compared(name: str, method: str, pages: dict[str, Pages], connections: int) -> list[Bar]:
    what, measure = MEASURES[method]
    # to show a page they all do the same
    order = [who for who in pages if method == "POST" or who != "one row"]
    figures: dict[str, list[Figure]] = {who: [] for who in order}
    for who in order:
        measure(pages[who], WARM, connections)
    for _ in range(ROUNDS):
        for who in order:
            figures[who].append(measure(pages[who], ASKED, connections))
        order = order[::-1]
    for who, rounds in figures.items():
        rates, cpu, p99 = (
            spread(values, digits)
            for values, digits in (
                ([1 / each.seconds for each in rounds], 0),
                ([each.cpu for each in rounds], 2),
                ([each.p99 for each in rounds], 0),
            )
        )
        print(f"  {name:11} {method:5} {connections:7} {who:9} {rates:>24} {cpu:>24} {p99:>24}", flush=True)
    own = figures.pop("mailagent")
    return [
        Bar(
            f"{what} ({method}), {name} × {connections}, {cost}",
            f"aiohttp, {who}" if method == "POST" else "aiohttp",
            [getattr(mine, cost) / getattr(least, cost) for mine, least in zip(own, rounds, strict=True)],
            MOST,
            at_most=True,
        )
        for who, rounds in figures.items()
        for cost in ("seconds", "p99")
    ]
