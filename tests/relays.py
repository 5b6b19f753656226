"""Relays with a mood: they remember what was offered, and answer as the day goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from desk import Desk

from mailagent.flow.receipt import Receipt
from mailagent.outbound.post import Carrier
from mailagent.outbound.relay import Parcel

TAKEN = Receipt(250, "2.0.0 queued as MOODY")
DOWN = Receipt(0, "connection refused", away=True)
HUNG_UP = Receipt(0, "the line went dead")
FULL = Receipt(452, "4.2.2 mailbox full")
NOBODY = Receipt(550, "5.1.1 no such person")

Mood = Callable[[str, bytes], Receipt]
"""Recipient, bytes → what it says."""


def one_by_one(carry: Callable[[str, str, bytes], Receipt]) -> Carrier:
    """Carries mails by carrying each: envelope sender, recipient, octets."""
    return lambda parcels: [carry(*parcel) for parcel in parcels]


@dataclass(frozen=True)
class Offered:
    """A mail as it was offered."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def message_id(self) -> str:
        """Its Message-ID."""
        [found] = re.findall(rb"(?mi)^message-id: (\S+)\r$", self.raw)
        return str(found.decode())


@dataclass
class MoodyRelay:
    """Takes mail when it is in the mood; what it takes arrives in the mailboxes of the desk."""

    mailbox: Carrier
    mood: Mood = lambda _recipient, _raw: TAKEN
    offered: list[Offered] = field(default_factory=list)

    def __call__(self, parcels: Sequence[Parcel]) -> list[Receipt]:
        return [self._said(Offered(*parcel)) for parcel in parcels]

    def _said(self, mail: Offered) -> Receipt:
        self.offered.append(mail)
        said = self.mood(mail.recipient, mail.raw)
        [taken] = self.mailbox([(mail.sender, mail.recipient, mail.raw)]) if said == TAKEN else [said]
        return taken

    def says(self, receipt: Receipt) -> None:
        """The same to everyone, from now on."""
        self.mood = lambda _recipient, _raw: receipt


def moody(desk: Desk) -> MoodyRelay:
    """Put such a relay behind this desk."""
    relay = MoodyRelay(desk.house.post.carry)
    desk.house = replace(desk.house, post=replace(desk.house.post, carry=relay))
    return relay
