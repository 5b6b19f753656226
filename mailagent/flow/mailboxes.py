"""Whether the mailboxes are heard from: what each round came to, and an alarm for one that fell silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailagent.core.calendar import local_day
from mailagent.flow.world import POST, World
from mailagent.store import arrivals, mailboxes
from mailagent.store.notices import Owed
from mailagent.store.store import Tx


@dataclass(frozen=True, slots=True)
class Heard:
    """A mailbox as it is now; `silent` where no round succeeded for too long."""

    state: mailboxes.Mailbox
    silent: bool


SILENT, WELL = "postbus_stil", "postbus_hersteld"


def known_uids(mailbox: str, place: str, uidvalidity: int, world: World) -> set[int]:
    """What has been kept from the mailbox of this name that lies at this place: an admin may have given the
    name to another one, whose mails have the same numbers."""
    with world.store.read() as tx:
        if mailboxes.place(tx, mailbox) == place:
            return arrivals.known_uids(tx, mailbox, uidvalidity)
    with world.store.begin() as tx:
        mailboxes.begin(tx, [mailbox], world.now())
        mailboxes.settle(tx, mailbox, place)
        return arrivals.known_uids(tx, mailbox, uidvalidity)


def good(mailbox: str, aside: int, world: World) -> None:
    """A round succeeded, but for `aside` mails. Who heard of the silence hears of its end."""
    now = world.now()
    with world.store.begin() as tx:
        mailboxes.begin(tx, [mailbox], now)
        before = mailboxes.good(tx, mailbox, aside, now)
        if before and before.alarmed_at:
            key = f"{mailbox}:{before.alarmed_at.isoformat()}"
            _owe(tx, WELL, key, {"mailbox": mailbox, "since": before.silent_since.isoformat()}, world)


def failed(mailbox: str, why: str, world: World) -> None:
    """There was no round, and why."""
    with world.store.begin() as tx:
        mailboxes.begin(tx, [mailbox], world.now())
        mailboxes.failed(tx, mailbox, why, world.now())


def sound_alarm(patience: Mapping[str, timedelta], world: World) -> list[str]:
    """Mail the coordinator, or who stands in for them, about each mailbox without a successful round for so
    long, once for each silence.

    Returns their names. A mailbox that nobody watches is silent too.
    """
    now = world.now()
    with world.store.begin() as tx:
        mailboxes.begin(tx, patience, now)
        fallen = [mailboxes.fall_silent(tx, name, now - wait, now) for name, wait in sorted(patience.items())]
        silent = [state for state in fallen if state]
        for state in silent:
            values = {
                "mailbox": state.name,
                "since": state.silent_since.isoformat(),
                "error": state.error or "wij horen niets van de server",
            }
            _owe(tx, SILENT, f"{state.name}:{now.isoformat()}", values, world)
    return [state.name for state in silent]


def heard(patience: Mapping[str, timedelta], world: World) -> list[Heard]:
    """How each of these mailboxes is, in order of name; those that were never watched are left out."""
    with world.store.read() as tx:
        return heard_in(tx, patience, world.now())


def heard_in(tx: Tx, patience: Mapping[str, timedelta], now: datetime) -> list[Heard]:
    """The same, within a transaction."""
    return [
        Heard(state, state.silent_since <= now - patience[name])
        for name, state in mailboxes.states(tx).items()
        if name in patience
    ]


def refresh_token(mailbox: str, origin: str, world: World) -> str:
    """The refresh token that came last from the one of the settings, "" where none did."""
    with world.store.read() as tx:
        return mailboxes.refresh_token(tx, mailbox, origin)


def keep_refresh_token(mailbox: str, origin: str, token: str, world: World) -> None:
    """Remember it: the one before may be worth nothing now."""
    with world.store.begin() as tx:
        mailboxes.begin(tx, [mailbox], world.now())
        mailboxes.keep_refresh_token(tx, mailbox, origin, token)


def _owe(tx: Tx, mail: str, key: str, values: Mapping[str, str], world: World) -> None:
    coordinator, now = world.organisation.coordinator.lower(), world.now()
    if to := world.organisation.stand_in(coordinator, local_day(now)) or coordinator:
        said = {"kenmerk": "", "language": "nl", **values}
        owed = Owed(mail, to, f"{mail}:{key}", said)
        world.store.owe(tx, POST, [owed], now)
