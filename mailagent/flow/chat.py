"""A message, from the octets that were kept: read, and what it tells of itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from mailagent.core import chat
from mailagent.core.errors import Unreadable
from mailagent.core.evidence import Evidence
from mailagent.core.mail import Envelope, Mail
from mailagent.core.ways import MESSAGE
from mailagent.flow.gather import MOST_A_DAY, Letter
from mailagent.flow.world import World
from mailagent.store import arrivals, conversations, klachten
from mailagent.store.arrivals import Kept
from mailagent.store.store import Tx


def mail_of(envelope: Envelope) -> Mail:
    """What a message says; `Unreadable` where its octets are none, which the way in had refused."""
    try:
        return chat.read(envelope.raw).as_mail()
    except (chat.NotAMessage, ValueError) as problem:
        raise Unreadable("broken") from problem


def read(kept: Kept, world: World) -> Letter:
    """One message, to be judged. Who wrote it is what the gateway signed for."""
    mail, unreadable = Mail(), None
    try:
        mail = mail_of(kept.envelope)
    except Unreadable as problem:
        unreadable = problem
    received = min(kept.envelope.reached_at, kept.kept_at)
    sender = kept.envelope.sender or ""
    language = world.language(mail.text)
    return Letter(
        kept.id, kept.envelope, mail, world.now(), received, sender, unreadable, kept.ruling, b"", language
    )


def is_message(envelope: Envelope) -> bool:
    """Did a gateway hand it in?"""
    return envelope.channel == MESSAGE


def gather(tx: Tx, letter: Letter) -> list[Evidence]:
    """All evidence about a message: it goes on in the klacht of its conversation while that is not closed."""
    ruled = [Evidence(r.what, r.kenmerk or r.by, "a human")] if (r := letter.ruling) else []
    if letter.unreadable:
        return [*ruled, Evidence("unreadable", letter.unreadable.reason, "reader")]
    return [*ruled, *_seen(tx, letter), *_conversation(tx, letter)]


def _seen(tx: Tx, letter: Letter) -> Iterator[Evidence]:
    twin = arrivals.same_message(tx, letter.arrival_id, letter.message_id, letter.content_hash)
    known = twin or conversations.same_id(tx, letter.arrival_id, letter.message_id or "")
    if known:
        yield Evidence("duplicate", str(known), "id")


def _conversation(tx: Tx, letter: Letter) -> Iterator[Evidence]:
    if klacht := conversations.unclosed(tx, letter.sender):
        yield Evidence("sender_is_party", klacht.kenmerk, "conversation")
        return
    since = letter.at - timedelta(days=1)
    if klachten.brought_since(tx, letter.sender, since, MOST_A_DAY) >= MOST_A_DAY:
        yield Evidence("flood", letter.sender, "klachten of one day")
