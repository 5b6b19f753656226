"""The words of the rules, each with the category it stands for; and the rules without some of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from mailagent.core.clues import Clue
from mailagent.core.rule import ACTIVE, Rule, Score, clues_in
from mailagent.core.rules import RuleSet


@dataclass(frozen=True, slots=True)
class Wording:
    """A word or a phrase that gives points to a category."""

    text: str
    category: str


def wordings(rules: RuleSet) -> list[Wording]:
    """Every one of them, once."""
    return list(dict.fromkeys(one for rule in rules.rules.values() for one in _of(rule)))


def _of(rule: Rule) -> Iterator[Wording]:
    category = rule.effect.category
    if rule.status != ACTIVE or not category:
        return
    for score in rule.scores:
        if score.points > 0:
            for clue in clues_in(score.condition):
                if clue.kind in ("woord", "frase"):
                    yield from (Wording(text, category) for text in clue.any_of)


def without(rules: RuleSet, left_out: Collection[Wording]) -> RuleSet:
    """The same rules, as if nobody had thought of these words. A test made of several stays as it is."""
    return RuleSet(_shorter(rule, left_out) for rule in rules.rules.values())


def _shorter(rule: Rule, left_out: Collection[Wording]) -> Rule:
    scores = tuple(found for score in rule.scores if (found := _left(score, rule, left_out)))
    # without any score it would be a gate
    return replace(rule, scores=scores) if scores else rule


def _left(score: Score, rule: Rule, left_out: Collection[Wording]) -> Score | None:
    clue = score.condition
    if not isinstance(clue, Clue) or clue.kind not in ("woord", "frase"):
        return score
    kept = tuple(text for text in clue.any_of if Wording(text, rule.effect.category or "") not in left_out)
    return replace(score, condition=replace(clue, any_of=kept)) if kept else None
