"""Gates, thresholds, conditions and shadows: what a rule sets beside the category, and who goes first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailagent.core.clues import Clue
from mailagent.core.message import Message
from mailagent.core.rule import OFF, SHADOW, Condition, Effect, Group, Rule, Score
from mailagent.core.rules import Decision, RuleSet, decide


def word(*words: str) -> Clue:
    return Clue("woord", words)


def gate(id: str, condition: Condition, effect: Effect, *, stops: bool = False) -> Rule:
    return Rule(id, effect, (), condition, stops=stops, source=f"rules/rules.yaml:{len(id)}")


GFT = Rule("afval", Effect("afval"), (Score(word("gft"), 2),))
BEZWAAR = gate("bezwaar", word("bezwaar"), Effect(human="Dit kan een bezwaarschrift zijn.", priority="hoog"))
GEHEIM = gate("geheim", word("fraude"), Effect(confidential=True, labels=("integriteit",)))


def decided(text: str, *rules: Rule) -> Decision:
    return decide(Message("", text), RuleSet(rules))


def test_a_gate_sends_to_a_human_whatever_scores_and_says_what_would_have_won() -> None:
    decision = decided("bezwaar tegen de gft", GFT, BEZWAAR)
    assert decision.category is None
    assert decision.human == ("Dit kan een bezwaarschrift zijn.",)
    assert (decision.priority, decision.score, decision.runner_up, decision.margin) == ("hoog", 2, "afval", 0)
    [passed] = decision.gates
    assert (passed.rule_id, passed.source, passed.matched) == ("bezwaar", "rules/rules.yaml:7", ("bezwaar",))


def test_a_gate_that_stops_hides_the_gates_below_it_and_no_score() -> None:
    stop = replace(BEZWAAR, stops=True, effect=Effect(labels=("bezwaar",)))
    decision = decided("bezwaar, fraude, gft", stop, GEHEIM, GFT)
    assert [passed.rule_id for passed in decision.gates] == ["bezwaar"]
    assert (decision.category, decision.labels, decision.confidential) == ("afval", ("bezwaar",), False)
    assert decided("bezwaar, fraude, gft", GEHEIM, stop, GFT).confidential


def test_the_first_gate_in_the_file_sets_a_field_and_a_score_does_not_change_it() -> None:
    first, second = (gate(id, word("gft"), Effect(team=id)) for id in ("zorg", "balie"))
    scores = Rule("afval", Effect("afval", team="reiniging"), (Score(word("gft"), 9),))
    assert decided("gft", first, second, scores).team == "zorg"
    assert decided("gft", second, first, scores).team == "balie"
    assert decided("gft", scores).team == "reiniging"


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        ("gft vol", 1),
        ("gft leeg", 1),
        ("gft", 0),
        ("vol", 0),
        ("gft vol, geen haast", 0),
        ("gft leeg, geen haast maar spoed", 1),
    ],
)
def test_conditions_may_hold_each_other(text: str, opened: int) -> None:
    unhurried = Group(all_of=(word("haast"),), none_of=(word("spoed"),))
    condition = Group(any_of=(word("vol"), word("leeg")), all_of=(word("gft"),), none_of=(unhurried,))
    assert len(decided(text, gate("een", condition, Effect(labels=("x",)))).gates) == opened


def test_a_gate_that_asks_for_an_absence_opens_without_a_word() -> None:
    absent = gate("zonder", Group(none_of=(word("gft"),)), Effect(labels=("zonder",)))
    assert decided("", absent).labels == ("zonder",)
    assert decided("gft", absent).labels == ()


def test_a_score_may_ask_for_two_things_at_once() -> None:
    both = Score(Group(all_of=(word("bak"), word("vol"))), 3, "rules/rules.yaml:12")
    rule = Rule("afval", Effect("afval"), (both,))
    assert decided("de bak", rule) == Decision()
    [hit] = decided("de bak is vol", rule).hits
    assert (hit.points, hit.matched, hit.source) == (3, "bak + vol", "rules/rules.yaml:12")
    assert hit.test == 'tekst: woord "bak" + tekst: woord "vol"'


def test_below_its_threshold_or_without_its_condition_a_rule_decides_nothing_and_is_shown() -> None:
    threshold = replace(GFT, threshold=3)
    conditional = replace(GFT, condition=Clue("is", ("letter",), ("kanaal",)))
    for rule in (threshold, conditional):
        decision = decided("gft", rule)
        assert (decision.category, decision.score, len(decision.hits)) == (None, 0, 1)
    by_letter = decide(Message("", "gft", channel="letter"), RuleSet([conditional]))
    assert by_letter.category == "afval"


def test_a_rule_in_shadow_is_counted_and_does_nothing() -> None:
    shadow = replace(GFT, id="proef", effect=Effect("overig", labels=("x",)), status=SHADOW)
    gate_in_shadow = replace(BEZWAAR, id="poort", status=SHADOW, stops=True)
    decision = decided("gft bezwaar fraude", shadow, gate_in_shadow, GEHEIM, replace(GFT, threshold=1))
    assert (decision.category, decision.human, decision.confidential) == ("afval", (), True)
    assert [(one.rule_id, one.points, one.matched, one.category) for one in decision.shadow] == [
        ("poort", 0, ("bezwaar",), None),
        ("proef", 2, ("gft",), "overig"),
    ]
    assert {hit.rule_id for hit in decision.hits} == {"afval"}


def test_a_rule_that_is_off_is_not_there() -> None:
    assert decided("gft bezwaar", replace(GFT, status=OFF), replace(BEZWAAR, status=OFF)) == Decision()


def test_what_lost_the_category_sets_nothing_but_confidential() -> None:
    won = Rule("een", Effect("afval", labels=("melding",), complexity="laag"), (Score(word("gft"), 5),))
    loses = Effect("wegen", "wegen", "spoed", "hoog", ("weg",), confidential=True)
    lost = Rule("twee", loses, (Score(word("gft"), 2),))
    beside = Rule("drie", Effect(priority="hoog", labels=("haast",)), (Score(word("gft"), 1),))
    decision = decided("gft", won, lost, beside)
    assert (decision.category, decision.team, decision.priority) == ("afval", None, "hoog")
    assert (decision.complexity, decision.labels, decision.confidential) == (
        "laag",
        ("melding", "haast"),
        True,
    )


def test_of_two_that_share_the_highest_score_the_most_urgent_counts_and_no_team() -> None:
    two = [
        Rule(id, Effect("afval", team, priority), (Score(word("gft"), 2),))
        for id, team, priority in (("een", "reiniging", "laag"), ("twee", "wijk", "hoog"))
    ]
    decision = decided("gft", *two)
    assert (decision.category, decision.team, decision.priority) == ("afval", None, "hoog")


def test_the_decision_names_its_set_of_rules() -> None:
    assert decide(Message(), RuleSet([GFT], "0a1b2c")).revision == "0a1b2c"
