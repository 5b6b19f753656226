"""The ways by which something of ours reaches a melder: a mail, a letter on paper, a message."""

from __future__ import annotations

MAIL, LETTER, MESSAGE = "mail", "letter", "message"

WAYS = (MAIL, LETTER, MESSAGE)

NOT_ON_PAPER = frozenset(
    {
        "kto_uitnodiging",
        "kto_herinnering",
        "geweigerd_wachtwoord",
        "geweigerd_versleuteld",
        "geweigerd_te_groot",
    }
)
"""Mails that never go as a letter: they ask a favour, or answer a mail that just came."""
