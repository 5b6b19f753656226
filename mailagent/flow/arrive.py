"""Keep a raw message: bytes committed first, everything else later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailagent.core.mail import Envelope
from mailagent.core.postroom import LETTER
from mailagent.flow.world import PROCESS, World
from mailagent.store import arrivals
from mailagent.store.store import Tx


def keep(envelopes: Sequence[Envelope], world: World) -> list[int]:
    """Keep these messages in one transaction, with the work they ask for. Returns their arrival ids.

    Only after this returns may a `250` be said or a mailbox be marked.
    """
    ready = [_sealed(_on_paper(envelope, world), world) for envelope in envelopes]
    with world.store.begin() as tx:
        return _kept(tx, ready, world)


def keep_within(tx: Tx, envelopes: Sequence[Envelope], world: World) -> list[int]:
    """The same within a transaction that does more."""
    return _kept(tx, [_sealed(envelope, world) for envelope in envelopes], world)


def _kept(tx: Tx, envelopes: Sequence[Envelope], world: World) -> list[int]:
    ids, new = arrivals.keep(tx, envelopes, world.now())
    world.store.enqueue(tx, PROCESS, new)
    return ids


def _on_paper(envelope: Envelope, world: World) -> Envelope:
    """What a scanner mails is a letter from the start, whatever the mail says of itself."""
    policy = world.policy
    to_scanner = any(to.lower() == policy.scan_address for to in envelope.recipients)
    if envelope.via.removeprefix("imap:") in policy.scan_mailboxes or to_scanner:
        return replace(envelope, channel=LETTER)
    return envelope


def _sealed(envelope: Envelope, world: World) -> Envelope:
    """A letter is kept so that the database alone tells nobody what it says."""
    if envelope.channel != LETTER:
        return envelope
    return replace(envelope, sealed=world.vault.seal(envelope.raw))
