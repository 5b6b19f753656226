"""Who is asking, as far as an address tells, and whether they ask too often."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from secrets import token_bytes

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MOST_POSTS = 10
WINDOW_SECONDS = 60
_WITH_PORT = re.compile(r"([0-9.]+):\d+|\[([^\]]+)\](?::\d+)?")
"""As some proxies write an address: were it not read, all who come through one would be one visitor."""
_RANGE = {4: 24, 6: 48}
"""One visitor may have many addresses; these are the ranges that providers hand out to one place."""


class Limit:
    """Counts the POSTs of each address range: at most MOST_POSTS in one window.

    All ranges share one window, so that what is remembered never outgrows what came in within a minute. What
    is remembered tells nobody who was here: it is hashed with a secret that lives as long as the window.
    """

    def __init__(self) -> None:
        self._until = float("-inf")
        self._secret = b""
        self._seen: Counter[bytes] = Counter()

    def wait(self, visitor: str, now: float) -> int:
        """Count one more; 0 where it may go on, else the seconds to wait. `now` in seconds, monotonic."""
        if now >= self._until:
            self._seen.clear()
            self._until = now + WINDOW_SECONDS
            self._secret = token_bytes(32)
        hashed = blake2b(visitor.encode(), key=self._secret, digest_size=16).digest()
        self._seen[hashed] += 1
        return 0 if self._seen[hashed] <= MOST_POSTS else max(1, round(self._until - now))


def visitor(remote: str | None, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """The address range a request comes from.

    `forwarded` are the values of X-Forwarded-For. A proxy adds whom it heard at the end, so they are read
    from there, and no further than a trusted proxy wrote: what stands before that is anybody's claim.
    """
    address = _address(remote or "")
    hops = [hop for value in forwarded for hop in value.split(",")]
    while hops and address and any(address in network for network in trusted):
        claimed = _address(hops.pop())
        if claimed is None:
            break
        address = claimed
    return _range_of(address) if address else "unknown"


def _range_of(address: Address) -> str:
    kept = _RANGE[address.version]
    rest = address.max_prefixlen - kept
    return f"{type(address)(int(address) >> rest << rest)}/{kept}"


def _address(text: str) -> Address | None:
    found = _WITH_PORT.fullmatch(text.strip())
    try:
        address = ip_address(found[1] or found[2] if found else text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
