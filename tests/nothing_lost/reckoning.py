"""The reckoning after a disaster: what came in, what became of it, and what left, counted from outside."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from keeping_relay import Taken
from mail_servers import INTAKE, UNHEARD, Load, writer_of

from mailagent.flow.deliver import HOLD
from mailagent.inbound.clients import BUSY
from mailagent.inbound.smtp import CLOSING, TRY_LATER
from mailagent.store.database import connect
from mailagent.store.tables import arrival, job, klacht, notice, resting

ANNA = "anna@stad.example"
OUR_WORDS = {TRY_LATER, CLOSING, BUSY}
QUIET_SECONDS = 1.5
PATIENCE = 90.0
"""So long nothing may change while something waits, on however busy a machine."""
MOST_HOURS = 100

_ENGINE_QUEUE = sa.table("pgqueuer", *map(sa.column, ("heartbeat", "execute_after")))
_AN_HOUR = timedelta(hours=1)
A_MOMENT = timedelta(minutes=1)


class Books:
    """The database, looked into from outside."""

    def __init__(self, url: str) -> None:
        self._engine = connect(url)
        self._jobs = _ENGINE_QUEUE if self._engine.dialect.name == "postgresql" else job

    def close(self) -> None:
        """Let go of it."""
        self._engine.dispose()

    def rows(self, query: sa.Select[Any]) -> list[Any]:
        """What it holds."""
        with self._engine.connect() as tx:
            return list(tx.execute(query))

    def waits(self) -> dict[str, int]:
        """How many arrivals, mails and jobs are not done with."""
        left = {
            "arrivals": sa.select(sa.func.count()).where(arrival.c.state != "done"),
            "mails": sa.select(sa.func.count()).where(notice.c.state != "accepted"),
            "jobs": sa.select(sa.func.count()).select_from(self._jobs),
        }
        return {what: self.rows(query)[0][0] for what, query in left.items()}

    def an_hour_passes(self, *, after_a_death: bool = False) -> None:
        """What was put off is due. What was taken a moment ago stays taken, for it is on its way to the
        relay; after a death that is free too."""
        now = datetime.now(UTC)
        before = now - _AN_HOUR
        until = notice.c.claimed_until
        on_its_way = sa.false() if after_a_death else until.between(now + HOLD - A_MOMENT, now + HOLD)
        with self._engine.begin() as tx:
            owed = sa.update(notice).where(notice.c.state == "owed", sa.not_(on_its_way))
            tx.execute(owed.values(claimed_until=before))
            due = (
                {"visible_at": before}
                if self._jobs is job
                else {"execute_after": before, "heartbeat": before}
            )
            tx.execute(sa.update(self._jobs).values(due))
            tx.execute(sa.update(resting).values(until=before))


@contextmanager
def opened(url: str) -> Iterator[Books]:
    """The books, while they are looked into."""
    books = Books(url)
    try:
        yield books
    finally:
        books.close()


@dataclass(frozen=True)
class Reckoning:
    """What was counted: complaints, arrivals (a mail offered again is one more), mails the relay took, how
    many of those it had already, and how many hours had to pass."""

    complaints: int
    arrivals: int
    taken: int
    repeats: int
    hours: int

    def __str__(self) -> str:
        return (
            f"{self.complaints} complaints, {self.arrivals} arrivals, {self.taken} mails taken, "
            f"{self.repeats} repeats, {self.hours} hours passed"
        )


def reckon(load: Load) -> Reckoning:
    """Wait until everything has come to rest, stop the service, and count. Fails where anything is amiss."""
    with opened(load.installation.database) as books:
        hours = _settled(load, books)
        assert load.service.stops() == 0, "".join(load.service.said)
        arrivals = _nothing_was_lost(load, books)
    assert load.refused.keys() <= OUR_WORDS, load.refused
    audit = load.installation.answers("audit", "verify")
    assert (audit["klachten"], audit["broken"]) == (load.mails, [])
    return Reckoning(load.mails, arrivals, len(load.relay.taken), repeats(load.relay.taken), hours)


def _settled(load: Load, books: Books) -> int:
    """Until nothing waits; where all is quiet and something does, time must pass: how many hours did."""
    hours, last = 0, (0, 0)
    quiet_since = changed_at = time.monotonic()
    while any((waits := books.waits()).values()):
        now, seen = time.monotonic(), (sum(waits.values()), load.counts.total())
        if last != (last := seen):
            quiet_since = changed_at = now
        stands_still = now - changed_at > PATIENCE or hours > MOST_HOURS
        assert not stands_still, f"{waits} after {hours} hours; {''.join(load.service.said)[-3000:]}"
        if now - quiet_since > QUIET_SECONDS:
            books.an_hour_passes()
            hours, quiet_since = hours + 1, now
        time.sleep(0.05)
    return hours


def _nothing_was_lost(load: Load, books: Books) -> int:
    """Every mail is one klacht, acknowledged once and given to the team once. Returns how many arrivals."""
    everyone = Counter((writer_of(number), f"Balie, keer {number}") for number in range(load.mails))
    klachten = books.rows(sa.select(klacht.c.melder, klacht.c.subject, klacht.c.kenmerk))
    assert Counter((row.melder, row.subject) for row in klachten) == everyone
    told = {(taken.recipient, kenmerk_in(taken), taken.message_id) for taken in load.relay.taken}
    expected = Counter((to, row.kenmerk) for row in klachten for to in (row.melder, ANNA))
    assert Counter((to, kenmerk) for to, kenmerk, _ in told) == expected
    arrivals = books.rows(sa.select(arrival.c.message_id, arrival.c.verdict))
    new = Counter(row.message_id for row in arrivals if row.verdict == "NewKlacht")
    assert new == {f"<klacht-{number}@home.example>": 1 for number in range(load.mails)}
    assert {row.verdict for row in arrivals} <= {"NewKlacht", "Duplicate"}
    assert len(arrivals) >= load.mails + load.mails // UNHEARD
    return len(arrivals)


def kenmerk_in(taken: Taken) -> str:
    """The klacht a mail is about."""
    found = re.search(r"KL\d\d-\d{5}", taken.subject)
    assert found, taken.subject
    return found[0]


def repeats(taken: list[Taken]) -> int:
    """How many mails the relay had already; fails where one is not the very same mail."""
    by_id: dict[str, set[Taken]] = defaultdict(set)
    for mail in taken:
        by_id[mail.message_id].add(mail)
        assert mail.sender.startswith(INTAKE.partition("@")[0])
    assert all(len(same) == 1 for same in by_id.values()), "a repeat must be the same mail"
    return len(taken) - len(by_id)
