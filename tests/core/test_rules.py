"""Keyword rules: what they find, how they score, and that their order never matters."""

from __future__ import annotations

import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.rules import Clue, Decision, Rule, RuleSet, decide

AFVAL = Rule(
    "afval-inzameling",
    "afval",
    (
        Clue("woord", ("gft", "container", "afval"), 2),
        Clue("frase", ("niet geleegd", "niet opgehaald"), 3),
        Clue("woord", ("prullenbak",), -1),
    ),
    "rules/rules.yaml:3",
)
BEJEGENING = Rule(
    "bejegening", "bejegening", (Clue("woord", ("onbeleefd", "brutaal"), 4),), "rules/rules.yaml:9"
)
WACHTTIJD = Rule("wachttijd", "wachttijd", (Clue("frase", ("niet teruggebeld",), 3),), "rules/rules.yaml:14")
RULES = RuleSet([AFVAL, BEJEGENING, WACHTTIJD])


def test_a_gft_bak_that_was_not_emptied_is_about_afval() -> None:
    decision = decide("Container", "De gft-bak is weer niet geleegd.", RULES)
    assert decision.category == "afval"
    assert decision.score == 5
    assert decision.margin == 5
    assert decision.runner_up is None


def test_a_decision_names_rule_line_points_and_words() -> None:
    hits = decide("Container", "De gft-bak is weer niet geleegd.", RULES).hits
    assert [(h.rule_id, h.source, h.points, h.matched) for h in hits] == [
        ("afval-inzameling", "rules/rules.yaml:3", 2, "container"),
        ("afval-inzameling", "rules/rules.yaml:3", 3, "niet geleegd"),
    ]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Twee containers vol", "afval"),  # plural
        ("De afvalcontainer stinkt", "afval"),  # last part of a compound
        ("Mijn afvalpasje werkt niet", "afval"),  # first part
        ("GFT!", "afval"),  # capitals
        ("de contáiner", "afval"),  # accents
        ("Een onbeleefde man aan de balie", "bejegening"),  # an inflected adjective
        ("Zij was zeer beleefd", None),
        ("Ik werd niet\nteruggebeld", "wachttijd"),  # over a line end
        ("Ik werd niet altijd teruggebeld", None),  # a phrase is literal
        ("", None),
    ],
)
def test_a_word_is_found_in_every_form_the_language_gives_it(text: str, category: str | None) -> None:
    assert decide("", text, RULES).category == category


def test_a_short_word_is_not_found_inside_another() -> None:
    rules = RuleSet([Rule("groen", "groen", (Clue("woord", ("park", "gas"), 2),))])
    assert decide("", "Ik kan hier niet parkeren, het is vergast.", rules) == Decision()
    assert decide("", "het stadspark", rules).category == "groen"


def test_a_word_said_ten_times_counts_once() -> None:
    assert decide("gft", "gft " * 10, RULES).score == 2


def test_points_may_count_against_a_rule() -> None:
    assert decide("", "afval in de prullenbak", RULES).score == 1


def test_a_rule_at_or_below_zero_decides_nothing_but_is_shown() -> None:
    decision = decide("", "de prullenbak", RULES)
    assert decision.category is None
    assert [hit.points for hit in decision.hits] == [-1]


def test_a_tie_goes_to_a_human() -> None:
    decision = decide("", "niet geleegd en niet teruggebeld", RULES)
    assert decision.category is None
    assert decision.tied == ("afval", "wachttijd")
    assert decision.margin == 0


def test_the_highest_score_wins_and_the_runner_up_is_named() -> None:
    decision = decide("", "Een brutaal mens, en het afval ligt er nog", RULES)
    assert (decision.category, decision.runner_up, decision.margin) == ("bejegening", "afval", 2)


def test_two_rules_of_one_category_do_not_tie_with_each_other() -> None:
    twins = [Rule(id, "afval", (Clue("woord", ("gft",), 2),)) for id in ("een", "twee")]
    decision = decide("", "gft", RuleSet(twins))
    assert (decision.category, decision.score, decision.runner_up) == ("afval", 2, None)


def test_a_phrase_never_runs_from_the_subject_into_the_text() -> None:
    assert decide("Afspraak niet", "geleegd", RULES) == Decision()


def test_rules_with_the_same_id_are_refused() -> None:
    with pytest.raises(ValueError, match="id"):
        RuleSet([AFVAL, AFVAL])


WORDS = ["gft", "afval", "bak", "brutaal", "niet", "geleegd", "wacht", "lang", "park", "prullenbak"]
clues = st.builds(
    Clue,
    st.sampled_from(["woord", "frase"]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(tuple),
    st.integers(-2, 4),
)
rule_lists = st.lists(
    st.builds(
        Rule,
        st.text("abcdef", min_size=1, max_size=2),
        st.sampled_from(["afval", "bejegening", "overig"]),
        st.lists(clues, min_size=1, max_size=3).map(tuple),
    ),
    max_size=6,
    unique_by=lambda rule: rule.id,
)


@given(rule_lists, st.lists(st.sampled_from(WORDS)).map(" ".join), st.randoms(use_true_random=False))
def test_the_order_of_the_rules_never_changes_the_outcome(
    rules: list[Rule], text: str, random: Random
) -> None:
    shuffled = rules[:]
    random.shuffle(shuffled)
    assert decide("", text, RuleSet(rules)) == decide("", text, RuleSet(shuffled))


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_breaks_the_rules(subject: str, text: str) -> None:
    decide(subject, text, RULES)


@pytest.mark.parametrize("filling", ["a", "gft ", "niet ", "afvalcontainer", "\u0301", "ﷺ"])
def test_a_hostile_text_costs_no_more_than_its_length(filling: str) -> None:
    text = filling * (1_000_000 // len(filling))
    begin = time.process_time()
    decide("", text, RULES)
    assert time.process_time() - begin < 10
