"""How our mail leaves: the relay that carries it, and the key that signs it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mailagent.config.fields import Name, Part

Port = Annotated[int, Field(ge=1, le=65535)]


def _label(text: str) -> str:
    if not text.isascii() or any(sign.isspace() or sign in "@;/" for sign in text) or ".." in f".{text}.":
        raise ValueError(f"'{text}' is no name in the DNS")
    return text.lower()


def _pem(path: Path) -> Path:
    try:
        text = path.read_bytes()
    except OSError as problem:
        raise ValueError(f"cannot read {path}: {problem.strerror}") from problem
    if b"PRIVATE KEY-----" not in text:
        raise ValueError(f"{path} holds no private key in PEM")
    return path


Label = Annotated[Name, AfterValidator(_label)]


class RelaySettings(Part):
    """The server that carries our mails away."""

    host: Name
    port: Port
    username: str = ""
    password: str = Field("", repr=False)
    tls: Literal["none", "starttls", "smtps"] = "none"


class DkimSettings(Part):
    """Our signature under every mail (RFC 6376): the key, and the name of its other half in the DNS."""

    domain: Label
    selector: Label
    key: Annotated[Path, AfterValidator(_pem)]

    def aligns_with(self, address: str) -> bool:
        """Is it a signature of the domain of this address, as DMARC reads it (RFC 7489 3.1.1, relaxed)?"""
        own = address.rpartition("@")[2].lower()
        return own == self.domain or own.endswith(f".{self.domain}") or self.domain.endswith(f".{own}")
