"""Fields of a klacht that a human sets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.events import AGENT, Actor, Assigned, FieldSet, Routed
from mailagent.core.klacht import Klacht
from mailagent.core.orders.fields import Categorise, Complicate, Confide, Label, NameBeklaagde, Prioritise
from mailagent.core.orders.order import Case, Order
from mailagent.core.organisation import Agent, Category, Organisation, Team

AT = datetime(2026, 3, 9, 10, tzinfo=UTC)
ANNA = Agent("anna@stad.example", "Anna de Vries")
STAD = Organisation(
    "Gemeente Voorbeeld",
    "klachten@stad.example",
    "https://stad.example",
    "",
    (Team("afval", "Team Afval", (ANNA,)), Team("verdeel", "Verdeling", sorting=True)),
    (Category("gft", "Gft-bakken", "afval"), Category("overig", "Overig", "verdeel")),
)
KLACHT = Klacht(1, "KL26-00042", "Bak", "Vol.", "jan@home.example", AT, category="overig", team="verdeel")
CASE = Case(KLACHT, ANNA, AT, STAD)
BY_ANNA = Actor(AGENT, ANNA.address)


def refused(order: Order, case: Case = CASE) -> str:
    with pytest.raises(NotPossible) as refusal:
        order.carry_out(case)
    return str(refusal.value)


def misread(kind: type[Order], rest: str) -> str:
    with pytest.raises(NotUnderstood) as mistake:
        kind.read(rest, "")
    return str(mistake.value)


# --- category


@pytest.mark.parametrize("name", ["gft", "GFT", "Gft-bakken", "gft-bakken.", "\N{NO-BREAK SPACE}gft"])
def test_a_category_is_known_by_its_id_and_its_name(name: str) -> None:
    done = Categorise.read(name, "").carry_out(CASE)
    assert done.klacht.category == "gft"
    assert "category" in done.klacht.by_hand
    assert done.events[0] == FieldSet(AT, BY_ANNA, "category", "gft", "overig")


def test_what_the_sorting_team_has_chosen_goes_to_whom_it_is_for() -> None:
    done = Categorise("gft").carry_out(CASE)
    assert done.klacht.team == "afval"
    assert done.events[1:] == (Routed(AT, BY_ANNA, "afval", "verdeel"),)
    assert done.said == "De categorie is Gft-bakken. KL26-00042 gaat naar Team Afval."
    assert done.klacht.by_hand == ("category", "team")


@pytest.mark.parametrize(
    "klacht", [replace(KLACHT, assigned_to=ANNA.address), replace(KLACHT, team="afval", category="gft")]
)
def test_what_somebody_works_on_stays_where_it_is(klacht: Klacht) -> None:
    wanted = "gft" if klacht.assigned_to else "overig"
    done = Categorise(wanted).carry_out(replace(CASE, klacht=klacht))
    assert (done.klacht.team, len(done.events)) == (klacht.team, 1)
    assert "met #team" in done.said


def test_an_unknown_category_is_refused_with_the_known_ones_and_a_suggestion() -> None:
    assert refused(Categorise("gtf")) == (
        "“gtf” is geen bekende categorie. Bedoelde u gft? Bekend zijn: gft, overig."
    )
    assert "Bedoelde" not in refused(Categorise("zwembad"))
    assert misread(Categorise, " ").startswith("#categorie: schrijf erachter")


# --- priority and complexity


@pytest.mark.parametrize(
    ("word", "value"),
    [("laag", "laag"), ("Hoog.", "hoog"), ("SPOED", "spoed"), ("normal", "normaal"), ("urgent", "spoed")],
)
def test_a_priority_is_one_of_four(word: str, value: str) -> None:
    done = Prioritise.read(word, "").carry_out(CASE)
    assert (done.klacht.priority, done.klacht.by_hand) == (value, ("priority",))
    assert done.events == (FieldSet(AT, BY_ANNA, "priority", value, "normaal"),)


def test_a_complexity_is_one_of_three() -> None:
    done = Complicate.read("high", "").carry_out(CASE)
    assert (done.klacht.complexity, done.klacht.by_hand) == ("hoog", ("complexity",))
    assert done.events == (FieldSet(AT, BY_ANNA, "complexity", "hoog", "normaal"),)


def test_another_word_is_a_mistake_with_a_suggestion() -> None:
    assert misread(Prioritise, "hoogg") == (
        "#prioriteit: “hoogg” ken ik niet. Bedoelde u hoog? Er is: laag, normaal, hoog, spoed."
    )
    assert misread(Complicate, "spoed").endswith("Er is: laag, normaal, hoog.")
    assert (
        misread(Prioritise, "") == "#prioriteit: schrijf erachter wat het wordt: laag, normaal, hoog, spoed."
    )


# --- labels


@pytest.mark.parametrize(
    ("rest", "on", "off"),
    [
        ("gft", ("gft",), ()),
        ("Gft, horeca; wegen", ("gft", "horeca", "wegen"), ()),
        ("gft -wegen", ("gft",), ("wegen",)),
        ("\N{EN DASH}wegen #gft +horeca", ("gft", "horeca"), ("wegen",)),
        ("gft gft", ("gft",), ()),
        ("social-media.", ("social-media",), ()),
    ],
)
def test_labels_are_put_on_and_taken_off(rest: str, on: tuple[str, ...], off: tuple[str, ...]) -> None:
    assert Label.read(rest, "") == Label(on, off)


def test_labels_stay_and_stand_once() -> None:
    case = replace(CASE, klacht=replace(KLACHT, labels=("gft", "oud")))
    done = Label(("gft", "nieuw"), ("oud",)).carry_out(case)
    assert done.klacht.labels == ("gft", "nieuw")
    assert done.events == (FieldSet(AT, BY_ANNA, "labels", "gft, nieuw", "gft, oud"),)
    assert done.said == "Labels: gft, nieuw."
    assert Label((), ("gft", "oud")).carry_out(case).said == "Er zijn geen labels meer."


def test_a_label_that_is_not_there_cannot_be_taken_off() -> None:
    assert refused(Label((), ("oud",))) == "KL26-00042 heeft geen label “oud”. Er zijn geen labels."
    case = replace(CASE, klacht=replace(KLACHT, labels=("gft",)))
    assert refused(Label((), ("oud",)), case).endswith("Wel: gft.")


@pytest.mark.parametrize("rest", ["", " , ", "gft/afval", "-", "--gft", "x" * 41, "<b>"])
def test_what_is_no_label_is_a_mistake(rest: str) -> None:
    assert misread(Label, rest).startswith("#label: ")


def test_labels_do_not_grow_without_end() -> None:
    many = tuple(f"l{n}" for n in range(21))
    assert "ten hoogste 20" in refused(Label(many, ()))


# --- confidential


@pytest.mark.parametrize(("rest", "on"), [("", True), ("ja", True), ("nee", False), ("No.", False)])
def test_a_klacht_becomes_confidential_and_may_be_so_no_more(rest: str, *, on: bool) -> None:
    case = replace(CASE, klacht=replace(KLACHT, confidential=not on))
    done = Confide.read(rest, "").carry_out(case)
    assert (done.klacht.confidential, done.klacht.by_hand) == (on, ("confidential",))
    assert ("niet meer vertrouwelijk" in done.said) != on


def test_confidential_takes_no_other_words() -> None:
    assert "misschien" in misread(Confide, "misschien")


# --- whom it is about


def test_whom_it_is_about_loses_it() -> None:
    case = replace(CASE, klacht=replace(KLACHT, assigned_to=ANNA.address))
    done = NameBeklaagde.read("anna", "").carry_out(case)
    assert (done.klacht.beklaagde, done.klacht.assigned_to) == (ANNA.address, None)
    assert done.events == (
        FieldSet(AT, BY_ANNA, "beklaagde", ANNA.address, ""),
        Assigned(AT, BY_ANNA, "", "verdeel"),
    )


@pytest.mark.parametrize("rest", ["Piet@Elders.example", "piet@elders.example <mailto:piet@elders.example>"])
def test_it_may_be_about_somebody_who_is_no_agent(rest: str) -> None:
    done = NameBeklaagde.read(rest, "").carry_out(CASE)
    assert done.klacht.beklaagde == "piet@elders.example"
    assert len(done.events) == 1


def test_it_may_be_about_nobody_after_all() -> None:
    case = replace(CASE, klacht=replace(KLACHT, beklaagde=ANNA.address))
    assert NameBeklaagde.read("nee", "").carry_out(case).klacht.beklaagde == ""


def test_an_unknown_name_is_refused() -> None:
    assert "geen bekende collega" in refused(NameBeklaagde("piet"))
    assert misread(NameBeklaagde, "").startswith("#beklaagde: ")
