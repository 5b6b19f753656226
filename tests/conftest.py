"""What many tests need: the databases we support, made and thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
from desk import Desk, open_desk
from hypothesis import settings
from ready_made import tree_of, upgraded
from servers import PostgresServer

from mailagent import house
from mailagent.config import yaml
from mailagent.store.database import connect, upgrade

# How long one example may take says more of what else this machine does than of us.
settings.register_profile("ours", deadline=None)
settings.load_profile("ours")


SLOW_FIRST = ("nothing_lost", "web", "inbound", "conversations")
"""Where single tests take seconds: whoever begins with these is not left with them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first; else each file in its place."""
    items.sort(
        key=lambda item: SLOW_FIRST.index(name) if (name := item.path.parent.name) in SLOW_FIRST else 9
    )


@pytest.fixture(autouse=True)
def _a_log_of_its_own() -> Iterator[None]:
    """A command sends the log to its own standard error, which is closed when the next test writes to it."""
    yield
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def _tables_made_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk in memory need not make its tables step by step; tests/store sees to it that this goes well."""
    monkeypatch.setattr(house, "upgrade", upgraded)


@pytest.fixture(autouse=True)
def _rules_parsed_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rules need not be parsed for each command and each page: that takes longer than most tests."""
    monkeypatch.setattr(yaml, "tree_of", tree_of)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, with a database `migrated` to make copies of."""
    with PostgresServer() as server:
        server.create("migrated")
        engine = connect(server.url("migrated"))
        upgrade(engine)
        engine.dispose()
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database."""
    name = postgres.create(template="migrated")
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each database we support: a new file, or a fresh database of the server."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/mailagent.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """A migrated database, on each of the two."""
    engine = connect(database_url)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk in memory, with Anna in the one team."""
    desk = open_desk(tmp_path)
    yield desk
    desk.house.close()
