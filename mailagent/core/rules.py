"""What a klacht is about and who gets it: gates first, then every rule scores, the highest wins, a tie is
human.

Nothing of the scores depends on the order of rules, and the work grows with the length of the text, never
with the number of rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mailagent.core.clues import Clue, Clues, Found
from mailagent.core.conditions import Numbered, holds, numbered, numbers_in, seen_in
from mailagent.core.gates import Gates, Passed
from mailagent.core.klacht import COMPLEXITIES, PRIORITIES, Klacht
from mailagent.core.message import Message
from mailagent.core.rule import ACTIVE, OFF, SHADOW, Effect, Rule
from mailagent.core.suggestion import Suggestion


@dataclass(frozen=True, slots=True)
class Hit:
    """A test that was found: whose it is, the line it stands on, the words of the message that matched, and
    the test in the words of the trace: `tekst: woord "gft" in "gft-bak"`."""

    rule_id: str
    source: str
    points: int
    matched: str
    test: str = ""


@dataclass(frozen=True, slots=True)
class Shade:
    """A rule in shadow that would have counted: its points, the words that matched, and the category it would
    have given them to."""

    rule_id: str
    source: str
    points: int
    matched: tuple[str, ...]
    category: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules conclude, and why.

    `category` is None where nothing scores, where several share the highest score (then they are `tied`), or
    where a gate leaves it to a human (`human` says why). `runner_up` is the next category that scored,
    `margin` the points between the two. The other fields are set where they are not empty. `revision` names
    the set of rules that decided. `suggestions` are what earlier klachten propose: they change nothing.
    """

    category: str | None = None
    score: int = 0
    runner_up: str | None = None
    margin: int = 0
    tied: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()
    team: str | None = None
    priority: str | None = None
    complexity: str | None = None
    labels: tuple[str, ...] = ()
    confidential: bool = False
    human: tuple[str, ...] = ()
    gates: tuple[Passed, ...] = ()
    shadow: tuple[Shade, ...] = ()
    scores: tuple[tuple[str, int], ...] = ()
    revision: str = ""
    suggestions: tuple[Suggestion, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """For the stored trace: in lists and tables, as JSON has them."""
        return {
            **_plain(self),
            "hits": [_plain(hit) for hit in self.hits],
            "gates": [{**_plain(gate), "effect": _plain(gate.effect)} for gate in self.gates],
            "shadow": [_plain(shade) for shade in self.shadow],
            "suggestions": [_plain(suggestion) for suggestion in self.suggestions],
        }


def _plain(one: Decision | Hit | Passed | Effect | Shade | Suggestion) -> dict[str, Any]:
    # dataclasses.asdict copies every word of a trace, which costs as much as finding them
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class _Scored:
    """A rule that reached its threshold."""

    rule: Rule
    points: int


class RuleSet:
    """Rules made ready for use. ValueError where two share an id or a test holds no word."""

    def __init__(self, rules: Iterable[Rule] = (), revision: str = "") -> None:
        listed = tuple(rules)
        self.rules = {rule.id: rule for rule in listed}
        self.revision = revision
        if len(self.rules) < len(listed):
            raise ValueError("two rules share an id")
        self._numbers: dict[Clue, int] = {}
        counted = [rule for rule in listed if rule.status != OFF]
        self.gates = Gates([rule for rule in counted if rule.is_gate], self._number)
        # by id, so that their order in the file can have no part in it
        self._scoring = sorted((rule for rule in counted if not rule.is_gate), key=lambda rule: rule.id)
        self._asked: list[Numbered | None] = []
        self._scores: list[tuple[int, int, Numbered]] = []
        self._by_clue: defaultdict[int, list[int]] = defaultdict(list)
        for place, rule in enumerate(self._scoring):
            self._add(place, rule, self._number)
        self.clues = Clues(tuple(self._numbers))

    def _number(self, clue: Clue) -> int:
        return self._numbers.setdefault(clue, len(self._numbers))

    def _add(self, place: int, rule: Rule, number: Callable[[Clue], int]) -> None:
        self._asked.append(numbered(rule.condition, number) if rule.condition else None)
        for which, score in enumerate(rule.scores):
            condition = numbered(score.condition, number)
            for clue in set(numbers_in(condition)):
                self._by_clue[clue].append(len(self._scores))
            self._scores.append((place, which, condition))

    def count(self, found: Found) -> tuple[tuple[Hit, ...], list[_Scored]]:
        """Every test that was found, and the rules that reach their threshold."""
        scores = sorted({score for clue in found for score in self._by_clue.get(clue, ())})
        points: dict[int, int] = {}
        hits: list[Hit] = []
        for place, which, condition in (self._scores[score] for score in scores):
            if holds(condition, found):
                hit = self._hit(place, which, condition, found)
                points[place] = points.get(place, 0) + hit.points
                hits.append(hit)
        scored = [
            _Scored(self._scoring[place], total)
            for place, total in points.items()
            if total >= self._scoring[place].threshold and self._may(place, found)
        ]
        return tuple(hits), scored

    def _may(self, place: int, found: Found) -> bool:
        condition = self._asked[place]
        return condition is None or holds(condition, found)

    def _hit(self, place: int, which: int, condition: Numbered, found: Found) -> Hit:
        rule = self._scoring[place]
        score, seen = rule.scores[which], list(seen_in(condition, found))
        matched = " + ".join(dict.fromkeys(one.matched for _, one in seen))
        test = " + ".join(self._said(number, found) for number, _ in seen)
        return Hit(rule.id, score.source or rule.source, score.points, matched, test)

    def _said(self, number: int, found: Found) -> str:
        one, kind = found[number], self.clues.clues[number].kind
        within = "" if one.matched == one.wanted else f' in "{one.matched}"'
        return f'{one.field}: {kind} "{one.wanted}"{within}'


def decide(message: Message, rules: RuleSet) -> Decision:
    """What the rules make of a message, and why. Never raises."""
    found = rules.clues.find(message)
    passed = rules.gates.passed(found)
    hits, scored = rules.count(found)
    gates = [gate for gate in passed if not gate.shadow]
    human = tuple(gate.effect.human for gate in gates if gate.effect.human)
    active = [one for one in scored if one.rule.status == ACTIVE]
    scores = _scores(active)
    category, score, runner_up, margin, tied = _conclude(scores)
    if human and scores:
        category, runner_up, margin, tied = None, scores[0][0], 0, ()
    # what lost the category sets nothing else either, or a lost guess would still label the klacht
    heard = sorted(
        (one for one in active if one.rule.effect.category in (None, category)),
        key=lambda one: (-one.points, one.rule.id),
    )
    effects = [one.rule.effect for one in heard]
    return Decision(
        category,
        score,
        runner_up,
        margin,
        tied,
        tuple(hit for hit in hits if rules.rules[hit.rule_id].status == ACTIVE),
        _first(gate.effect.team for gate in gates) or _team(heard),
        _first(gate.effect.priority for gate in gates) or _most(heard, "priority", PRIORITIES),
        _first(gate.effect.complexity for gate in gates) or _most(heard, "complexity", COMPLEXITIES),
        tuple(dict.fromkeys(label for one in (*(g.effect for g in gates), *effects) for label in one.labels)),
        any(one.effect.confidential for one in gates) or any(one.rule.effect.confidential for one in active),
        human,
        passed,
        tuple(_shades(hits, scored, passed)),
        scores,
        rules.revision,
    )


def _scores(scored: Sequence[_Scored]) -> tuple[tuple[str, int], ...]:
    """Each category that scores, with the points of its best rule, highest first."""
    best: dict[str, int] = {}
    for one in scored:
        if (category := one.rule.effect.category) and one.points > 0:
            best[category] = max(one.points, best.get(category, 0))
    return tuple(sorted(best.items(), key=lambda scored: (-scored[1], scored[0])))


def _conclude(
    scores: Sequence[tuple[str, int]],
) -> tuple[str | None, int, str | None, int, tuple[str, ...]]:
    """Category, its score, the runner-up, the margin, and who share the highest score."""
    if not scores:
        return None, 0, None, 0, ()
    category, score = scores[0]
    tied = tuple(name for name, points in scores if points == score)
    if len(tied) > 1:
        return None, score, tied[1], 0, tied
    runner_up, next_score = scores[1] if len(scores) > 1 else (None, 0)
    return category, score, runner_up, score - next_score, ()


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)


def _team(heard: Sequence[_Scored]) -> str | None:
    """The team of the highest score; of two that share it, none: that of the category takes it."""
    named = [one for one in heard if one.rule.effect.team]
    teams = {one.rule.effect.team for one in named if one.points == named[0].points}
    return teams.pop() if len(teams) == 1 else None


def _most(heard: Sequence[_Scored], field: str, order: Sequence[str]) -> str | None:
    """The value of the highest score; of those that share it, the most urgent or the hardest."""
    named = [(one.points, value) for one in heard if (value := getattr(one.rule.effect, field))]
    return max((value for points, value in named if points == named[0][0]), key=order.index, default=None)


def _shades(hits: Sequence[Hit], scored: Sequence[_Scored], passed: Sequence[Passed]) -> Iterator[Shade]:
    for gate in passed:
        if gate.shadow:
            yield Shade(gate.rule_id, gate.source, 0, gate.matched, None)
    for one in scored:
        rule = one.rule
        if rule.status == SHADOW:
            matched = tuple(hit.matched for hit in hits if hit.rule_id == rule.id)
            yield Shade(rule.id, rule.source, one.points, matched, rule.effect.category)


def as_decided(draft: Klacht, sorting: Decision) -> Klacht:
    """What rules set beside the category. What a human chose stays, and nothing is confidential no more."""
    own = draft.by_hand
    return replace(
        draft,
        priority=sorting.priority if sorting.priority and "priority" not in own else draft.priority,
        complexity=sorting.complexity if sorting.complexity and "complexity" not in own else draft.complexity,
        confidential=draft.confidential or (sorting.confidential and "confidential" not in own),
        labels=draft.labels if "labels" in own else tuple(dict.fromkeys((*draft.labels, *sorting.labels))),
    )
