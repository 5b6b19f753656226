"""Keyword rules: what they find, how they score, and that their order never matters."""

from __future__ import annotations

import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.clues import Clue
from mailagent.core.message import Message
from mailagent.core.rule import Effect, Rule, Score
from mailagent.core.rules import Decision, RuleSet, decide


def score(kind: str, words: tuple[str, ...], points: int) -> Score:
    return Score(Clue(kind, words), points)  # type: ignore[arg-type]


def rule(id: str, category: str, *scores: Score, source: str = "") -> Rule:
    return Rule(id, Effect(category), scores, source=source)


def said(text: str, subject: str = "") -> Message:
    return Message(subject, text)


AFVAL = rule(
    "afval-inzameling",
    "afval",
    score("woord", ("gft", "container", "afval"), 2),
    score("frase", ("niet geleegd", "niet opgehaald"), 3),
    score("woord", ("prullenbak",), -1),
    source="rules/rules.yaml:3",
)
BEJEGENING = rule("bejegening", "bejegening", score("woord", ("onbeleefd", "brutaal"), 4))
WACHTTIJD = rule("wachttijd", "wachttijd", score("frase", ("niet teruggebeld",), 3))
RULES = RuleSet([AFVAL, BEJEGENING, WACHTTIJD])


def test_a_gft_bak_that_was_not_emptied_is_about_afval() -> None:
    decision = decide(said("De gft-bak is weer niet geleegd.", "Container"), RULES)
    assert decision.category == "afval"
    assert decision.score == 5
    assert decision.margin == 5
    assert decision.runner_up is None


def test_a_decision_names_rule_line_points_and_words() -> None:
    hits = decide(said("De gft-bak is weer niet geleegd.", "Container"), RULES).hits
    assert [(h.rule_id, h.source, h.points, h.matched, h.test) for h in hits] == [
        ("afval-inzameling", "rules/rules.yaml:3", 2, "container", 'onderwerp: woord "container"'),
        ("afval-inzameling", "rules/rules.yaml:3", 3, "niet geleegd", 'tekst: frase "niet geleegd"'),
    ]


@pytest.mark.parametrize(
    ("text", "within"),
    [
        ("Onze gft-bak.", "gft-bak"),
        ("die vieze-gft-bak, zeg", "vieze-gft-bak"),
        ("een afvalcontainer", "afvalcontainer"),
        ("de containers", "containers"),
    ],
)
def test_a_part_of_a_compound_is_shown_in_its_compound(text: str, within: str) -> None:
    [hit] = decide(said(text), RULES).hits
    assert hit.matched == within
    assert hit.test.endswith(f' in "{within}"')


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
    assert decide(said(text), RULES).category == category


def test_a_short_word_is_not_found_inside_another() -> None:
    rules = RuleSet([rule("groen", "groen", score("woord", ("park", "gas"), 2))])
    assert decide(said("Ik kan hier niet parkeren, het is vergast."), rules) == Decision()
    assert decide(said("het stadspark"), rules).category == "groen"


def test_a_word_said_ten_times_counts_once() -> None:
    assert decide(said("gft " * 10, "gft"), RULES).score == 2


def test_points_may_count_against_a_rule() -> None:
    assert decide(said("afval in de prullenbak"), RULES).score == 1


def test_a_rule_at_or_below_zero_decides_nothing_but_is_shown() -> None:
    decision = decide(said("de prullenbak"), RULES)
    assert decision.category is None
    assert [hit.points for hit in decision.hits] == [-1]


def test_a_tie_goes_to_a_human() -> None:
    decision = decide(said("niet geleegd en niet teruggebeld"), RULES)
    assert decision.category is None
    assert decision.tied == ("afval", "wachttijd")
    assert decision.margin == 0


def test_the_highest_score_wins_and_the_runner_up_is_named() -> None:
    decision = decide(said("Een brutaal mens, en het afval ligt er nog"), RULES)
    assert (decision.category, decision.runner_up, decision.margin) == ("bejegening", "afval", 2)


def test_two_rules_of_one_category_do_not_tie_with_each_other() -> None:
    twins = [rule(id, "afval", score("woord", ("gft",), 2)) for id in ("een", "twee")]
    decision = decide(said("gft"), RuleSet(twins))
    assert (decision.category, decision.score, decision.runner_up) == ("afval", 2, None)


def test_a_phrase_never_runs_from_the_subject_into_the_text() -> None:
    assert decide(said("geleegd", "Afspraak niet"), RULES) == Decision()


def test_rules_with_the_same_id_are_refused() -> None:
    with pytest.raises(ValueError, match="id"):
        RuleSet([AFVAL, AFVAL])


WORDS = ["gft", "afval", "bak", "brutaal", "niet", "geleegd", "wacht", "lang", "park", "prullenbak"]
scores = st.builds(
    score,
    st.sampled_from(["woord", "frase", "regex"]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(tuple),
    st.integers(-2, 4),
)
rule_lists = st.lists(
    st.builds(
        lambda id, category, scores: rule(id, category, *scores),
        st.text("abcdef", min_size=1, max_size=2),
        st.sampled_from(["afval", "bejegening", "overig"]),
        st.lists(scores, min_size=1, max_size=3),
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
    assert decide(said(text), RuleSet(rules)) == decide(said(text), RuleSet(shuffled))


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_breaks_the_rules(subject: str, text: str) -> None:
    decide(said(text, subject), RULES)


@pytest.mark.parametrize("filling", ["a", "gft ", "niet ", "afvalcontainer", "\u0301", "ﷺ"])
def test_a_hostile_text_costs_no_more_than_its_length(filling: str) -> None:
    text = filling * (1_000_000 // len(filling))
    begin = time.process_time()
    decide(said(text), RULES)
    assert time.process_time() - begin < 10
