"""Calls to make: until when, how often in vain, and done; and two klachten that become one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailagent.core.calendar import AMSTERDAM, Calendar
from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.events import AGENT, Actor, CalledBack, CallPromised, Closed, Merged, MergedIn, NotReached
from mailagent.core.klacht import STATUSES, UNHANDLED, Klacht
from mailagent.core.orders.calling import CallBack, Called, NoAnswer, call_due
from mailagent.core.orders.closing import Close
from mailagent.core.orders.elsewhere import MakeCase, Write
from mailagent.core.orders.handling import Reopen
from mailagent.core.orders.order import Case, Change, Order
from mailagent.core.orders.splitting import Merge
from mailagent.core.organisation import Agent, Organisation, Team

AT = datetime(2026, 3, 9, 10, tzinfo=UTC)
TOMORROW = datetime(2026, 3, 10, 16, tzinfo=UTC)
ANNA = Agent("anna@stad.example", "Anna de Vries")
STAD = Organisation(
    "Gemeente", "klachten@stad.example", "https://x.example", "", (Team("a", "A", (ANNA,), sorting=True),)
)
KLACHT = Klacht(2, "KL26-00042", "Bak", "De bak is vol.", "jan@home.example", AT)
OLDER = replace(KLACHT, id=1, kenmerk="KL26-00041", received_at=AT - timedelta(days=3))
CASE = Case(KLACHT, ANNA, AT, STAD, others={OLDER.kenmerk: OLDER})
PROMISED = replace(CASE, klacht=replace(KLACHT, call_due=TOMORROW, call_note="06-1"))
BY_ANNA = Actor(AGENT, ANNA.address)


def refused(order: Order, case: Case = CASE) -> str:
    with pytest.raises(NotPossible) as refusal:
        order.carry_out(case)
    return str(refusal.value)


def here(moment: str) -> datetime:
    """A moment in our own time."""
    return datetime.fromisoformat(moment).replace(tzinfo=AMSTERDAM)


# --- calls (VNG C9167, C2984, C7998, C7300)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-03-09 10:00", "2026-03-10 17:00"),  # a Monday
        ("2026-03-09 23:59", "2026-03-10 17:00"),
        ("2026-03-13 09:00", "2026-03-16 17:00"),  # a Friday
        ("2026-03-14 12:00", "2026-03-16 17:00"),  # a Saturday
        ("2026-03-27 12:00", "2026-03-30 17:00"),  # summer time begins between
        ("2026-04-02 12:00", "2026-04-07 17:00"),  # Good Friday and Easter
    ],
)
def test_a_melder_is_called_before_five_on_the_next_working_day(asked: str, due: str) -> None:
    assert call_due(here(asked), Calendar()) == here(due)


def test_a_promised_call_keeps_what_was_said_of_it() -> None:
    done = CallBack.read("06-12345678", "na vier uur").carry_out(CASE)
    assert (done.klacht.call_due, done.klacht.call_note) == (TOMORROW, "06-12345678\nna vier uur")
    assert done.events == (CallPromised(AT, BY_ANNA, TOMORROW.isoformat(), "06-12345678\nna vier uur"),)
    assert done.said == "De melder wordt gebeld, uiterlijk 10-03-2026 om 17.00 uur."


def test_there_is_one_call_at_a_time() -> None:
    assert refused(CallBack(""), PROMISED) == (
        "KL26-00042 heeft al een belafspraak, tot 10-03-2026 om 17.00 uur. "
        "Mogelijk is: #niet_bereikt of #teruggebeld."
    )


@pytest.mark.parametrize("order", [NoAnswer(""), Called("")])
def test_without_a_promised_call_there_is_none_to_make(order: Order) -> None:
    assert refused(order).startswith("KL26-00042 heeft geen belafspraak. Mogelijk is: #terugbellen")


def test_calls_in_vain_are_counted_and_after_three_we_suggest_to_write() -> None:
    case, said = PROMISED, []
    for number in (1, 2, 3):
        done = NoAnswer.read("", "voicemail").carry_out(case)
        assert done.events == (NotReached(AT, BY_ANNA, number, "voicemail"),)
        case = replace(case, klacht=done.klacht)
        said.append("schrijven" in done.said)
    assert said == [False, False, True]
    assert case.klacht.call_due == TOMORROW


def test_who_spoke_to_the_melder_is_done_and_may_promise_again() -> None:
    case = replace(PROMISED, klacht=replace(PROMISED.klacht, call_attempts=2, call_reminded=True))
    done = Called.read("", "Komt goed.").carry_out(case)
    assert (done.klacht, done.events) == (KLACHT, (CalledBack(AT, BY_ANNA, "Komt goed."),))


def test_what_is_closed_needs_no_call() -> None:
    assert Close("dubbel", "", "").carry_out(PROMISED).klacht == replace(KLACHT, status="gesloten")


# --- two that become one


def test_a_klacht_goes_on_in_an_older_one() -> None:
    done = Merge.read("KL26-00041", "").carry_out(CASE)
    assert done.klacht == replace(KLACHT, status="gesloten", merged_into="KL26-00041")
    assert done.events == (Closed(AT, BY_ANNA, "dubbel"), Merged(AT, BY_ANNA, "KL26-00041"))
    assert done.also == (Change(OLDER, (MergedIn(AT, BY_ANNA, "KL26-00042", "De bak is vol."),)),)


def test_what_is_confidential_or_about_somebody_stays_so() -> None:
    case = replace(CASE, klacht=replace(KLACHT, confidential=True, beklaagde="piet@stad.example"))
    [change] = Merge("KL26-00041").carry_out(case).also
    assert (change.klacht.confidential, change.klacht.beklaagde) == (True, "piet@stad.example")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"melder": "eva@home.example"}, "is van een andere melder"),
        ({"received_at": AT + timedelta(days=1)}, "Stuur bij die klacht: #samenvoegen KL26-00042."),
        ({"id": 2}, "is deze klacht zelf"),
        ({"status": "opgelost"}, "Mogelijk is: die klacht eerst heropenen"),
        ({"status": "gesloten"}, "#sluiten dubbel"),
        ({"beklaagde": ANNA.address}, "Awb 9:7"),
    ],
)
def test_what_cannot_go_together_is_refused(changes: dict[str, object], why: str) -> None:
    other = replace(OLDER, **changes)  # type: ignore[arg-type]
    assert why in refused(Merge("KL26-00041"), replace(CASE, others={"KL26-00041": other}))


def test_a_klacht_goes_on_in_nobodys_hands_whom_it_is_about() -> None:
    case = replace(CASE, klacht=replace(KLACHT, beklaagde="piet@stad.example"))
    theirs = {"KL26-00041": replace(OLDER, assigned_to="piet@stad.example")}
    assert "Awb 9:7" in refused(Merge("KL26-00041"), replace(case, others=theirs))


def test_an_unknown_kenmerk_is_refused() -> None:
    assert refused(Merge("KL26-00099")) == "KL26-00099 bestaat niet. Er is niets gedaan."
    for rest in ("", "41", "KL26-00041 KL26-00040"):
        with pytest.raises(NotUnderstood, match="schrijf het kenmerk erachter"):
            Merge.read(rest, "")


@pytest.mark.parametrize("status", [status for status in STATUSES if status not in UNHANDLED])
def test_only_what_is_unhandled_can_go_on_elsewhere(status: str) -> None:
    case = replace(CASE, klacht=replace(KLACHT, status=status))
    assert "Mogelijk is nu: #" in refused(Merge("KL26-00041"), case)


def test_what_is_opened_again_goes_on_by_itself() -> None:
    merged = replace(KLACHT, status="gesloten", merged_into="KL26-00041")
    assert Reopen("Toch anders.").carry_out(replace(CASE, klacht=merged)).klacht.merged_into == ""


# --- what is not there


@pytest.mark.parametrize("order", [MakeCase.read("klacht", ""), Write.read("", "Beste,")])
def test_what_needs_another_system_says_that_there_is_none(order: Order) -> None:
    said = refused(order)
    assert said.startswith("Er is geen ")
    assert "Mogelijk is: " in said
