"""The code by which a letter invites to the smileys: short enough to type, too long to guess."""

from __future__ import annotations

import hashlib
import hmac

ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without what is taken for something else on paper: I, L, O, U, 0 and 1."""

LENGTH = 8


def code(key: bytes, round_id: int, number: int) -> str:
    """The code of a smiley round, which only the holder of `key` can make: one of 30 to the power of 8."""
    text = f"code\0{round_id}\0{number}".encode()
    left = int.from_bytes(hmac.digest(key, text, hashlib.sha256))
    signs = ""
    for _ in range(LENGTH):
        left, place = divmod(left, len(ALPHABET))
        signs += ALPHABET[place]
    return signs


def digest(key: bytes, code: str) -> str:
    """What is kept of a code: nobody who reads the store can type it."""
    return hmac.digest(key, f"digest\0{code}".encode(), hashlib.sha256).hex()


def spaced(code: str) -> str:
    """As it stands on paper: `K7QP-3MXD`."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def typed(text: str) -> str:
    """A code as somebody typed it, without what stands between its signs; "" where it is none."""
    signs = "".join(sign for sign in text.upper() if sign not in " -.\u2010\u2011\u2013\t")
    return signs if len(signs) == LENGTH and set(signs) <= set(ALPHABET) else ""
