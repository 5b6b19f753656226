"""A job that failed while its engine could not write either, as on a full disk, is not held for good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
import sqlalchemy as sa
from at_work import at_work, quick, until

from mailagent.store.database import connect, reading, upgrade, writing

FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON pgqueuer_log FOR EACH ROW WHEN (NEW.status = 'queued')
EXECUTE FUNCTION full_disk();
"""
"""The page is full on which a job would be given back."""


@pytest.fixture
def grown(postgres_url: str) -> Iterator[sa.Engine]:
    engine = connect(postgres_url)
    upgrade(engine)
    yield engine
    engine.dispose()


def states(engine: sa.Engine) -> list[str]:
    with reading(engine) as tx:
        return list(tx.execute(sa.text("SELECT status::text FROM pgqueuer")).scalars())


def test_nw_07_a_job_that_could_not_be_given_back_is_done_all_the_same(grown: sa.Engine) -> None:
    jobs, tries = quick(grown), 0
    with writing(grown) as tx:
        jobs.enqueue(tx, "note", [1])
        tx.execute(sa.text(FULL))

    def fail_once(_: Sequence[int]) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise OSError("no room for what follows from it either")

    with at_work(jobs, {"note": fail_once}):
        until(lambda: states(grown) == [], seconds=60)

    assert tries == 2
