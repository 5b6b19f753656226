"""A real browser: Chromium without a screen, and an app served on the loopback for it to look at."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, ViewportSize, sync_playwright

SECONDS = 20
_MADE_KNOWN = 0.01
"""Seconds; the loop needs three turns between the accept of a connection and the moment aiohttp knows it."""
_SHELL = "chromium-headless-shell"
"""Chromium with nothing around the page: the whole one makes windows that nobody sees, at twice the cost."""
_HOW_TO_GET = f"Chromium is missing: run `apt-get install -y {_SHELL}` (Debian) and try again"


def size(width: int, height: int) -> ViewportSize:
    """A window, in CSS pixels."""
    return {"width": width, "height": height}


PHONE, DESKTOP = size(360, 740), size(1280, 900)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine; it asks nobody but us for anything."""
    found = shutil.which(_SHELL)
    if found is None:
        raise RuntimeError(_HOW_TO_GET)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Browser, window: ViewportSize = DESKTOP, *, scripts: bool = True
) -> Iterator[BrowserContext]:
    """A browser without a past, as someone has who never was here."""
    context = browser.new_context(viewport=window, java_script_enabled=scripts)
    context.set_default_timeout(SECONDS * 1000)
    yield context
    context.close()


def css(part: Locator, name: str) -> str:
    """What the browser made of a property of the stylesheets."""
    return str(part.evaluate("(each, name) => getComputedStyle(each).getPropertyValue(name)", name))


@contextmanager
def complaints_of(page: Page) -> Iterator[list[str]]:
    """What the browser says against a page: what its policy forbids, and what could not be fetched.

    What it no longer waits for, because somebody goes on to the next page, is none.
    """
    said: list[str] = []

    def failed(request: Request) -> None:
        if "ERR_ABORTED" not in str(request.failure):
            said.append(f"{request.url}: {request.failure}")

    page.on("requestfailed", failed)
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    yield said


@contextmanager
def served(app: web.Application) -> Iterator[str]:
    """Where this app is to be found, served by a thread of its own: Playwright holds the loop of this one."""
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(app, access_log=None)

    async def begin() -> str:
        await runner.setup()
        await web.SockSite(runner, door).start()
        host, port = door.getsockname()
        return f"http://{host}:{port}"

    async def end() -> None:
        # A browser connects ahead. Whom asyncio let in just before its server closes, it forgets to close:
        # so first nobody comes in any more, and what came in is made known.
        loop.remove_reader(door.fileno())
        await asyncio.sleep(_MADE_KNOWN)
        await runner.cleanup()

    door = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(begin(), loop).result(SECONDS)
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
