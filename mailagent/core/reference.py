"""Names by which mail finds its klacht again: kenmerk, signed reply address, bounce address, Message-ID.

A local part may hold 64 octets and some relays lower-case it (RFC 5321 4.5.3.1.1, 2.4), so a token is the
base32 of an 80-bit HMAC: 16 letters and digits, the same in any case.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from urllib.parse import quote

KENMERK = re.compile(r"(?<![a-z0-9])([A-Z]{1,4})([0-9]{2})-([0-9]{5,})(?![a-z0-9])", re.IGNORECASE | re.ASCII)
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"))  # as word processors have them
_NAMED = re.compile(r"<(?P<address>[^<>]*)>\s*$")
_ADDRESS = re.compile(
    r"(?P<local>[^+@]+)\+(?P<kind>[rb])-(?P<token>[a-z2-7]{16})@(?P<domain>[^@]+)", re.IGNORECASE | re.ASCII
)
_MESSAGE_ID = re.compile(r"<(?P<token>[a-z2-7]{16})\.mailagent@(?P<domain>[^>]+)>", re.IGNORECASE | re.ASCII)

REPLY, BOUNCE = "r", "b"


def kenmerk(prefix: str, year: int, number: int) -> str:
    """`KL26-00042`: prefix, two-digit year, number that restarts each 1 January."""
    return f"{prefix}{year % 100:02d}-{number:05d}"


def message_name(arrival: int) -> str:
    """How a message that is no klacht (yet) is called in our mails: `bericht 42`."""
    return f"bericht {arrival}"


def report_name(report: int) -> str:
    """How a report is called in our mails: `overzicht 42`."""
    return f"overzicht {report}"


def kenmerken(text: str) -> tuple[str, ...]:
    """Every kenmerk written in a text, in upper case, in order, each once."""
    return tuple(dict.fromkeys(m.group(0).upper() for m in KENMERK.finditer(text.translate(_HYPHENS))))


def token(key: bytes, purpose: str, *parts: str) -> str:
    """16 base32 characters (80 bits) that only the holder of `key` can make."""
    text = "\0".join((purpose, *parts)).encode()
    return base64.b32encode(hmac.digest(key, text, hashlib.sha256)[:10]).decode().lower()


@dataclass(frozen=True, slots=True)
class Addressed:
    """A tokened address of ours, taken apart. `kind` is REPLY or BOUNCE."""

    kind: str
    token: str


def tokened(address: str, kind: str, token: str) -> str:
    """`klachten@stad.example` → `klachten+r-<token>@stad.example`."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{kind}-{token}@{domain}"


def mailto(address: str, subject: str, body: str) -> str:
    """A link that opens a mail to this address with these words in it (RFC 6068)."""
    return f"mailto:{address}?subject={quote(subject, safe='')}&body={quote(body, safe='')}"


def read_tokened(address: str, own: str) -> Addressed | None:
    """The token in an address, with or without a name before it, where it is one of ours; else None."""
    named = _NAMED.search(address)
    found = _ADDRESS.fullmatch((named["address"] if named else address).strip())
    local, _, domain = own.lower().rpartition("@")
    if not found or found["local"].lower() != local or found["domain"].lower() != domain:
        return None
    return Addressed(found["kind"].lower(), found["token"].lower())


def message_id(token: str, domain: str) -> str:
    """Our own Message-ID, which carries a signed token (RFC 5322 3.6.4)."""
    return f"<{token}.mailagent@{domain}>"


def is_own_message_id(id: str, domain: str) -> bool:
    """Does a Message-ID have the shape of ours? (Whether it is ours, only the store knows.)"""
    found = _MESSAGE_ID.fullmatch(id.strip())
    return found is not None and found["domain"].lower() == domain.lower()


def is_own(address: str, own: str) -> bool:
    """Is this our own intake address, with or without a plus part?"""
    local, _, domain = own.lower().rpartition("@")
    theirs, _, their_domain = address.lower().rpartition("@")
    return their_domain == domain and theirs.partition("+")[0] == local
