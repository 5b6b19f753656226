"""The figures of every survey side by side."""

from __future__ import annotations

from datetime import date

from mailagent.core.figures import OUTSIDE, UP, Answered, Invited, Tally
from mailagent.core.organisation import StandardAnswer
from mailagent.core.overview import (
    BAD,
    CATEGORY,
    CHANNEL,
    GOOD,
    PERIOD,
    SATISFIED,
    Chosen,
    Wanted,
    chosen,
    overview,
    smileys,
    survey_of,
    tally_of,
)
from mailagent.core.surveys import MULTIPLE, NPS, YES_NO, Option, Question, Words

MAY = date(2026, 5, 20)
ANSWERS = (
    StandardAnswer("snel", "Snel", satisfied=True),
    StandardAnswer("traag", "Traag", satisfied=False, en="Slow"),
)


def invited(group: str, period: int, state: str, count: int) -> Invited:
    return Invited("smileys", group, period, state, count)


def satisfied(group: str, period: int, word: str, count: int) -> Answered:
    return Answered("smileys", group, period, SATISFIED, YES_NO, None, (word,), count)


def test_kt_03_the_last_twelve_periods_have_gaps_where_nobody_answered() -> None:
    counts = (
        [invited("", 11, "answered", 4), invited("", 10, "sent", 2), invited("", OUTSIDE, "answered", 1)],
        [satisfied("", 11, "ja", 3), satisfied("", 11, "nee", 1), satisfied("", OUTSIDE, "nee", 1)],
    )
    found = overview(Wanted(MAY), [smileys(ANSWERS)], counts)
    [one] = found.surveys
    question = one.survey.questions[0]

    assert [period.name for period in found.periods][-2:] == ["2026-04", "2026-05"]
    assert [tally.figure for tally in one.over(question)] == [None] * 11 + [75.0]
    assert [each.response.rate for each in one.row] == [None] * 10 + [0.0, 100.0]
    assert tally_of(one.whole, question).figure == 60.0
    assert one.trend(question) is None
    assert found.is_running


def test_kt_03_the_arrow_is_that_of_the_last_two_periods() -> None:
    counts = (
        [invited("", place, "answered", 2) for place in (10, 11)],
        [satisfied("", 10, "ja", 1), satisfied("", 10, "nee", 1), satisfied("", 11, "ja", 2)],
    )
    [one] = overview(Wanted(MAY), [smileys(())], counts).surveys
    trend = one.trend(one.survey.questions[0])
    assert trend
    assert (trend.change, trend.direction) == (50.0, UP)


def test_groups_are_told_apart_by_name_and_periods_by_theirs() -> None:
    counts = (
        [invited("letter", 11, "answered", 1), invited("email", 3, "sent", 1)],
        [satisfied("letter", 11, "ja", 1)],
    )
    for by, names in ((CHANNEL, ["email", "letter"]), (CATEGORY, ["email", "letter"]), ("", [])):
        [one] = overview(Wanted(MAY, by=by), [smileys(())], counts).surveys
        assert list(one.groups) == names
    [one] = overview(Wanted(MAY, by=PERIOD), [smileys(())], counts).surveys
    assert list(one.groups)[::11] == ["2025-06", "2026-05"]
    assert one.groups["2026-05"].response.rate == 100.0


def test_the_smileys_ask_why_of_the_satisfied_and_of_the_others() -> None:
    _, good, bad = smileys(ANSWERS).questions
    assert (good.id, [option.id for option in good.options]) == (GOOD, ["snel"])
    assert (bad.id, bad.options[0].text.said("en")) == (BAD, "Slow")


def test_every_choice_has_its_share_also_one_that_nobody_made_or_that_is_gone() -> None:
    question = Question("q", MULTIPLE, Words("?"), options=(Option("a", Words("A")), Option("b", Words("B"))))
    tally = Tally(MULTIPLE, 4, choices={"b": 3, "oud": 1})
    assert chosen(tally, question) == [
        Chosen("a", Words("A"), 0, 0.0),
        Chosen("b", Words("B"), 3, 75.0),
        Chosen("oud", Words("oud"), 1, 25.0),
    ]
    assert chosen(Tally(MULTIPLE), question) == []
    assert chosen(Tally(NPS, 1, {9: 1}), Question("n", NPS, Words("?"))) == []


def test_a_question_and_a_survey_that_are_gone_are_still_told() -> None:
    lines = [Answered("oud", "", OUTSIDE, "aanbevelen", NPS, 9, (), 2)]
    [one] = overview(Wanted(MAY), [survey_of("oud", {}, ())], ([], lines)).surveys
    [question] = one.survey.questions
    assert (one.survey.title.nl, question.id, tally_of(one.whole, question).nps) == ("oud", "aanbevelen", 100)


def test_nothing_counted_is_an_overview_of_nothing() -> None:
    [one] = overview(Wanted(MAY), [smileys(ANSWERS)], ([], [])).surveys
    assert one.whole.response.rate is None
    assert [tally.figure for tally in one.over(one.survey.questions[0])] == [None] * 12
    assert one.trend(one.survey.questions[0]) is None
