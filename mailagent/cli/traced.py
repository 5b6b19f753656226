"""The trace of a decision of the rules, line by line, as `why` and `rules explain` print it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mailagent.core.suggestion import Suggestion


def lines(sorting: Mapping[str, Any]) -> Iterator[str]:
    """How the rules chose the category: gates, then each hit with its points and its place in the file."""
    runner_up = sorting["runner_up"] or "geen"
    yield (
        f"categorie: {sorting['category'] or 'een mens kiest'}, {sorting['score']} punten; "
        f"tweede: {runner_up}, verschil {sorting['margin']}"
    )
    for reason in sorting.get("human", ()):
        yield f"  een mens beoordeelt dit eerst: {reason}"
    for gate in sorting.get("gates", ()):
        yield f"  {gate['source']} {gate['rule_id']}: {_words(gate['matched'])} → {_sets(gate)}"
    for hit in sorting["hits"]:
        test = hit.get("test") or f"“{hit['matched']}”"
        yield f"  {hit['source']} {hit['rule_id']}: {test} {hit['points']:+d}"
    if suggested := sorting.get("suggestions"):
        said = ", ".join(str(Suggestion(**one)) for one in suggested)
        yield f"  suggestie op grond van eerdere klachten: {said}"
    for one in sorting.get("shadow", ()):
        points = f" {one['points']:+d} voor {one['category']}" if one["category"] else ""
        yield f"  {one['source']} {one['rule_id']} (schaduw): {_words(one['matched'])}{points}"


def _words(matched: list[str]) -> str:
    return ", ".join(f"“{word}”" for word in matched) or "wat ontbreekt"


def _sets(gate: Mapping[str, Any]) -> str:
    """What a gate set."""
    set_ = [f"{key} {_said(value)}" for key, value in gate["effect"].items() if value and key != "human"]
    human = ["een mens"] if gate["effect"]["human"] else []
    stops = ["stop"] if gate["stopped"] else []
    return ", ".join([*human, *set_, *stops])


def _said(value: Any) -> str:
    return "ja" if value is True else ", ".join(value) if isinstance(value, list | tuple) else str(value)
