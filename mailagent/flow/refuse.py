"""A mail that is too large to be read: it waits for a human, and its writer hears which way works."""

from __future__ import annotations

from datetime import timedelta

from mailagent.flow.gather import Letter
from mailagent.flow.world import POST, Act
from mailagent.store import notices
from mailagent.store.notices import Owed

TOO_LARGE = "geweigerd_te_groot"
MOST_A_DAY = 3
"""So often at most one address hears it in a day: a robot that answers it with as large a mail stops here."""

_MEGABYTE = 1024 * 1024


def too_large(act: Act, letter: Letter) -> None:
    """Owe the writer the mail that says so: once for each mail, also where it is judged again."""
    key = f"{letter.origin}:{TOO_LARGE}"
    day = act.at - timedelta(days=1)
    if notices.is_owed(act.tx, key):
        return
    if notices.owed_to(act.tx, letter.sender, TOO_LARGE, day) >= MOST_A_DAY:
        return
    values = {
        "kenmerk": "",
        "language": "nl",
        "subject": letter.mail.subject,
        "melder_name": letter.mail.sender_name,
        "received": letter.received_at.isoformat(),
        "size": _in_megabytes(len(letter.envelope.raw)),
        "most": _in_megabytes(act.world.policy.max_intake),
    }
    owed = Owed(TOO_LARGE, letter.sender, key, values, arrival_id=letter.arrival_id)
    act.world.store.owe(act.tx, POST, [owed], act.at)


def _in_megabytes(octets: int) -> str:
    """Rounded up, so that what is too large never looks as if it were not."""
    return f"{-(-octets // _MEGABYTE)} MB"
