"""A domain that says "later" is left in peace for a while, and so is a relay that is away; others go on."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from desk import Desk
from relays import DOWN, FULL, HUNG_UP, NOBODY, TAKEN, MoodyRelay, moody

from mailagent.cli.inspect import work
from mailagent.flow import deliver
from mailagent.flow.receipt import Receipt
from mailagent.store import notices, resting
from mailagent.store.notices import Notice, Owed
from mailagent.store.resting import Rest

BUSY = Receipt(451, "10.4.1.25:25: 4.7.1 too many mails from you")
ELSEWHERE = "kees@elders.example"


@dataclass
class Queue:
    """A klacht about which many mails leave, by a relay whose mood we set."""

    desk: Desk
    relay: MoodyRelay
    values: dict[str, object]
    klacht_id: int
    count: int = 0

    def owes(self, *recipients: str) -> list[str]:
        """A mail to each, offered now: to whom in fact."""
        self.relay.offered.clear()
        rows = []
        for recipient in recipients:
            self.count += 1
            rows.append(Owed("toegewezen", recipient, f"{self.count}", self.values, self.klacht_id))
        with self.desk.world.store.begin() as tx:
            ids = notices.owe(tx, rows, self.desk.now())
        self.desk.house.post.send(ids)
        return [offered.recipient for offered in self.relay.offered]

    def rests(self) -> dict[str, Rest]:
        with self.desk.world.store.read() as tx:
            return resting.now_resting(tx, self.desk.now())

    def waiting(self) -> list[Notice]:
        with self.desk.world.store.read() as tx:
            return notices.in_state(tx, notices.OWED)

    def said_of(self, notice: Notice) -> list[str]:
        with self.desk.world.store.read() as tx:
            return [f"{line.what} {line.detail}".strip() for line in notices.proofs(tx, notice)]


@pytest.fixture
def queue(desk: Desk) -> Queue:
    relay = moody(desk)
    desk.citizen("jan@home.example").writes("Balie", "Ik werd onbeleefd behandeld.")
    with desk.world.store.read() as tx:
        [task] = [n for n in notices.in_state(tx, notices.ACCEPTED) if n.kind == "nieuw_voor_team"]
    assert task.klacht_id
    return Queue(desk, relay, dict(task.values), task.klacht_id)


def people(count: int, domain: str = "druk.example") -> list[str]:
    return [f"mens{number}@{domain}" for number in range(count)]


def busy(queue: Queue, said: Receipt = BUSY) -> None:
    queue.relay.mood = lambda to, _raw: said if to.endswith("@druk.example") else TAKEN


def test_after_several_refusals_the_others_to_that_domain_are_not_offered(queue: Queue) -> None:
    busy(queue)

    assert queue.owes(*people(8), ELSEWHERE) == [*people(3), ELSEWHERE]

    left = queue.waiting()
    assert len(left) == 8
    assert queue.said_of(left[-1])[-1].startswith(
        "delayed paused until 2026-03-02 09:01 UTC: 451 10.4.1.25:25: 4.7.1"
    )
    assert queue.owes(*people(2), ELSEWHERE) == [ELSEWHERE]


def test_each_rest_is_longer_than_the_last_and_none_longer_than_half_an_hour(queue: Queue) -> None:
    busy(queue)
    queue.owes(*people(3))
    minutes = []
    for _ in range(6):
        until = queue.rests()["druk.example"].until
        minutes.append((until - queue.desk.now()).total_seconds() / 60)
        queue.desk.time[0] = until
        assert queue.owes("nog@druk.example"), "once the rest is over it is asked again"

    assert minutes == [1, 5, 15, 30, 30, 30]


def test_the_first_mail_that_is_taken_ends_it(queue: Queue) -> None:
    busy(queue)
    queue.owes(*people(5))
    queue.relay.says(TAKEN)
    queue.desk.passes(minutes=1)

    assert queue.waiting() == []
    busy(queue)
    assert len(queue.owes(*people(5))) == 3, "and it counts from nothing again"


@pytest.mark.parametrize("said", [FULL, HUNG_UP, NOBODY])
def test_what_is_said_of_one_mail_alone_lets_no_other_rest(queue: Queue, said: Receipt) -> None:
    busy(queue, said)

    assert len(queue.owes(*people(8))) == 8
    assert queue.rests() == {}


def test_a_mail_that_rests_for_days_is_given_up_like_any_other(queue: Queue) -> None:
    busy(queue)
    queue.owes(*people(6))
    for _ in range(60):
        queue.desk.passes(hours=4)

    assert queue.waiting() == []
    with queue.desk.world.store.read() as tx:
        assert len(notices.in_state(tx, notices.FAILED)) == 6


def test_a_relay_that_is_away_is_asked_with_one_mail_and_ends_none(queue: Queue) -> None:
    queue.relay.says(DOWN)

    assert queue.owes(*people(30)) == people(1), "one question tells enough"
    assert queue.owes(ELSEWHERE) == []
    asked = 0
    for _ in range(60):
        queue.relay.offered.clear()
        queue.desk.passes(hours=4)
        asked += len(queue.relay.offered)

    assert asked <= 60, "one mail each time, for ten days"
    assert len(queue.waiting()) == 31
    assert {notice.attempts for notice in queue.waiting()} == {0}
    queue.relay.says(TAKEN)
    queue.desk.passes(minutes=30)
    assert queue.waiting() == []


def test_who_starts_us_anew_need_not_wait_for_the_rest_to_end(queue: Queue) -> None:
    queue.relay.says(DOWN)
    queue.owes(*people(2))
    queue.relay.says(TAKEN)

    deliver.release(queue.desk.world)

    assert queue.owes(ELSEWHERE) == [ELSEWHERE]


def test_check_tells_who_rests_and_why(queue: Queue) -> None:
    busy(queue)
    queue.owes(*people(3))

    found = [finding.text for finding in work(queue.desk.house)]
    assert f"mails to druk.example rest until 2026-03-02 09:01 UTC: 451 {BUSY.text}" in found

    queue.relay.says(DOWN)
    queue.owes(ELSEWHERE)
    assert any(finding.text.startswith("all mail rests until") for finding in work(queue.desk.house))
