"""What happened, as it is written in the log; and what went wrong, as it is told."""

from __future__ import annotations

import json
from dataclasses import MISSING, FrozenInstanceError, fields
from datetime import UTC, datetime

import pytest

from mailagent.core import errors, events
from mailagent.core.errors import (
    LinkGone,
    LinkProblem,
    LinkUnknown,
    Mistake,
    Mistakes,
    NotPossible,
    NotUnderstood,
    Problem,
    Refused,
    TooLarge,
    TryLater,
    Unreadable,
)
from mailagent.core.events import AGENT, CLOCK, MELDER, SYSTEM, Actor, Event

AT = datetime(2026, 3, 9, 10, tzinfo=UTC)
JAN = Actor(MELDER, "jan@home.example")
KINDS = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event)]
NAMED = [kind for kind in KINDS if kind is not Event]


def made(kind: type[Event]) -> Event:
    """One event of this kind, with something in every field that has to be given."""
    some = {"str": "x", "tuple[str, ...]": ("x",), "bool": True, "int": 1}
    given = {f.name: some[str(f.type)] for f in fields(kind)[2:] if f.default is MISSING}
    return kind(AT, JAN, **given)


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (events.Received, "received"),
        (events.TakenUp, "taken_up"),
        (events.ReopenRequested, "reopen_requested"),
        (events.MailSuppressed, "mail_suppressed"),
        (events.LevelCrossed, "level_crossed"),
    ],
)
def test_an_event_has_a_word_of_its_own(kind: type[Event], word: str) -> None:
    assert made(kind).kind == word


def test_no_two_events_have_the_same_word() -> None:
    assert len({made(kind).kind for kind in NAMED}) == len(NAMED)


@pytest.mark.parametrize("kind", NAMED, ids=lambda kind: kind.__name__)
def test_an_event_says_what_happened_in_words_that_can_be_kept(kind: type[Event]) -> None:
    event = made(kind)
    assert set(event.data) == {f.name for f in fields(kind)} - {"at", "actor"}
    assert json.loads(json.dumps(event.data)).keys() == event.data.keys()
    assert event == made(kind)


@pytest.mark.parametrize("kind", NAMED, ids=lambda kind: kind.__name__)
def test_what_happened_never_changes(kind: type[Event]) -> None:
    with pytest.raises(FrozenInstanceError):
        made(kind).at = AT  # type: ignore[misc]


def test_the_clock_and_the_system_have_no_address() -> None:
    assert Actor(CLOCK) == events.THE_CLOCK
    assert Actor(SYSTEM) == events.THE_SYSTEM
    assert {MELDER, AGENT, CLOCK, SYSTEM} == {"melder", "agent", "clock", "system"}


# --- what goes wrong


@pytest.mark.parametrize(
    ("problem", "kind", "sentence"),
    [
        (Refused(), Problem, "We do not take this mail."),
        (TooLarge(), Refused, "This mail is larger than we can take."),
        (TryLater(), Problem, "We cannot keep your mail right now; please try again later."),
        (NotPossible(), Problem, "This is not possible now."),
        (NotUnderstood(), Problem, "These words are not understood."),
        (NotPossible("Mogelijk is: #heropenen."), Problem, "Mogelijk is: #heropenen."),
        (Unreadable("too_deep"), Problem, "too_deep"),
        (Unreadable("too_deep", "more than 50 parts in parts"), Problem, "more than 50 parts in parts"),
        (LinkUnknown(), LinkProblem, "We do not know this link."),
        (LinkGone("expired", "KL26-00042"), LinkProblem, "this link no longer works: expired"),
    ],
    ids=repr,
)
def test_a_problem_says_what_it_is(problem: Problem, kind: type[Problem], sentence: str) -> None:
    assert isinstance(problem, kind)
    assert str(problem) == sentence


def test_a_problem_carries_what_its_catcher_needs() -> None:
    assert Unreadable("too_deep").reason == "too_deep"
    assert (LinkGone("expired", "KL26-00042").why, LinkGone("expired", "KL26-00042").kenmerk) == (
        "expired",
        "KL26-00042",
    )


def test_a_refusal_for_good_is_never_a_try_again() -> None:
    assert not issubclass(Refused, TryLater)
    assert not issubclass(TryLater, Refused)


def test_every_mistake_of_the_admin_is_told_at_once_with_its_place() -> None:
    found = (
        Mistake("rules/teams.yaml", 4, "geen adres"),
        Mistake("mailagent.toml", None, "geen relay"),
        Mistake("", None, "geen sleutel"),
    )
    problem = Mistakes(found)
    assert problem.mistakes == found
    assert str(problem) == "rules/teams.yaml:4: geen adres\nmailagent.toml: geen relay\ngeen sleutel"


def test_the_tree_of_problems_is_drawn_as_it_is() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Problem)]
    drawn = (errors.__doc__ or "").split()
    assert all(kind.__name__ in drawn for kind in kinds)
