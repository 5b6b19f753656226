"""People who send messages, and a gateway that remembers: what it hands in, and what it was told."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from desk import Desk

from mailagent.core.ways import MESSAGE
from mailagent.flow import arrive
from mailagent.flow.receipt import Receipt
from mailagent.inbound.messages import envelopes
from mailagent.outbound.forms import templates_for

SECRET = "the-secret-of-the-gateway"
MESSAGES = f"""[messages]
secret = "{SECRET}"
verify_token = "wij-zijn-het"
url = "{{url}}"
token = "toegang"
"""
JAN = "31612345678"


def signed(body: bytes, secret: str = SECRET) -> str:
    """X-Hub-Signature-256, as a gateway makes it."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def whatsapp(*texts: str, number: str = JAN, ids: Iterator[int] = count(1)) -> bytes:  # noqa: B008 - one row of ids for all
    """A body as WhatsApp Cloud sends it."""
    said = [
        {
            "from": number,
            "id": f"wamid.{next(ids)}",
            "timestamp": "1772442000",
            "type": "text",
            "text": {"body": text},
        }
        for text in texts
    ]
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "31880000000", "phone_number_id": "1"},
        "contacts": [{"profile": {"name": "Jan de Vries"}, "wa_id": number}],
        "messages": said,
    }
    entry = {"id": "1", "changes": [{"value": value, "field": "messages"}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


@dataclass
class Chat:
    """A conversation with a desk, without wires."""

    desk: Desk
    number: str = JAN
    told: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Receipt] = field(default_factory=list)

    def __post_init__(self) -> None:
        post = replace(self.desk.house.post, messages=templates_for(MESSAGE, None), speak=self._speak)
        self.desk.house = replace(self.desk.house, post=post)

    def _speak(self, id: str, body: bytes) -> Receipt:
        self.told.append({"id": id, **json.loads(body)})
        return self.answers.pop(0) if self.answers else Receipt(250, "HTTP 200")

    def writes(self, *texts: str) -> None:
        """Send these messages."""
        self.hands_in(whatsapp(*texts, number=self.number))

    def hands_in(self, body: bytes) -> None:
        """This very body came by webhook."""
        arrive.keep(envelopes(body, self.desk.now()), self.desk.world)
        self.desk.settle()

    def gets(self) -> str:
        """The next message of ours, once."""
        assert self.told, "no message came"
        told = self.told.pop(0)
        text = told["text"]
        return str(text["body"] if isinstance(text, dict) else text)


@dataclass
class Heard:
    """One POST that a gateway got."""

    headers: dict[str, str]
    body: bytes


@dataclass
class ScriptedGateway:
    """A real gateway on loopback that does what its script says, and remembers."""

    url: str
    script: list[int] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)


@contextmanager
def scripted_gateway() -> Iterator[ScriptedGateway]:
    """Serving, until the end."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            gateway.heard.append(Heard({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(gateway.script.pop(0) if gateway.script else 200)
            self.end_headers()
            self.wfile.write(b'{"messages":[{"id":"wamid.OUT"}]}')

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        gateway = ScriptedGateway(f"http://127.0.0.1:{server.server_port}/v1/messages?x=1")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield gateway
        server.shutdown()
