"""A klacht is opened: numbered, given a category and a team, put on the clock and handed over."""

from __future__ import annotations

from dataclasses import replace

from mailagent.core import reference
from mailagent.core.calendar import local_day
from mailagent.core.events import Received
from mailagent.core.klacht import Klacht
from mailagent.core.rules import Decision, as_decided
from mailagent.flow.happen import begin
from mailagent.flow.sorting import team_of
from mailagent.flow.world import Act
from mailagent.store import klachten


def open_klacht(act: Act, draft: Klacht, received: Received, sorting: Decision) -> Klacht:
    """The klacht of a draft that has no kenmerk yet, sorted as the rules decided."""
    organisation, year = act.world.organisation, local_day(draft.received_at).year
    category = organisation.category(sorting.category)
    new = replace(
        as_decided(draft, sorting),
        kenmerk=reference.kenmerk(act.world.policy.kenmerk_prefix, year, klachten.next_number(act.tx, year)),
        category=category.id if category else None,
        team=team_of(sorting, organisation),
    )
    suggested = ", ".join(map(str, sorting.suggestions))
    return begin(act, new, replace(received, suggested=suggested, human=" ".join(sorting.human)))
