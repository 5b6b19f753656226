"""The least aiohttp that could take an answer: one read to show a form, one more and a write to keep it.

No signatures, languages, rounds, clocks, events, mails, photos, limits or headers.
`python -m tests.bench.bare PORT DATABASE_URL`.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from datetime import UTC, datetime
from typing import Protocol

import psycopg
import uvloop
from aiohttp import web

from tests.bench.floor import opened

READ = """SELECT klacht.kenmerk, klacht.category, round.state, round.expires_at
FROM round JOIN klacht ON klacht.id = round.klacht_id WHERE round.id = {}"""
KEEP = "UPDATE round SET state = 'answered', answered_at = {}, satisfied = {}, text = {} WHERE id = {}"
PAGE = "<!doctype html><title>{0}</title><h1>{0}</h1><p>{1} {2} {3}</p><form method=post>" + "<p>Tekst." * 900
THANKS = "<!doctype html><title>{0}</title><h1>Bedankt</h1>" + "<p>Tekst." * 100


class Database(Protocol):
    """The two things we ask of it."""

    async def read(self, id: int) -> tuple[object, ...]:
        """One invitation."""

    async def keep(self, id: int, *values: object) -> tuple[object, ...]:
        """One answer, on disk when this returns."""


class Sqlite:
    """In the loop itself: a hop to a thread costs more than what is done there."""

    def __init__(self, path: str) -> None:
        self._db: sqlite3.Connection = opened(path)
        self._read, self._keep = READ.format("?"), KEEP.format("?", "?", "?", "?")

    async def read(self, id: int) -> tuple[object, ...]:
        """One invitation."""
        return tuple(self._db.execute(self._read, (id,)).fetchone())

    async def keep(self, id: int, *values: object) -> tuple[object, ...]:
        """One answer."""
        found = await self.read(id)
        self._db.execute(self._keep, (*values, id))
        return found


class Postgresql:
    """A few connections, taken in turn."""

    def __init__(self, url: str) -> None:
        self._url, self._free = url, asyncio.Queue[psycopg.AsyncConnection]()
        self._read, self._keep = READ.format("%s"), KEEP.format("%s", "%s", "%s", "%s")

    async def connect(self, count: int) -> None:
        """Open them."""
        for _ in range(count):
            self._free.put_nowait(await psycopg.AsyncConnection.connect(self._url, autocommit=True))

    async def read(self, id: int) -> tuple[object, ...]:
        """One invitation."""
        connection = await self._free.get()
        try:
            row = await (await connection.execute(self._read, (id,))).fetchone()
            return tuple(row or ())
        finally:
            self._free.put_nowait(connection)

    async def keep(self, id: int, *values: object) -> tuple[object, ...]:
        """One answer."""
        connection = await self._free.get()
        try:
            row = await (await connection.execute(self._read, (id,))).fetchone()
            await connection.execute(self._keep, (*values, id))
            return tuple(row or ())
        finally:
            self._free.put_nowait(connection)


async def serve(port: int, url: str) -> None:
    """For ever."""
    database: Database
    if url.startswith("sqlite:///"):
        database = Sqlite(url.removeprefix("sqlite:///"))
    else:
        database = grown = Postgresql(url)
        await grown.connect(10)

    async def show(request: web.Request) -> web.Response:
        found = await database.read(int(request.match_info["id"]))
        return web.Response(text=PAGE.format(*found), content_type="text/html")

    async def take(request: web.Request) -> web.Response:
        form, now = await request.post(), datetime.now(UTC)
        said = (now.isoformat(" "), form["keuze"] == "tevreden", form["toelichting"])
        found = await database.keep(int(request.match_info["id"]), *said)
        return web.Response(text=THANKS.format(*found), content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/kto/{id}/{smiley}", show), web.post("/kto/{id}/{smiley}", take)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), sys.argv[2]))
