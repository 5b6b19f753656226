"""Who can be reached by mail, why somebody cannot, and who hears of it instead."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mailagent.core.klacht import Klacht
from mailagent.flow.gather import is_own
from mailagent.flow.world import Act, World
from mailagent.store import dead_addresses

NOBODY = ""
"""The recipient of a mail that has none: it is suppressed, and the log of the klacht tells."""

CONTACT_REFUSED, NO_ADDRESS, OWN_ADDRESS, DEAD_ADDRESS = (
    "contact_refused",
    "no_address",
    "own_address",
    "dead_address",
)


def unreachable(act: Act, klacht: Klacht) -> str:
    """Why no mail may go to the melder, "" where it may."""
    if not klacht.contact_allowed:
        return CONTACT_REFUSED
    return why_not(klacht.melder, act.world, dead_addresses.among(act.tx, [klacht.melder]))


def why_not(address: str, world: World, dead: Collection[str]) -> str:
    """Why no mail may go to an address, "" where it may. `dead` are the dead ones, in lower case."""
    if address == NOBODY:
        return NO_ADDRESS
    if is_own(address, world.organisation.address):
        return OWN_ADDRESS
    return DEAD_ADDRESS if address.lower() in dead else ""


def heard_by(circles: Iterable[tuple[str, ...]], dead: Collection[str]) -> tuple[str, ...]:
    """The first circle in which somebody lives, after those in which nobody does; nobody where all are dead.

    The dead ones stay in, for a mail that was not sent must show.
    """
    passed: list[str] = []
    for circle in circles:
        passed += circle
        if any(address.lower() not in dead for address in circle):
            break
    return tuple(dict.fromkeys(passed)) or (NOBODY,)
