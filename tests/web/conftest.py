"""What the tests of pages share: one Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chromium import chromium
from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """A browser that every test opens anew; no test beside these may run a loop of asyncio."""
    with chromium() as browser:
        yield browser
