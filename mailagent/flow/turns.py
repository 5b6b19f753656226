"""Whose turn it is: mails of one conversation take effect in the order in which they arrived.

One that is stuck holds nobody: only what is owed a verdict is waited for.
"""

from __future__ import annotations

from mailagent.core import reference
from mailagent.core.mail import Mail, head_of
from mailagent.flow.gather import answered_ids
from mailagent.flow.world import World
from mailagent.store import arrivals
from mailagent.store.arrivals import Kept
from mailagent.store.store import Tx

MOST_BEFORE = 50
"""Of the mails before it that still wait, so many are looked at, the newest."""

MOST_HEAD = 16 * 1024
"""In so many octets of each its Message-ID and its References are looked for."""


def token_waits(tx: Tx, kept: Kept, world: World) -> bool:
    """Does an earlier mail to one of its reply addresses still wait for its verdict?"""
    own = world.organisation.address
    tokens = [read.token for a in kept.envelope.recipients if (read := reference.read_tokened(a, own))]
    return any(arrivals.one_before(tx, kept.id, token) for token in tokens)


def thread_waits(arrival_id: int, mail: Mail, world: World) -> bool:
    """Does a mail before it still wait that it answers, or that answers what it answers (RFC 5322 3.6.4)?

    A mail that answers none asks nothing of the store.
    """
    wanted = [id.encode("utf-8", "surrogateescape") for id in answered_ids(mail)]
    if not wanted:
        return False
    with world.store.read() as tx:
        starts = arrivals.starts_before(tx, arrival_id, MOST_BEFORE, MOST_HEAD)
    heads = [head_of(start, MOST_HEAD) for start in starts]
    return any(id in head for head in heads for id in wanted)
