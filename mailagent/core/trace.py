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

_BY = re.compile(r"(?:^|\s)by\s+([\w.-]+)", re.IGNORECASE)
_GIVEN_BY = re.compile(r"^\s*from\s+([\w.-]+)", re.IGNORECASE)
_FAIL = re.compile(r"\bdmarc\s*=\s*fail\b", re.IGNORECASE)
_RESULT = re.compile(r"\s*(dmarc|dkim)(?:/\d+)?\s*=\s*(\w+)", re.IGNORECASE)
_PROPERTY = re.compile(r"\sheader\.(from|d|i)\s*=\s*(\S+)", re.IGNORECASE)
_PIECE = re.compile(r'\\.?|[();"]|[^\\();"]+', re.DOTALL)
_PLAIN = re.compile(r"[\w.@+-]*")

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
        peer, network = ipaddress.ip_address(envelope.peer), ipaddress.ip_network(place, strict=False)
    except ValueError:
        return False
    # a socket that hears both families gives an IPv4 peer as ::ffff:192.0.2.1
    return (getattr(peer, "ipv4_mapped", None) or peer) in network


def received_at(mail: Mail, envelope: Envelope, hosts: Collection[str], kept_at: datetime) -> datetime:
    """When the message reached the organisation: the `Received:` line of our first host, else what the way in
    vouches for; never later than the moment we kept it, never the `Date:` header.

    Read from the top down, and no further than the line by which a host of ours took the mail from another:
    what stands below that was written by whoever sent it.
    """
    ours = {host.lower() for host in hosts}
    reached: datetime | None = None
    for line in mail.all("received"):
        if _written_by(line) not in ours:
            break
        reached = _moment(line) or reached
        if _named(_GIVEN_BY, line) not in ours:
            break
    return min(reached or envelope.reached_at, kept_at)


def _written_by(line: str) -> str:
    return _named(_BY, line)


def _named(where: re.Pattern[str], line: str) -> str:
    """The host after `from` or `by`. Comments hold what the other side said of itself, and do not count."""
    found = where.search(_clauses(line)[0])
    return found[1].lower().rstrip(".") if found else ""


def _moment(line: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(line.rpartition(";")[2].strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else None


def authentication(mail: Mail, envelope: Envelope, own: OwnServers) -> str:
    """`pass`, `fail`, `none` (nobody we trust said anything) or `forged` (our name, put there by another).

    An aligned pass needs exactly one From, whose domain is the `header.from` of a DMARC pass, or the signing
    domain of a DKIM pass (RFC 7489 3.1, RFC 8601 2.7). A fail by our own server outweighs all else, so that
    nobody escapes it by forging a line on top.
    """
    if not own.authserv_id:
        return NONE
    said = _our_lines(mail.headers, own)
    if not own.stands_before(envelope):
        return FORGED if any(said.values()) else NONE
    if any(_FAIL.search(line) for line in (*said[_OURS], *said[_DOUBTFUL])):
        return FAIL
    if said[_FOREIGN]:
        return FORGED
    return PASS if len(mail.froms) == 1 and _aligned(said[_OURS], mail.froms[0]) else NONE


_OURS, _DOUBTFUL, _FOREIGN = range(3)


def _our_lines(headers: Sequence[tuple[str, str]], own: OwnServers) -> dict[int, list[str]]:
    """Lines with our authserv-id, by where they stand: above all that another may have written; below a
    `Received:` in the name of a host of ours that stands below the one by which another handed the mail over;
    below a `Received:` of another host."""
    said: dict[int, list[str]] = {_OURS: [], _DOUBTFUL: [], _FOREIGN: []}
    hosts = {host.lower() for host in own.hosts}
    place, handed_over = _OURS, False
    for name, value in headers:
        if name == "received":
            place = max(place, _place(value, hosts, handed_over=handed_over))
            handed_over = handed_over or _named(_GIVEN_BY, value) not in hosts | {""}
        elif name == "authentication-results" and _authserv_id(value) == own.authserv_id.lower():
            said[place].append(value)
    return said


def _place(line: str, hosts: Collection[str], *, handed_over: bool) -> int:
    """What stands below this `Received:`. One in our name may also be of a server of ours that greets the
    others under a name we were not told."""
    if _written_by(line) not in hosts:
        return _FOREIGN
    return _DOUBTFUL if handed_over else _OURS


def _authserv_id(value: str) -> str:
    words = _clauses(value)[0].split()
    return words[0].lower() if words else ""


def _aligned(lines: Sequence[str], address: str) -> bool:
    """Does our server say a pass for the domain of this address?

    Each server writes above what it was given, so DKIM is read from the topmost line that speaks of it; and
    of DMARC, of which a mail has one result, every line must say the same.
    """
    domain = address.rpartition("@")[2].lower()
    dmarc = [result for line in lines for result in _results(line, "dmarc", domain)]
    dkim = next((found for line in lines if (found := _results(line, "dkim", domain))), [])
    return bool(domain) and ((bool(dmarc) and all(dmarc)) or any(dkim))


def _results(line: str, method: str, domain: str) -> list[bool]:
    """For each result of this method: is it a pass, and for this domain?"""
    found = [(m, clause) for clause in _clauses(line)[1:] if (m := _RESULT.match(clause))]
    return [
        m[2].lower() == "pass" and _domain(clause, method) == domain
        for m, clause in found
        if m[1].lower() == method
    ]


def _domain(clause: str, method: str) -> str:
    """`header.from` of DMARC; of DKIM `header.d`, or `header.i` where a server gives that alone."""
    given: dict[str, str] = {name.lower(): value for name, value in reversed(_PROPERTY.findall(clause))}
    value = given.get("from", "") if method == "dmarc" else given.get("d") or given.get("i", "")
    return value.rpartition("@")[2].lower()


def _clauses(value: str) -> list[str]:
    """A structured header value split at its semicolons, without comments and quotes (RFC 5322 3.2.2, 3.2.4).

    Senders choose what stands in comments and quoted strings, such as the local part in `smtp.mailfrom`; a
    quoted string that holds more than a plain word becomes `?`, so that nothing in it is read as a result.
    """
    return _bare(value).split(";")


def _bare(value: str) -> str:
    kept: list[str] = []
    quoted: list[str] | None = None
    depth = 0
    for piece in _PIECE.findall(value):
        if quoted is not None:
            if piece != '"':
                quoted.append(piece)
                continue
            text, quoted = "".join(quoted), None
            kept.append(text if _PLAIN.fullmatch(text) else "?")
        elif piece == "(":
            depth += 1
            kept.append(" ")
        elif piece == ")":
            depth = max(0, depth - 1)
        elif not depth and piece == '"':
            quoted = []
        elif not depth:
            kept.append(piece)
    return "".join(kept)
