"""Clocks of the law and of our service: whatever happens, a klacht wakes at the first thing that is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from desk import Desk, Got, open_desk
from hypothesis import given, settings
from hypothesis import strategies as st
from relays import DOWN, FULL, NOBODY, TAKEN, MoodyRelay, moody

from mailagent.core.clocks import Clock
from mailagent.core.feedback import Answer
from mailagent.core.klacht import Klacht
from mailagent.store import notices, rounds, terms

JAN, ANNA = "jan@home.example", "anna@stad.example"

ORDERS = (
    "#in_behandeling",
    "#opgelost gegrond\nOnze excuses.",
    "#heropenen\nWij kijken opnieuw.",
    "#ingetrokken\nU belde ons.",
    "#sluiten niet_in_behandeling c\nU kunt bezwaar maken.",
    "#sluiten doorgestuurd\nNaar de provincie.",
    "#sluiten dubbel",
    "#antwoord\nWij zoeken het uit.",
    "#opgelost\nKlaar.\n#heropenen\nToch niet.",
    "#heropenen\nToch wel.\n#opgelost\nKlaar.",
)
ANSWERS = (
    Answer(satisfied=True),
    Answer(satisfied=False, text="Hij is nog vol."),
    Answer(satisfied=False, reasons=("duurde-te-lang",)),
    Answer(satisfied=False, text="Laat maar.", contact_refused=True),
)
REPLIES = ("Het is niet opgelost.", "Dank u wel.", "Tevreden", "Ontevreden\nNog steeds vol.")
MOODS = (TAKEN, DOWN, FULL, NOBODY)

steps = st.one_of(
    st.sampled_from(ORDERS),
    st.sampled_from(ANSWERS),
    st.sampled_from(REPLIES),
    st.sampled_from(MOODS),
    st.integers(1, 24 * 30).map(lambda hours: hours * 3600),
)


@contextmanager
def opened() -> Iterator[tuple[Desk, MoodyRelay, Got, Got]]:
    """A desk with one klacht: what Jan and Anna got about it."""
    with TemporaryDirectory() as folder:
        desk = open_desk(Path(folder))
        relay = moody(desk)
        desk.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld.")
        yield (
            desk,
            relay,
            desk.citizen(JAN).gets("ontvangstbevestiging"),
            desk.agent(ANNA).gets("nieuw_voor_team"),
        )
        desk.house.close()


def take(step: object, desk: Desk, relay: MoodyRelay, receipt: Got, task: Got) -> None:
    if isinstance(step, int):
        desk.passes(seconds=step)
    elif isinstance(step, Answer):
        handled = [mail for mail in desk.mailboxes[JAN] if mail.kind == "afgehandeld"]
        if handled:
            desk.citizen(JAN).clicks(handled[-1].smiley("tevreden"))
            desk.carrier.submit(handled[-1].smiley("tevreden"), step)
    elif step in MOODS:
        relay.mood = lambda recipient, _raw: step if recipient == JAN else TAKEN  # type: ignore[return-value]
    elif step in ORDERS:
        desk.agent(ANNA).replies(task, str(step))
    else:
        desk.citizen(JAN).replies(receipt, str(step))


def running(desk: Desk, klacht: Klacht) -> dict[str, Clock]:
    with desk.world.store.read() as tx:
        return {clock.name: clock for _, clock in terms.running(tx, klacht.id)}


def first_due(desk: Desk, klacht: Klacht) -> datetime | None:
    levels = [due.at for clock in running(desk, klacht).values() for due in clock.levels]
    with desk.world.store.read() as tx:
        asked = rounds.of_klacht(tx, klacht.id)
    reminders = [round.remind_at for round in asked if round.remind_at]
    closes = asked[-1:] if klacht.status == "opgelost" else []
    ends = [round.expires_at for round in asked if round.state in ("scheduled", "sent") or round in closes]
    return min(levels + reminders + ends, default=None)


def lawfully_ended(desk: Desk, klacht: Klacht) -> bool:
    """Was the melder told, could they not be told, or did it end without us having to tell?"""
    tells = ("afgehandeld", "niet_in_behandeling", "doorgestuurd")
    with desk.world.store.read() as tx:
        told = [n for n in notices.of_klacht(tx, klacht.id) if n.kind in tells]
    by_itself = [
        event
        for event in desk.history(klacht.kenmerk)
        if (event.kind == "closed" and event.data["reason"] not in tells)
        or (event.kind == "settled" and event.data["why"] == "tevreden")
    ]
    return bool(by_itself) or any(n.state in (notices.ACCEPTED, notices.SUPPRESSED) for n in told)


@settings(max_examples=40, deadline=None)
@given(st.lists(steps, max_size=14))
def test_nw_02_a_klacht_never_sleeps_through_what_is_due(way: list[object]) -> None:
    with opened() as (desk, relay, receipt, task):
        for step in way:
            take(step, desk, relay, receipt, task)

            klacht = desk.klacht(receipt.kenmerk)
            assert klacht.wake_at == first_due(desk, klacht), step
            assert ("statutory" in running(desk, klacht)) is not lawfully_ended(desk, klacht), step
        desk.passes(seconds=1)
        klacht = desk.klacht(receipt.kenmerk)
        assert klacht.wake_at is None or klacht.wake_at > desk.now()
        statutory = [e.data["level"] for e in desk.history(klacht.kenmerk) if _is_statutory(e.kind, e.data)]
        assert max(Counter(statutory).values(), default=1) == 1, "each level once"


def _is_statutory(kind: str, data: object) -> bool:
    return kind == "level_crossed" and isinstance(data, dict) and data["clock"] == "awb"


def told(desk: Desk) -> list[str]:
    return [mail.kind for mail in desk.mailboxes[ANNA] if not mail.read]


def test_nw_02_the_clock_of_the_law_runs_until_the_relay_has_the_notice() -> None:
    with opened() as (desk, relay, receipt, task):
        take(DOWN, desk, relay, receipt, task)
        take(ORDERS[1], desk, relay, receipt, task)
        assert "statutory" in running(desk, desk.klacht(receipt.kenmerk))

        desk.passes(hours=1)
        take(TAKEN, desk, relay, receipt, task)
        desk.passes(hours=1)

        assert running(desk, desk.klacht(receipt.kenmerk)) == {}
        assert desk.klacht(receipt.kenmerk).status == "opgelost"


def test_nw_02_a_notice_that_nobody_got_goes_on_to_remind_though_the_klacht_is_closed() -> None:
    with opened() as (desk, relay, receipt, task):
        take(NOBODY, desk, relay, receipt, task)
        take(ORDERS[1], desk, relay, receipt, task)
        desk.agent(ANNA).reads_all()

        desk.passes(days=6)
        assert desk.klacht(receipt.kenmerk).status == "gesloten"
        desk.passes(days=20)

        assert "herinnering" in told(desk)


def test_nw_02_reopening_starts_a_service_clock_and_not_the_one_of_the_law() -> None:
    with opened() as (desk, relay, receipt, task):
        take(ORDERS[1], desk, relay, receipt, task)
        take(REPLIES[0], desk, relay, receipt, task)
        assert list(running(desk, desk.klacht(receipt.kenmerk))) == ["heropend"]

        desk.passes(days=1)
        take(ORDERS[2], desk, relay, receipt, task)
        [service] = running(desk, desk.klacht(receipt.kenmerk)).values()
        assert service.started_at == desk.now(), "and it begins anew"

        take(ORDERS[1], desk, relay, receipt, task)
        assert running(desk, desk.klacht(receipt.kenmerk)) == {}


def test_si_05_the_life_of_a_link_is_one_setting_for_mail_page_and_check(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, more="[feedback]\nlink_days = 3")
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nOnze excuses.")
    mail = jan.gets("afgehandeld")

    assert "donderdag 5 maart 2026" in mail.text
    assert "datetime.datetime(2026, 3, 5" in jan.clicks(mail.smiley("tevreden")).text
    desk.passes(days=2, hours=23)
    assert mail.kenmerk in jan.clicks(mail.smiley("tevreden")).text
    desk.time[0] = desk.now().replace(day=5, hour=9)
    assert "expired" in jan.clicks(mail.smiley("tevreden")).text
    desk.house.close()
