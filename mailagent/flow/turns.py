"""Whose turn it is: mails of one conversation take effect in the order in which they arrived.

One that is stuck holds nobody: only what is owed a verdict is waited for.
"""

from __future__ import annotations

from mailagent.core import reference
from mailagent.core.mail import head_of
from mailagent.flow.gather import Letter, answered_ids
from mailagent.flow.world import World
from mailagent.store import arrivals
from mailagent.store.store import Tx

MOST_BEFORE = 50
"""Of the mails before it that still wait, so many are looked at, the newest."""

MOST_HEAD = 16 * 1024
"""In so many octets of each its Message-ID and its References are looked for."""


def must_wait(tx: Tx, letter: Letter, world: World) -> bool:
    """Does a mail before it still wait: one to the same reply address, or of the same thread? A mail that
    answers none asks nothing of the store."""
    return _token_waits(tx, letter, world) or _thread_waits(tx, letter)


def _token_waits(tx: Tx, letter: Letter, world: World) -> bool:
    own = world.organisation.address
    tokens = [read.token for a in letter.envelope.recipients if (read := reference.read_tokened(a, own))]
    return any(arrivals.one_before(tx, letter.arrival_id, token) for token in tokens)


def _thread_waits(tx: Tx, letter: Letter) -> bool:
    """Is there one that it answers, or that answers what it answers (RFC 5322 3.6.4)?"""
    wanted = [id.encode("utf-8", "surrogateescape") for id in answered_ids(letter.mail)]
    if not wanted:
        return False
    starts = arrivals.starts_before(tx, letter.arrival_id, MOST_BEFORE, MOST_HEAD)
    heads = [head_of(start, MOST_HEAD) for start in starts]
    return any(id in head for head in heads for id in wanted)
