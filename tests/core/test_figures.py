"""Figures that were counted by hand, and what must hold whatever people answer."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.figures import (
    DOWN,
    LEVEL,
    OUTSIDE,
    UP,
    Answered,
    Invited,
    Response,
    Tally,
    Trend,
    average,
    figures,
    nps,
    rounded,
    share,
    trend,
)
from mailagent.core.surveys import MULTIPLE, NPS, OPEN, RATING, YES_NO

SCORES = st.dictionaries(st.integers(0, 10), st.integers(0, 10_000))


@pytest.mark.parametrize(
    ("scores", "golden"),
    [
        ({}, None),
        ({9: 0, 3: 0}, None),
        ({10: 1}, 100),
        ({9: 3, 10: 4}, 100),
        ({0: 1}, -100),
        ({6: 5}, -100),
        ({7: 2, 8: 9}, 0),
        ({9: 1, 6: 1}, 0),
        ({10: 70, 8: 20, 3: 10}, 60),
        ({9: 30, 10: 20, 7: 15, 8: 5, 0: 10, 6: 20}, 20),
        ({10: 1, 7: 2}, 33),
        ({10: 2, 7: 1}, 67),
        ({10: 1, 7: 7}, 13),  # 12.5: a half goes up
        ({0: 1, 7: 7}, -13),  # and down alike, below nothing
        ({10: 1, 7: 199}, 1),  # 0.5
        ({0: 1, 7: 200}, 0),  # -0.4975…
    ],
)
def test_kt_03_nps_is_promoters_less_detractors(scores: dict[int, int], golden: int | None) -> None:
    assert nps(scores) == golden


@given(SCORES)
def test_nps_lies_between_its_ends_and_is_the_nearest_whole(scores: dict[int, int]) -> None:
    found, total = nps(scores), sum(scores.values())
    if total == 0:
        assert found is None
        return
    assert found is not None
    exact = Fraction(100 * sum(n * ((s > 8) - (s < 7)) for s, n in scores.items()), total)
    assert -100 <= found <= 100
    assert abs(found - exact) <= Fraction(1, 2)


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_as_many_who_warn_as_who_recommend_weigh_the_same(up: int, middle: int, down: int) -> None:
    one, other = nps({10: up, 8: middle, 2: down}), nps({10: down, 8: middle, 2: up})
    assert one == (None if other is None else -other)


@given(SCORES, st.integers(1, 9))
def test_a_figure_does_not_depend_on_how_often_everyone_says_it(scores: dict[int, int], times: int) -> None:
    often = {score: count * times for score, count in scores.items()}
    assert (nps(often), average(often)) == (nps(scores), average(scores))


@pytest.mark.parametrize(
    ("scores", "golden"),
    [
        ({}, None),
        ({4: 1}, 4.0),
        ({1: 1, 2: 1}, 1.5),
        ({5: 2, 4: 1}, 4.67),
        ({3: 7, 4: 1}, 3.13),
        ({0: 3}, 0.0),
    ],
)
def test_kt_03_an_average_has_two_decimals(scores: dict[int, int], golden: float | None) -> None:
    assert average(scores) == golden


@given(SCORES)
def test_an_average_lies_among_its_scores(scores: dict[int, int]) -> None:
    given_ = [score for score, count in scores.items() if count]
    found = average(scores)
    assert found is None if not given_ else found is not None and min(given_) <= found <= max(given_)


def test_a_share_of_nothing_is_none_and_never_nought() -> None:
    assert share(0, 0) is None
    assert share(0, 3) == 0.0
    assert (share(1, 3), share(2, 3), share(3, 3)) == (33.3, 66.7, 100.0)
    assert share(1, 800) == 0.1  # 0.125


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**6), st.integers(0, 3))
def test_rounding_goes_to_the_nearest_and_halves_away_from_nought(
    part: int, whole: int, decimals: int
) -> None:
    found = Fraction(rounded(part, whole, decimals)).limit_denominator(10**decimals)
    off = abs(found) - abs(Fraction(part, whole))
    half = Fraction(1, 2 * 10**decimals)
    assert -half < off <= half


def test_kt_03_ten_of_the_fifty_delivered_invitations_were_answered() -> None:
    response = Response(sent=40, answered=10, suppressed=5, failed=1)
    assert (response.answered, response.delivered, response.rate) == (10, 50, 20.0)


def test_what_nobody_could_answer_is_no_silence() -> None:
    assert Response(scheduled=3, suppressed=5, failed=1, unsent=2).rate is None
    assert Response(scheduled=9, sent=1, expired=2, answered=1, unsent=7).rate == 25.0
    assert Response(sent=4).rate == 0.0


def test_each_kind_of_question_has_its_own_figure() -> None:
    scale = Tally(RATING, 4, {5: 1, 4: 1, 2: 2})
    yes = Tally(YES_NO, 3, choices={"ja": 2, "nee": 1})
    score = Tally(NPS, 2, {10: 1, 7: 1})
    chosen = Tally(MULTIPLE, 3, choices={"traag": 2, "onduidelijk": 2})
    written = Tally(OPEN, 3)
    assert (scale.figure, scale.average, scale.satisfied, scale.nps) == (3.25, 3.25, 50.0, None)
    assert (yes.figure, yes.average, yes.satisfied, yes.nps) == (66.7, None, 66.7, None)
    assert (score.figure, score.average, score.satisfied, score.nps) == (50, 8.5, None, 50)
    assert (chosen.figure, chosen.shares) == (None, {"traag": 66.7, "onduidelijk": 66.7})
    assert (written.figure, written.answers, written.shares) == (None, 3, {})


@pytest.mark.parametrize("kind", [NPS, RATING, YES_NO, MULTIPLE, OPEN])
def test_without_answers_every_figure_is_none(kind: str) -> None:
    empty = Tally(kind)
    assert (empty.figure, empty.nps, empty.average, empty.satisfied) == (None, None, None, None)
    assert empty.shares == {}


@pytest.mark.parametrize(
    ("kind", "row", "golden"),
    [
        (NPS, [], None),
        (NPS, [20], None),
        (NPS, [None, 20], None),
        (NPS, [20, None], None),
        (NPS, [80, None, 20], None),
        (NPS, [10, 15], Trend(5, UP)),
        (NPS, [10, 14], Trend(4, LEVEL)),
        (NPS, [10, 5], Trend(-5, DOWN)),
        (NPS, [-40, -44], Trend(-4, LEVEL)),
        (NPS, [0, 0], Trend(0, LEVEL)),
        (RATING, [4.1, 4.3], Trend(0.2, UP)),
        (RATING, [4.3, 4.11], Trend(-0.19, LEVEL)),
        (YES_NO, [66.7, 61.7], Trend(-5, DOWN)),
    ],
)
def test_kt_03_the_arrow_compares_the_last_period_with_the_one_before(
    kind: str, row: list[float | None], golden: Trend | None
) -> None:
    assert trend(kind, row) == golden


def test_lines_of_one_survey_add_up_whatever_they_were_told_apart_by() -> None:
    place, other = ("nps-2026", "email", 0), ("nps-2026", "letter", OUTSIDE)
    found = figures(
        [Invited(*place, "sent", 30), Invited(*other, "sent", 10), Invited(*place, "answered", 10)],
        [
            Answered(*place, "aanbevelen", NPS, 9, (), 4),
            Answered(*other, "aanbevelen", NPS, 9, (), 2),
            Answered(*other, "aanbevelen", NPS, 3, (), 4),
            Answered(*place, "waarom", MULTIPLE, None, ("snel", "aardig"), 3),
            Answered(*place, "waarom", MULTIPLE, None, ("snel",), 1),
        ],
    )
    assert found.response == Response(sent=40, answered=10)
    assert found.questions["aanbevelen"] == Tally(NPS, 10, {9: 6, 3: 4})
    assert found.questions["aanbevelen"].nps == 20
    assert found.questions["waarom"].choices == {"snel": 4, "aardig": 3}
    assert found.questions["waarom"].shares == {"snel": 100.0, "aardig": 75.0}


def test_nothing_counted_is_no_figure_and_no_exception() -> None:
    empty = figures([], [])
    assert (empty.response.rate, empty.questions) == (None, {})


@given(st.lists(st.tuples(st.integers(0, 10), st.sampled_from(["email", "letter"]), st.integers(0, 11))))
def test_groups_and_periods_together_are_the_whole(answers: list[tuple[int, str, int]]) -> None:
    lines = [
        Answered("s", group, period, "q", NPS, score, (), count)
        for (score, group, period), count in Counter(answers).items()
    ]
    whole = figures([], lines).questions.get("q", Tally(NPS))
    apart = [figures([], [line for line in lines if line.group == group]) for group in ("email", "letter")]
    together: Counter[int] = Counter()
    for part in apart:
        together.update(part.questions.get("q", Tally(NPS)).scores)
    assert dict(together) == whole.scores
    assert whole.answers == len(answers)
