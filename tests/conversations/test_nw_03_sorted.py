"""What the shipped rules make of a message, seen in the klacht and by whoever gets it (NW-03)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from desk import Desk, open_desk
from rule_files import write

from mailagent.store import arrivals

ANNA, JAN = "anna@stad.example", "jan@home.example"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return open_desk(tmp_path)


def sorting(desk: Desk) -> dict[str, Any]:
    """The stored decision about the newest arrival."""
    with desk.world.store.read() as tx:
        told: dict[str, Any] = arrivals.told(tx)[-1].trace["sorting"]
    return told


@pytest.mark.parametrize(
    ("gate", "text", "priority", "confidential"),
    [
        ("bezwaar", "Hierbij maak ik bezwaar tegen de aanslag van 3 mei.", "hoog", False),
        ("discriminatie", "Uw balie discrimineert mensen met een hoofddoek.", "hoog", True),
        ("integriteit", "Uw wethouder is omgekocht door een aannemer.", "hoog", True),
        ("datalek", "In mijn envelop zat de brief van iemand anders, met BSN.", "spoed", True),
        ("bedreiging", "Als dit zo doorgaat kom ik met een bijl naar het stadhuis.", "spoed", False),
        ("zelfdoding", "Ik weet het niet meer en wil niet meer leven.", "spoed", False),
    ],
)
def test_nw_03_what_a_human_must_see_goes_to_the_sorting_team_at_once_with_its_reason(
    desk: Desk, gate: str, text: str, priority: str, confidential: object
) -> None:
    desk.citizen(JAN).writes("Container", f"{text} De gft-bak is ook niet geleegd.")

    [klacht] = desk.klachten()
    assert (klacht.category, klacht.team) == (None, "klachten")
    assert (klacht.priority, klacht.confidential) == (priority, confidential)
    why = str(desk.history(klacht.kenmerk)[0].data["why"])
    assert why.startswith("Een mens beoordeelt dit eerst. ")
    assert f"Regel {gate} zag “" in why
    task = desk.agent(ANNA).gets("nieuw_voor_team")
    assert desk.world.ruleset.rules[gate].effect.human[:40] in task.text
    assert ("Regel " in task.text) is not confidential, "the words of the melder stay inside"
    told = sorting(desk)
    assert gate in [passed["rule_id"] for passed in told["gates"]]
    assert (told["category"], told["runner_up"]) == (None, "afval")


@pytest.mark.parametrize(
    ("subject", "text", "category", "labels"),
    [
        ("Lamp", "De lantaarnpaal voor onze deur brandt niet.", "verlichting", ("melding",)),
        ("Gat", "Er zit een groot gat in het asfalt.", "wegen", ("melding",)),
        ("Boom", "De takken hangen op ons dak, graag snoeien.", "groen", ("melding",)),
        ("Bak", "De gft-bak is niet geleegd.", "afval", ("melding",)),
        ("Herrie", "De muziek van de kroeg houdt ons wakker.", "overlast", ("melding",)),
        ("Balie", "Ik werd onbeleefd behandeld.", "bejegening", ()),
        ("Uw chauffeur", "Die van de vuilniswagen schold mij uit en noemde mij dom.", "bejegening", ()),
    ],
)
def test_kk_route_a_melding_is_told_apart_by_its_label(
    desk: Desk, subject: str, text: str, category: str, labels: tuple[str, ...]
) -> None:
    desk.citizen(JAN).writes(subject, text)
    [klacht] = desk.klachten()
    assert (klacht.category, klacht.labels) == (category, labels)


def test_nw_03_a_rule_sets_more_than_a_category_and_a_human_decision_stays(tmp_path: Path) -> None:
    write(
        tmp_path,
        rules="""\
rules:
  - id: haast
    als: {alle: [{van_domein: [home.example]}, {woord: [gevaarlijk]}]}
    dan: {prioriteit: spoed, complexiteit: hoog}
  - {id: gft, punten: [{woord: [gft], punten: 2}], dan: {categorie: afval, prioriteit: laag, labels: [bak]}}
""",
    )
    desk = open_desk(tmp_path, more=f'[paths]\nlocal = "{tmp_path}"')
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)

    jan.writes("Bak", "De gft-bak ligt op de weg, dat is gevaarlijk.")

    [klacht] = desk.klachten()
    assert (klacht.category, klacht.labels) == ("afval", ("bak",))
    assert (klacht.priority, klacht.complexity) == ("spoed", "hoog")
    task = anna.gets("nieuw_voor_team")
    assert "Gezet door een regel: prioriteit spoed, complexiteit hoog, labels bak." in task.text
    anna.replies(task, "#prioriteit laag\n#categorie overig")
    jan.replies(jan.gets("ontvangstbevestiging"), "De gft-bak ligt er nog, heel gevaarlijk.")
    after = desk.klacht(klacht.kenmerk)
    assert (after.category, after.priority) == ("overig", "laag")


def test_nw_03_a_rule_in_shadow_is_in_the_trace_and_nowhere_else(tmp_path: Path) -> None:
    write(
        tmp_path,
        rules="""\
rules:
  - {id: gft, punten: [{woord: [gft], punten: 2}], dan: {categorie: afval}}
  - {id: proef, status: schaduw, punten: [{woord: [bak], punten: 9}], dan: {categorie: overig}}
""",
    )
    desk = open_desk(tmp_path, more=f'[paths]\nlocal = "{tmp_path}"')
    desk.citizen(JAN).writes("Bak", "De gft-bak is niet geleegd.")
    [klacht] = desk.klachten()
    assert klacht.category == "afval"
    assert "proef" not in str(desk.history(klacht.kenmerk)[0].data)
    [shade] = sorting(desk)["shadow"]
    assert (shade["rule_id"], shade["points"], shade["category"]) == ("proef", 9, "overig")
    assert sorting(desk)["revision"] == desk.world.ruleset.revision != ""
