"""Messages that a gateway hands in by webhook: whose signature it is, and what is to be kept of a body."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from mailagent.core.chat import apart
from mailagent.core.mail import Envelope
from mailagent.core.ways import MESSAGE

OLDEST = timedelta(days=3)
"""A gateway keeps what it could not hand over for a while; an older moment of its own is not believed."""


def is_signed(secret: str, body: bytes, header: str) -> bool:
    """Is this X-Hub-Signature-256 the one of these very octets? Compared in constant time."""
    wanted = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), header.strip().lower().encode("utf-8", "replace"))


def envelopes(body: bytes, now: datetime, peer: str = "") -> list[Envelope]:
    """What to keep of a body, message by message; `NotAMessage` where it cannot be read."""
    return [
        Envelope(
            alone,
            "webhook",
            message.at if message.at and now - OLDEST < message.at <= now else now,
            MESSAGE,
            message.sender,
            (),
            peer,
        )
        for message, alone in apart(body)
    ]
