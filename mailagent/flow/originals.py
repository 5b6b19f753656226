"""A page of a letter as it came in: shown once, to whoever asked and may see it, and written down."""

from __future__ import annotations

from dataclasses import dataclass

from mailagent.core.errors import LinkGone, LinkUnknown, Unreadable
from mailagent.core.events import AGENT, Actor
from mailagent.core.klacht import Klacht
from mailagent.core.postroom import LINK_LIVES, OriginalAsked, OriginalViewed
from mailagent.flow.happen import happen
from mailagent.flow.world import Act, World
from mailagent.store import arrivals, klachten
from mailagent.store.klachten import Logged
from mailagent.store.store import Tx


@dataclass(frozen=True, slots=True)
class Original:
    """What a login link opens: which page, of which klacht, for whom."""

    kenmerk: str
    agent: str
    page: int


def waiting(event_id: int, world: World) -> Original:
    """What the link would show; changes nothing. `LinkUnknown`, or `LinkGone` with why."""
    with world.store.read() as tx:
        return _asked(tx, event_id, world)[0]


def view(event_id: int, world: World) -> bytes:
    """The page as a JPEG, once; that it was seen is in the log before anybody sees it."""
    with world.store.read() as tx:
        original, _, asked = _asked(tx, event_id, world)
        sealed = arrivals.raw(tx, int(asked.data["arrival"]))
    jpeg = _drawn(sealed, original, world)
    with world.store.begin() as tx:
        original, klacht, asked = _asked(tx, event_id, world, lock=True)
        viewed = OriginalViewed(world.now(), Actor(AGENT, original.agent), original.page, event_id)
        happen(Act(tx, world, world.now(), f"event:{event_id}"), klacht, [viewed])
    return jpeg


def _drawn(sealed: bytes | None, original: Original, world: World) -> bytes:
    """`LinkGone` where it is destroyed, or nobody can draw it."""
    try:
        if sealed is None or world.post_room is None:
            raise LinkGone("closed", original.kenmerk)
        return world.post_room.original(world.vault.open(sealed), original.page)
    except Unreadable as problem:
        raise LinkGone("closed", original.kenmerk) from problem


def _asked(tx: Tx, event_id: int, world: World, *, lock: bool = False) -> tuple[Original, Klacht, Logged]:
    """Judged anew each time: whoever left, or may no longer see it, has a link to nothing."""
    klacht = klachten.of_event(tx, event_id, lock=lock)
    if klacht is None:
        raise LinkUnknown
    logged = klachten.history(tx, klacht.id)
    asked = next((one for one in logged if one.id == event_id and one.kind == OriginalAsked.word()), None)
    agent = world.organisation.agent(asked.who) if asked else None
    if asked is None or agent is None or not agent.may_see_original:
        raise LinkUnknown
    if any(one.kind == OriginalViewed.word() and one.data.get("asked") == event_id for one in logged):
        raise LinkGone("answered", klacht.kenmerk)
    if world.now() >= asked.at + LINK_LIVES:
        raise LinkGone("expired", klacht.kenmerk)
    return Original(klacht.kenmerk, agent.address, int(asked.data["page"])), klacht, asked
