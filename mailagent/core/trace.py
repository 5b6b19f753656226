"""What our own mail servers wrote on a mail: when it reached us, and whether its From is proven.

Only lines of our own servers count. Anyone can write a `Received:` or an `Authentication-Results:` line
(RFC 5321 4.4, RFC 8601 5); ours stand on top, because each server adds its own above what it was given.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from mailagent.core.mail import Envelope, Mail

_BY = re.compile(r"\bby\s+([\w.-]+)", re.IGNORECASE)
_RESULT = re.compile(r"\b(dmarc|dkim)\s*=\s*(\w+)", re.IGNORECASE)
_HEADER_FROM = re.compile(r"header\.from\s*=\s*\"?([\w.-]+)", re.IGNORECASE)
_HEADER_D = re.compile(r"header\.(?:d|i)\s*=\s*\"?@?([\w.-]+)", re.IGNORECASE)

PASS, FAIL, NONE, FORGED = "pass", "fail", "none", "forged"


@dataclass(frozen=True, slots=True)
class OwnServers:
    """Our own mail servers: `[agents] authserv_id`, `[intake] own_hosts` and `behind_own_mx`."""

    authserv_id: str = ""
    hosts: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()

    def stands_before(self, envelope: Envelope) -> bool:
        """Did this mail come over a mailbox or network that our own servers stand before?"""
        return any(_matches(place, envelope) for place in self.behind)


def _matches(place: str, envelope: Envelope) -> bool:
    if envelope.via.startswith("imap:"):
        return envelope.via == f"imap:{place}"
    try:
        return ipaddress.ip_address(envelope.peer) in ipaddress.ip_network(place, strict=False)
    except ValueError:
        return False


def received_at(mail: Mail, envelope: Envelope, hosts: Collection[str], kept_at: datetime) -> datetime:
    """When the message reached the organisation: the `Received:` line of a host of ours, else what the way in
    vouches for; never later than the moment we kept it, never the `Date:` header (Awb 2:17 lid 2 old)."""
    ours = {host.lower() for host in hosts}
    moments = [at for line in mail.all("received") if _written_by(line) in ours and (at := _moment(line))]
    return min(moments[-1] if moments else envelope.reached_at, kept_at)


def _written_by(line: str) -> str:
    found = _BY.search(line)
    return found[1].lower() if found else ""


def _moment(line: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(line.rpartition(";")[2].strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else None


def authentication(mail: Mail, envelope: Envelope, own: OwnServers) -> str:
    """`pass`, `fail`, `none` (nobody we trust said anything) or `forged` (our name, put there by another).

    An aligned pass needs exactly one From, whose domain is the `header.from` of a DMARC pass, or the signing
    domain of a DKIM pass.
    """
    if not own.authserv_id:
        return NONE
    trusted, forged = _our_lines(mail.headers, own)
    if not own.stands_before(envelope):
        return FORGED if trusted or forged else NONE
    if forged:
        return FORGED
    return _verdict(trusted, mail.froms)


def _our_lines(headers: Sequence[tuple[str, str]], own: OwnServers) -> tuple[list[str], list[str]]:
    """Lines with our authserv-id: those above every foreign `Received:`, and those below one."""
    trusted: list[str] = []
    forged: list[str] = []
    hosts = {host.lower() for host in own.hosts}
    foreign_seen = False
    for name, value in headers:
        if name == "received":
            foreign_seen = foreign_seen or _written_by(value) not in hosts
        elif name == "authentication-results" and _authserv_id(value) == own.authserv_id.lower():
            (forged if foreign_seen else trusted).append(value)
    return trusted, forged


def _authserv_id(value: str) -> str:
    return value.partition(";")[0].strip().split(" ")[0].lower()


def _verdict(lines: Sequence[str], froms: Sequence[str]) -> str:
    domains = {address.rpartition("@")[2].lower() for address in froms}
    outcome = NONE
    for line in lines:
        for clause in line.split(";")[1:]:
            outcome = _better(outcome, _clause(clause, domains, len(froms)))
    return outcome


def _clause(clause: str, domains: set[str], froms: int) -> str:
    result = _RESULT.search(clause)
    if not result:
        return NONE
    method, value = result[1].lower(), result[2].lower()
    if method == "dmarc" and value == "fail":
        return FAIL
    if value != "pass" or froms != 1:
        return NONE
    named = (_HEADER_FROM if method == "dmarc" else _HEADER_D).search(clause)
    return PASS if named and named[1].lower() in domains else NONE


def _better(first: str, second: str) -> str:
    """A fail outweighs a pass, a pass outweighs silence."""
    return max(first, second, key=(NONE, PASS, FAIL).index)
