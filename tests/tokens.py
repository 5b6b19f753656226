"""A token server of our own: gives access tokens by RFC 6749, and tells Dovecot whose they are (RFC 7662)."""

from __future__ import annotations

import itertools
import json
import threading
import urllib.parse
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


class TokenServer(ThreadingHTTPServer):
    """Gives tokens for one mailbox, and remembers what it was asked. `answer` stands for a broken server."""

    daemon_threads = True

    def __init__(self, user: str) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.user = user
        self.asked: list[Mapping[str, str]] = []
        self.valid: set[str] = set()
        self.refresh_tokens = {"vernieuw-0"}
        self.rotates = True
        self.expires_in: object = 3600
        self.answer: tuple[int, bytes] | None = None
        self._numbers = itertools.count(1)
        self._serving = threading.Thread(target=self.serve_forever, args=(0.01,))

    def __enter__(self) -> TokenServer:
        self._serving.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self._serving.join()
        self.server_close()

    @property
    def url(self) -> str:
        """Where tokens come from."""
        return f"http://127.0.0.1:{self.server_address[1]}/token"

    @property
    def introspection(self) -> str:
        """Where a mail server asks about a token."""
        return f"http://127.0.0.1:{self.server_address[1]}/introspect"

    def revoke(self) -> None:
        """No token that was given out counts any more."""
        self.valid.clear()

    def give(self, fields: Mapping[str, str]) -> tuple[int, bytes]:
        """What the token endpoint answers."""
        self.asked.append(fields)
        if self.answer:
            return self.answer
        if fields.get("client_id") != "mailagent" or fields.get("client_secret") != "client-geheim":
            return 401, b'{"error": "invalid_client", "error_description": "who is client-geheim?"}'
        given: dict[str, object] = {"token_type": "Bearer", "expires_in": self.expires_in}
        if fields["grant_type"] == "refresh_token":
            old = fields["refresh_token"]
            if old not in self.refresh_tokens:
                said = {"error": "invalid_grant", "error_description": f"{old} has expired"}
                return 400, json.dumps(said).encode()
            if self.rotates:
                given["refresh_token"] = new = f"vernieuw-{next(self._numbers)}"
                self.refresh_tokens = {new}
        given["access_token"] = token = f"toegang-{next(self._numbers)}"
        self.valid.add(token)
        return 200, json.dumps(given).encode()

    def introspect(self, fields: Mapping[str, str]) -> tuple[int, bytes]:
        """Whose token it is."""
        active = fields.get("token", "") in self.valid
        return 200, json.dumps(
            {"active": active, "username": self.user} if active else {"active": False}
        ).encode()


class _Talk(BaseHTTPRequestHandler):
    server: TokenServer

    def do_POST(self) -> None:
        """A form in, JSON out."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = dict(urllib.parse.parse_qsl(body))
        status, answer = (self.server.give if self.path == "/token" else self.server.introspect)(fields)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
