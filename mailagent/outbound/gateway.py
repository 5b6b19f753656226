"""The gateway that carries our messages: one signed POST for each, and its own words for the proof log."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

from mailagent.core.chat import WHATSAPP, channel_of, number_of
from mailagent.flow.receipt import Receipt

TIMEOUT = 30.0
MOST_SAID = 300

_NOT_NOW = frozenset({401, 403, 408, 409, 425, 429})
"""Ours to mend, or soon better: no message is lost for it."""
_OK, _LATER, _NEVER = 250, 451, 554
_GONE = 410


def payload(conversation: str, id: str, text: str) -> bytes:
    """What the gateway is told, the same octets each time: as WhatsApp Cloud wants it, or in plain JSON."""
    if channel_of(conversation) == WHATSAPP:
        told: dict[str, object] = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": number_of(conversation),
            "type": "text",
            "text": {"preview_url": False, "body": text},
        }
    else:
        told = {"channel": channel_of(conversation), "to": number_of(conversation), "id": id, "text": text}
    return json.dumps(told, ensure_ascii=False).encode()


def _words_of(answer: HTTPResponse) -> str:
    """What it said beside its status, which alone decides: a message that was taken is not handed over again
    because the rest of the answer did not come."""
    try:
        return answer.read(MOST_SAID).decode("utf-8", "replace").strip()
    except (OSError, HTTPException):
        return ""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where messages go; each POST bears our token, and the signature of its octets under `secret`."""

    url: str
    token: str
    secret: str

    def deliver(self, id: str, body: bytes) -> Receipt:
        """Hand one message over, in the terms of a relay: taken, later, or never. `id` is the same when it is
        offered again, by which a gateway knows what it has."""
        where = urlsplit(self.url)
        kind = HTTPSConnection if where.scheme == "https" else HTTPConnection
        line = kind(where.hostname or "", where.port, timeout=TIMEOUT)
        path = f"{where.path or '/'}?{where.query}" if where.query else where.path or "/"
        try:
            line.request("POST", path, body, self._headers(id, body))
            answer = line.getresponse()
            said = _words_of(answer)
        except (OSError, HTTPException) as problem:
            return Receipt(_LATER, f"{where.netloc}: {problem}")
        finally:
            line.close()
        return Receipt(
            _code(answer.status), f"{where.netloc}: HTTP {answer.status} {_gone(answer.status)}{said}"
        )

    def _headers(self, id: str, body: bytes) -> dict[str, str]:
        signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        token = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return token | {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": id,
            "X-Hub-Signature-256": f"sha256={signature}",
        }


def _code(status: int) -> int:
    if 200 <= status < 300:
        return _OK
    return _NEVER if 400 <= status < 500 and status not in _NOT_NOW else _LATER


def _gone(status: int) -> str:
    """Nobody is there any more (RFC 3463: bad destination mailbox)."""
    return "5.1.1 " if status == _GONE else ""
