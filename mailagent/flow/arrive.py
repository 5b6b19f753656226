"""Keep a raw message: bytes committed first, everything else later."""

from __future__ import annotations

from collections.abc import Sequence

from mailagent.core.mail import Envelope
from mailagent.flow.world import PROCESS, World
from mailagent.store import arrivals


def keep(envelopes: Sequence[Envelope], world: World) -> list[int]:
    """Keep these messages in one transaction, with the work they ask for. Returns their arrival ids.

    Only after this returns may a `250` be said or a mailbox be marked.
    """
    with world.store.begin() as tx:
        ids, new = arrivals.keep(tx, envelopes, world.now())
        world.store.enqueue(tx, PROCESS, new)
    return ids
