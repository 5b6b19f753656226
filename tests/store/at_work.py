"""Jobs at work for the tests: in a thread here, or in a process of its own that can be killed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from mailagent.store.database import connect
from mailagent.store.jobs import Handlers, Jobs, SqliteJobs
from mailagent.store.pgjobs import PgJobs


def quick(engine: sa.Engine) -> Jobs:
    """Jobs that notice a death within two seconds."""
    if engine.dialect.name == "sqlite":
        return SqliteJobs(engine)
    second = timedelta(seconds=1)
    return PgJobs(engine, heartbeat_timeout=second, dequeue_timeout=second / 2, look_every=second)


def until(happened: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for what another thread or process does."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@contextmanager
def at_work(jobs: Jobs, handlers: Handlers, workers: int = 1) -> Iterator[None]:
    """Somebody works, in this process, until the end of `with`; then stops."""
    stops: list[Callable[[], object]] = []

    async def work() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        stops.append(lambda: loop.call_soon_threadsafe(stop.set))
        await asyncio.gather(*(jobs.run(handlers, stop) for _ in range(workers)))

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(asyncio.run, work())
        until(lambda: bool(stops) or working.done())
        try:
            yield
        finally:
            if not working.done():
                stops[0]()
            working.result(timeout=60)


@dataclass(frozen=True)
class Process:
    """A worker in a process of its own, and what it and its colleagues wrote down."""

    process: subprocess.Popen[bytes]
    notes: Path

    def kill(self) -> None:
        """As the kernel does it: no goodbye."""
        self.process.kill()
        self.process.wait()

    def noted(self) -> list[int]:
        """Every target that was begun, by whomever."""
        return [target for _, target in self._lines()]

    def colleagues(self) -> int:
        """How many processes did something."""
        return len({who for who, _ in self._lines()})

    def _lines(self) -> list[tuple[int, int]]:
        if not self.notes.exists():
            return []
        whole, _, _ = self.notes.read_text().rpartition("\n")  # what comes after it is being written
        return [(int(who), int(what)) for who, what in map(str.split, whole.splitlines())]


@contextmanager
def process(url: str, notes: Path, *, hanging: bool = False) -> Iterator[Process]:
    """A worker of the task `note` in a process of its own; `hanging` never finishes what it began."""
    command = [sys.executable, __file__, url, str(notes), "hanging" if hanging else "busy"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as started:
        assert started.stdout is not None
        started.stdout.readline()
        worker = Process(started, notes)
        try:
            yield worker
        finally:
            worker.kill()


def _main(url: str, notes: Path, how: str) -> None:
    def note(targets: Sequence[int]) -> None:
        with notes.open("a") as file:
            file.write("".join(f"{os.getpid()} {target}\n" for target in targets))
        time.sleep(3600 if how == "hanging" else 0.02)

    async def work() -> None:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        engine = connect(url)
        # who is busy and not dying has the patience of the real one, on however busy a machine
        jobs = quick(engine) if how == "hanging" else PgJobs(engine)
        await jobs.run({"note": note}, asyncio.Event())

    asyncio.run(work())


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
