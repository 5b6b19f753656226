"""Who gets a klacht: the next one, a team, a colleague who is there, and never whom it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.events import AGENT, Actor, Assigned, Routed, TakenUp
from mailagent.core.klacht import Klacht
from mailagent.core.orders.handling import Resolve, TakeNext
from mailagent.core.orders.order import Case, Change, Done, Order
from mailagent.core.orders.routing import Assign, Misrouted, ToTeam
from mailagent.core.organisation import Absence, Agent, Organisation, Team

AT = datetime(2026, 3, 9, 10, tzinfo=UTC)
TODAY = date(2026, 3, 9)
ANNA, BOB = Agent("anna@stad.example", "Anna de Vries", capacity=3), Agent("bob@stad.example", "Bob Bos")
AFVAL, VERDEEL = Team("afval", "Team Afval", (ANNA, BOB)), Team("verdeel", "Verdeling", sorting=True)
STAD = Organisation(
    "Gemeente Voorbeeld", "klachten@stad.example", "https://stad.example", "", (AFVAL, VERDEEL)
)
KLACHT = Klacht(1, "KL26-00042", "Bak", "De bak is vol.", "jan@home.example", AT, team="afval")
WAITS = replace(KLACHT, id=2, kenmerk="KL26-00040")
CASE = Case(replace(KLACHT, assigned_to=BOB.address), ANNA, AT, STAD)
BY_ANNA = Actor(AGENT, ANNA.address)


def refused(order: Order, case: Case) -> str:
    with pytest.raises(NotPossible) as refusal:
        order.carry_out(case)
    return str(refusal.value)


# --- the next one


def test_the_next_one_is_the_first_that_waits_and_this_one_stays_as_it_is() -> None:
    later = replace(WAITS, id=3, kenmerk="KL26-00041")
    done = TakeNext().carry_out(replace(CASE, waiting=(WAITS, later)))
    assert done == Done(
        CASE.klacht,
        (),
        "KL26-00040 staat op uw naam en is in behandeling. U krijgt daar een mail over.",
        also=(
            Change(
                replace(WAITS, status="in_behandeling", assigned_to=ANNA.address),
                (TakenUp(AT, BY_ANNA), Assigned(AT, BY_ANNA, ANNA.address, "afval", next_up=True)),
            ),
        ),
    )


def test_the_next_one_may_be_the_very_klacht_the_mail_is_about() -> None:
    done = TakeNext().carry_out(replace(CASE, klacht=KLACHT, waiting=(KLACHT, WAITS)))
    assert (done.klacht.assigned_to, done.also) == (ANNA.address, ())


def test_what_was_handled_just_above_is_not_the_next_one() -> None:
    handled = replace(KLACHT, status="opgelost")
    [change] = TakeNext().carry_out(replace(CASE, klacht=handled, waiting=(KLACHT, WAITS))).also
    assert change.klacht.kenmerk == "KL26-00040"


def test_asking_twice_gives_two() -> None:
    case = replace(CASE, waiting=(WAITS, replace(WAITS, id=3, kenmerk="KL26-00041")))
    after = case.after(TakeNext().carry_out(case))
    assert after.load == 1
    [change] = TakeNext().carry_out(after).also
    assert change.klacht.kenmerk == "KL26-00041"
    assert "Er wacht geen klacht" in refused(TakeNext(), after.after(TakeNext().carry_out(after)))


def test_what_is_in_behandeling_but_on_no_name_is_only_assigned() -> None:
    waits = replace(WAITS, status="in_behandeling")
    [change] = TakeNext().carry_out(replace(CASE, waiting=(waits,))).also
    assert [type(event) for event in change.events] == [Assigned]


def test_nobody_is_given_the_klacht_that_is_about_them() -> None:
    about_anna = replace(WAITS, beklaagde=ANNA.address)
    assert "Er wacht geen klacht op Team Afval" in refused(TakeNext(), replace(CASE, waiting=(about_anna,)))


def test_what_is_handled_just_above_makes_room_for_the_next_one() -> None:
    mine = replace(KLACHT, status="in_behandeling", assigned_to=ANNA.address)
    case = replace(CASE, klacht=mine, waiting=(WAITS,), load=3)
    assert case.after(Resolve("gegrond", "Klaar.").carry_out(case)).load == 2


def test_who_has_as_many_as_they_can_handle_gets_no_next_one() -> None:
    case = replace(CASE, waiting=(WAITS,), load=3)
    assert refused(TakeNext(), case).startswith("U hebt al 3 open klachten en uw maximum is 3.")
    assert TakeNext().carry_out(replace(case, agent=BOB)).also


# --- teams


@pytest.mark.parametrize("name", ["verdeel", "Verdeling", "VERDEELING"[:7], " verdeling ."])
def test_a_team_is_known_by_its_id_and_its_name(name: str) -> None:
    done = ToTeam.read(name, "").carry_out(CASE)
    assert (done.klacht.team, done.klacht.assigned_to) == ("verdeel", None)
    assert done.klacht.by_hand == ("team",)
    assert done.events == (Routed(AT, BY_ANNA, "verdeel", "afval"),)
    assert done.said == "KL26-00042 gaat naar Verdeling."


def test_an_unknown_team_is_refused_with_the_known_ones() -> None:
    assert refused(ToTeam("wegen"), CASE) == "“wegen” is geen bekend team. Bekend zijn: afval, verdeel."


def test_a_klacht_that_is_there_already_stays_with_what_is_possible() -> None:
    assert refused(ToTeam("afval"), CASE) == (
        "KL26-00042 is al bij Team Afval. Mogelijk is: #toewijzen naam, #team verdeel."
    )


def test_what_came_to_the_wrong_team_goes_back_with_the_reason() -> None:
    done = Misrouted.read("Dit gaat over wegen.", "").carry_out(CASE)
    assert done.events == (Routed(AT, BY_ANNA, "verdeel", "afval", "Dit gaat over wegen."),)
    with pytest.raises(NotUnderstood, match="waarom"):
        Misrouted.read(" ", "\n")


def test_the_sorting_team_has_nowhere_to_send_it_back_to() -> None:
    case = replace(CASE, klacht=replace(KLACHT, team="verdeel"))
    assert refused(Misrouted("Niet van ons."), case).endswith("Mogelijk is: #toewijzen naam, #team afval.")


# --- who is there, and whom it is about (Awb 9:7)


def absent(agent: Agent, deputy: Agent) -> Agent:
    return replace(agent, absent=(Absence(TODAY, date(2026, 3, 13), deputy.address),))


def test_a_colleague_who_is_absent_may_get_it_and_the_agent_hears_who_stands_in() -> None:
    stad = replace(STAD, teams=(replace(AFVAL, members=(ANNA, absent(BOB, ANNA))), VERDEEL))
    done = Assign("bob").carry_out(replace(CASE, organisation=stad))
    assert done.klacht.assigned_to == BOB.address
    assert done.said.endswith(
        "Bob Bos is afwezig tot en met 13-03-2026; de mails gaan zolang naar Anna de Vries."
    )


def test_a_colleague_who_is_absent_like_their_deputies_is_refused() -> None:
    stad = replace(STAD, teams=(replace(AFVAL, members=(absent(ANNA, BOB), absent(BOB, ANNA))), VERDEEL))
    assert "wie vervangt is er ook niet" in refused(Assign("bob"), replace(CASE, organisation=stad))


def test_whom_it_is_about_does_not_get_it_and_does_not_stand_in() -> None:
    about_bob = replace(CASE, klacht=replace(KLACHT, beklaagde=BOB.address))
    assert refused(Assign("bob"), about_bob) == (
        "De klacht gaat over Bob Bos: die mag hem niet behandelen (Awb 9:7). Kies een andere collega."
    )
    stad = replace(STAD, teams=(replace(AFVAL, members=(absent(ANNA, BOB), BOB)), VERDEEL))
    assert "ook niet" in refused(Assign("anna"), replace(about_bob, organisation=stad))
