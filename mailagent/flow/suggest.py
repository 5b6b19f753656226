"""What earlier klachten suggest for a new one, beside what the rules decided; and what to learn from."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from mailagent.core.lessons import Case
from mailagent.core.message import Message
from mailagent.core.postroom import said_in
from mailagent.core.rules import RuleSet, decide
from mailagent.core.suggestion import Model, Scores, Suggestion, read_model
from mailagent.store import learned
from mailagent.store.store import Tx

LOOKED = timedelta(seconds=30)
"""For so long nobody asks whether something new was learned: a klacht costs no look-up."""


class Suggester:
    """Has what was learned last at hand. Several threads may ask it at once."""

    def __init__(self) -> None:
        self._had: tuple[int | None, Model | None] = None, None
        self._looked: datetime | None = None

    def suggest(
        self, tx: Tx, message: Message, scores: Scores, known: Collection[str], now: datetime
    ) -> tuple[Suggestion, ...]:
        """The likeliest categories; none where nothing was learned, or where it is not sure enough. A
        category that is not `known` any more is not proposed."""
        model = self._model(tx, now)
        return model.suggest(message.subject, message.text, scores, known) if model else ()

    def _model(self, tx: Tx, now: datetime) -> Model | None:
        if self._looked is None or not self._looked <= now < self._looked + LOOKED:
            newest = learned.newest(tx)
            if newest != self._had[0]:
                self._had = newest, _read(tx, newest)
            self._looked = now
        return self._had[1]


def _read(tx: Tx, id: int | None) -> Model | None:
    """None where it is not whole, as `check` then tells: a klacht comes in without a suggestion, too."""
    try:
        return read_model(learned.model(tx, id)) if id is not None else None
    except ValueError:
        return None


def mistake(tx: Tx) -> str:
    """What is wrong with what was learned; "" where nothing is."""
    newest = learned.newest(tx)
    try:
        if newest is not None:
            read_model(learned.model(tx, newest))
    except ValueError as problem:
        return str(problem)
    return ""


def cases(tx: Tx, rules: RuleSet, known: Collection[str]) -> list[Case]:
    """The klachten whose category stands, with what the rules say of each today."""
    return [_case(one, rules) for one in learned.sorted_by_humans(tx) if one.category in known]


def _case(one: learned.Sorted, rules: RuleSet) -> Case:
    text = said_in(one.description, one.channel)
    message = Message(one.subject, text, one.melder, channel=one.channel, language=one.language)
    decision = decide(message, rules)
    return Case(one.subject, text, one.melder, one.category, one.chosen, decision.category, decision.scores)
