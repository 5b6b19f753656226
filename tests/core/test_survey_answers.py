"""Surveys: whom they fit, what may be answered, and what is low."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mailagent.core import surveys
from mailagent.core.errors import AnswersWrong, LinkGone
from mailagent.core.klacht import Klacht
from mailagent.core.surveys import Invitation, Option, Question, Survey, SurveyAnswer, Words

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KLACHT = Klacht(
    1, "KL26-00001", "Balie", "", "jan@home.example", MONDAY, status="opgelost", category="dienstverlening"
)
SURVEY = Survey(
    "afhandeling",
    Words("Hoe ging het?", "How did it go?"),
    Words(""),
    (
        Question("aanraden", "nps", Words("Raadt u ons aan?")),
        Question("contact", "rating", Words("Hoe was het contact?"), required=False),
        Question(
            "gemist",
            "multiple",
            Words("Wat hebt u gemist?"),
            required=False,
            options=(Option("tempo", Words("Tempo")), Option("uitleg", Words("Uitleg"))),
            many=True,
        ),
        Question("tip", "open", Words("Hebt u een tip?"), required=False),
        Question("duidelijk", "yes_no", Words("Was het antwoord duidelijk?"), required=False),
    ),
    "resolved",
    timedelta(days=2),
    14,
)
INVITATION = Invitation(
    1,
    "afhandeling",
    1,
    "jan@home.example",
    "nl",
    "email",
    None,
    "sent",
    "",
    MONDAY,
    MONDAY,
    MONDAY + timedelta(days=14),
)


def test_a_survey_fits_the_event_it_waits_for() -> None:
    assert SURVEY.fits(KLACHT, "resolved", MONDAY)
    assert not SURVEY.fits(KLACHT, "received", MONDAY)


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        ({"channels": ("email", "web")}, True),
        ({"channels": ("letter",)}, False),
        ({"categories": ("dienstverlening",)}, True),
        ({"categories": ("afval",)}, False),
        ({"statuses": ("opgelost", "gesloten")}, True),
        ({"statuses": ("gesloten",)}, False),
        ({"first_day": date(2026, 3, 2), "last_day": date(2026, 3, 2)}, True),
        ({"first_day": date(2026, 3, 3)}, False),
        ({"last_day": date(2026, 3, 1)}, False),
    ],
)
def test_a_survey_fits_the_klachten_it_is_linked_to(filters: dict[str, object], fits: bool) -> None:  # noqa: FBT001
    assert replace(SURVEY, **filters).fits(KLACHT, "resolved", MONDAY) is fits  # type: ignore[arg-type]


def test_a_period_goes_by_the_days_of_amsterdam() -> None:
    survey = replace(SURVEY, first_day=date(2026, 3, 2))
    assert survey.fits(KLACHT, "resolved", datetime(2026, 3, 1, 23, 30, tzinfo=UTC))


def test_a_survey_knows_when_it_is_due_and_how_long_its_link_lives() -> None:
    assert SURVEY.due(MONDAY) == MONDAY + timedelta(days=2)
    assert SURVEY.until(MONDAY) == MONDAY + timedelta(days=14)


def test_a_melder_is_asked_in_dutch_where_there_is_no_translation() -> None:
    assert [SURVEY.speaks(language) for language in ("nl", "en", "fr", "de")] == ["nl", "en", "nl", "nl"]
    assert SURVEY.title.said("en") == "How did it go?"
    assert SURVEY.title.said("fr") == "Hoe ging het?"


def test_each_kind_of_question_has_an_answer_of_its_own() -> None:
    given = [
        ("tip", " Bel terug. "),
        ("gemist", "uitleg"),
        ("gemist", "tempo"),
        ("aanraden", "0"),
        ("contact", "5"),
        ("duidelijk", "nee"),
    ]
    assert surveys.read_answers(SURVEY, given) == (
        SurveyAnswer("aanraden", "nps", 0),
        SurveyAnswer("contact", "rating", 5),
        SurveyAnswer("gemist", "multiple", choices=("tempo", "uitleg")),
        SurveyAnswer("tip", "open", text="Bel terug."),
        SurveyAnswer("duidelijk", "yes_no", choices=("nee",)),
    )


def test_what_was_skipped_is_no_answer() -> None:
    assert surveys.read_answers(SURVEY, [("aanraden", "9"), ("tip", " \n"), ("contact", "")]) == (
        SurveyAnswer("aanraden", "nps", 9),
    )


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ([], {"aanraden": "required"}),
        ([("aanraden", " ")], {"aanraden": "required"}),
        ([("aanraden", "11")], {"aanraden": "unknown"}),
        ([("aanraden", "-1")], {"aanraden": "unknown"}),
        ([("aanraden", "07")], {"aanraden": "unknown"}),
        ([("aanraden", "٣")], {"aanraden": "unknown"}),
        ([("aanraden", "7"), ("aanraden", "8")], {"aanraden": "one"}),
        ([("aanraden", "7"), ("contact", "0")], {"contact": "unknown"}),
        ([("aanraden", "7"), ("contact", "6")], {"contact": "unknown"}),
        ([("aanraden", "7"), ("gemist", "prijs")], {"gemist": "unknown"}),
        ([("aanraden", "7"), ("duidelijk", "yes")], {"duidelijk": "unknown"}),
        ([("aanraden", "7"), ("tip", "x" * 2001)], {"tip": "too_long"}),
        ([("aanraden", "7"), ("verzonnen", "1")], {"verzonnen": "unknown"}),
        ([("contact", "9"), ("x", "1")], {"aanraden": "required", "contact": "unknown", "x": "unknown"}),
    ],
)  # fmt: skip
def test_every_wrong_answer_is_named_with_its_question(
    given: list[tuple[str, str]], wrong: dict[str, str]
) -> None:
    with pytest.raises(AnswersWrong) as problem:
        surveys.read_answers(SURVEY, given)
    assert problem.value.wrong == wrong


def test_a_form_that_was_left_empty_is_no_answer() -> None:
    survey = replace(SURVEY, questions=SURVEY.questions[1:])
    with pytest.raises(AnswersWrong) as problem:
        surveys.read_answers(survey, [("tip", " ")])
    assert problem.value.wrong == {"contact": "nothing"}


@pytest.mark.parametrize("kind", surveys.KINDS)
def test_a_question_of_any_kind_can_be_mandatory(kind: str) -> None:
    survey = replace(SURVEY, questions=(Question("q", kind, Words("?")),))
    with pytest.raises(AnswersWrong):
        surveys.read_answers(survey, [])


def test_the_same_answers_have_the_same_digest_in_whatever_order_they_came() -> None:
    one = surveys.read_answers(SURVEY, [("aanraden", "9"), ("gemist", "tempo"), ("gemist", "uitleg")])
    two = surveys.read_answers(SURVEY, [("gemist", "uitleg"), ("gemist", "tempo"), ("aanraden", "9")])
    other = surveys.read_answers(SURVEY, [("aanraden", "8"), ("gemist", "tempo"), ("gemist", "uitleg")])
    assert surveys.digest(one) == surveys.digest(two) != surveys.digest(other)


@pytest.mark.parametrize(
    ("kind", "low"), [("nps", [True] * 7 + [False] * 4), ("rating", [True, True, False, False, False])]
)
def test_a_detractor_and_a_rating_of_two_or_less_are_low(kind: str, low: list[bool]) -> None:
    assert [SurveyAnswer("q", kind, score).is_low for score in surveys.SCALES[kind]] == low


def test_a_no_or_a_text_is_not_low() -> None:
    assert not SurveyAnswer("q", "yes_no", choices=("nee",)).is_low
    assert not SurveyAnswer("q", "open", text="Slecht.").is_low


def test_a_behandelaar_reads_each_question_with_its_answer() -> None:
    answers = surveys.read_answers(
        SURVEY, [("aanraden", "9"), ("contact", "2"), ("gemist", "uitleg"), ("duidelijk", "ja")]
    )
    assert surveys.told(SURVEY, answers) == (
        "Raadt u ons aan? 9 (van 10)",
        "Hoe was het contact? 2 (van 5)",
        "Wat hebt u gemist? Uitleg",
        "Was het antwoord duidelijk? ja",
    )
    assert surveys.told(SURVEY, answers, low=True) == ("Hoe was het contact? 2 (van 5)",)


@pytest.mark.parametrize(
    ("invitation", "state", "why"),
    [
        (replace(INVITATION, state="answered"), "active", "answered"),
        (replace(INVITATION, state="answered"), "closed", "answered"),
        (replace(INVITATION, expires_at=MONDAY), "active", "expired"),
        (replace(INVITATION, state="suppressed"), "active", "expired"),
        (INVITATION, "closed", "closed"),
    ],
)
def test_what_can_no_longer_be_answered_says_why(invitation: Invitation, state: str, why: str) -> None:
    with pytest.raises(LinkGone) as gone:
        surveys.check_open(invitation, "KL26-00001", state, MONDAY)
    assert (gone.value.why, gone.value.language) == (why, "nl")


@pytest.mark.parametrize("state", ["scheduled", "sent"])
def test_an_open_invitation_can_be_answered(state: str) -> None:
    surveys.check_open(replace(INVITATION, state=state), "KL26-00001", "active", MONDAY)
