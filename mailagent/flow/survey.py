"""A survey's life: made active, closed for good."""

from __future__ import annotations

from mailagent.core.errors import NotPossible
from mailagent.core.surveys import ACTIVE, CLOSED, DRAFT
from mailagent.flow.world import World
from mailagent.store import surveys
from mailagent.store.surveys import State


def activate(id: str, world: World) -> None:
    """From now on it is sent; `NotPossible` where there is no such draft."""
    _move(id, DRAFT, ACTIVE, world)


def close(id: str, world: World) -> None:
    """It is sent no more, and its links stop working; `NotPossible` where it is not active."""
    _move(id, ACTIVE, CLOSED, world)


def _move(id: str, before: str, after: str, world: World) -> None:
    with world.store.begin() as tx:
        state = surveys.state_of(tx, id)
        if id not in world.surveys and state == DRAFT:
            known = ", ".join(world.surveys) or "none"
            raise NotPossible(f"there is no survey {id}; there is {known}")
        if not surveys.move(tx, id, before, after, world.now()):
            raise NotPossible(f"survey {id} is {state}; only one that is {before} can become {after}")


def states(world: World) -> list[State]:
    """Every survey: those that have a file, and those that were active once."""
    with world.store.read() as tx:
        kept = surveys.states(tx)
    return [kept.get(id, State(id, DRAFT)) for id in sorted(kept.keys() | world.surveys.keys())]
