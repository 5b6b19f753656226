"""Where we listen, for whom, and with which certificate."""

from __future__ import annotations

import ssl
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from mailagent.config.fields import Part

_MEGABYTE = 1024 * 1024


def _host_and_port(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError(f"'{listen}' should be a host and a port, as in 127.0.0.1:8025")
    return host.strip("[]"), int(port)


def _listen(text: str) -> str:
    _host_and_port(text)
    return text


def _network(text: str) -> str:
    ip_network(text, strict=False)
    return text


def _file(path: Path | None) -> Path | None:
    if path and not path.is_file():
        raise ValueError(f"there is no file {path}")
    return path


def listed(value: object) -> object:
    """From the environment a list comes as one text, with commas."""
    return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value


Networks = Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], BeforeValidator(listed)]
OptionalPath = Annotated[Path | None, BeforeValidator(lambda value: None if value == "" else value)]
OptionalFile = Annotated[OptionalPath, AfterValidator(_file)]


class Listening(Part):
    """Something that listens on `host:port`."""

    listen: Annotated[str, AfterValidator(_listen)]

    @property
    def host(self) -> str:
        """The host alone, without the brackets of IPv6."""
        return _host_and_port(self.listen)[0]

    @property
    def port(self) -> int:
        """The port alone."""
        return _host_and_port(self.listen)[1]

    @property
    def is_loopback(self) -> bool:
        """Can only this machine reach it?"""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


class SmtpSettings(Listening):
    """Our own SMTP door. `max_bytes`: above it the answer is 552. `networks`: who may hand us mail, empty for
    everyone. A certificate with its key makes us offer STARTTLS."""

    max_bytes: Annotated[int, Field(ge=1)] = 50 * _MEGABYTE
    networks: Networks = ()
    tls_cert: OptionalFile = None
    tls_key: OptionalFile = None

    def tls(self) -> ssl.SSLContext | None:
        """What STARTTLS needs; None where it is not offered. OSError where the two files do not do."""
        if not (self.tls_cert and self.tls_key):
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        # Without a word to type at the start: a key that asks for one is a key we cannot read.
        context.load_cert_chain(self.tls_cert, self.tls_key, password="")
        return context


class MetricsSettings(Listening):
    """Where whoever watches over us reads figures."""


class LmtpSettings(Listening):
    """Our LMTP door, for our own mail server alone. It follows [smtp] in all but where it listens."""
