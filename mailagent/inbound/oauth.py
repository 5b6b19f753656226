"""Access tokens for a mailbox that takes no password: by client credentials or a refresh token (RFC 6749)."""

from __future__ import annotations

import hashlib
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any, Final

from mailagent.core.errors import Problem

ANSWER_SECONDS: Final = 20.0
ANSWER_OCTETS: Final = 64 * 1024
USUAL_LIFE: Final = 3600
"""Seconds that a token lives whose server does not say so (it should: RFC 6749 5.1)."""
MARGIN: Final = timedelta(seconds=60)
"""A token this near to its end is not used any more: our clocks may differ."""


class NoToken(Problem):
    """No access token was given."""


@dataclass(frozen=True, slots=True)
class TokenAccess:
    """Where a mailbox's tokens come from. Without a `refresh_token` the client's own credentials count."""

    token_url: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    scope: str = ""

    @property
    def origin(self) -> str:
        """A name for the refresh token of the settings that gives nothing of it away."""
        return hashlib.sha256(self.refresh_token.encode()).hexdigest()


@dataclass(slots=True)
class Tokens:
    """The tokens of one mailbox.

    `kept` and `keep` remember the refresh token that the server gave last, under the origin it came from: it
    wins over the one in the settings, which may have ended with the giving.
    """

    access: TokenAccess
    now: Callable[[], datetime]
    kept: Callable[[str], str]
    keep: Callable[[str, str], None]
    _token: str = field(default="", repr=False)
    _until: datetime | None = None
    _refresh: str = field(default="", repr=False)
    _unkept: str = field(default="", repr=False)

    def current(self) -> str:
        """The token we hold, "" when there is none or it ends."""
        return self._token if self._until and self.now() < self._until - MARGIN else ""

    def ask(self) -> str:
        """A new token. NoToken when the server gives none; what `keep` raises when it cannot remember."""
        refresh = self._refresh = self._refresh_token()
        given = self._given(self._request(refresh))
        token, life, renewed = (given.get(name) for name in ("access_token", "expires_in", "refresh_token"))
        if not isinstance(token, str) or not token:
            raise NoToken(f"{self._host} gave no access_token")
        if refresh and isinstance(renewed, str) and renewed not in ("", refresh):
            self._remember(renewed)
        seconds = int(str(life)) if str(life).isdecimal() else USUAL_LIFE
        self._token, self._until = token, self.now() + timedelta(seconds=seconds)
        return token

    def hidden(self, said: str) -> str:
        """These words without our secrets, should the server have repeated one."""
        for secret in (self._token, self._refresh, self.access.refresh_token, self.access.client_secret):
            said = said.replace(secret, "***") if secret else said
        return " ".join(said.split())[:300]

    @property
    def _host(self) -> str:
        return urllib.parse.urlsplit(self.access.token_url).netloc

    def _refresh_token(self) -> str:
        if not self.access.refresh_token:
            return ""
        if self._unkept:
            self._remember(self._unkept)
        return self.kept(self.access.origin) or self.access.refresh_token

    def _remember(self, renewed: str) -> None:
        # The one before may be worth nothing now, so this one is not let go of before it is kept.
        self._unkept = renewed
        self.keep(self.access.origin, renewed)
        self._unkept = ""

    def _request(self, refresh: str) -> urllib.request.Request:
        fields = {
            "grant_type": "refresh_token" if refresh else "client_credentials",
            "client_id": self.access.client_id,
            "client_secret": self.access.client_secret,
            "refresh_token": refresh,
            "scope": self.access.scope,
        }
        body = urllib.parse.urlencode({name: value for name, value in fields.items() if value})
        return urllib.request.Request(self.access.token_url, body.encode(), {"Accept": "application/json"})

    def _given(self, request: urllib.request.Request) -> Mapping[str, Any]:
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
                return _read(answer.read(ANSWER_OCTETS))
        except urllib.error.HTTPError as error:
            with error:
                said = _read(error.read(ANSWER_OCTETS))
            words = [str(said[name]) for name in ("error", "error_description") if said.get(name)]
            why = self.hidden(": ".join(words))
            raise NoToken(f"{self._host} gives no token: {why or error.code}") from None
        except (OSError, HTTPException) as error:
            raise NoToken(f"{self._host} cannot be asked for a token: {self.hidden(str(error))}") from None


def _read(answer: bytes) -> Mapping[str, Any]:
    """The fields of an answer; none where it is not what RFC 6749 5 says."""
    try:
        fields = json.loads(answer)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}
