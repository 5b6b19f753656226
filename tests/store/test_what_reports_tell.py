"""What reports are made of, on both databases: klachten by agent and urgency, counts, lives, stray mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from mailagent.core.calendar import Calendar
from mailagent.core.clocks import Preset, crossed, start
from mailagent.core.events import AGENT, Actor, Closed, Resolved
from mailagent.core.klacht import Klacht
from mailagent.core.mail import Envelope
from mailagent.core.standing import Life
from mailagent.store import arrivals, chain, klachten, notices, pending, reports, standing, terms
from mailagent.store.arrivals import Fate
from mailagent.store.database import writing
from mailagent.store.notices import Owed
from mailagent.store.pending import Pending
from mailagent.store.reports import Report
from mailagent.store.store import Store, Tx, make_jobs

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANNA, BRAM = "anna@stad.example", "bram@stad.example"
AWB, REACTIE = Preset("awb", "statutory", weeks=6), Preset("reactie", "service", hours=8)


def kept(tx: Tx, number: int, *presets: Preset, **fields: object) -> Klacht:
    """A klacht with these clocks running."""
    kenmerk = f"KL26-{number:05}"
    plain = Klacht(0, kenmerk, "Container", "Vol.", "jan@home.example", NOON, category="afval")
    klacht = klachten.add(tx, replace(plain, **fields), b"salt")  # type: ignore[arg-type]
    terms.begin(tx, klacht.id, [start(preset, klacht.received_at, Calendar()) for preset in presets])
    return klacht


def test_re_03_the_open_klachten_of_agents_come_with_every_clock_that_runs(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        kept(tx, 1, AWB, REACTIE, assigned_to=ANNA)
        kept(tx, 2, AWB, assigned_to=BRAM)
        kept(tx, 3, assigned_to=ANNA, status="heropend")
        kept(tx, 4, AWB, assigned_to=ANNA, status="opgelost")
        kept(tx, 5, AWB)

        found = standing.of_agents(tx, [ANNA])
        assert [(one.kenmerk, [c.name for c in one.clocks]) for one in found] == [
            ("KL26-00001", ["statutory", "reactie"]),
            ("KL26-00003", []),
        ]
        every = terms.of(tx, [1])()
        every[1].stop(NOON, "reactie")
        terms.keep(tx, every.values())
        assert [len(one.clocks) for one in standing.of_agents(tx, [ANNA, BRAM])] == [1, 1, 0]
        assert standing.of_agents(tx, []) == []


def test_re_03_urgent_is_what_is_at_risk_or_must_be_done_at_once(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        for number, fields in enumerate(
            (
                {"received_at": NOON - timedelta(days=60), "deadline": date(2026, 2, 12)},
                {
                    "received_at": NOON - timedelta(days=40),
                    "deadline": date(2026, 3, 6),
                    "status": "gesloten",
                },
                {"deadline": date(2026, 4, 13)},
                {"deadline": date(2026, 4, 13), "priority": "spoed"},
                {"deadline": date(2026, 4, 13), "priority": "spoed", "status": "gesloten"},
                {"received_at": NOON - timedelta(days=60), "beklaagde": ANNA},
            ),
            start=1,
        ):
            kept(tx, number, AWB, **fields)

        found, many = standing.urgent(tx, NOON, ANNA, 50)
        assert [one.kenmerk[-1] for one in found] == ["1", "2", "4"]
        assert many == 3
        found, many = standing.urgent(tx, NOON, ANNA, 2)
        assert ([one.kenmerk[-1] for one in found], many) == (["1", "2"], 3)
        assert standing.urgent(tx, NOON, BRAM, 50)[1] == 4


def test_re_03_klachten_are_counted_by_status_and_by_whether_a_receipt_went_out(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        for number, status in enumerate(("nieuw", "nieuw", "nieuw", "opgelost", "gesloten"), start=1):
            klacht = kept(tx, number, status=status)
            if number > 1:
                owed = Owed("ontvangstbevestiging", "jan@home.example", f"k{number}", {}, klacht.id)
                [id] = notices.owe(tx, [owed], NOON)
                if number > 2:
                    notices.sent(tx, [(id, 250, "ok")], NOON)

        assert standing.counts(tx) == {("nieuw", False): 2, ("nieuw", True): 1, ("opgelost", True): 1}


def test_kl_05_a_life_ends_at_its_first_handling(engine: sa.Engine) -> None:
    anna, day = Actor(AGENT, ANNA), timedelta(days=1)
    with writing(engine) as tx:
        long_ago = kept(tx, 1, received_at=NOON - 90 * day)
        chain.record(tx, long_ago, [Resolved(NOON, anna, "x", "gegrond")], "test")
        chain.record(tx, long_ago, [Closed(NOON + 2 * day, anna, "dubbel")], "test")
        recent = kept(tx, 2, category=None)
        chain.record(tx, recent, [Resolved(NOON + 30 * day, anna, "x", "gegrond")], "test")
        kept(tx, 3, received_at=NOON - 90 * day)
        handled_before = kept(tx, 4, received_at=NOON - 90 * day)
        chain.record(tx, handled_before, [Resolved(NOON - 20 * day, anna, "x", "gegrond")], "test")
        chain.record(tx, handled_before, [Closed(NOON, anna, "dubbel")], "test")

        found = standing.lives(tx, NOON - 7 * day, NOON + 7 * day)

    assert sorted(found, key=lambda life: life.received) == [
        Life("afval", date(2025, 12, 2), date(2026, 3, 2)),
        Life(None, date(2026, 3, 2), None),
    ]


def test_a_report_is_made_once_and_knows_what_it_lists(engine: sa.Engine) -> None:
    new = Report(0, "dagoverzicht", ANNA, date(2026, 3, 3), NOON, 7)
    with writing(engine) as tx:
        klacht, other = kept(tx, 1), kept(tx, 2)
        id = reports.begin(tx, new)
        assert id
        assert reports.begin(tx, new) is None
        reports.list_klachten(tx, id, [klacht.id])
        reports.list_klachten(tx, id, [])
        assert reports.listed(tx, id, [klacht.kenmerk, other.kenmerk]) == {klacht.kenmerk: klacht.id}
        assert reports.listed(tx, id, []) == {}
        assert reports.made_on(tx, "dagoverzicht", new.day) == {ANNA}
        assert reports.made_on(tx, "weekoverzicht", new.day) == set()
        later = replace(new, day=date(2026, 3, 4), seen_arrival=9)
        reports.begin(tx, later)
        last = reports.last_for(tx, "dagoverzicht", ANNA)
        assert last
        assert (last.day, last.seen_arrival) == (later.day, 9)
        assert reports.last_for(tx, "dagoverzicht", BRAM) is None


def test_automatic_mail_is_astray_where_it_belongs_to_no_klacht(engine: sa.Engine) -> None:
    store = Store(engine, make_jobs(engine))
    with writing(engine) as tx:
        klacht = kept(tx, 1)
        ids, _ = arrivals.keep(
            tx, [Envelope(b"x", "smtp", NOON, "email", "a@b.example", ("k@stad.example",), "")] * 5, NOON
        )
        for id, (verdict, about) in zip(
            ids, (("AutoMail", None), ("AutoMail", klacht.id), ("NewKlacht", klacht.id)), strict=False
        ):
            fate = Fate(verdict, "auto_submitted", {}, NOON, "a@b.example", None, None, about)
            arrivals.finish(tx, id, fate)
        assert [row.id for row in arrivals.astray(tx, 0)] == [ids[0]]
        assert arrivals.astray(tx, ids[0]) == []
        assert arrivals.last_judged(tx) == ids[2], "two still wait"
        arrivals.failed(tx, ids[3], "kapot", stuck=True)
        assert [row.id for row in arrivals.stuck(tx)] == [ids[3]]
        arrivals.finish(tx, ids[4], Fate("Review", "spam", {}, NOON, "a@b.example", None, None, None))
        assert arrivals.last_judged(tx) == ids[4]
        assert [row.id for row in arrivals.stuck(tx)] == [ids[3], ids[4]]
    with store.read() as tx:
        assert arrivals.last_judged(tx) == ids[4]


def test_orders_lapse_by_when_they_expire_and_only_while_they_wait(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        ids, _ = arrivals.keep(
            tx, [Envelope(b"x", "smtp", NOON, "email", "a@b.example", ("k@stad.example",), "")] * 3, NOON
        )
        parked = [
            pending.park(
                tx, Pending(0, id, None, ANNA, "x", NOON, NOON - timedelta(hours=n), "open", None, 3)
            )
            for n, id in enumerate(ids)
        ]
        pending.set_state(tx, parked[1], "done")
        assert [(one.id, one.about_report) for one in pending.lapsed(tx, NOON)] == [
            (parked[2], 3),
            (parked[0], 3),
        ]


@pytest.mark.parametrize("raised", [True, False])
def test_what_an_attempt_did_is_gone_where_it_raised_and_the_rest_stays(
    engine: sa.Engine, raised: object
) -> None:
    store = Store(engine, make_jobs(engine))
    with store.begin() as tx:
        kept(tx, 1)
        try:
            with store.attempt(tx):
                kept(tx, 2)
                store.enqueue(tx, "post", [7])
                if raised:
                    raise LookupError
        except LookupError:
            kept(tx, 3)
    with store.read() as tx:
        assert [k.kenmerk[-1] for k in klachten.listed(tx)] == (["3", "1"] if raised else ["2", "1"])
    done: list[int] = []
    store.jobs.drain({"post": done.extend})
    assert done == ([] if raised else [7])


def test_a_clock_that_was_wound_is_found_as_it_is(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        kept(tx, 1, AWB, assigned_to=ANNA)
        [(id, clock)] = terms.running(tx, 1)
        _, wound = crossed(clock, NOON + timedelta(days=400))
        terms.wind(tx, id, wound)
        [one] = standing.of_agents(tx, [ANNA])
        assert one.clocks == (wound,)
