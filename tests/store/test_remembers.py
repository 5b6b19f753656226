"""What the store remembers, on both databases: arrivals, klachten and their log, mails, rounds, terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from mailagent.core import clocks
from mailagent.core.calendar import Calendar
from mailagent.core.events import MELDER, THE_CLOCK, Actor, Noted, Received
from mailagent.core.feedback import Answer
from mailagent.core.klacht import Klacht
from mailagent.core.mail import Envelope, Slot
from mailagent.store import addresses, arrivals, audit, chain, klachten, notices, pending, rounds, terms
from mailagent.store.addresses import Issued
from mailagent.store.arrivals import Fate
from mailagent.store.database import reading, writing
from mailagent.store.notices import Owed
from mailagent.store.pending import Pending

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AWB = clocks.Preset("awb", "statutory", weeks=6, levels=(clocks.Level("halverwege", 0.5),))


def envelope(raw: bytes = b"Subject: x\r\n\r\ny", slot: Slot | None = None) -> Envelope:
    """A mail as it arrives."""
    return Envelope(
        raw, "smtp", NOON, "email", "jan@home.example", ("klachten@stad.example",), "192.0.2.1", slot
    )


def kept(tx: sa.Connection, kenmerk: str = "KL26-00001") -> Klacht:
    """A klacht with its first event."""
    new = Klacht(0, kenmerk, "Container", "De bak is vol.", "jan@home.example", NOON, labels=("gft",))
    klacht = klachten.add(tx, new, b"salt")
    first = Received(NOON, Actor(MELDER, "jan@home.example"), "De bak is vol.")
    chain.record(tx, klacht, [first], "arrival:1", salt=b"salt")
    return klacht


def test_the_bytes_of_an_arrival_come_back_as_they_came(engine: sa.Engine) -> None:
    raw = bytes(range(256)) * 10

    with writing(engine) as tx:
        [id], new = arrivals.keep(tx, [envelope(raw)], NOON)

    with reading(engine) as tx:
        back = arrivals.load(tx, id)
    assert new == [id]
    assert back
    assert (back.envelope.raw, back.envelope.peer, back.kept_at) == (raw, "192.0.2.1", NOON)


def test_the_klachten_of_one_melder_are_counted_from_a_moment_on_and_no_further(engine: sa.Engine) -> None:
    before = NOON - timedelta(days=1)
    with writing(engine) as tx:
        for number in range(4):
            kept(tx, f"KL26-0000{number}")

    with reading(engine) as tx:
        assert klachten.brought_since(tx, "jan@home.example", before, 50) == 4
        assert klachten.brought_since(tx, "jan@home.example", before, 3) == 3
        assert klachten.brought_since(tx, "jan@home.example", NOON, 50) == 0
        assert klachten.brought_since(tx, "eve@elsewhere.example", before, 50) == 0


def test_a_mail_already_in_the_ledger_is_not_kept_twice(engine: sa.Engine) -> None:
    slot = Slot("klachten", 7, 42)
    with writing(engine) as tx:
        first, _ = arrivals.keep(tx, [envelope(slot=slot), envelope()], NOON)

    with writing(engine) as tx:
        again, new = arrivals.keep(tx, [envelope(b"z"), envelope(slot=slot)], NOON)

    assert again[1] == first[0]
    assert new == [again[0]]
    with reading(engine) as tx:
        assert arrivals.known_uids(tx, "klachten", 7) == {42}
        assert arrivals.known_uids(tx, "klachten", 8) == set()


def test_a_judged_arrival_is_judged_once(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        [id], _ = arrivals.keep(tx, [envelope()], NOON)
    with writing(engine) as tx:
        assert arrivals.claim(tx, id)
        arrivals.finish(tx, id, Fate("Duplicate", "al bewaard", {"evidence": []}, NOON))

    with writing(engine) as tx:
        assert not arrivals.claim(tx, id)
    with reading(engine) as tx:
        assert arrivals.load(tx, id) is None
        assert arrivals.waiting(tx, NOON + timedelta(days=1)) == []


def test_what_keeps_failing_steps_aside_and_can_be_put_back(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        [id], _ = arrivals.keep(tx, [envelope()], NOON)
        arrivals.failed(tx, id, "kapot", stuck=False)
        arrivals.failed(tx, id, "nog kapot", stuck=True)

    with writing(engine) as tx:
        [row] = arrivals.stuck(tx)
        assert (row.state, row.reason, row.attempts) == ("stuck", "nog kapot", 2)
        assert arrivals.put_back(tx, None) == [id]
        assert arrivals.attempts(tx, id) == 0


def test_the_numbers_restart_each_year(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        assert [klachten.next_number(tx, year) for year in (2026, 2026, 2027, 2026)] == [1, 2, 1, 3]


def test_a_klacht_comes_back_as_it_was_saved(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        klacht = kept(tx)
        changed = replace(
            klacht,
            status="in_behandeling",
            assigned_to="anna@stad.example",
            deadline=date(2026, 4, 13),
            melder="piet@home.example",
        )
        klachten.save(tx, changed)

    with reading(engine) as tx:
        assert klachten.by_kenmerk(tx, "kl26-00001") == changed
        assert klachten.by_id(tx, klacht.id) == changed
        assert klachten.listed(tx, status="in_behandeling") == [changed]
        assert klachten.listed(tx, status="nieuw") == []


def test_of_a_klacht_that_was_read_only_what_became_another_is_written(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        first, second = kept(tx), kept(tx, "KL26-00002")
        # as nothing stands in the rows, so that it shows what is written
        was = {one.id: one.but(team="elders", labels=("elders",)) for one in (first, second)}
        moved, same = was[first.id].but(status="opgelost", wake_at=NOON), was[second.id]
        klachten.save(tx, moved, same, was=was)

    with reading(engine) as tx:
        assert klachten.by_id(tx, first.id) == first.but(status="opgelost", wake_at=NOON)
        assert klachten.by_id(tx, second.id) == second


def test_only_klachten_whose_moment_has_come_are_due(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        early, late = kept(tx), kept(tx, "KL26-00002")
        klachten.save(tx, replace(early, wake_at=NOON))
        klachten.save(tx, replace(late, wake_at=NOON + timedelta(days=1)))

    with reading(engine) as tx:
        assert klachten.due(tx, NOON) == [early.id]


@pytest.mark.parametrize("statement", ["UPDATE event SET kind = 'x'", "DELETE FROM event"])
def test_kl_07_the_database_refuses_to_change_the_log(engine: sa.Engine, statement: str) -> None:
    with writing(engine) as tx:
        kept(tx)

    with pytest.raises(sa.exc.DBAPIError), writing(engine) as tx:
        tx.execute(sa.text(statement))


def test_kl_07_the_chain_holds_and_shows_what_was_changed(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        klacht = kept(tx)
        chain.record(tx, klacht, [Noted(NOON, Actor("agent", "anna@stad.example"), "gebeld")], "arrival:2")
        kept(tx, "KL26-00002")
    with reading(engine) as tx:
        assert [(kenmerk, count, broken) for kenmerk, count, broken in audit.verify(tx)] == [
            ("KL26-00001", 2, []),
            ("KL26-00002", 1, []),
        ]

    with writing(engine) as tx:
        tx.execute(sa.text("UPDATE event_body SET who = 'x' WHERE event_id = 2"))

    with reading(engine) as tx:
        broken = [b for _, _, found in audit.verify(tx) for b in found]
    assert [(b.kenmerk, b.seq) for b in broken] == [("KL26-00001", 2)]


def test_erased_texts_leave_the_chain_whole(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        kept(tx)
        tx.execute(sa.text("DELETE FROM event_body"))
        tx.execute(sa.text("UPDATE klacht SET salt = NULL"))

    with reading(engine) as tx:
        [(_, count, broken)] = audit.verify(tx)
        [event] = klachten.history(tx, 1)
    assert (count, broken) == (1, [])
    assert (event.kind, event.who, dict(event.data)) == ("received", "", {})


def test_the_chain_itself_holds_no_address_and_no_text(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        kept(tx)

    with reading(engine) as tx:
        row = str(tx.execute(sa.text("SELECT * FROM event")).one())
    assert "jan@home.example" not in row
    assert "bak" not in row


def owed(tx: sa.Connection, key: str = "k1") -> int:
    """A mail owed about a klacht."""
    klacht = klachten.by_kenmerk(tx, "KL26-00001") or kept(tx)
    [id] = notices.owe(tx, [Owed("antwoord", "jan@home.example", key, {"text": "x"}, klacht.id)], NOON)
    return id


def test_a_mail_is_owed_once(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        owed(tx)

    with pytest.raises(sa.exc.IntegrityError), writing(engine) as tx:
        owed(tx)


def test_a_mail_taken_for_sending_is_nobody_elses_until_its_time_is_up(engine: sa.Engine) -> None:
    until = NOON + timedelta(minutes=10)
    with writing(engine) as tx:
        id = owed(tx)
        assert [n.id for n in notices.claim(tx, [id], NOON, until)] == [id]

    with writing(engine) as tx:
        assert notices.claim(tx, [id], NOON, until) == []
        [again] = notices.claim(tx, [id], until, until + timedelta(minutes=10))
    assert again.attempts == 2


def test_the_proof_of_a_mail_tells_its_whole_way(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        id = owed(tx)
        notices.rendered(tx, [(id, "<m@stad.example>", "token", b"raw")], NOON)
        [taken] = notices.claim(tx, [id], NOON, NOON + timedelta(minutes=10))
        notices.put_off(tx, taken, NOON, notices.Proof(NOON, "delayed", 451, "later"))
        notices.sent(tx, [(id, 250, "queued as 7")], NOON + timedelta(minutes=1))

    with reading(engine) as tx:
        notice = notices.by_message_id(tx, ["<m@stad.example>"])
        assert notice
        assert notices.by_bounce_token(tx, "token") == notice
        lines = [(p.what, p.code, p.detail) for p in notices.proofs(tx, notice)]
    assert lines == [
        ("owed", None, ""),
        ("offered", None, ""),
        ("delayed", 451, "later"),
        ("accepted", 250, "queued as 7"),
    ]
    assert notice.state == "accepted"


def test_a_mail_that_keeps_failing_to_leave_is_shown_before_it_is_given_up(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        id = owed(tx)
        for hour in range(3):
            assert notices.struggling(tx) == []
            notices.claim(tx, [id], NOON + timedelta(hours=hour), NOON + timedelta(hours=hour))

        assert [notice.id for notice in notices.struggling(tx)] == [id]


def test_a_round_is_answered_once_and_older_ones_are_counted(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        klacht = kept(tx)
        first = rounds.open_next(tx, klacht.id, klacht.melder, NOON, NOON + timedelta(days=5))
        second = rounds.open_next(tx, klacht.id, klacht.melder, NOON, NOON + timedelta(days=5))
        answer = Answer(satisfied=False, reasons=("niet-opgelost",), text="vol")
        rounds.answered(tx, {second.id: answer}, NOON)

        assert (first.number, second.number, rounds.latest(tx, klacht.id)) == (1, 2, 2)
        last = rounds.last_of(tx, klacht.id)
        assert last
        assert (last.state, last.submitted) == ("answered", answer.digest)
        assert not rounds.set_state(tx, second.id, "expired", only_from=("scheduled", "sent"))


def test_a_clock_that_starts_again_is_a_new_version(engine: sa.Engine) -> None:
    clock = clocks.start(AWB, NOON, Calendar())
    with writing(engine) as tx:
        klacht = kept(tx)
        terms.begin(tx, klacht.id, [clock])
        week = timedelta(days=7)
        again = terms.of(tx, [klacht.id])()
        again[klacht.id].start(clocks.start(AWB, NOON + week, Calendar()), NOON + 2 * week)
        terms.keep(tx, again.values())

        [(id, running)] = terms.running(tx, klacht.id)
        assert running.last_day == date(2026, 4, 20)
        _, wound = clocks.crossed(running, NOON + timedelta(days=300))
        terms.wind(tx, id, wound)
        assert terms.running(tx, klacht.id) == [(id, wound)]
        terms.stop(tx, klacht.id, NOON + 3 * week, ("service",))
        assert terms.running(tx, klacht.id) == [(id, wound)]
        terms.stop(tx, klacht.id, NOON + 3 * week, ("statutory",))
        assert terms.running(tx, klacht.id) == []
        assert terms.versions(tx, klacht.id) == [(1, clock, NOON + 2 * week), (2, wound, NOON + 3 * week)]


def test_a_clock_that_starts_twice_at_once_has_two_versions(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        klacht = kept(tx)
        own = terms.of(tx, [klacht.id])()
        for later in (0, 7):
            at = NOON + timedelta(days=later)
            own[klacht.id].start(clocks.start(AWB, at, Calendar()), at)
        terms.keep(tx, own.values())
        assert [version for version, _, _ in terms.versions(tx, klacht.id)] == [1, 2]
        assert len(terms.running(tx, klacht.id)) == 1


def test_service_clocks_run_beside_the_one_of_the_law_and_stop_each_by_itself(engine: sa.Engine) -> None:
    law = clocks.start(AWB, NOON, Calendar())
    service = [
        clocks.start(clocks.Preset(id, "service", hours=8), NOON, Calendar())
        for id in ("reactie", "oplossing")
    ]
    with writing(engine) as tx:
        klacht = kept(tx)
        terms.begin(tx, klacht.id, [law, *service])
        every = terms.of(tx, [klacht.id])()
        assert [clock.name for clock in every[klacht.id].running] == ["statutory", "reactie", "oplossing"]

        every[klacht.id].stop(NOON, "reactie")
        terms.keep(tx, every.values())
        assert [clock.name for _, clock in terms.running(tx, klacht.id)] == ["statutory", "oplossing"]
        terms.stop(tx, klacht.id, NOON, ("service",))
        assert [clock.name for _, clock in terms.running(tx, klacht.id)] == ["statutory"]


def test_a_reply_address_is_found_by_its_token_and_knows_its_key(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        klacht = kept(tx)
        issued = Issued("token", klacht.kenmerk, klacht.id, "melder", klacht.melder, "key1")
        addresses.issue(tx, [issued], NOON)
        addresses.issue(tx, [issued], NOON)

        assert addresses.find(tx, "token") == issued
        assert addresses.find(tx, "other") is None
        assert addresses.keys_in_use(tx) == {"key1"}


def test_an_order_waits_until_it_lapses(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        klacht = kept(tx)
        [arrival], _ = arrivals.keep(tx, [envelope()], NOON)
        parked = Pending(
            0, arrival, klacht.id, "anna@stad.example", "#help", NOON, NOON + timedelta(hours=48), "open"
        )
        id = pending.park(tx, parked)

        assert pending.open_of(tx, "anna@stad.example") == 1
        assert pending.lapsed(tx, NOON) == []
        assert [p.id for p in pending.lapsed(tx, NOON + timedelta(hours=49))] == [id]
        pending.set_state(tx, id, "done")
        assert pending.open_of(tx, "anna@stad.example") == 0


def test_a_moment_without_a_zone_is_refused(engine: sa.Engine) -> None:
    with pytest.raises((sa.exc.StatementError, ValueError)), writing(engine) as tx:
        chain.record(tx, kept(tx), [Noted(datetime(2026, 3, 2), THE_CLOCK, "x")], "clock")  # noqa: DTZ001
