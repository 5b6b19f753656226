"""Browsers that keep their connections; what they ask is written by hand, for asking should cost little."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import uvloop

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """How long all of it took, and each answer, in seconds."""

    took: float
    each: Sequence[float]

    @property
    def p99(self) -> float:
        """What 99 of 100 waited at most, in seconds."""
        return sorted(self.each)[len(self.each) * 99 // 100]


class _Visitor(asyncio.Protocol):
    """Asks one thing after the other. SystemExit for any answer but a 200."""

    def __init__(self, requests: Iterator[bytes], waited: list[float], done: asyncio.Future[None]) -> None:
        self._requests, self._waited, self._done = requests, waited, done
        self._heard, self._needed = b"", 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if not self._needed:
            self._needed = self._length()
        if 0 < self._needed <= len(self._heard):
            self._waited.append(time.perf_counter() - self._began)
            self._heard, self._needed = b"", 0
            self._ask()

    def _length(self) -> int:
        """Of the whole answer, 0 where its head is not there yet."""
        head, found, _ = self._heard.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if found and not (head.startswith(b"HTTP/1.1 200") and length):
            self._fail(head.decode())
        return len(head) + 4 + int(length[1]) if found and length else 0

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(f"the connection was closed: {error}")

    def _ask(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._done.set_result(None)
            self._transport.abort()
            return
        self._began = time.perf_counter()
        self._transport.write(request)

    def _fail(self, why: str) -> None:
        if not self._done.done():
            self._done.set_exception(SystemExit(f"no page: {why}"))
            self._transport.abort()


def ask(port: int, requests: Sequence[bytes], connections: int) -> Asked:
    """Ask all of these, over so many connections at once."""
    return uvloop.run(_ask(port, requests, connections))


async def _ask(port: int, requests: Sequence[bytes], connections: int) -> Asked:
    loop, waited, one_by_one = asyncio.get_running_loop(), list[float](), iter(requests)
    done = [loop.create_future() for _ in range(connections)]
    began = time.perf_counter()
    for each in done:
        await loop.create_connection(lambda own=each: _Visitor(one_by_one, waited, own), "127.0.0.1", port)
    await asyncio.gather(*done)
    return Asked(time.perf_counter() - began, waited)


def get(path: str) -> bytes:
    """A look at a page."""
    return f"GET {path} HTTP/1.1\r\nHost: stad.example\r\nAccept: text/html\r\n\r\n".encode()


def post(path: str, form: str, visitor: str) -> bytes:
    """A form that is sent, for this visitor by a proxy."""
    body = form.encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: stad.example\r\nX-Forwarded-For: {visitor}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
