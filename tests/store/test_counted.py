"""Figures as the database counts them, the same on both."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from mailagent.core.feedback import Answer
from mailagent.core.figures import OUTSIDE, Answered, Figures, Invited, Response, figures
from mailagent.core.klacht import Klacht
from mailagent.core.overview import CATEGORY, CHANNEL, SATISFIED
from mailagent.core.periods import MONTH, last_periods
from mailagent.core.surveys import Invitation, SurveyAnswer
from mailagent.store import invitations, klachten, rounds, surveys
from mailagent.store.database import reading, writing
from mailagent.store.figures import Asked, counted

MARCH = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATER = datetime(2026, 12, 31, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Kto:
    """Rounds of smileys, made by the dozen."""

    def __init__(self, tx: sa.Connection) -> None:
        self.tx, self.klachten = tx, 0

    def klacht(
        self, address: str = "jan@home.example", channel: str = "email", category: str | None = "afval"
    ) -> int:
        """A klacht to hang rounds on."""
        self.klachten += 1
        new = Klacht(
            0, f"KL26-{self.klachten:05}", "x", "y", address, MARCH, channel=channel, category=category
        )
        return klachten.add(self.tx, new, b"salt").id

    def round(
        self, klacht: int, at: datetime = MARCH, *, address: str = "jan@home.example", sent: bool = True
    ) -> int:
        """A round, opened and, as a rule, sent at this moment."""
        why = "" if address else "no_address"
        id = rounds.open_next(self.tx, klacht, address, at, at + 5 * DAY, why).id
        if sent and address:
            rounds.sent(self.tx, id, at)
        return id

    def answered(
        self, klacht: int, at: datetime = MARCH, *, satisfied: bool = True, reasons: tuple[str, ...] = ()
    ) -> None:
        """A round that was answered a day later."""
        rounds.answered(self.tx, {self.round(klacht, at): Answer(satisfied, reasons, "geheim")}, at + DAY)


def whole(engine: sa.Engine, asked: Asked) -> Figures:
    """Everything that was asked for, together."""
    with reading(engine) as tx:
        return figures(*counted(tx, asked))


def test_kt_03_ten_of_fifty_answered_is_twenty_per_cent(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        kto = Kto(tx)
        for _ in range(40):
            kto.round(kto.klacht())
        for number in range(10):
            kto.answered(kto.klacht(), satisfied=number < 7)
        for _ in range(5):
            kto.round(kto.klacht(), address="")
        rounds.set_state(tx, kto.round(kto.klacht()), "failed", only_from=("sent",))

    found = whole(engine, Asked(until=LATER))

    assert found.response == Response(sent=40, answered=10, suppressed=5, failed=1)
    assert found.response.rate == 20.0
    assert found.questions[SATISFIED].satisfied == 70.0


def test_what_expired_counts_as_delivered_only_where_it_was_sent(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        kto = Kto(tx)
        for sent in (True, True, False):
            rounds.set_state(
                tx, kto.round(kto.klacht(), sent=sent), "expired", only_from=("sent", "scheduled")
            )
        kto.round(kto.klacht(), sent=False)
        kto.answered(kto.klacht())

    response = whole(engine, Asked(until=LATER)).response

    assert response == Response(scheduled=1, expired=2, unsent=1, answered=1)
    assert response.rate == 33.3


def test_an_invitation_and_its_answer_count_when_it_was_sent_in_amsterdam(engine: sa.Engine) -> None:
    midnight = datetime(2026, 3, 31, 22, tzinfo=UTC)  # the first of April, in summer time
    with writing(engine) as tx:
        kto = Kto(tx)
        kto.answered(kto.klacht(), midnight - timedelta(microseconds=1))
        kto.answered(kto.klacht(), midnight, satisfied=False)
        late = kto.round(kto.klacht(), MARCH, sent=False)
        rounds.sent(tx, late, midnight + DAY)
        kto.round(kto.klacht(), MARCH, address="")
        kto.round(kto.klacht(), datetime(2024, 1, 1, tzinfo=UTC))

    periods = last_periods(date(2026, 5, 4), MONTH)
    march, april = 9, 10
    assert [periods[place].name for place in (march, april)] == ["2026-03", "2026-04"]
    with reading(engine) as tx:
        invited, answered = counted(tx, Asked(until=LATER, periods=periods))

    assert sorted((line.period, line.state, line.count) for line in invited) == [
        (OUTSIDE, "sent", 1),
        (march, "answered", 1),
        (march, "suppressed", 1),
        (april, "answered", 1),
        (april, "sent", 1),
    ]
    assert sorted((line.period, *line.choices) for line in answered) == [(march, "ja"), (april, "nee")]


@pytest.mark.parametrize(
    ("group", "golden"),
    [
        ("", {"": (4, 75.0)}),
        (CHANNEL, {"email": (3, 66.7), "letter": (1, 100.0)}),
        (CATEGORY, {"afval": (2, 50.0), "": (1, 100.0), "wegen": (1, 100.0)}),
    ],
)
def test_kt_03_figures_are_told_apart_by_channel_and_category(
    engine: sa.Engine, group: str, golden: dict[str, tuple[int, float]]
) -> None:
    with writing(engine) as tx:
        kto = Kto(tx)
        kto.answered(kto.klacht(), satisfied=False)
        kto.answered(kto.klacht())
        kto.answered(kto.klacht(channel="letter", category="wegen"))
        kto.answered(kto.klacht(category=None))

    with reading(engine) as tx:
        invited, answered = counted(tx, Asked(until=LATER, group=group))

    found = {}
    for name in {line.group for line in invited}:
        of = figures([i for i in invited if i.group == name], [a for a in answered if a.group == name])
        found[name] = (of.response.answered, of.questions[SATISFIED].satisfied)
    assert found == golden


def test_reasons_are_counted_one_by_one_and_alike_lines_are_one(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        kto = Kto(tx)
        for _ in range(3):
            kto.answered(kto.klacht(), satisfied=False, reasons=("traag", "onduidelijk"))
        kto.answered(kto.klacht(), satisfied=False, reasons=("traag",))
        kto.answered(kto.klacht())

    with reading(engine) as tx:
        invited, answered = counted(tx, Asked(until=LATER))

    place = ("smileys", "", OUTSIDE)
    assert Answered(*place, "ging_niet_goed", "multiple", None, ("traag", "onduidelijk"), 3) in answered
    assert sum(line.count for line in invited) == 5
    assert Invited(*place, "answered", 3) in invited
    assert figures(invited, answered).questions["ging_niet_goed"].choices == {"traag": 4, "onduidelijk": 3}
    assert figures(invited, answered).questions["ging_niet_goed"].answers == 4


def test_only_what_lies_between_the_two_moments_counts(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        kto = Kto(tx)
        for days in (0, 1, 2):
            kto.round(kto.klacht(), MARCH + days * DAY)

    assert whole(engine, Asked(since=MARCH + DAY, until=MARCH + 2 * DAY)).response == Response(sent=1)


def test_kt_04_the_answers_of_one_contact_are_found_whatever_case_the_address_has(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        kto = Kto(tx)
        kto.answered(kto.klacht(), satisfied=False)
        kto.round(kto.klacht())
        other = kto.klacht("eve@home.example")
        kto.round(other, address="eve@home.example")

    found = whole(engine, Asked(until=LATER, address="Jan@Home.Example"))

    assert found.response == Response(sent=1, answered=1)
    assert found.questions[SATISFIED].choices == {"nee": 1}


def test_another_survey_than_the_smileys_has_none_of_their_figures(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        kto = Kto(tx)
        kto.answered(kto.klacht())

    assert whole(engine, Asked(until=LATER, survey="nps-2026")) == figures([], [])
    assert whole(engine, Asked(until=LATER, survey="smileys")).response.answered == 1


def survey(tx: sa.Connection, klacht: int, *answers: SurveyAnswer, state: str = "answered") -> None:
    """An invitation to a survey that was decided an hour before it was sent, with what was answered to it."""
    new = Invitation(
        id=0,
        survey="nps-2026",
        klacht_id=klacht,
        address="jan@home.example",
        language="nl",
        channel="letter",
        category="wegen",
        state=state,
        reason="",
        decided_at=MARCH - timedelta(hours=1),
        send_at=MARCH,
        expires_at=MARCH + 14 * DAY,
        sent_at=None if state in ("scheduled", "suppressed") else MARCH,
    )
    surveys.keep_answers(tx, invitations.add(tx, new).id, answers)


def test_kt_03_a_survey_has_figures_for_each_kind_of_question(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        kto = Kto(tx)
        for score, stars, yes in ((10, 5, "ja"), (9, 4, "nee"), (7, 4, "ja"), (2, 1, "nee"), (10, 5, "ja")):
            survey(
                tx,
                kto.klacht(),
                SurveyAnswer("aanbevelen", "nps", score=score),
                SurveyAnswer("cijfer", "rating", score=stars),
                SurveyAnswer("opgelost", "yes_no", choices=(yes,)),
                SurveyAnswer("wat", "multiple", choices=("tempo",) if score < 9 else ("tempo", "toon")),
                SurveyAnswer("nog", "open", text=f"geheim {score}"),
            )
        survey(tx, kto.klacht(), SurveyAnswer("aanbevelen", "nps", score=6))
        survey(tx, kto.klacht(), state="sent")
        survey(tx, kto.klacht(), state="suppressed")
        kto.answered(kto.klacht())

    found = whole(engine, Asked(until=LATER, survey="nps-2026"))

    assert found.response == Response(sent=1, answered=6, suppressed=1)
    assert found.response.rate == 85.7
    asked = found.questions
    assert (asked["aanbevelen"].answers, asked["aanbevelen"].nps) == (6, 17)
    assert (asked["cijfer"].answers, asked["cijfer"].average, asked["cijfer"].satisfied) == (5, 3.8, 80.0)
    assert asked["opgelost"].satisfied == 60.0
    assert asked["wat"].choices == {"tempo": 5, "toon": 3}
    assert (asked["nog"].answers, asked["nog"].figure) == (5, None)


def test_a_survey_is_told_apart_by_what_was_frozen_with_the_invitation(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        kto = Kto(tx)
        survey(tx, kto.klacht(channel="email", category="afval"), SurveyAnswer("cijfer", "rating", score=5))

    for group, name in ((CHANNEL, "letter"), (CATEGORY, "wegen")):
        with reading(engine) as tx:
            invited, answered = counted(tx, Asked(until=LATER, group=group))
        assert [line.group for line in invited] == [line.group for line in answered] == [name]


def test_kt_04_a_contact_has_answers_to_surveys_beside_the_smileys(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        kto = Kto(tx)
        survey(tx, kto.klacht(), SurveyAnswer("aanbevelen", "nps", score=3))
        kto.answered(kto.klacht(), satisfied=False)

    with reading(engine) as tx:
        invited, answered = counted(tx, Asked(until=LATER, address="JAN@home.example"))

    assert {line.survey for line in invited} == {"nps-2026", "smileys"}
    assert {(line.question, line.score, line.choices) for line in answered} == {
        ("aanbevelen", 3, ()),
        ("tevreden", None, ("nee",)),
    }


def test_nothing_that_is_counted_names_a_person_or_their_words(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        kto = Kto(tx)
        kto.answered(kto.klacht(), satisfied=False, reasons=("traag",))
        survey(tx, kto.klacht(), SurveyAnswer("nog", "open", text="geheim"))

    with reading(engine) as tx:
        told = repr(counted(tx, Asked(until=LATER, group=CHANNEL)))

    assert "jan@" not in told
    assert "geheim" not in told
