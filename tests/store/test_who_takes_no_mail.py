"""Who does not take our mail, on both databases: domains that rest, and addresses that are dead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from mailagent.store import dead_addresses, notices, resting
from mailagent.store.database import reading, writing
from mailagent.store.dead_addresses import Dead
from mailagent.store.notices import Owed, Proof
from mailagent.store.resting import THE_RELAY, Rest

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
JAN, PIET = "jan@home.example", "piet@home.example"


def test_a_domain_rests_until_a_moment_and_counts_until_it_takes_a_mail(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        assert resting.refused(tx, "druk.example", 2, "451 later") == (2, 0)
        assert resting.now_resting(tx, NOON) == {}
        assert resting.refused(tx, "druk.example", 1, "451 not yet") == (3, 0)
        resting.rest(tx, "druk.example", NOON + MINUTE)
        resting.refused(tx, THE_RELAY, 3, "away")
        resting.rest(tx, THE_RELAY, NOON + 2 * MINUTE)
    with reading(engine) as tx:
        told = resting.now_resting(tx, NOON)
        assert told["druk.example"] == Rest("druk.example", NOON + MINUTE, "451 not yet")
        assert list(resting.now_resting(tx, NOON + MINUTE)) == [THE_RELAY]
    with writing(engine) as tx:
        assert resting.refused(tx, "druk.example", 1, "451 later") == (4, 1)
        resting.took(tx, ["druk.example", THE_RELAY])
        assert resting.now_resting(tx, NOON) == {}
        assert resting.refused(tx, "druk.example", 1, "451 later") == (1, 0)


def test_an_address_is_dead_since_it_was_first_said_until_it_is_revived(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        dead_addresses.mark(tx, "Jan@Home.Example", NOON, "5.1.1")
        dead_addresses.mark(tx, JAN, NOON + MINUTE, "5.1.2")
    with reading(engine) as tx:
        assert dead_addresses.among(tx, [JAN, PIET]) == {JAN: Dead(JAN, NOON, "5.1.1")}
        assert dead_addresses.among(tx, []) == {}
        assert dead_addresses.count(tx) == 1


@pytest.mark.parametrize("odd", ["o'neil", 'a"b', "a\\b", "{a,b}", "null", "é🙂", " a ", "a,b"])
def test_any_address_is_found_among_others(engine: sa.Engine, odd: str) -> None:
    address = f"{odd}@home.example"
    with writing(engine) as tx:
        dead_addresses.mark(tx, address, NOON, "5.1.1")
        asked = dead_addresses.later_among(tx, [PIET, address])
        dead_addresses.mark(tx, PIET, NOON, "5.1.1")
        assert asked().keys() == {address}, "as it was when it was asked"
        assert asked() == asked()


def test_who_writes_again_is_alive(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        dead_addresses.mark(tx, JAN, NOON, "5.1.1")
    with writing(engine) as tx:
        assert dead_addresses.revive(tx, JAN) is True
        assert dead_addresses.revive(tx, JAN) is False
        assert dead_addresses.among(tx, [JAN]) == {}


def test_a_mail_that_came_back_is_owed_once_more_with_the_bytes_it_had(engine: sa.Engine) -> None:
    line = Proof(NOON, notices.RETURNED, None, "4.2.2")
    with writing(engine) as tx:
        [id] = notices.owe(tx, [Owed("hulp", JAN, "1", {})], NOON)
        assert notices.send_again(tx, id, NOON, line) is False, "it was not sent yet"
        [taken] = notices.claim(tx, [id], NOON, NOON + MINUTE)
        notices.rendered(tx, [(id, "<1@stad.example>", "token", b"mail")], NOON)
        notices.sent(tx, [(id, 250, "queued")], NOON)
        assert notices.has_returned(tx, id) is False

        assert notices.send_again(tx, id, NOON + MINUTE, line) is True

        assert notices.has_returned(tx, id) is True
        assert notices.claim(tx, [id], NOON, NOON + MINUTE) == []
        [again] = notices.claim(tx, [id], NOON + MINUTE, NOON + 2 * MINUTE)
        assert (again.rendered, again.attempts, taken.rendered) == (b"mail", 1, None)
        told = [line.what for line in notices.proofs(tx, again)]
        assert told == ["owed", "offered", "accepted", "returned"]
