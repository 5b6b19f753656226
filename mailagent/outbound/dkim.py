"""Signs what leaves with the key of our domain, so that it can be told from forgeries (RFC 6376)."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field

import dkim
from dkim.crypto import UnparsableKeyError, parse_pem_private_key

from mailagent.core.errors import Problem

SIGNED = (
    "from",
    "to",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "auto-submitted",
    "mime-version",
    "content-type",
    "content-language",
    "list-id",
    "list-help",
    "list-unsubscribe",
    "list-unsubscribe-post",
)
"""Headers that are signed where a mail has them: what its reader sees, and what steers the answer."""

_RSA = bytes.fromhex("300d06092a864886f70d0101010500")
"""The algorithm of the key: rsaEncryption, without parameters (RFC 3279 2.3.1)."""


class BadKey(Problem):
    """The file holds no RSA key that can sign."""


@dataclass(frozen=True)
class Signer:
    """Signs in the name of `domain`; `BadKey` where `key` is no RSA private key in PEM.

    RSA alone: what checks mail knows Ed25519 (RFC 8463) too seldom to sign with nothing else.
    """

    domain: str
    selector: str
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        try:
            parse_pem_private_key(self.key)
        except (UnparsableKeyError, ValueError, IndexError) as error:
            raise BadKey("holds no RSA private key in PEM") from error

    def sign(self, raw: bytes) -> bytes:
        """The same mail with its signature on top; lines end in CRLF."""
        mail = dkim.DKIM(raw)
        there = {name.lower().decode() for name, _ in mail.headers}
        # From twice: nobody can put a second one above ours (RFC 6376 5.4.2)
        names = [name.encode() for name in (*SIGNED, "from") if name in there]
        how = (b"relaxed", b"relaxed")
        signature = mail.sign(
            self.selector.encode(), self.domain.encode(), self.key, canonicalize=how, include_headers=names
        )
        return bytes(signature) + raw

    def record(self) -> tuple[str, str]:
        """The TXT record that must be in the DNS: its name and what it says (RFC 6376 3.6.1)."""
        key = parse_pem_private_key(self.key)
        numbers = _der(0x30, _integer(key["modulus"]) + _integer(key["publicExponent"]))
        public = _der(0x30, _RSA + _der(0x03, b"\0" + numbers))
        return f"{self.selector}._domainkey.{self.domain}", f"v=DKIM1; k=rsa; p={b64encode(public).decode()}"


def _integer(number: int) -> bytes:
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag]) + (bytes([size]) if size < 128 else bytes([0x80 | len(octets)]) + octets) + content
