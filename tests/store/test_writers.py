"""What was written to a SQLite file goes back from its log beside those who write; nobody waits for it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailagent.store import writers
from mailagent.store.database import connect, writing

PAGE = "x" * 5_000


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits a second."""
    monkeypatch.setattr(writers, "_EVERY_SECONDS", 0.0)


def keep(engine: sa.Engine, how_many: int) -> None:
    """So many rows, each in a commit of its own."""
    for _ in range(how_many):
        with writing(engine) as tx:
            tx.execute(sa.text("INSERT INTO kept (text) VALUES (:text)"), {"text": PAGE})


def opened(file: Path) -> sa.Engine:
    """A database with a table."""
    engine = connect(f"sqlite:///{file}")
    with writing(engine) as tx:
        tx.execute(sa.text("CREATE TABLE kept (id INTEGER PRIMARY KEY, text TEXT)"))
    return engine


def wait(engine: sa.Engine) -> None:
    """Until nothing is being written back."""
    engine.get_execution_options()["writers"].wait()


def all_back(engine: sa.Engine, how_many: int) -> None:
    """Write so many rows, the last one when all before it is back: then nothing is left in the log."""
    keep(engine, how_many - 1)
    wait(engine)
    keep(engine, 1)
    wait(engine)


@pytest.mark.usefixtures("at_once")
def test_what_was_written_stands_in_the_file_itself(tmp_path: Path) -> None:
    engine = opened(tmp_path / "db")
    all_back(engine, 21)
    # without its log the file still tells them: `immutable` looks at nothing else
    with sqlite3.connect(f"file:{tmp_path}/db?immutable=1", uri=True) as alone:
        assert alone.execute("SELECT count(*) FROM kept").fetchone() == (21,)
    alone.close()
    engine.dispose()


@pytest.mark.usefixtures("at_once")
def test_the_log_does_not_grow_for_ever(tmp_path: Path) -> None:
    engine = opened(tmp_path / "db")
    all_back(engine, 20)
    once = (tmp_path / "db-wal").stat().st_size
    for _ in range(10):
        all_back(engine, 20)
    assert (tmp_path / "db-wal").stat().st_size < 3 * once
    engine.dispose()


@pytest.mark.usefixtures("at_once")
def test_a_long_log_ends_when_the_file_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited_for: list[Path] = []
    monkeypatch.setattr(writers, "_LONG", 0)
    monkeypatch.setattr(
        writers.os, "fdatasync", lambda fd: waited_for.append(Path(f"/proc/self/fd/{fd}").readlink())
    )
    engine = opened(tmp_path / "db")
    keep(engine, 20)
    wait(engine)
    with sqlite3.connect(tmp_path / "db") as other:
        busy, _, _ = other.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    other.close()
    assert (busy, set(waited_for)) == (0, {tmp_path / "db"})
    engine.dispose()


@pytest.mark.usefixtures("at_once")
def test_where_it_cannot_be_written_back_the_log_keeps_it(tmp_path: Path) -> None:
    engine = opened(tmp_path / "db")
    wait(engine)
    held = connect(f"sqlite:///{tmp_path}/db")
    with held.get_execution_options()["readers"].connect() as reader:
        reader.execution_options(reading=True).begin()
        reader.execute(sa.text("SELECT count(*) FROM kept")).scalar_one()  # and stays in that moment
        keep(engine, 5)
        wait(engine)
        assert reader.scalar(sa.text("SELECT count(*) FROM kept")) == 0
    held.dispose()
    with engine.get_execution_options()["readers"].connect() as now:
        assert now.scalar(sa.text("SELECT count(*) FROM kept")) == 5
    engine.dispose()
