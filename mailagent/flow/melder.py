"""What is known of the melder of a klacht, set right by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mailagent.core.errors import NotPossible
from mailagent.core.events import AGENT, Actor, FieldSet
from mailagent.core.klacht import PREFERRED, Klacht
from mailagent.flow.happen import happen
from mailagent.flow.world import Act, World
from mailagent.store import klachten

FIELDS = ("melder_name", "street", "postcode", "city", "prefers")


def correct(kenmerk: str, said: Mapping[str, str], world: World) -> Klacht:
    """These fields say this from now on. `NotPossible` with what is wrong."""
    if unknown := said.keys() - set(FIELDS):
        raise NotPossible(f"a melder has no {', '.join(sorted(unknown))}")
    if (prefers := said.get("prefers")) and prefers not in PREFERRED:
        raise NotPossible(f"{prefers} is no channel to be answered by; there are {', '.join(PREFERRED)}")
    with world.store.begin() as tx:
        klacht = klachten.by_kenmerk(tx, kenmerk, lock=True)
        if klacht is None:
            raise NotPossible(f"there is no klacht {kenmerk}")
        act, by = Act(tx, world, world.now(), "hand"), Actor(AGENT)
        events = [
            FieldSet(act.at, by, name, value, was)
            for name, value in said.items()
            if (was := getattr(klacht, name)) != value
        ]
        fields: dict[str, Any] = {**said, "by_hand": tuple(dict.fromkeys((*klacht.by_hand, *said)))}
        return happen(act, replace(klacht, **fields), events)
