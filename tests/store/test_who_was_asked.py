"""What the store remembers of surveys, on both databases."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from mailagent.core.klacht import Klacht
from mailagent.core.surveys import Invitation, SurveyAnswer
from mailagent.store import invitations, klachten, rounds, surveys
from mailagent.store.database import reading, writing
from mailagent.store.tables import round as smiley_round

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def klacht_id(engine: sa.Engine) -> int:
    with writing(engine) as tx:
        new = Klacht(0, "KL26-00001", "Balie", "", "jan@home.example", NOON)
        return klachten.add(tx, new, b"salt").id


def invited(klacht_id: int, **changed: object) -> Invitation:
    who = (klacht_id, "jan@home.example", "nl", "email", "afval")
    made = Invitation(0, "kto", *who, "scheduled", "", NOON, NOON, NOON + 14 * DAY)
    return replace(made, **changed)  # type: ignore[arg-type]


def test_a_survey_goes_from_draft_to_active_to_closed_and_never_back(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        assert surveys.state_of(tx, "kto") == "draft"
        assert not surveys.move(tx, "kto", "active", "closed", NOON)
        assert surveys.move(tx, "kto", "draft", "active", NOON)
        assert not surveys.move(tx, "kto", "draft", "active", NOON)
        assert surveys.move(tx, "kto", "active", "closed", NOON + DAY)
        assert not surveys.move(tx, "kto", "active", "closed", NOON + 2 * DAY)
    with reading(engine) as tx:
        assert surveys.states(tx) == {"kto": surveys.State("kto", "closed", NOON + DAY)}


def test_an_invitation_comes_back_as_it_was_kept(engine: sa.Engine, klacht_id: int) -> None:
    with writing(engine) as tx:
        kept = invitations.add(tx, invited(klacht_id, due_at=NOON + DAY))
    with writing(engine) as tx:
        assert invitations.by_id(tx, kept.id, lock=True) == kept
        changed = replace(kept, state="answered", answered_at=NOON, submitted="x", due_at=None)
        invitations.save(tx, changed)
    with reading(engine) as tx:
        assert invitations.of_klacht(tx, klacht_id) == [changed]
        assert invitations.by_id(tx, kept.id + 1) is None


def test_the_clock_finds_what_is_due_and_nothing_else(engine: sa.Engine, klacht_id: int) -> None:
    with writing(engine) as tx:
        moments = (NOON + DAY, NOON - DAY, None, NOON)
        ids = [invitations.add(tx, invited(klacht_id, due_at=at)).id for at in moments]
    with reading(engine) as tx:
        assert invitations.due(tx, NOON) == [ids[1], ids[3]]


def test_a_state_moves_on_only_from_where_it_was(engine: sa.Engine, klacht_id: int) -> None:
    with writing(engine) as tx:
        one = invitations.add(tx, invited(klacht_id, due_at=NOON))
        assert invitations.set_state(
            tx, one.id, "suppressed", only_from=("scheduled",), reason="dead_address"
        )
        assert not invitations.set_state(tx, one.id, "failed", only_from=("scheduled", "sent"))
        after = invitations.by_id(tx, one.id)
    assert after
    assert (after.state, after.reason, after.due_at) == ("suppressed", "dead_address", None)


def test_an_invitation_that_left_is_sent_and_one_that_was_answered_stays_so(
    engine: sa.Engine, klacht_id: int
) -> None:
    with writing(engine) as tx:
        one = invitations.add(tx, invited(klacht_id))
        two = invitations.add(tx, invited(klacht_id, state="answered"))
        for id in (one.id, two.id):
            invitations.sent(tx, id, NOON)
        found = [(i.state, i.sent_at) for i in invitations.of_klacht(tx, klacht_id)]
    assert found == [("sent", NOON), ("answered", None)]


def test_answers_come_back_in_order(engine: sa.Engine, klacht_id: int) -> None:
    given = (
        SurveyAnswer("aanraden", "nps", 0),
        SurveyAnswer("gemist", "multiple", choices=("tempo", "uitleg")),
        SurveyAnswer("tip", "open", text="Bel terug."),
    )
    with writing(engine) as tx:
        one = invitations.add(tx, invited(klacht_id))
        surveys.keep_answers(tx, one.id, given)
        surveys.keep_answers(tx, one.id, ())
    with reading(engine) as tx:
        assert surveys.answers_of(tx, one.id) == given
        assert surveys.answers_of(tx, one.id + 1) == ()


def test_an_answer_to_one_question_is_kept_once(engine: sa.Engine, klacht_id: int) -> None:
    with writing(engine) as tx:
        one = invitations.add(tx, invited(klacht_id))
        surveys.keep_answers(tx, one.id, [SurveyAnswer("aanraden", "nps", 0)])
    with pytest.raises(sa.exc.IntegrityError), writing(engine) as tx:
        surveys.keep_answers(tx, one.id, [SurveyAnswer("aanraden", "nps", 9)])


def test_who_opted_out_is_known_in_any_case(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        assert surveys.opt_out_of(tx, "Jan@Home.example", NOON, "invitation:1")
        assert not surveys.opt_out_of(tx, "jan@home.example", NOON + DAY, "round:1")
        assert surveys.opted_out(tx, ["JAN@home.example", "piet@home.example"]) == {"jan@home.example"}
        assert surveys.opted_out(tx, []) == frozenset()


@pytest.mark.parametrize(
    ("changed", "asked"),
    [
        ({}, True),
        ({"send_at": NOON + 30 * DAY}, True),
        ({"state": "answered"}, True),
        ({"state": "suppressed"}, False),
        ({"state": "failed"}, False),
        ({"send_at": NOON - 20 * DAY}, False),
        ({"send_at": NOON - 20 * DAY, "reminded_at": NOON - DAY}, True),
        ({"address": "piet@home.example"}, False),
    ],
)
def test_an_address_that_was_asked_or_will_be_is_known(
    engine: sa.Engine,
    klacht_id: int,
    changed: dict[str, object],
    asked: bool,  # noqa: FBT001
) -> None:
    with writing(engine) as tx:
        one = invitations.add(tx, invited(klacht_id, **changed))
        assert invitations.asked_since(tx, "Jan@home.example", NOON - 10 * DAY) is asked
        assert not invitations.asked_since(tx, "jan@home.example", NOON - 10 * DAY, but_invitation=one.id)


def test_a_reminder_of_the_smileys_counts_too(engine: sa.Engine, klacht_id: int) -> None:
    with writing(engine) as tx:
        one = rounds.open_next(tx, klacht_id, "jan@home.example", NOON, NOON + 5 * DAY)
        assert not invitations.asked_since(tx, "jan@home.example", NOON - DAY)
        tx.execute(sa.update(smiley_round).values(reminded_at=NOON))
        assert invitations.asked_since(tx, "jan@home.example", NOON - DAY)
        assert not invitations.asked_since(tx, "jan@home.example", NOON - DAY, but_round=one.id)


def test_two_at_once_do_not_both_find_that_nobody_asked(engine: sa.Engine, klacht_id: int) -> None:
    ready, found = threading.Barrier(2), []

    def decide() -> None:
        ready.wait()
        with writing(engine) as tx:
            asked = invitations.asked_since(tx, "jan@home.example", NOON - DAY)
            if not asked:
                invitations.add(tx, invited(klacht_id))
            found.append(asked)

    deciders = [threading.Thread(target=decide) for _ in range(2)]
    for one in deciders:
        one.start()
    for one in deciders:
        one.join()
    assert sorted(found) == [False, True]


def test_an_open_invitation_for_a_klacht_is_found(engine: sa.Engine, klacht_id: int) -> None:
    with writing(engine) as tx:
        one = invitations.add(tx, invited(klacht_id))
        assert invitations.is_open_for(tx, klacht_id, "kto", NOON)
        assert not invitations.is_open_for(tx, klacht_id, "other", NOON)
        assert not invitations.is_open_for(tx, klacht_id, "kto", one.expires_at)


def test_the_clock_finds_what_is_due_by_an_index(engine: sa.Engine) -> None:
    postgres = engine.dialect.name == "postgresql"
    with writing(engine) as tx:
        if postgres:
            tx.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN" if postgres else "EXPLAIN QUERY PLAN"
        rows = tx.exec_driver_sql(
            f"{explain} SELECT id FROM invitation WHERE due_at <= '2026-03-02 12:00:00' ORDER BY due_at"
        )
        assert "ix_invitation_due_at" in repr(rows.all())
