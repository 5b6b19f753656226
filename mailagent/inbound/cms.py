"""The content of a signed S/MIME message, and whether one is encrypted (RFC 5652)."""

from __future__ import annotations

from typing import NamedTuple

KINDS = ("application/pkcs7-mime", "application/x-pkcs7-mime")
SUFFIX = ".p7m"

_SIGNED = bytes.fromhex("2a864886f70d010702")
_ENVELOPED = (
    bytes.fromhex("2a864886f70d010703"),  # enveloped-data
    bytes.fromhex("2a864886f70d01091001" + "17"),  # authEnveloped-data, RFC 5083
)
_SEQUENCE, _SET, _INTEGER, _OID, _CONTENT = 0x30, 0x31, 0x02, 0x06, 0xA0
_OCTETS, _PIECES = 0x04, 0x24
_DEPTH = 8  # octet strings within octet strings: nobody needs more


class _Value(NamedTuple):
    """One value: its tag and where its content lies; the end is None where only a mark in the data tells."""

    tag: int
    start: int
    end: int | None


def encrypted(data: bytes) -> bool:
    """Is this a CMS message that only a private key opens?"""
    kind = _kind(data)
    return kind is not None and data[kind.start : kind.end] in _ENVELOPED


def signed_content(data: bytes) -> bytes | None:
    """The message inside signed-data; None for anything else. The signature is not checked. Linear."""
    kind = _kind(data)
    if not kind or kind.end is None or data[kind.start : kind.end] != _SIGNED:
        return None
    at = kind.end
    for tag in (_CONTENT, _SEQUENCE):  # into [0] and SignedData
        found = _value(data, at)
        if not found or found.tag != tag:
            return None
        at = found.start
    for tag in (_INTEGER, _SET):  # past the version and the digests
        found = _value(data, at)
        if not found or found.tag != tag or found.end is None:
            return None
        at = found.end
    return _encapsulated(data, at)


def _encapsulated(data: bytes, at: int) -> bytes | None:
    """The octets of EncapsulatedContentInfo; None for a signature that travels beside its text."""
    info = _value(data, at)
    kind = _value(data, info.start) if info and info.tag == _SEQUENCE else None
    inner = _value(data, kind.end) if kind and kind.end is not None else None
    if not inner or inner.tag != _CONTENT:
        return None
    pieces: list[bytes] = []
    _octets(data, inner.start, pieces, 0)
    return b"".join(pieces)


def _octets(data: bytes, at: int, pieces: list[bytes], depth: int) -> int:
    """Collects one octet string, which may be cut in pieces; where it ends."""
    found = _value(data, at)
    if not found or found.tag not in (_OCTETS, _PIECES) or depth > _DEPTH:
        return len(data)
    end = len(data) if found.end is None else found.end
    if found.tag == _OCTETS:
        pieces.append(data[found.start : end])
        return end
    at = found.start
    while at < end and data[at : at + 2] != b"\0\0":
        at = _octets(data, at, pieces, depth + 1)
    return at + 2 if found.end is None else end


def _kind(data: bytes) -> _Value | None:
    """The content type a CMS message names first."""
    top = _value(data, 0)
    kind = _value(data, top.start) if top and top.tag == _SEQUENCE else None
    return kind if kind and kind.tag == _OID else None


def _value(data: bytes, at: int) -> _Value | None:
    """The value that begins at `at` (X.690 8.1); None past the end."""
    if at + 2 > len(data):
        return None
    length = data[at + 1]
    start = at + 2
    if length == 0x80:
        return _Value(data[at], start, None)
    if length > 0x80:
        start += length - 0x80
        if length > 0x88:
            return None
        length = int.from_bytes(data[at + 2 : start], "big")
    return _Value(data[at], start, min(start + length, len(data)))
