"""How much of everything one mail may ask of us before it goes to Quarantine."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of wall-clock time, bytes of address space, and the sizes a mail may have.

    `header` is one header field and `head` all fields of one part, in bytes. `html` is a HTML body that
    has to stand in for a plain text, `shown` one that is cleaned for the eye, in characters.
    """

    seconds: float = 4.0
    memory: int = 1024 * MEGABYTE
    size: int = 25 * MEGABYTE
    depth: int = 50
    parts: int = 1000
    header: int = 256 * 1024
    head: int = MEGABYTE
    html: int = 4 * MEGABYTE
    shown: int = MEGABYTE // 4


LIMITS = Limits()
