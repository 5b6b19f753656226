"""What earlier klachten suggest: weights added up, shares that say how sure, and silence when unsure."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mailagent.core.lessons import Case, hints, report, too_few
from mailagent.core.suggestion import BAR, Model, Suggestion, read_model, seen_in, weighed

WEIGHTS = {
    "w:lantarn": [1.0, 4.0, -2.0, -2.0],
    "w:lantaarnpaal": [1.0, 6.0, -3.0, -3.0],
    "p:afval": [1, -2, 9, -2],
}
MODEL = Model(["verlichting", "afval", "groen"], [0.0, 0.0, 0.1], 1.0, WEIGHTS)
ALL = MODEL.categories


def case(text: str, human: str, ruled: str | None = None, melder: str = "") -> Case:
    return Case("", text, melder or f"{text}@home.example", human, chosen=True, ruled=ruled, scores=())


def test_a_word_that_was_learned_is_suggested_with_how_sure_that_is() -> None:
    [first, second, third] = MODEL.suggest("Kapot", "De lantaarnpaal is uit.", (), ALL)

    assert first.category == "verlichting"
    assert first.sure > 0.9
    assert first.sure + second.sure + third.sure == pytest.approx(1, abs=0.01)
    assert str(Suggestion("afval", 0.617)) == "afval (62 %)"


def test_who_is_not_sure_suggests_nothing() -> None:
    assert MODEL.likely("", "Iets heel anders.", ())[0].sure < BAR
    assert MODEL.suggest("", "Iets heel anders.", (), ALL) == ()


def test_what_is_gone_is_passed_over_and_who_is_not_sure_of_the_rest_suggests_nothing() -> None:
    both = ("", "lantaarnpaal", (("afval", 12),))
    assert [one.category for one in MODEL.likely(*both)] == ["afval", "verlichting", "groen"]

    assert MODEL.suggest(*both, ("verlichting", "groen")) == ()
    assert [one.category for one in MODEL.suggest(*both, ("afval", "groen"))] == ["afval", "groen"]


def test_the_points_of_the_rules_count_too() -> None:
    assert MODEL.suggest("", "Iets heel anders.", (("afval", 8),), ALL)[0].category == "afval"


def test_a_compound_is_known_by_its_parts_and_a_word_by_its_letters() -> None:
    seen = seen_in("", "afvalcontainers", ())

    assert {"w:afval", "w:container"} <= set(seen.words)
    assert {"g: af", "g:valco"} <= set(seen.grams)


def test_a_long_text_weighs_no_more_than_a_short_one() -> None:
    rarity = {"w:afval": 2.0, "w:boom": 1.0}
    short, long = (weighed(seen_in("", "afval boom " * often, ()), rarity) for often in (1, 50))

    assert short == pytest.approx(long)


def test_what_was_learned_survives_being_kept_as_json() -> None:
    again = read_model(json.loads(json.dumps(MODEL.as_dict())))

    assert again.likely("", "lantaarnpaal", ()) == MODEL.likely("", "lantaarnpaal", ())


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": 2},
        {"categories": ["een"]},
        {"categories": ["een", "twee", 3]},
        {"categories": ["een", "twee"]},
        {"begin": [0.0, 0.0, "0"]},
        {"begin": [0.0, 0.0, float("nan")]},
        {"temperature": 0.0},
        {"temperature": True},
        {"weights": {"w:bak": [1.0, 2.0]}},
        {"weights": []},
    ],
)
def test_what_is_no_model_of_ours_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="mailagent learn"):
        read_model(MODEL.as_dict() | wrong)


def test_a_word_that_the_rules_miss_becomes_a_hint() -> None:
    missed = [case(f"mijn milieupas doet het niet {n}", "afval") for n in range(3)]
    known = [case("met de milieupas en de kliko", "afval", "afval"), case("een boom", "groen")]

    [hint] = [hint for hint in hints(missed + known) if hint.word == "milieupas"]

    assert str(hint) == "klachten met “milieupas” gaan 4× naar afval (van 4)"
    assert hint.missed == 3


def test_what_one_melder_keeps_writing_is_no_hint() -> None:
    mine = [case(f"van Puffelen schrijft {n}", "afval", melder="jan@home.example") for n in range(9)]
    assert hints(mine) == []


def test_the_report_counts_what_was_decided_suggested_and_confused() -> None:
    cases = [case("a", "afval", "afval"), case("b", "afval", "groen"), case("c", "groen")]
    sure, unsure = [Suggestion("afval", 0.8), Suggestion("groen", 0.2)], [Suggestion("afval", 0.3)]

    told = report(cases, cases, [sure, sure, unsure], {"wegen": 2})

    assert (told.rules_decided, told.rules_right) == (2 / 3, 0.5)
    assert (told.first_right, told.answered, told.answered_right) == (2 / 3, 2 / 3, 1.0)
    assert told.abstained == pytest.approx(1 / 3)
    assert [(one.ruled, one.human, one.klachten) for one in told.confusions] == [
        (None, "groen", 1),
        ("groen", "afval", 1),
    ]


def test_too_few_to_learn_from_is_said_with_how_many_are_needed() -> None:
    few = [case(str(n), "afval") for n in range(60)] + [case(f"g{n}", "groen") for n in range(4)]

    assert "64 klachten" in too_few(few)
    assert "in twee categorieën" in too_few(few)
    assert too_few([*few, case("g5", "groen")]) == ""
