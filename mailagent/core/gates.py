"""The gates among the rules: they come first, in the order of the file, and set what no score may change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailagent.core.clues import Clue, Found
from mailagent.core.conditions import Numbered, holds, numbered, numbers_in, seen_in
from mailagent.core.rule import ACTIVE, Effect, Rule


@dataclass(frozen=True, slots=True)
class Passed:
    """A gate that opened, the words that opened it, and what it sets."""

    rule_id: str
    source: str
    matched: tuple[str, ...]
    effect: Effect
    stopped: bool = False
    shadow: bool = False


class Gates:
    """Gates made ready for use: most are looked at only where a clue of theirs was found."""

    def __init__(self, rules: Sequence[Rule], number: Callable[[Clue], int]) -> None:
        self._rules = tuple(rules)
        self._conditions: list[Numbered | None] = []
        self._by_clue: defaultdict[int, list[int]] = defaultdict(list)
        self._always: list[int] = []
        for place, rule in enumerate(self._rules):
            condition = numbered(rule.condition, number) if rule.condition else None
            self._conditions.append(condition)
            if condition is None or holds(condition, {}):
                self._always.append(place)
            for clue in set(numbers_in(condition)) if condition is not None else ():
                self._by_clue[clue].append(place)

    def passed(self, found: Found) -> tuple[Passed, ...]:
        """Those that open, until one stops. A gate in shadow opens for the eye alone."""
        places = set(self._always)
        for clue in found:
            places.update(self._by_clue.get(clue, ()))
        opened: list[Passed] = []
        for place in sorted(places):
            rule, condition = self._rules[place], self._conditions[place]
            if condition is not None and not holds(condition, found):
                continue
            seen = seen_in(condition, found) if condition is not None else ()
            matched = tuple(dict.fromkeys(one.matched for _, one in seen))
            active = rule.status == ACTIVE
            opened.append(
                Passed(rule.id, rule.source, matched, rule.effect, rule.stops and active, not active)
            )
            if opened[-1].stopped:
                break
        return tuple(opened)
