"""A domain that says "later" to several mails is left in peace for a while; so is a relay that is away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from mailagent.core.chat import channel_of, is_conversation
from mailagent.core.ways import MESSAGE
from mailagent.flow.receipt import Receipt
from mailagent.store import resting
from mailagent.store.notices import Notice
from mailagent.store.resting import THE_RELAY, Rest
from mailagent.store.store import Tx

SEVERAL = 3
"""So often a domain must say "later", with no mail taken in between: one may be about that mail alone."""

_MINUTES = (1, 5, 15, 30)
"""How long a rest lasts; when the first mail after it is refused as well, the next one is longer."""

_ONE_MAILBOX = ("4.1.", "4.2.")
"""What is said of one mailbox, full or unknown, is no word about its domain (RFC 3463 3.2, 3.3)."""


def domain(address: str) -> str:
    """Where it is delivered; of a message, the gateway of its channel."""
    return channel_of(address) if is_conversation(address) else address.rpartition("@")[2].lower()


def says_later(receipt: Receipt) -> bool:
    """Is this a word about all mail to that domain?"""
    return 400 <= receipt.code < 500 and not receipt.status.startswith(_ONE_MAILBOX)


def rest_of(notice: Notice, rests: Mapping[str, Rest]) -> Rest | None:
    """Why this mail must rest now, None where it may go. A message asks nothing of the relay."""
    relay = rests.get(THE_RELAY) if notice.way != MESSAGE else None
    return relay or rests.get(domain(notice.recipient))


def heard(tx: Tx, receipts: Sequence[tuple[Notice, Receipt]], now: datetime) -> None:
    """Who said "later" so often that mails to it rest from now on."""
    said: dict[str, str] = {}
    times: Counter[str] = Counter()
    for notice, receipt in receipts:
        if receipt.away or says_later(receipt):
            whose = THE_RELAY if receipt.away else domain(notice.recipient)
            times[whose] += SEVERAL if receipt.away else 1
            said[whose] = f"{receipt.code or ''} {receipt.text}".strip()
    for whose in sorted(times):
        refused, rests = resting.refused(tx, whose, times[whose], said[whose])
        if refused >= SEVERAL:
            minutes = _MINUTES[min(rests, len(_MINUTES) - 1)]
            resting.rest(tx, whose, now + timedelta(minutes=minutes))


def took(tx: Tx, accepted: Sequence[Notice]) -> None:
    """These mails were taken: neither their domains nor the relay need rest."""
    carried = {THE_RELAY for notice in accepted if notice.way != MESSAGE}
    resting.took(tx, sorted({domain(notice.recipient) for notice in accepted} | carried))
