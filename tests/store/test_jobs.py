"""The contract of `Jobs`, kept by both makers."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from at_work import at_work, process, quick, until

from mailagent.core.errors import TryLater
from mailagent.core.ways import LETTER
from mailagent.store import notices
from mailagent.store.database import connect, reading, upgrade, writing
from mailagent.store.jobs import LEASE, Jobs, SqliteJobs, retry_after
from mailagent.store.notices import Owed
from mailagent.store.store import make_jobs
from mailagent.store.tables import notice


@pytest.fixture
def jobs(engine: sa.Engine) -> Jobs:
    return quick(engine)


OTHERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HANG_UP = OTHERS.replace("SELECT pid", "SELECT pg_terminate_backend(pid)")


class Desk:
    """Remembers every batch it was given."""

    def __init__(self) -> None:
        self.batches: list[tuple[int, ...]] = []

    def __call__(self, targets: Sequence[int]) -> None:
        self.batches.append(tuple(targets))

    @property
    def done(self) -> list[int]:
        return sorted(target for batch in self.batches for target in batch)


class Fault(Exception):
    """What a handler raises."""


def owe(engine: sa.Engine, jobs: Jobs, task: str, *targets: int, at: datetime | None = None) -> None:
    with writing(engine) as tx:
        jobs.enqueue(tx, task, targets, at)


def test_a_job_is_done_soon_after_its_commit(engine: sa.Engine, jobs: Jobs) -> None:
    desk = Desk()
    with at_work(jobs, {"note": desk}):
        time.sleep(0.5)  # idle, waiting for a bell
        before = time.monotonic()
        owe(engine, jobs, "note", 7)
        until(lambda: desk.done == [7])
        assert time.monotonic() - before < 0.4


def test_a_mail_is_owed_with_the_work_of_sending_it(engine: sa.Engine, jobs: Jobs) -> None:
    """But for what is printed, or may not be sent; one mail as well as many, whatever stands in it."""
    desk = Desk()
    said = [{"text": text} for text in ("dag", "half \ud83d \x00", "dag", "dag")]
    mails = [Owed("hulp", "jan@home.example", str(nth), values) for nth, values in enumerate(said)]
    mails[2], mails[3] = replace(mails[2], state=notices.SUPPRESSED), replace(mails[3], way=LETTER)
    with writing(engine) as tx:
        jobs.owe(tx, "post", mails[:1], NOW)
        jobs.owe(tx, "post", mails[:0], NOW)
        jobs.owe(tx, "post", [replace(one, key=f"again {one.key}") for one in mails], NOW)
        jobs.owe(tx, "post", [replace(one, key=f"plain {one.key}", values={}) for one in mails], NOW)

    jobs.drain({"post": desk})

    with reading(engine) as tx:
        rows = tx.execute(
            sa.select(notice.c.id, notice.c.key, notice.c["values"]).order_by(notice.c.id)
        ).all()
    sent = [key for id, key, _ in rows if id in desk.done]
    assert sent == ["0", "again 0", "again 1", "plain 0", "plain 1"]
    assert [values for _, key, values in rows if key.startswith("again")] == said


def test_a_rollback_drops_the_job(engine: sa.Engine, jobs: Jobs) -> None:
    def fail_halfway() -> None:
        with writing(engine) as tx:
            jobs.enqueue(tx, "note", [1])
            raise Fault

    with pytest.raises(Fault):
        fail_halfway()
    owe(engine, jobs, "note", 2)

    desk = Desk()
    assert jobs.drain({"note": desk}) == 1
    assert desk.done == [2]


def test_a_job_is_invisible_before_its_commit(engine: sa.Engine, jobs: Jobs) -> None:
    desk = Desk()
    with at_work(jobs, {"note": desk}):
        with writing(engine) as tx:
            jobs.enqueue(tx, "note", [1])
            time.sleep(0.3)
            assert desk.done == []
        until(lambda: desk.done == [1])


def test_a_job_is_not_done_before_its_time(engine: sa.Engine, jobs: Jobs) -> None:
    assert jobs.drain({"note": lambda _: None}) == 0, "and the engine is loaded, which takes its time"
    due = datetime.now(UTC) + timedelta(seconds=2)
    moments: list[datetime] = []
    owe(engine, jobs, "note", 1, at=due)

    assert jobs.drain({"note": lambda _: None}) == 0
    with at_work(jobs, {"note": lambda _: moments.append(datetime.now(UTC))}):
        until(lambda: bool(moments))

    assert due <= moments[0]


def test_a_moment_in_the_past_is_now(engine: sa.Engine, jobs: Jobs) -> None:
    owe(engine, jobs, "note", 1, at=datetime.now(UTC) - timedelta(days=1))

    assert jobs.drain({"note": Desk()}) == 1


def test_the_work_of_a_killed_process_is_taken_over(
    engine: sa.Engine, jobs: Jobs, database_url: str, tmp_path: Path
) -> None:
    owe(engine, jobs, "note", 1, 2, 3)
    with process(database_url, tmp_path / "notes", hanging=True) as worker:
        until(lambda: len(worker.noted()) == 3)
        worker.kill()

    desk = Desk()
    with at_work(jobs, {"note": desk}):
        until(lambda: desk.done == [1, 2, 3])


def test_a_live_process_takes_over_from_a_killed_one(postgres_url: str, tmp_path: Path) -> None:
    engine = connect(postgres_url)
    jobs, desk = quick(engine), Desk()
    owe(engine, jobs, "note", 1, 2, 3)
    with process(postgres_url, tmp_path / "notes", hanging=True) as worker:
        until(lambda: len(worker.noted()) == 3)
        with at_work(jobs, {"note": desk}):
            time.sleep(2)
            assert desk.done == [], "it lives, and says so"
            worker.kill()
            until(lambda: desk.done == [1, 2, 3], seconds=4)
    engine.dispose()


def test_a_lost_database_is_raised_and_the_next_run_goes_on(postgres_url: str) -> None:
    engine = connect(postgres_url)
    jobs, desk = quick(engine), Desk()

    def hang_up() -> None:
        with at_work(jobs, {"note": desk}), psycopg.connect(postgres_url, autocommit=True) as other:
            until(lambda: other.execute(OTHERS).rowcount > 2)
            other.execute(HANG_UP)
            time.sleep(1.5)

    owe(engine, jobs, "note", 1)
    with pytest.raises(TryLater):
        hang_up()
    owe(engine, jobs, "note", 2)
    with at_work(jobs, {"note": desk}):
        until(lambda: 2 in desk.done)

    assert set(desk.done) == {1, 2}
    engine.dispose()


def test_two_thousand_jobs_are_two_thousand_runs_with_four_threads(engine: sa.Engine) -> None:
    # the patience of the real ones: a machine that is busy for a second is no death
    desk, jobs = Desk(), make_jobs(engine)
    with at_work(jobs, {"note": desk}, workers=4):
        for first in range(0, 2000, 100):
            owe(engine, jobs, "note", *range(first, first + 100))
        until(lambda: len(desk.done) >= 2000, seconds=60)

    assert desk.done == list(range(2000))


def test_two_thousand_jobs_are_two_thousand_runs_with_four_processes(
    postgres_url: str, tmp_path: Path
) -> None:
    engine = connect(postgres_url)
    with ExitStack() as stack:
        workers = [stack.enter_context(process(postgres_url, tmp_path / "notes")) for _ in range(4)]
        owe(engine, quick(engine), "note", *range(2000))
        until(lambda: len(workers[0].noted()) >= 2000, seconds=60)
        time.sleep(0.5)  # time for what should not come

        assert Counter(workers[0].noted()) == Counter(range(2000))
        assert workers[0].colleagues() > 1
    engine.dispose()


def test_a_failed_job_comes_back_and_is_not_repeated_in_a_hurry(
    engine: sa.Engine, jobs: Jobs, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[float] = []

    def fail_once(_: Sequence[int]) -> None:
        tries.append(time.monotonic())
        if len(tries) == 1:
            raise Fault

    owe(engine, jobs, "note", 1)
    with at_work(jobs, {"note": fail_once}):
        until(lambda: len(tries) == 2)
        time.sleep(0.3)

    assert len(tries) == 2
    assert tries[1] - tries[0] >= 1
    assert "note failed; its jobs will come back" in caplog.messages


def test_a_drain_raises_what_the_handler_raised_and_keeps_the_job(engine: sa.Engine, jobs: Jobs) -> None:
    def fail(_: Sequence[int]) -> None:
        raise Fault

    owe(engine, jobs, "note", 1)
    with pytest.raises(Fault):
        jobs.drain({"note": fail})

    assert jobs.drain({"note": Desk()}) == 0, "it rests"
    time.sleep(1.1)
    assert jobs.drain({"note": Desk()}) == 1


def test_a_task_that_hangs_holds_no_other(engine: sa.Engine, jobs: Jobs) -> None:
    let_go, desk = threading.Event(), Desk()
    owe(engine, jobs, "hang", *range(500))

    def hang(_: Sequence[int]) -> None:
        let_go.wait(10)

    with at_work(jobs, {"hang": hang, "note": desk}):
        owe(engine, jobs, "note", 1)
        try:
            until(lambda: desk.done == [1], seconds=5)
        finally:
            let_go.set()


def test_what_was_not_begun_at_a_stop_is_left_to_others(engine: sa.Engine, jobs: Jobs) -> None:
    owe(engine, jobs, "note", *range(300))
    begun, rest = Desk(), Desk()

    def slow(targets: Sequence[int]) -> None:
        begun(targets)
        time.sleep(0.5)

    with at_work(jobs, {"note": slow}):
        until(lambda: bool(begun.batches))

    assert len(begun.batches) == 1
    jobs.drain({"note": rest})
    assert sorted(begun.done + rest.done) == list(range(300))


def test_only_the_tasks_one_has_a_handler_for_are_done(engine: sa.Engine, jobs: Jobs) -> None:
    owe(engine, jobs, "note", 1)
    owe(engine, jobs, "post", 2)

    assert jobs.drain({"note": Desk()}) == 1
    assert jobs.drain({"note": Desk(), "post": Desk()}) == 1


def test_a_batch_names_a_target_once(engine: sa.Engine, jobs: Jobs) -> None:
    desk = Desk()
    owe(engine, jobs, "note", 5, 5, 6)

    jobs.drain({"note": desk})

    assert desk.batches == [(5, 6)]


def test_work_that_makes_work_is_drained_too(engine: sa.Engine, jobs: Jobs) -> None:
    desk = Desk()
    owe(engine, jobs, "arrive", 1, 2)

    def arrive(targets: Sequence[int]) -> None:
        owe(engine, jobs, "note", *targets)

    assert jobs.drain({"note": desk, "arrive": arrive}) == 4
    assert desk.done == [1, 2]


def test_each_database_gets_its_own_maker(engine: sa.Engine) -> None:
    expected = {"sqlite": "SqliteJobs", "postgresql": "PgJobs"}[engine.dialect.name]

    assert type(make_jobs(engine)).__name__ == expected


def test_the_clock_of_an_embedded_desk_can_be_set() -> None:
    engine, clock = connect("sqlite://"), [datetime(2026, 1, 1, tzinfo=UTC)]
    upgrade(engine)
    jobs, desk = SqliteJobs(engine, now=lambda: clock[0]), Desk()
    owe(engine, jobs, "note", 1, at=clock[0] + timedelta(days=1))

    assert jobs.drain({"note": desk}) == 0
    clock[0] += timedelta(days=1)
    assert jobs.drain({"note": desk}) == 1


def test_a_late_hand_does_not_tick_off_what_another_claimed_since() -> None:
    engine, clock = connect("sqlite://"), [datetime(2026, 1, 1, tzinfo=UTC)]
    upgrade(engine)
    slow, other = (SqliteJobs(engine, now=lambda: clock[0]) for _ in range(2))
    owe(engine, slow, "note", 1)

    def take_too_long(_: Sequence[int]) -> None:
        clock[0] += LEASE
        with pytest.raises(Fault):
            other.drain({"note": fail})

    def fail(_: Sequence[int]) -> None:
        raise Fault

    slow.drain({"note": take_too_long})
    clock[0] += retry_after(2)
    assert other.drain({"note": Desk()}) == 1


def test_failures_rest_longer_and_longer_up_to_five_minutes() -> None:
    rests = [retry_after(attempts).total_seconds() for attempts in (1, 2, 3, 9, 10, 1000)]

    assert rests == [1, 2, 4, 256, 300, 300]
