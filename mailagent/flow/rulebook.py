"""An alarm for rules or mails that were changed and are not right: those of before stand, and somebody must
know."""

from __future__ import annotations

from collections.abc import Sequence

from mailagent.core.calendar import local_day
from mailagent.flow.world import POST, World
from mailagent.store import notices
from mailagent.store.notices import Owed

RULES, MAILS = "regels_geweigerd", "mails_geweigerd"
"""The mails that tell it."""
MOST_TOLD = 20


def refused(mail: str, mistakes: Sequence[str], world: World) -> None:
    """Mail the coordinator what is wrong; once a day for the same mistakes, however many processes saw
    them."""
    to, now = world.organisation.coordinator, world.now()
    told = list(mistakes[:MOST_TOLD])
    key = f"{mail}:{local_day(now)}:{world.policy.key_id(chr(10).join(mistakes).encode())}"
    with world.store.begin() as tx:
        if not to or notices.is_owed(tx, key):
            return
        more = str(len(mistakes) - len(told)) if len(mistakes) > len(told) else ""
        values = {"kenmerk": "", "language": "nl", "mistakes": told, "more": more}
        world.store.owe(tx, POST, [Owed(mail, to, key, values)], now)
