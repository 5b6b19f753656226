"""A klacht is opened: numbered, given a category and a team, put on the clock and handed over."""

from __future__ import annotations

from dataclasses import replace

from mailagent.core import reference
from mailagent.core.calendar import local_day
from mailagent.core.events import Received
from mailagent.core.klacht import Klacht
from mailagent.core.rules import Decision
from mailagent.flow.happen import begin
from mailagent.flow.world import Act
from mailagent.store import klachten


def open_klacht(act: Act, draft: Klacht, received: Received, sorting: Decision) -> Klacht:
    """The klacht of a draft that has no kenmerk yet, sorted as the rules decided."""
    organisation, year = act.world.organisation, local_day(draft.received_at).year
    category = organisation.category(sorting.category)
    new = replace(
        draft,
        kenmerk=reference.kenmerk(act.world.policy.kenmerk_prefix, year, klachten.next_number(act.tx, year)),
        category=category.id if category else None,
        team=(organisation.team(category.team) if category else organisation.sorting_team).id,
    )
    return begin(act, new, received)


def why(decision: Decision) -> str:
    """How the rules sorted it, in one sentence for the team."""
    if not decision.hits:
        return "Geen regel herkende dit bericht."
    words = ", ".join(f"“{hit.matched}” ({hit.rule_id}, {hit.points})" for hit in decision.hits[:5])
    if decision.category is None:
        return f"Gelijke stand tussen {' en '.join(decision.tied)}: een mens kiest. Gezien: {words}."
    return f"Gezien: {words}."
