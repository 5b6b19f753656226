"""The mailboxes we fetch from, and how we log in there."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mailagent.config.fields import Name, Part

_TOKEN_URL = r"(https://[^\s/]+|http://(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?)(/\S*)?|"


def _token_url(text: str) -> str:
    if not re.fullmatch(_TOKEN_URL, text):
        raise ValueError("should begin with https://, for secrets are sent there")
    return text


class ImapSettings(Part):
    """A mailbox we fetch from. Read mails move to `move_to`, where that is not empty. A `scanner` fills it:
    each file that comes with a mail is a letter.

    `auth` is how we log in: with the password, or (oauth) with a token from `token_url`.
    """

    name: Name
    host: Name
    port: Annotated[int, Field(ge=1, le=65535)]
    username: Name
    password: str = Field("", repr=False)
    mailbox: Name = "INBOX"
    tls: bool = True
    every_seconds: Annotated[int, Field(ge=1)] = 60
    move_to: str = ""
    scanner: bool = False
    alarm_minutes: Annotated[int, Field(ge=1)] = 30
    auth: Literal["password", "oauth"] = "password"
    token_url: Annotated[str, AfterValidator(_token_url)] = ""
    client_id: str = ""
    client_secret: str = Field("", repr=False)
    refresh_token: str = Field("", repr=False)
    scope: str = ""

    @property
    def place(self) -> str:
        """Which mailbox it is, whatever it is called."""
        return f"{self.username} {self.mailbox} {self.host.lower()}"

    def missing(self) -> list[str]:
        """The keys without which we cannot log in this way."""
        if self.auth == "password":
            needed = ["password"]
        else:
            needed = ["token_url", "client_id", *([] if self.refresh_token else ["client_secret"])]
        return [key for key in needed if not getattr(self, key)]
