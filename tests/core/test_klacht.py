"""The life of a klacht: which steps there are, and what is said of those there are not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from mailagent.core.errors import NotPossible
from mailagent.core.events import AGENT, CLOCK, MELDER, SYSTEM
from mailagent.core.klacht import (
    GROUNDS,
    LIFE,
    OORDELEN,
    REASONS,
    STATUSES,
    UNHANDLED,
    Klacht,
    after,
    may,
    possible_tags,
)

KLACHT = Klacht(
    1, "KL26-00042", "Bak", "De bak is vol.", "jan@home.example", datetime(2026, 3, 2, 9, tzinfo=UTC)
)

# as the spec tells it, written out once more by hand
STEPS = {
    ("nieuw", "take_up", AGENT): "in_behandeling",
    ("heropend", "take_up", AGENT): "in_behandeling",
    ("nieuw", "resolve", AGENT): "opgelost",
    ("in_behandeling", "resolve", AGENT): "opgelost",
    ("heropend", "resolve", AGENT): "opgelost",
    ("nieuw", "close", AGENT): "gesloten",
    ("in_behandeling", "close", AGENT): "gesloten",
    ("heropend", "close", AGENT): "gesloten",
    ("opgelost", "ask_to_reopen", MELDER): "verzoek_tot_heropenen",
    ("opgelost", "settle", CLOCK): "gesloten",
    ("opgelost", "settle", MELDER): "gesloten",
    ("verzoek_tot_heropenen", "reopen", AGENT): "heropend",
    ("verzoek_tot_heropenen", "decline", AGENT): "opgelost",
    ("opgelost", "reopen", AGENT): "heropend",
    ("gesloten", "reopen", AGENT): "heropend",
}
NAMES = sorted({step.name for step in LIFE})
NEVER = [key for key in product(STATUSES, NAMES, (MELDER, AGENT, CLOCK, SYSTEM)) if key not in STEPS]

POSSIBLE = {
    "nieuw": "#in_behandeling, #opgelost, #sluiten",
    "in_behandeling": "#opgelost, #sluiten",
    "heropend": "#in_behandeling, #opgelost, #sluiten",
    "opgelost": "#heropenen",
    "gesloten": "#heropenen",
    "verzoek_tot_heropenen": "#heropenen, #opgelost",
}


@pytest.mark.parametrize(("status", "step", "by"), STEPS)
def test_this_step_is_possible(status: str, step: str, by: str) -> None:
    before = replace(KLACHT, status=status)
    assert may(status, step, by)
    assert after(before, step, by) == replace(before, status=STEPS[status, step, by])


@pytest.mark.parametrize(("status", "step", "by"), NEVER)
def test_any_other_step_is_refused_with_a_sentence_that_says_what_is_possible(
    status: str, step: str, by: str
) -> None:
    assert not may(status, step, by)
    with pytest.raises(NotPossible) as refusal:
        after(replace(KLACHT, status=status), step, by)
    sentence = f"KL26-00042 heeft de status {status}. Mogelijk is nu: {POSSIBLE[status]}."
    assert str(refusal.value) == sentence


def test_a_step_nobody_ever_heard_of_is_refused() -> None:
    assert not may("nieuw", "burn", AGENT)
    with pytest.raises(NotPossible, match="Mogelijk is nu: #in_behandeling, #opgelost, #sluiten"):
        after(KLACHT, "burn", AGENT)


def test_a_klacht_whose_status_leads_nowhere_says_so() -> None:
    assert possible_tags("onbekend") == ()
    with pytest.raises(NotPossible, match="Mogelijk is nu: niets dat de status verandert"):
        after(replace(KLACHT, status="onbekend"), "resolve", AGENT)


@pytest.mark.parametrize("status", STATUSES)
def test_an_agent_can_do_something_with_a_klacht_in_any_status(status: str) -> None:
    assert ", ".join(possible_tags(status)) == POSSIBLE[status]


def test_every_status_can_be_reached_and_the_table_names_no_other() -> None:
    reached = {"nieuw"} | {step.after for step in LIFE}
    assert reached == set(STATUSES)
    assert {status for step in LIFE for status in step.before} <= set(STATUSES)
    assert set(UNHANDLED) == {"nieuw", "in_behandeling", "heropend"}


def test_no_step_leads_back_to_nieuw() -> None:
    assert all(step.after != "nieuw" for step in LIFE)


def test_only_the_melder_asks_to_reopen_and_only_an_agent_reopens() -> None:
    assert {s.by for s in LIFE if s.name == "ask_to_reopen"} == {MELDER}
    assert {s.by for s in LIFE if s.after == "heropend"} == {AGENT}


def test_a_step_changes_nothing_but_the_status() -> None:
    before = replace(KLACHT, assigned_to="anna@stad.example", oordeel="gegrond", labels=("gft",))
    assert replace(after(before, "resolve", AGENT), status="nieuw") == before


def test_a_new_klacht_has_the_values_of_the_spec() -> None:
    assert (KLACHT.status, KLACHT.channel, KLACHT.priority, KLACHT.complexity) == (
        "nieuw",
        "email",
        "normaal",
        "normaal",
    )
    assert (KLACHT.oordeel, KLACHT.contact_allowed, KLACHT.confidential) == ("geen_oordeel", True, False)


def test_the_closed_lists_are_those_of_the_spec() -> None:
    assert OORDELEN == ("gegrond", "deels_gegrond", "ongegrond", "geen_oordeel")
    assert set(REASONS) == {
        "ingetrokken",
        "doorgestuurd",
        "niet_in_behandeling",
        "naar_tevredenheid",
        "dubbel",
        "geen_klacht",
    }
    assert list(GROUNDS) == ["a", "b", "c", "d", "e", "f", "lid2"]


def test_a_klacht_with_other_values_is_what_replace_would_make_of_it() -> None:
    changes = {"status": "gesloten", "labels": ("gft",)}
    assert KLACHT.but(**changes) == replace(KLACHT, **changes)  # type: ignore[arg-type]
    assert KLACHT.status == "nieuw"
    with pytest.raises(TypeError, match="statsu"):
        KLACHT.but(statsu="gesloten")
