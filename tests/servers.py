"""The real servers the tests start for themselves: PostgreSQL."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

import psycopg
from psycopg import sql

_HOW_TO_GET = "PostgreSQL is missing: run `apt-get install -y postgresql` (Debian, Ubuntu) and try again"


_PORTS = itertools.cycle(random.Random(os.getpid()).sample(range(10_000, 32_000), 20_000))
"""Below those the system deals out to whoever connects: one of these stays free until its server listens."""


def free_port() -> int:
    """A port on the loopback that nobody listens on just now, and that this process did not name lately."""
    for port in _PORTS:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("there is no free port")  # never: the ports begin anew


class PostgresServer:
    """A PostgreSQL of our own in a folder of its own, from `with` to the end of it.

    A test need not wait for the disk. What is measured must: `durable`, and `below` a folder on that disk.
    """

    def __init__(self, *, durable: bool = False, below: Path | None = None) -> None:
        self._tools = _tools()
        self._port = free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="pg", dir=below))
        self._fsync = "on" if durable else "off"
        self._names = itertools.count(1)

    def __enter__(self) -> PostgresServer:
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres")
        data = str(self._folder / "data")
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8")
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def start(self) -> None:
        """Start, with what was committed before."""
        options = (
            f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder} "
            f"-c fsync={self._fsync} -c max_connections=200"
        )
        data, log = str(self._folder / "data"), str(self._folder / "log")
        self._run("pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        """Stop at once, whatever it was doing."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "stop")

    def url(self, database: str) -> str:
        """How to reach one of its databases."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/{database}"

    def create(self, name: str = "", template: str = "template1") -> str:
        """A fresh database, a copy of `template`: its name."""
        name = name or f"test_{next(self._names)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, database: str) -> None:
        """Throw a database away, whoever is still connected."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))

    def _run(self, tool: str, *arguments: str) -> None:
        # initdb and postgres refuse to run as root.
        as_whom = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run(
            [*as_whom, str(self._tools / tool), *arguments],
            check=True,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
        )


def _tools() -> Path:
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    if found is None:
        raise RuntimeError(_HOW_TO_GET)
    return Path(found).parent
