"""The gateway of messages: how it shows that it is ours, and where our answers go."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from mailagent.config.fields import Name, Part

SHORTEST = 16


def _secret(text: str) -> str:
    if len(text) < SHORTEST:
        raise ValueError(f"has {len(text)} characters; a secret needs {SHORTEST} or more")
    return text


def _url(text: str) -> str:
    where = urlsplit(text)
    if not re.fullmatch(r"https?://\S+", text) or not where.hostname:
        raise ValueError(f"'{text}' should be an address like https://gateway.example.org/messages")
    if where.scheme == "http" and not _is_here(where.hostname):
        raise ValueError("should begin with https://, for what melders and we write goes there")
    return text


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class MessagesSettings(Part):
    """Messages by webhook; without this section there are none. `secret` signs every body, theirs and ours
    (X-Hub-Signature-256); `verify_token` is what the gateway says when it is set up; to `url` our answers go,
    with `token`."""

    secret: Annotated[str, AfterValidator(_secret)] = Field(repr=False)
    verify_token: Name = Field(repr=False)
    url: Annotated[str, AfterValidator(lambda text: _url(text) if text else "")] = ""
    token: str = Field("", repr=False)
