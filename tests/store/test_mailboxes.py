"""What is remembered of a mailbox, and that two pollers of it keep each mail once, on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from mailagent.core.mail import Envelope, Slot
from mailagent.store import arrivals, mailboxes, tables
from mailagent.store.database import reading, writing

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=31)


def envelope(uid: int) -> Envelope:
    return Envelope(raw=b"hoi", via="imap:post", reached_at=NOON, slot=Slot("post", 7, uid))


@pytest.fixture
def watched(engine: sa.Engine) -> sa.Engine:
    with writing(engine) as tx:
        mailboxes.begin(tx, ["post"], NOON)
    return engine


def test_two_pollers_that_find_the_same_mails_keep_each_of_them_once(engine: sa.Engine) -> None:
    uids, ready = range(1, 16), threading.Barrier(2)
    ids: list[list[int]] = []
    new: list[int] = []

    def keep_all() -> None:
        mine = []
        for uid in uids:
            ready.wait(20)
            with writing(engine) as tx:
                [id], fresh = arrivals.keep(tx, [envelope(uid)], NOON)
            mine.append(id)
            new.extend(fresh)
        ids.append(mine)

    pollers = [threading.Thread(target=keep_all) for _ in range(2)]
    for poller in pollers:
        poller.start()
    for poller in pollers:
        poller.join(60)

    assert ids[0] == ids[1]
    assert sorted(new) == sorted(ids[0])
    with reading(engine) as tx:
        assert arrivals.known_uids(tx, "post", 7) == set(uids)
        assert tx.scalar(sa.select(sa.func.count()).select_from(tables.arrival)) == len(uids)


def test_another_mailbox_under_the_same_name_has_its_own_ledger(watched: sa.Engine) -> None:
    """Many servers give every INBOX the same UIDVALIDITY."""

    def known(*where: str) -> set[int]:
        with writing(watched) as tx:
            for place in where:
                mailboxes.settle(tx, "post", place)
            return arrivals.known_uids(tx, "post", 7)

    with writing(watched) as tx:
        arrivals.keep(tx, [envelope(1), envelope(2)], NOON)

    assert known("old INBOX") == {1, 2}, "an upgrade forgets nothing"
    assert known("new INBOX") == set()
    with writing(watched) as tx:
        arrivals.keep(tx, [envelope(1)], NOON)
    assert known("new INBOX") == {1}
    assert known("old INBOX") == {1, 2}
    assert known("old INBOX", "third INBOX", "new INBOX") == {1}


def test_the_second_poller_waits_for_the_commit_of_the_first_and_keeps_what_is_left(
    postgres_url: str,
) -> None:
    engine = sa.create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    kept: list[tuple[list[int], list[int]]] = []

    def second() -> None:
        with writing(engine) as tx:
            kept.append(arrivals.keep(tx, [envelope(1), envelope(2)], NOON))

    other = threading.Thread(target=second)
    with writing(engine) as tx:
        [first], _ = arrivals.keep(tx, [envelope(1)], NOON)
        other.start()
        other.join(0.5)
        assert kept == []
    other.join(20)

    [(ids, new)] = kept
    assert (ids[0], ids[1:]) == (first, new)
    engine.dispose()


def test_a_silence_is_reported_once_and_again_after_it_was_broken(watched: sa.Engine) -> None:
    with writing(watched) as tx:
        mailboxes.failed(tx, "post", "de lijn is weg", NOON)
        assert mailboxes.fall_silent(tx, "post", NOON - timedelta(seconds=1), NOON) is None
        silent = mailboxes.fall_silent(tx, "post", NOON, LATER)
        assert silent is not None
        assert (silent.silent_since, silent.error) == (NOON, "de lijn is weg")
        assert mailboxes.fall_silent(tx, "post", LATER, LATER) is None

        before = mailboxes.good(tx, "post", 2, LATER)
        assert before is not None
        assert before.alarmed_at == LATER
        state = mailboxes.states(tx)["post"]
        assert (state.silent_since, state.error, state.aside, state.alarmed_at) == (LATER, "", 2, None)
        assert mailboxes.fall_silent(tx, "post", LATER, LATER + timedelta(hours=1)) is not None


def test_who_begins_to_watch_again_changes_nothing(watched: sa.Engine) -> None:
    with writing(watched) as tx:
        mailboxes.good(tx, "post", 0, LATER)
        mailboxes.begin(tx, ["post", "balie"], LATER)
        assert {name: state.since for name, state in mailboxes.states(tx).items()} == {
            "balie": LATER,
            "post": NOON,
        }


def test_a_refresh_token_is_kept_until_the_admin_fills_in_another(watched: sa.Engine) -> None:
    with writing(watched) as tx:
        assert mailboxes.refresh_token(tx, "post", "a") == ""
        mailboxes.keep_refresh_token(tx, "post", "a", "nieuw")
        assert mailboxes.refresh_token(tx, "post", "a") == "nieuw"
        assert mailboxes.refresh_token(tx, "post", "b") == ""
