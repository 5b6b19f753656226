"""Whose turn it is: mails of one conversation take effect in the order in which they arrived.

One that is stuck holds nobody: only what is owed a verdict is waited for.
"""

from __future__ import annotations

from mailagent.core import reference
from mailagent.core.mail import head_of
from mailagent.core.ways import MESSAGE
from mailagent.flow.gather import Letter, answered_ids, tokens
from mailagent.flow.world import World
from mailagent.store import arrivals, conversations
from mailagent.store.store import Tx

MOST_BEFORE = 50
"""Of the mails before it that still wait, so many are looked at, the newest."""

MOST_HEAD = 16 * 1024
"""In so many octets of each its Message-ID, its References and its reply address are looked for."""


def must_wait(tx: Tx, letter: Letter, world: World) -> bool:
    """Does a mail before it still wait: to the same reply address, of the same thread (RFC 5322 3.6.4), or a
    message of the same conversation?
    A mail that answers none asks nothing of the store."""
    if letter.envelope.channel == MESSAGE:
        return conversations.one_before(tx, letter.arrival_id, letter.sender)
    to = tokens(letter, world, reference.REPLY)
    if any(arrivals.one_before(tx, letter.arrival_id, token) for token in to):
        return True
    wanted = [id.encode("utf-8", "surrogateescape") for id in answered_ids(letter.mail)]
    if not (to or wanted):
        return False
    starts = arrivals.starts_before(tx, letter.arrival_id, MOST_BEFORE, MOST_HEAD)
    heads = [head_of(start, MOST_HEAD) for start in starts]
    addressed = [token.encode() for token in to]  # what came from a mailbox has no envelope
    return any(id in head for head in heads for id in wanted) or any(
        token in head for head in map(bytes.lower, heads) for token in addressed
    )
