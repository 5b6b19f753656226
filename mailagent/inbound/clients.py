"""Which mail servers may hand us mail, how many at once, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

MAX_SESSIONS: Final = 100
"""Of everybody together: each may hold a mail of the largest size in memory."""
MAX_STRANGERS: Final = 80
"""Of all strangers together. Who holds many lines and says little must not keep our own mail servers out."""
MAX_SESSIONS_EACH: Final = 10
MAILS_A_MINUTE: Final = 60
"""Of one stranger: far more than people of one place write to a municipality, far less than a loop does."""
MINUTE: Final = 60.0

THIS_MACHINE: Final = ("127.0.0.0/8", "::1/128")
ANYWHERE: Final = ("0.0.0.0/0", "::/0")

BUSY: Final = "421 4.3.2 We are busy; please try again later"
NOT_FROM_HERE: Final = (
    "554 5.7.1 We take mail only from the mail servers we know, and yours is none of them; "
    "hand it to the mail server that the MX record of our domain names"
)

_Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network


class Clients:
    """Who may come in. `networks` may, or everyone where there are none; this machine always may.

    `known` are networks that the limits of one client do not hold for. A municipality's own MX is one client
    that brings everybody's mail: were it slowed down, the flood of one sender would hold the mail of all.
    """

    def __init__(self, networks: Sequence[str] = (), known: Sequence[str] = ()) -> None:
        self._networks = _read((*THIS_MACHINE, *networks) if networks else ANYWHERE)
        self._known = _read((*THIS_MACHINE, *known))
        self._minute = 0
        self._mails: Counter[str] = Counter()

    def turn_away(self, client: str, talking: Iterable[str]) -> str | None:
        """What to answer a client that may not come in now, while others are talking; None where it may."""
        address = _address(client)
        if not _within(address, self._networks):
            return NOT_FROM_HERE
        others = [_address(other) for other in talking]
        if len(others) >= MAX_SESSIONS:
            return BUSY
        if _within(address, self._known):
            return None
        strangers = [_place(other) for other in others if not _within(other, self._known)]
        greedy = strangers.count(_place(address)) >= MAX_SESSIONS_EACH
        return BUSY if greedy or len(strangers) >= MAX_STRANGERS else None

    def sends_too_much(self, client: str, at: float) -> bool:
        """Count one more mail; is it more than one client may send? `at` in seconds, monotonic."""
        address = _address(client)
        if _within(address, self._known):
            return False
        if (minute := int(at // MINUTE)) != self._minute:  # so that nobody is remembered longer than that
            self._minute = minute
            self._mails.clear()
        self._mails[_place(address)] += 1
        return self._mails[_place(address)] > MAILS_A_MINUTE


def networks_among(places: Iterable[str]) -> list[str]:
    """Those of `[intake] behind_own_mx` that are networks; the others are names of mailboxes."""
    return [place for place in places if _is_network(place)]


def _is_network(place: str) -> bool:
    try:
        ip_network(place, strict=False)
    except ValueError:
        return False
    return True


def _read(networks: Iterable[str]) -> tuple[_Network, ...]:
    return tuple(ip_network(network, strict=False) for network in networks)


def _within(address: _Address, networks: Iterable[_Network]) -> bool:
    return any(address in network for network in networks)


def _address(client: str) -> _Address:
    address = ip_address(client)
    # a socket that hears both families gives an IPv4 client as ::ffff:192.0.2.1
    return getattr(address, "ipv4_mapped", None) or address


def _place(address: _Address) -> str:
    """The address, or the /64 that is handed out to one place in IPv6."""
    return str(address) if address.version == 4 else str(ip_network((int(address), 64), strict=False))
