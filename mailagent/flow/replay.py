"""Other rules tried on everything that came in: what would go otherwise, how often, and why. Nothing
changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from mailagent.core.calendar import AMSTERDAM
from mailagent.core.message import Message
from mailagent.core.organisation import Organisation
from mailagent.core.rule import ACTIVE, SHADOW
from mailagent.core.rules import Decision, RuleSet, decide
from mailagent.flow import sorting
from mailagent.flow.world import World
from mailagent.store import sorted as kept
from mailagent.store.sorted import Sorted
from mailagent.store.store import Tx

NOBODY = "een mens kiest"
A_STEP = 100
"""So many klachten are one step of the progress."""


@dataclass(frozen=True, slots=True)
class Move:
    """A klacht that would go otherwise: what would be different, before and after, and why. `by_hand`: a
    human has chosen its category since, and would keep it."""

    kenmerk: str
    changes: Mapping[str, tuple[str, str]]
    why: str
    by_hand: bool


@dataclass
class Replay:
    """What a replay came to. `right_before` and `right_after` count, among klachten whose category a human
    chose (`chosen`), those where the rules said the same. `shadow` counts how often each rule in shadow would
    have counted, `shadow_moves` the categories they would change."""

    read: int = 0
    undecided_before: int = 0
    undecided_after: int = 0
    chosen: int = 0
    right_before: int = 0
    right_after: int = 0
    moves: list[Move] = field(default_factory=list)
    shadow: Counter[str] = field(default_factory=Counter)
    shadow_moves: Counter[str] = field(default_factory=Counter)

    @property
    def counts(self) -> dict[str, int]:
        """How many moves there are of each kind, most of them first."""
        every = Counter(
            f"{name}: {before} → {after}"
            for one in self.moves
            for name, (before, after) in one.changes.items()
        )
        return dict(every.most_common())

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "read": self.read,
            "moved": len(self.moves),
            "undecided_before": self.undecided_before,
            "undecided_after": self.undecided_after,
            "chosen": self.chosen,
            "right_before": self.right_before,
            "right_after": self.right_after,
            "counts": self.counts,
            "moves": [asdict(move) for move in self.moves],
            "shadow": dict(self.shadow),
            "shadow_moves": dict(self.shadow_moves),
        }


def how_many(since: datetime | None, world: World) -> int:
    """How many klachten a replay would read."""
    with world.store.read() as tx:
        return kept.count(tx, _moment(since))


def replay(
    rules: RuleSet,
    organisation: Organisation,
    since: datetime | None,
    world: World,
    stepped: Callable[[int], object],
) -> Replay:
    """Let rules read every klacht that came in since a day; `organisation` has their categories and teams."""
    result = Replay()
    awake = _with_shadow(rules)
    with world.store.read() as tx:
        for one in kept.history(tx, _moment(since)):
            _read(one, rules, awake, organisation, result)
            if result.read % A_STEP == 0:
                stepped(A_STEP)
    return result


def message_of(tx: Tx, kenmerk: str) -> Message | None:
    """A klacht as rules read it, None where there is none."""
    one = kept.of_kenmerk(tx, kenmerk.upper())
    return _message(one) if one else None


def told(result: Replay, most: int) -> Iterator[str]:
    """What a replay came to, in lines."""
    yield f"{len(result.moves)} van {result.read} klachten gaan anders."
    yield f"Een mens kiest: {result.undecided_before} → {result.undecided_after}."
    if result.chosen:
        yield (
            f"Van {result.chosen} klachten koos een mens de categorie; daarvan goed: "
            f"{result.right_before} → {result.right_after}."
        )
    for what, count in result.counts.items():
        yield f"{count:6}  {what}"
    for move in result.moves[:most]:
        changes = ", ".join(f"{name} {before} → {after}" for name, (before, after) in move.changes.items())
        yield f"{move.kenmerk}  {changes}{' (een mens koos)' if move.by_hand else ''}: {move.why}"
    if len(result.moves) > most:
        yield f"… en nog {len(result.moves) - most}; --json noemt ze alle."
    for rule, count in result.shadow.most_common():
        yield f"schaduw: {rule} zou {count} keer tellen"
    for what, count in result.shadow_moves.most_common():
        yield f"schaduw: {count:6}  {what}"


def _moment(since: datetime | None) -> datetime | None:
    return since.replace(tzinfo=AMSTERDAM).astimezone(UTC) if since else None


def _with_shadow(rules: RuleSet) -> RuleSet | None:
    """The same rules with those in shadow awake; None where there are none."""
    every = rules.rules.values()
    if not any(rule.status == SHADOW for rule in every):
        return None
    return RuleSet(replace(rule, status=ACTIVE) if rule.status == SHADOW else rule for rule in every)


def _message(one: Sorted) -> Message:
    return sorting.message_of_klacht(one.klacht, (one.decision or {}).get("read", {}))


def _read(
    one: Sorted, rules: RuleSet, awake: RuleSet | None, organisation: Organisation, result: Replay
) -> None:
    message = _message(one)
    decision = decide(message, rules)
    before, after = _outcome_then(one, organisation), _outcome(decision, organisation)
    result.read += 1
    result.undecided_before += before["categorie"] == NOBODY
    result.undecided_after += after["categorie"] == NOBODY
    by_hand = "category" in one.klacht.by_hand
    if by_hand:
        result.chosen += 1
        result.right_before += before["categorie"] == one.klacht.category
        result.right_after += after["categorie"] == one.klacht.category
    changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    if changes:
        result.moves.append(Move(one.klacht.kenmerk, changes, sorting.why(decision), by_hand))
    if awake and decision.shadow:
        result.shadow.update(shade.rule_id for shade in decision.shadow)
        then = _outcome(decide(message, awake), organisation)["categorie"]
        if then != after["categorie"]:
            result.shadow_moves[f"categorie: {after['categorie']} → {then}"] += 1


def _outcome(decision: Decision, organisation: Organisation) -> dict[str, str]:
    """What a decision comes to, as it is compared and shown."""
    return _said(
        decision.category,
        sorting.team_of(decision, organisation),
        decision.priority,
        decision.complexity,
        decision.labels,
        confidential=decision.confidential,
    )


def _outcome_then(one: Sorted, organisation: Organisation) -> dict[str, str]:
    """What the rules decided when it came in; of a klacht they never read, what it has now."""
    stored: Mapping[str, Any] | None = one.decision
    if stored is None:
        now = one.klacht
        return _said(
            now.category, now.team, now.priority, now.complexity, now.labels, confidential=now.confidential
        )
    then = Decision(stored["category"], team=stored.get("team"))
    return _said(
        then.category,
        sorting.team_of(then, organisation),
        stored.get("priority"),
        stored.get("complexity"),
        tuple(stored.get("labels", ())),
        confidential=bool(stored.get("confidential")),
    )


def _said(
    category: str | None,
    team: str | None,
    priority: str | None,
    complexity: str | None,
    labels: tuple[str, ...],
    *,
    confidential: bool,
) -> dict[str, str]:
    return {
        "categorie": category or NOBODY,
        "team": team or "",
        "prioriteit": priority or "normaal",
        "complexiteit": complexity or "normaal",
        "labels": ", ".join(sorted(labels)) or "geen",
        "vertrouwelijk": "ja" if confidential else "nee",
    }
