"""The original bytes of letters, kept so that the database alone tells nobody what they say (the only door to
cryptography)."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mailagent.core.errors import Unreadable


class Vault:
    """Seals and opens. `keys`: the first seals, every one opens (so that keys can be replaced)."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._fernet = MultiFernet([Fernet(_derived(key)) for key in keys])

    def seal(self, raw: bytes) -> bytes:
        """The bytes as they are kept; nobody changes a bit of them unseen."""
        return self._fernet.encrypt(raw)

    def open(self, sealed: bytes) -> bytes:
        """The bytes as they came. `Unreadable` where the key they were sealed with is gone."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as problem:
            raise Unreadable("key_gone") from problem


def _derived(key: bytes) -> bytes:
    """A key of its own: what signs links opens no letters (RFC 5869)."""
    return base64.urlsafe_b64encode(HKDF(SHA256(), 32, salt=None, info=b"mailagent letters").derive(key))
