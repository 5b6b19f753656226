"""What is wrong with rules that can be read: unknown names, rules that never count, examples that fail."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from mailagent.config.fields import Loc
from mailagent.config.rules import RulesFile, message_of, rules_of
from mailagent.config.yaml import Sheet
from mailagent.core.conditions import holds, numbered
from mailagent.core.errors import Mistake
from mailagent.core.rule import ACTIVE, OFF, SHADOW, Condition, Group, Rule, clues_in
from mailagent.core.rules import Decision, RuleSet, decide


def wrong_rules(
    sheet: Sheet[RulesFile], categories: Collection[str] | None, teams: Collection[str] | None
) -> Iterator[Mistake]:
    """Every mistake. `categories` and `teams` are those there are, None where they cannot be read."""
    written = replace(sheet, places=None)  # also of rules that cannot be read
    ids = [str(_of(entry, "id")) for entry in written.tree["rules"]]
    same = list(written.twice(("rules",), "id", ids))
    yield from same
    for key, there in (("categorie", categories), ("team", teams)):
        for number, entry in enumerate(written.tree["rules"]):
            id = _of(_of(entry, "dan"), key)
            if there is not None and isinstance(id, str) and id not in there:
                what = f"there is no {key} '{id}'; there is {', '.join(dict.fromkeys(there)) or 'none'}"
                yield written.mistake(("rules", number, "dan", key), what)
    rules = rules_of(sheet)
    yield from _unreachable(sheet, rules)
    if not same:
        yield from _wrong_examples(sheet, rules)


def _of(entry: Any, key: str) -> Any:
    """What an entry says under a key, whatever else is wrong with it."""
    return entry.get(key) if isinstance(entry, dict) else None


def _unreachable(sheet: Sheet[RulesFile], rules: Sequence[Rule]) -> Iterator[Mistake]:
    """Rules that can never do anything, whatever comes in."""
    for number, rule in enumerate(rules):
        if rule.status == OFF:
            continue
        others = [one for one in rules if one.status == ACTIVE and one.id != rule.id]
        if why := _never(rule) or _too_few(rule) or _stopped(rule, rules[:number]) or _beaten(rule, others):
            yield sheet.mistake(("rules", number), f"rule '{rule.id}' can never count: {why}")
        for place, score in enumerate(rule.scores):
            if holds(numbered(score.condition, _no_number), {}):
                what = "this test holds for an empty message; put it under als, or give it something to find"
                yield sheet.mistake(("rules", number, "punten", place), what)


def _no_number(_clue: object) -> int:
    return 0


def _never(rule: Rule) -> str:
    wrong = rule.condition and _contradiction(rule.condition)
    return f"its als asks for and against {wrong}" if wrong else ""


def _contradiction(condition: Condition) -> str:
    """What a group wants all of and none of."""
    if not isinstance(condition, Group):
        return ""
    both = set(condition.all_of) & set(condition.none_of)
    if condition.any_of and set(condition.any_of) <= set(condition.none_of):
        both |= set(condition.any_of)
    if both:
        return ", ".join(sorted({word for one in both for clue in clues_in(one) for word in clue.any_of}))
    return next((wrong for one in condition.all_of if (wrong := _contradiction(one))), "")


def _too_few(rule: Rule) -> str:
    most = sum(score.points for score in rule.scores if score.points > 0)
    if rule.is_gate or most >= rule.threshold:
        return ""
    return f"its tests are worth {most} together, and drempel is {rule.threshold}"


def _stopped(rule: Rule, before: Sequence[Rule]) -> str:
    if not rule.is_gate:
        return ""
    for gate in before:
        if gate.is_gate and gate.stops and gate.status == ACTIVE and gate.condition == rule.condition:
            return f"gate '{gate.id}' ({gate.source}) has the same als, and stops before it"
    return ""


def _beaten(rule: Rule, others: Sequence[Rule]) -> str:
    """Does another rule always score more, with the same tests?"""
    category = rule.effect.category
    if rule.is_gate or not category:
        return ""
    own = {score.condition: score.points for score in rule.scores}
    for other in others:
        theirs = {score.condition: score.points for score in other.scores}
        always = other.condition in (None, rule.condition) and other.threshold <= rule.threshold
        more = all(theirs.get(test, points - 1) > points for test, points in own.items() if points > 0)
        fair = all(points > 0 or own.get(test, 0) <= points for test, points in theirs.items())
        if other.effect.category not in (None, category) and always and more and fair:
            return f"rule '{other.id}' ({other.source}) has the same tests, each worth more"
    return ""


def _wrong_examples(sheet: Sheet[RulesFile], rules: Sequence[Rule]) -> Iterator[Mistake]:
    """Examples are the tests of a rule."""
    ruleset, whole = RuleSet(rules), sheet.places is None
    for number, (entry, rule) in enumerate(zip(sheet.content.rules, rules, strict=True)):
        if rule.status == OFF:
            continue
        for key, wanted in (("wel", True), ("niet", False)):
            examples = entry.voorbeelden.wel if wanted else entry.voorbeelden.niet
            for place, example in enumerate(examples):
                decision = decide(message_of(example), ruleset)
                # what must not be sorted so may be sorted otherwise by a rule that cannot be read
                if _takes(rule, decision) != wanted and (wanted or whole):
                    loc: Loc = ("rules", number, "voorbeelden", key, place)
                    yield sheet.mistake(loc, f"example of '{entry.id}' ({key}) {_gets(rule, decision)}")


def _takes(rule: Rule, decision: Decision) -> bool:
    """Did the rule do what it is for?"""
    if rule.status == SHADOW:
        return any(shade.rule_id == rule.id for shade in decision.shadow)
    if rule.is_gate:
        return any(gate.rule_id == rule.id for gate in decision.gates)
    if rule.effect.category:
        return decision.category == rule.effect.category
    points = sum(hit.points for hit in decision.hits if hit.rule_id == rule.id)
    return points >= rule.threshold


def _gets(rule: Rule, decision: Decision) -> str:
    """What became of an example instead, and by which rule."""
    if rule.is_gate or not rule.effect.category:
        opened = ", ".join(f"'{gate.rule_id}' ({gate.source})" for gate in decision.gates)
        return f"passes the gates {opened}" if opened else "passes no gate and reaches no threshold"
    if decision.human:
        gate = next(gate for gate in decision.gates if gate.effect.human)
        return f"goes to a human, by gate '{gate.rule_id}' ({gate.source})"
    if decision.tied:
        return f"gets {' = '.join(decision.tied)}, with {decision.score} points"
    if decision.category is None:
        return "gets no category, with 0 points"
    own = sum(hit.points for hit in decision.hits if hit.rule_id == rule.id)
    by = {hit.rule_id for hit in decision.hits} - {rule.id}
    words = ", ".join(f"{hit.matched} {hit.points:+d}" for hit in decision.hits if hit.rule_id in by)
    beside = f" against {own} ({words})" if decision.category != rule.effect.category else ""
    return f"gets {decision.category}, with {decision.score} points{beside}"
