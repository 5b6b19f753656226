"""The least aiohttp that could take an answer: one read to show a form, and one more with a durable write.

No signatures, languages, rules, photos, limits or headers. What it writes is `one` row, or `all` the rows
that ours writes (see `rows`). `python -m tests.bench.bare PORT DATABASE_URL one|all`.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import LiteralString, Protocol, cast

import psycopg
import uvloop
from aiohttp import web

from tests.bench.floor import opened
from tests.bench.rows import Rows, Written

CONNECTIONS = 10
READ = """SELECT klacht.kenmerk, klacht.category, round.state, round.expires_at
FROM round JOIN klacht ON klacht.id = round.klacht_id WHERE round.id = {}"""
PAGE = "<!doctype html><title>{0}</title><h1>{0}</h1><p>{1} {2} {3}</p><form method=post>" + "<p>Tekst." * 900
THANKS = "<!doctype html><title>{0}</title><h1>Bedankt</h1>" + "<p>Tekst." * 100


class Database(Protocol):
    """The two things we ask of it."""

    async def read(self, id: int) -> tuple[object, ...]:
        """One invitation."""

    async def keep(self, id: int, writes: Sequence[Written]) -> tuple[object, ...]:
        """One answer, on disk when this returns."""


class Sqlite:
    """In the loop itself: a hop to a thread costs more than what is done there."""

    def __init__(self, path: str) -> None:
        self._db: sqlite3.Connection = opened(path)
        self._read = READ.format("?")

    async def read(self, id: int) -> tuple[object, ...]:
        """One invitation."""
        return tuple(self._db.execute(self._read, (id,)).fetchone())

    async def keep(self, id: int, writes: Sequence[Written]) -> tuple[object, ...]:
        """One answer."""
        found = await self.read(id)
        alone = len(writes) == 1
        for sql, values in writes if alone else [("BEGIN IMMEDIATE", {}), *writes, ("COMMIT", {})]:
            self._db.execute(sql, values)
        return found


class Postgresql:
    """A few connections; who waits for one gets it in turn."""

    def __init__(self, url: str) -> None:
        self._url, self._read = url, READ.format("%s")
        self._turns, self._free = asyncio.Semaphore(CONNECTIONS), list[psycopg.AsyncConnection]()

    async def connect(self) -> None:
        """Open them."""
        for _ in range(CONNECTIONS):
            self._free.append(await psycopg.AsyncConnection.connect(self._url, autocommit=True))

    async def read(self, id: int) -> tuple[object, ...]:
        """One invitation."""
        async with self._turns:
            connection = self._free.pop()
            try:
                row = await (await connection.execute(self._read, (id,))).fetchone()
                return tuple(row or ())
            finally:
                self._free.append(connection)

    async def keep(self, id: int, writes: Sequence[Written]) -> tuple[object, ...]:
        """One answer; what is more than one statement is sent at once, and waited for once."""
        async with self._turns:
            connection = self._free.pop()
            try:
                async with connection.pipeline() if len(writes) > 1 else nullcontext():
                    found = await connection.execute(self._read, (id,))
                    for sql, values in writes:
                        await connection.execute(cast(LiteralString, sql), values)
                return tuple(await found.fetchone() or ())
            finally:
                self._free.append(connection)


async def serve(port: int, url: str, *, all_of_ours: bool) -> None:
    """For ever."""
    database: Database
    rows = Rows(url.partition(":")[0], all_of_ours=all_of_ours)
    if url.startswith("sqlite:///"):
        database = Sqlite(url.removeprefix("sqlite:///"))
    else:
        database = grown = Postgresql(url)
        await grown.connect()

    async def show(request: web.Request) -> web.Response:
        found = await database.read(int(request.match_info["id"]))
        return web.Response(text=PAGE.format(*found), content_type="text/html")

    async def take(request: web.Request) -> web.Response:
        form, now, id = await request.post(), datetime.now(UTC), int(request.match_info["id"])
        happy, text = form["keuze"] == "tevreden", str(form["toelichting"])
        found = await database.keep(id, rows.of(id, now.isoformat(" "), text, happy=happy))
        return web.Response(text=THANKS.format(*found), content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/kto/{id}/{smiley}", show), web.post("/kto/{id}/{smiley}", take)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), sys.argv[2], all_of_ours=sys.argv[3] == "all"))
