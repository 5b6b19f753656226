"""Closing a klacht: the reasons, the grounds of the law, and what the melder reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.events import AGENT, Actor, Closed
from mailagent.core.klacht import GROUNDS, REASONS, Klacht
from mailagent.core.orders.closing import Close, Withdraw
from mailagent.core.orders.order import Case
from mailagent.core.organisation import Agent, Organisation

AT = datetime(2026, 3, 9, 10, tzinfo=UTC)
ANNA = Agent("anna@stad.example", "Anna de Vries")
STAD = Organisation("Gemeente Voorbeeld", "klachten@stad.example", "https://stad.example")
KLACHT = Klacht(1, "KL26-00042", "Bak", "De bak is vol.", "jan@home.example", AT, team="afval")
CASE = Case(KLACHT, ANNA, AT, STAD)


def refused(order: Close, case: Case) -> str:
    with pytest.raises(NotPossible) as refusal:
        order.carry_out(case)
    return str(refusal.value)


def misread(rest: str, text: str = "") -> str:
    with pytest.raises(NotUnderstood) as mistake:
        Close.read(rest, text)
    return str(mistake.value)


@pytest.mark.parametrize(
    ("rest", "order"),
    [
        ("dubbel", Close("dubbel", "", "")),
        ("Dubbel.", Close("dubbel", "", "")),
        ("dubbel met KL26-00041", Close("dubbel", "", "met KL26-00041")),
        ("geen klacht", Close("geen_klacht", "", "")),
        ("geen-klacht: een melding", Close("geen_klacht", "", "een melding")),
        ("ingetrokken", Close("ingetrokken", "", "")),
        ("naar tevredenheid", Close("naar_tevredenheid", "", "")),
        ("doorgestuurd naar de provincie", Close("doorgestuurd", "", "naar de provincie")),
        ("niet_in_behandeling a", Close("niet_in_behandeling", "a", "")),
        ("niet in behandeling b", Close("niet_in_behandeling", "b", "")),
        ("niet_in_behandeling (c)", Close("niet_in_behandeling", "c", "")),
        ("niet_in_behandeling D.", Close("niet_in_behandeling", "d", "")),
        ("niet_in_behandeling, e", Close("niet_in_behandeling", "e", "")),
        ("niet_in_behandeling 9:8 f", Close("niet_in_behandeling", "f", "")),
        ("niet_in_behandeling Awb 9:8, lid 1, onder b", Close("niet_in_behandeling", "b", "")),
        ("niet_in_behandeling artikel 9:8 lid 1 sub b", Close("niet_in_behandeling", "b", "")),
        ("niet_in_behandeling lid2", Close("niet_in_behandeling", "lid2", "")),
        ("niet_in_behandeling 9:8 lid 2", Close("niet_in_behandeling", "lid2", "")),
        ("niet_in_behandeling a U klaagde eerder.", Close("niet_in_behandeling", "a", "U klaagde eerder.")),
    ],
)
def test_closing_needs_a_reason_of_the_list(rest: str, order: Close) -> None:
    assert Close.read(rest, "") == order
    below = f"{order.text}\nBeste Jan,".strip()
    assert Close.read(rest, "\nBeste Jan,\n") == replace(order, text=below)


@pytest.mark.parametrize("rest", ["", "zomaar", "klaar dubbel", "dubbelop", "niet", "gesloten"])
def test_closing_without_a_reason_names_the_reasons(rest: str) -> None:
    assert misread(rest, "Beste Jan,") == (f"#sluiten: schrijf er een reden achter: {', '.join(REASONS)}.")


@pytest.mark.parametrize("ground", ["", "g", "lid 3", "omdat het te oud is", "een", "9:8"])
def test_not_handling_needs_its_ground_in_the_law(ground: str) -> None:
    sentence = misread(f"niet_in_behandeling {ground}", "Beste Jan,")
    assert sentence.startswith("#sluiten niet_in_behandeling: schrijf de grond van Awb 9:8 erachter: a = ")
    assert all(f"{letter} = {why}" in sentence for letter, why in GROUNDS.items())


def test_forwarding_needs_the_words_that_say_where_to() -> None:
    assert "(Awb 2:3)" in misread("doorgestuurd")


@pytest.mark.parametrize(
    ("reason", "to_melder"),
    [
        ("ingetrokken", "Beste Jan,"),
        ("doorgestuurd", "Beste Jan,"),
        ("niet_in_behandeling", "Beste Jan,"),
        ("naar_tevredenheid", "Beste Jan,"),
        ("dubbel", ""),
        ("geen_klacht", ""),
    ],
)
def test_the_text_of_a_closing_leaves_only_where_the_reason_has_a_mail(reason: str, to_melder: str) -> None:
    order = Close(reason, "", "Beste Jan,")
    assert order.to_melder(KLACHT) == to_melder
    done = order.carry_out(replace(CASE, melder_wrote=True))
    assert done.klacht == replace(KLACHT, status="gesloten")
    assert done.events == (Closed(AT, Actor(AGENT, ANNA.address), reason, "", "Beste Jan,"),)
    assert done.said == f"KL26-00042 is gesloten ({reason.replace('_', ' ')})."


def test_closing_to_satisfaction_needs_a_mail_of_the_melder() -> None:
    order = Close("naar_tevredenheid", "", "")
    assert refused(order, CASE) == (
        "Sluiten naar tevredenheid kan als de melder zelf heeft gemaild dat het goed is (Awb 9:5). "
        "Zo'n mail is er niet. Mogelijk is: #opgelost, of eerst #antwoord met de vraag erin."
    )
    assert order.carry_out(replace(CASE, melder_wrote=True)).klacht.status == "gesloten"


def test_a_refusal_never_proposes_what_is_not_possible_either() -> None:
    order = Close("naar_tevredenheid", "", "")
    assert refused(order, replace(CASE, klacht=replace(KLACHT, status="gesloten"))).endswith(
        "Mogelijk is nu: #heropenen."
    )


def test_withdrawing_needs_a_mail_of_the_melder_or_how_else_the_agent_knows() -> None:
    assert "hoe u weet" in refused(Close("ingetrokken", "", ""), CASE)
    assert Close("ingetrokken", "", "U belde ons.").carry_out(CASE).klacht.status == "gesloten"
    assert Withdraw.read("", "").carry_out(replace(CASE, melder_wrote=True)).klacht.status == "gesloten"


def test_the_tag_for_a_withdrawal_is_closing_for_that_reason() -> None:
    order, long = Withdraw.read("U belde.", "Tot ziens."), Close.read("ingetrokken U belde.", "Tot ziens.")
    assert order.carry_out(CASE) == long.carry_out(CASE)
    assert order.to_melder(KLACHT) == long.to_melder(KLACHT) == "U belde.\nTot ziens."
