"""What each order does to a klacht, what it says to the agent, and when it is refused."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from itertools import product

import pytest

from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.events import (
    AGENT,
    Actor,
    Answered,
    Asked,
    Assigned,
    CallPromised,
    Closed,
    Event,
    Noted,
    ReopenDeclined,
    Reopened,
    Resolved,
    Routed,
    TakenUp,
)
from mailagent.core.klacht import OORDELEN, OPEN, STATUSES, Klacht
from mailagent.core.orders import (
    ORDERS,
    Ask,
    Assign,
    CallBack,
    Close,
    Help,
    Misrouted,
    Note,
    Reopen,
    Reply,
    Resolve,
    TakeUp,
    onward,
    sensible,
)
from mailagent.core.orders.order import Case, Done, Order
from mailagent.core.organisation import Agent, Organisation, Team

AT = datetime(2026, 3, 9, 10, tzinfo=UTC)
ANNA = Agent("anna@stad.example", "Anna de Vries")
BOB = Agent("bob@stad.example", "Bob Bos")
BOBBY = Agent("b.jansen@stad.example", "Bob Jansen")
STAD = Organisation(
    "Gemeente Voorbeeld",
    "klachten@stad.example",
    "https://stad.example",
    "Carla@stad.example",
    (Team("afval", "Afval", (ANNA, BOB, BOBBY)), Team("verdeel", "Verdeling", sorting=True)),
)
KLACHT = Klacht(1, "KL26-00042", "Bak", "De bak is vol.", "jan@home.example", AT, team="afval")
CASE = Case(KLACHT, ANNA, AT, STAD)
BY_ANNA = Actor(AGENT, "anna@stad.example")


def in_status(status: str) -> Case:
    return replace(CASE, klacht=replace(KLACHT, status=status))


def refused(order: Order, case: Case) -> str:
    with pytest.raises(NotPossible) as refusal:
        order.carry_out(case)
    return str(refusal.value)


def misread(kind: type[Order], rest: str, text: str = "") -> str:
    with pytest.raises(NotUnderstood) as mistake:
        kind.read(rest, text)
    return str(mistake.value)


# --- every order in every status


EVENTS: dict[tuple[Order, str], tuple[type[Event], ...]] = {
    (TakeUp(), "nieuw"): (TakenUp, Assigned),
    (TakeUp(), "heropend"): (TakenUp, Assigned),
    (TakeUp(), "in_behandeling"): (Assigned,),
    **{(Resolve("gegrond", "Klaar."), s): (Resolved,) for s in ("nieuw", "in_behandeling", "heropend")},
    (Resolve("gegrond", "Klaar."), "verzoek_tot_heropenen"): (ReopenDeclined,),
    **{(Close("dubbel", "", ""), s): (Closed,) for s in ("nieuw", "in_behandeling", "heropend")},
    **{(Reopen("Vol."), s): (Reopened,) for s in ("opgelost", "gesloten", "verzoek_tot_heropenen")},
    **{(Reply("Morgen."), s): (Answered,) for s in STATUSES},
    **{(CallBack("06-12345678"), s): (CallPromised,) for s in STATUSES},
    **{(Ask("Waar?"), s): (Asked,) for s in OPEN},
    **{(Note("Gebeld."), s): (Noted,) for s in STATUSES},
    **{(Assign("anna"), s): (Assigned,) for s in STATUSES},
    **{(Misrouted("Niet van ons."), s): (Routed,) for s in STATUSES},
    **{(Help(), s): () for s in STATUSES},
}
EVERY = sorted({order for order, _ in EVENTS}, key=repr)


@pytest.mark.parametrize(("order", "status"), list(product(EVERY, STATUSES)))
def test_an_order_happens_or_is_refused_with_what_is_possible(order: Order, status: str) -> None:
    case = in_status(status)
    if (order, status) not in EVENTS:
        assert re.match(rf"KL26-00042 .* {status}[.:].* Mogelijk is(?: nu)?: .*#", refused(order, case))
        return
    done = order.carry_out(case)
    assert tuple(type(event) for event in done.events) == EVENTS[order, status]
    assert all(event.at == AT and event.actor == BY_ANNA for event in done.events)
    assert done.said


@pytest.mark.parametrize("status", STATUSES)
def test_the_tags_we_propose_are_the_tags_that_work(status: str) -> None:
    proposed = {usage for usage, _ in sensible(status)}
    working = {order.usage for order, where in EVENTS if where == status}
    assert proposed <= working
    assert working - proposed <= {order.usage for order in (Misrouted, Ask, CallBack)}


def test_what_has_no_category_yet_may_get_one_and_goes_on_to_another_team() -> None:
    teams = (Team("klachten", "Klachten", sorting=True), Team("afval", "Afval"))
    two = Organisation("Stad", "k@stad.example", "", teams=teams)
    alone = replace(two, teams=teams[:1])
    here, there = replace(KLACHT, team="klachten"), replace(KLACHT, team="afval")
    assert [onward(k, two) for k in (here, there)] == ["team", "verkeerd"]
    assert onward(here, alone) == ""
    proposed = [usage for usage, _ in sensible("nieuw", sorted_out=False, onward_by="team")]
    assert "#categorie naam" in proposed
    assert "#team naam" in proposed
    assert "#verkeerd reden" not in proposed
    assert "#categorie naam" not in [usage for usage, _ in sensible("opgelost", sorted_out=False)]


def test_what_nobody_has_can_be_taken_also_where_it_is_in_behandeling() -> None:
    assert TakeUp.usage in [usage for usage, _ in sensible("in_behandeling")]
    assert TakeUp.usage not in [usage for usage, _ in sensible("in_behandeling", "Bob Bos")]
    theirs = replace(KLACHT, status="in_behandeling", assigned_to="bob@stad.example")
    assert "Mogelijk is nu: #" in refused(TakeUp(), replace(CASE, klacht=theirs))


# --- taking it


def test_who_takes_an_unassigned_klacht_gets_it() -> None:
    done = TakeUp().carry_out(CASE)
    assert done == Done(
        replace(KLACHT, status="in_behandeling", assigned_to="anna@stad.example"),
        (TakenUp(AT, BY_ANNA), Assigned(AT, BY_ANNA, "anna@stad.example", "afval")),
        "KL26-00042 is in behandeling.",
    )


def test_who_takes_the_klacht_of_a_colleague_leaves_it_theirs() -> None:
    done = TakeUp().carry_out(replace(CASE, klacht=replace(KLACHT, assigned_to="bob@stad.example")))
    assert done.klacht.assigned_to == "bob@stad.example"
    assert done.events == (TakenUp(AT, BY_ANNA),)


# --- assigning it


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("anna", "anna@stad.example"),
        ("Anna", "anna@stad.example"),
        ("ANNA DE VRIES", "anna@stad.example"),
        ("anna@stad.example", "anna@stad.example"),
        ("Anna@Stad.Example", "anna@stad.example"),
        ("@anna", "anna@stad.example"),
        ("anna.", "anna@stad.example"),
        ("<anna@stad.example>", "anna@stad.example"),
        ("anna@stad.example <mailto:anna@stad.example>", "anna@stad.example"),
        ("anna@stad.example<mailto:anna@stad.example>", "anna@stad.example"),
        ("\N{NO-BREAK SPACE}Anna\N{NO-BREAK SPACE}", "anna@stad.example"),
        ("b.jansen", "b.jansen@stad.example"),
        ("Bob Jansen", "b.jansen@stad.example"),
        ("carla", "carla@stad.example"),
    ],
)
def test_a_colleague_is_known_by_address_name_and_first_name(name: str, address: str) -> None:
    done = Assign.read(name, "").carry_out(CASE)
    assert done.klacht == replace(KLACHT, assigned_to=address)
    assert done.events == (Assigned(AT, BY_ANNA, address, "afval"),)


KNOWN = "Bekend zijn: anna@stad.example, b.jansen@stad.example, bob@stad.example, carla@stad.example."


@pytest.mark.parametrize(
    "name", ["piet", "vries", "an", "anna@elders.example", "anna@stad.example.evil.example"]
)
def test_an_unknown_colleague_is_refused_with_the_known_ones(name: str) -> None:
    assert refused(Assign(name), CASE) == f"“{name}” is geen bekende collega. {KNOWN}"


def test_a_name_of_two_colleagues_is_refused() -> None:
    # bob@ is the address of one and Bob the first name of another
    assert refused(Assign("bob"), CASE) == f"“bob” past op meer dan één collega. {KNOWN}"
    assert Assign("Bob Bos").carry_out(CASE).klacht.assigned_to == "bob@stad.example"


@pytest.mark.parametrize("rest", ["", " ", "<>", "\N{NO-BREAK SPACE}", "."])
def test_assigning_to_nobody_is_a_mistake(rest: str) -> None:
    assert misread(Assign, rest).endswith("wie de klacht krijgt, bijvoorbeeld #toewijzen anna.")


# --- text


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (Note, "#notitie: er staat geen tekst bij."),
        (Reply, "#antwoord: er staat geen tekst bij, dus er is niets verstuurd."),
        (Ask, "#vraag: er staat geen vraag bij, dus er is niets verstuurd."),
        (Resolve, "#opgelost: schrijf eronder wat u hebt gevonden en gedaan. Die tekst gaat naar de melder."),
        (Reopen, "#heropenen: schrijf eronder waarom de klacht weer opengaat."),
    ],
)
@pytest.mark.parametrize("empty", ["", " \n\t\n", "\N{NO-BREAK SPACE}\n"])
def test_a_tag_that_needs_text_says_so(kind: type[Order], sentence: str, empty: str) -> None:
    assert misread(kind, "", empty) == misread(kind, empty, "") == sentence


def test_an_oordeel_is_no_text() -> None:
    assert misread(Resolve, "gegrond") == misread(Resolve, "")


def test_a_note_stays_inside() -> None:
    note = Note.read("Gebeld.", "Neemt niet op.")
    assert note.to_melder(KLACHT) == ""
    assert note.carry_out(CASE) == Done(
        KLACHT,
        (Noted(AT, BY_ANNA, "Gebeld.\nNeemt niet op."),),
        "De notitie is bewaard. De melder krijgt niets.",
    )


def test_an_answer_goes_to_the_melder_and_changes_no_status() -> None:
    reply = Reply.read("", "Morgen.\n")
    assert reply.to_melder(KLACHT) == "Morgen."
    assert reply.carry_out(CASE) == Done(
        KLACHT, (Answered(AT, BY_ANNA, "Morgen."),), "Uw antwoord gaat naar de melder."
    )


@pytest.mark.parametrize("order", [Reply("Morgen."), Ask("Waar?"), CallBack("")])
def test_a_melder_who_wants_no_contact_gets_no_answer_no_question_and_no_call(order: Order) -> None:
    case = replace(CASE, klacht=replace(KLACHT, contact_allowed=False))
    assert refused(order, case).startswith("De melder wil geen contact meer. Er is niets verstuurd.")


def test_who_asked_waits_for_the_answer_until_the_klacht_is_handled() -> None:
    done = Ask.read("", "Waar?").carry_out(CASE)
    assert done.klacht.asked_by == "anna@stad.example"
    assert Resolve("gegrond", "Klaar.").carry_out(replace(CASE, klacht=done.klacht)).klacht.asked_by == ""


# --- handled


@pytest.mark.parametrize(
    ("rest", "oordeel", "text"),
    [
        ("", "geen_oordeel", "Klaar."),
        ("gegrond", "gegrond", "Klaar."),
        ("Gegrond", "gegrond", "Klaar."),
        ("gegrond.", "gegrond", "Klaar."),
        ("gegrond:", "gegrond", "Klaar."),
        ("[gegrond]", "gegrond", "Klaar."),
        ("(ongegrond)", "ongegrond", "Klaar."),
        ("ongegrond", "ongegrond", "Klaar."),
        ("deels_gegrond", "deels_gegrond", "Klaar."),
        ("deels gegrond", "deels_gegrond", "Klaar."),
        ("Deels-gegrond.", "deels_gegrond", "Klaar."),
        ("deels\N{NO-BREAK SPACE}gegrond", "deels_gegrond", "Klaar."),
        ("geen_oordeel", "geen_oordeel", "Klaar."),
        ("geen oordeel", "geen_oordeel", "Klaar."),
        ("gegrond Beste Jan,", "gegrond", "Beste Jan,\nKlaar."),
        ("gegrond\N{NO-BREAK SPACE}Beste Jan,", "gegrond", "Beste Jan,\nKlaar."),
        ("gegrond\tBeste Jan,", "gegrond", "Beste Jan,\nKlaar."),
        ("Beste Jan,", "geen_oordeel", "Beste Jan,\nKlaar."),
        ("Gegronde klachten lossen wij op.", "geen_oordeel", "Gegronde klachten lossen wij op.\nKlaar."),
        ("Niet gegrond.", "geen_oordeel", "Niet gegrond.\nKlaar."),
        ("Geen oordeel mogelijk.", "geen_oordeel", "Geen oordeel mogelijk.\nKlaar."),
        ("deels gegrond De bak", "deels_gegrond", "deels gegrond De bak\nKlaar."),
    ],
)
def test_an_oordeel_may_stand_behind_the_tag(rest: str, oordeel: str, text: str) -> None:
    assert Resolve.read(rest, "Klaar.") == Resolve(oordeel, text)


@pytest.mark.parametrize("oordeel", OORDELEN)
def test_resolving_records_the_oordeel_and_sends_the_text(oordeel: str) -> None:
    order = Resolve(oordeel, "Klaar.")
    done = order.carry_out(CASE)
    assert done.klacht == replace(KLACHT, status="opgelost", oordeel=oordeel)
    assert done.events == (Resolved(AT, BY_ANNA, "Klaar.", oordeel),)
    assert order.to_melder(KLACHT) == "Klaar."
    assert done.said.startswith(f"KL26-00042 is opgelost ({oordeel.replace('_', ' ')}).")
    assert ("staat dat er geen oordeel is" in done.said) == (oordeel == "geen_oordeel")


def test_resolving_after_a_request_to_reopen_leaves_it_handled_with_its_oordeel() -> None:
    case = replace(CASE, klacht=replace(KLACHT, status="verzoek_tot_heropenen", oordeel="ongegrond"))
    done = Resolve("gegrond", "Het blijft zo.").carry_out(case)
    assert done.klacht == replace(KLACHT, status="opgelost", oordeel="ongegrond")
    assert done.events == (ReopenDeclined(AT, BY_ANNA, "Het blijft zo."),)


@pytest.mark.parametrize(
    ("mail_after_unhappy", "contact_allowed", "said_first"),
    [
        (True, True, "Uw tekst gaat naar de melder. "),
        (True, False, "Uw tekst is intern; de melder krijgt niets. "),
        (False, True, "Uw tekst is intern; de melder krijgt niets. "),
        (False, False, "Uw tekst is intern; de melder krijgt niets. "),
    ],
)
def test_after_a_request_to_reopen_the_result_says_first_whether_the_melder_reads_the_text(
    said_first: str, *, mail_after_unhappy: bool, contact_allowed: bool
) -> None:
    klacht = replace(KLACHT, status="verzoek_tot_heropenen", contact_allowed=contact_allowed)
    done = Resolve("geen_oordeel", "Het blijft zo.").carry_out(
        replace(CASE, klacht=klacht, mail_after_unhappy=mail_after_unhappy)
    )
    assert done.said == f"{said_first}KL26-00042 blijft afgehandeld."


def test_resolving_twice_in_one_mail_is_refused() -> None:
    once = Resolve("gegrond", "Klaar.").carry_out(CASE)
    assert "Mogelijk is nu: #heropenen." in refused(
        Resolve("gegrond", "x"), replace(CASE, klacht=once.klacht)
    )


# --- open again


def test_reopening_keeps_the_reason_and_the_oordeel() -> None:
    case = replace(CASE, klacht=replace(KLACHT, status="gesloten", oordeel="gegrond"))
    done = Reopen.read("", "De bak is weer vol.").carry_out(case)
    assert done.klacht == replace(KLACHT, status="heropend", oordeel="gegrond")
    assert done.events == (Reopened(AT, BY_ANNA, "De bak is weer vol."),)
    assert done.said == "KL26-00042 is heropend."


def test_words_that_will_not_be_sent_are_not_held_against_the_melder_s_mail() -> None:
    silent = replace(KLACHT, contact_allowed=False)
    assert Reopen("Vol.").to_melder(KLACHT) == "Vol."
    assert Reopen("Vol.").to_melder(silent) == Resolve("gegrond", "Klaar.").to_melder(silent) == ""
    assert TakeUp().to_melder(KLACHT) == Assign("anna").to_melder(KLACHT) == Help().to_melder(KLACHT) == ""


# --- help


def test_help_changes_nothing() -> None:
    done = Help().carry_out(CASE)
    assert (done.klacht, done.events) == (KLACHT, ())


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.__name__)
def test_an_order_says_what_it_does_and_how_to_write_it(order: type[Order]) -> None:
    assert order.usage.startswith(f"#{order.words[0]}")
    assert order.help
    assert order.takes_text == any(field.name in ("text", "why") for field in fields(order))
