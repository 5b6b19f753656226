"""Messages of a gateway, WhatsApp Cloud and our own plain JSON: who wrote what, in which conversation."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mailagent.core.errors import Refused
from mailagent.core.mail import Attachment, Mail

MOST_MESSAGES, MOST_FILES, LONGEST = 100, 10, 100_000
SUBJECT = 80

_CONVERSATION = re.compile(r"([a-z][a-z0-9_-]{0,19}):([\w.+-]{1,100})", re.ASCII)
_ID = re.compile(r"[!-;=?-~]{1,200}")
_KIND = re.compile(r"[a-z0-9][\w.+-]{0,60}/[a-z0-9][\w.+-]{0,80}", re.ASCII | re.IGNORECASE)
WHATSAPP = "whatsapp"


class NotAMessage(Refused):
    """This is no message that we know; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `sender` is its conversation, `channel:number`, by which it is answered; `transcript` is
    what was said before, where a chatbot hands over."""

    id: str
    sender: str
    text: str
    name: str = ""
    at: datetime | None = None
    transcript: str = ""
    files: tuple[Attachment, ...] = ()

    def as_mail(self) -> Mail:
        """The same, as anything that comes in is judged."""
        said = "\n\n".join(filter(None, (self.text, self.transcript)))
        first = next((line.strip() for line in said.splitlines() if line.strip()), "")
        subject = first if len(first) <= SUBJECT else f"{first[: SUBJECT - 1].rstrip()}…"
        id = f"<{self.id}@{self.sender.partition(':')[0]}.message>"
        return Mail(
            subject=subject,
            sender_name=self.name,
            message_id=id,
            text=said,
            new_text=said,
            attachments=self.files,
        )


def is_conversation(address: str) -> bool:
    """Is this where somebody sent a message from? A mail address is none."""
    return _CONVERSATION.fullmatch(address) is not None


def channel_of(conversation: str) -> str:
    """The gateway's own word for the way it came."""
    return conversation.partition(":")[0]


def number_of(conversation: str) -> str:
    """Who they are there."""
    return conversation.partition(":")[2]


def apart(body: bytes) -> list[tuple[Message, bytes]]:
    """Every message in a body, each with a body that holds it alone: byte for byte where there is no other.
    `NotAMessage` where it cannot be read; nothing where it only tells of messages of ours."""
    whole = _object(_json(body), "the body")
    found = list(_of_whatsapp(whole) if "entry" in whole else _of_plain(whole))
    if len(found) > MOST_MESSAGES:
        raise NotAMessage(f"{len(found)} messages in one body; {MOST_MESSAGES} is the most")
    if len(found) == 1:
        return [(found[0][0], body)]
    return [(message, json.dumps(alone, ensure_ascii=False).encode()) for message, alone in found]


def read(body: bytes) -> Message:
    """The one message that was kept in this body."""
    [(message, _), *_] = apart(body)
    return message


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise NotAMessage("the body is no JSON in UTF-8") from problem


def _of_whatsapp(whole: Mapping[str, Any]) -> Iterator[tuple[Message, dict[str, Any]]]:
    """WhatsApp Cloud API: messages lie in entry, changes, value; beside them stand contacts, and statuses of
    what we sent, which are no messages."""
    for entry in _list(whole, "entry"):
        for change in _list(entry, "changes"):
            value = _object(change.get("value", {}), "value")
            names = {str(c.get("wa_id", "")): _name(c) for c in _list(value, "contacts")}
            for one in _list(value, "messages"):
                alone = {"entry": [{"changes": [{"value": {**value, "messages": [one]}}]}]}
                yield _message_of_whatsapp(one, names), alone


def _name(contact: Mapping[str, Any]) -> str:
    profile = contact.get("profile")
    return _text(profile, "name") if isinstance(profile, Mapping) else ""


def _message_of_whatsapp(one: Mapping[str, Any], names: Mapping[str, str]) -> Message:
    number = _text(one, "from")
    at = _text(one, "timestamp")
    moment = datetime.fromtimestamp(int(at), UTC) if at.isdecimal() and len(at) <= 10 else None
    return _checked(
        Message(_text(one, "id"), f"{WHATSAPP}:{number}", _said(one), names.get(number, ""), moment)
    )


_ELSEWHERE = ("image", "document", "audio", "video", "voice", "sticker")


def _said(one: Mapping[str, Any]) -> str:
    """The words of a message, whatever its kind. What it only names, a picture for one, is not in it."""
    kind = _text(one, "type") or "text"
    part = one.get(kind)
    if not isinstance(part, Mapping):
        return f"(een bericht van de soort {kind}, dat wij niet kunnen lezen)"
    if kind in _ELSEWHERE:
        name = _text(part, "filename") or kind
        return "\n".join(
            filter(None, (_text(part, "caption"), f"({name}: staat bij de dienst van het bericht)"))
        )
    if kind == "location":
        return f"(plaats: {part.get('latitude', '')}, {part.get('longitude', '')} {_text(part, 'name')})"
    reply = part.get(_text(part, "type"))
    words = (
        _text(reply, "title") if isinstance(reply, Mapping) else _text(part, "body") or _text(part, "text")
    )
    return words or f"(een bericht van de soort {kind})"


def _of_plain(whole: Mapping[str, Any]) -> Iterator[tuple[Message, dict[str, Any]]]:
    for one in _list(whole, "messages") if "messages" in whole else [whole]:
        yield _plain(one), dict(one)


def _plain(one: Mapping[str, Any]) -> Message:
    channel = _text(one, "channel") or "bericht"
    who = _text(one, "conversation") or _text(one, "from")
    return _checked(
        Message(
            _text(one, "id"),
            f"{channel}:{who}",
            _text(one, "text"),
            _text(one, "name"),
            _moment(_text(one, "at")),
            _transcript(one.get("transcript")),
            tuple(_files(one)),
        )
    )


def _transcript(said: object) -> str:
    """What a chatbot and the melder said before it handed over (VNG C9309, C9476)."""
    lines: list[str] = []
    if isinstance(said, str):
        lines = said.splitlines()
    elif isinstance(said, list):
        lines = [f"{_text(_object(t, 'transcript'), 'by')}: {_text(t, 'text')}" for t in said]
    return "\n".join(("Het gesprek met de chatbot:", *lines)) if any(lines) else ""


def _files(one: Mapping[str, Any]) -> Iterator[Attachment]:
    files = _list(one, "attachments")
    if len(files) > MOST_FILES:
        raise NotAMessage(f"{len(files)} attachments; {MOST_FILES} is the most")
    for number, file in enumerate(files, start=1):
        try:
            content = base64.b64decode(_text(file, "content"), validate=True)
        except (binascii.Error, ValueError) as problem:
            raise NotAMessage(f"attachment {number}: content is no base64") from problem
        kind = _text(file, "type")
        yield Attachment(
            _text(file, "name")[:200] or f"bijlage-{number}",
            kind if _KIND.fullmatch(kind) else "application/octet-stream",
            content,
        )


def _checked(message: Message) -> Message:
    if not _ID.fullmatch(message.id):
        raise NotAMessage("id is missing, or longer than 200 signs")
    if not is_conversation(message.sender):
        raise NotAMessage("from is missing, or no number or name of up to 100 letters, digits and . + - _")
    if not (message.text.strip() or message.transcript or message.files):
        raise NotAMessage("text is missing")
    if len(message.text) + len(message.transcript) > LONGEST:
        raise NotAMessage(f"text is longer than {LONGEST} signs")
    return message


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError as problem:
        raise NotAMessage("at is no moment as in 2026-03-02T09:14:00+01:00") from problem
    return moment if moment and moment.tzinfo else None


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise NotAMessage(f"{what} is no JSON object")
    return value


def _list(whole: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = whole.get(name, [])
    if not isinstance(value, list):
        raise NotAMessage(f"{name} is no list")
    return [_object(one, f"an item of {name}") for one in value]


def _text(whole: Mapping[str, Any], name: str) -> str:
    """Text without what no text holds, and no surrogate halves, which JSON can spell and nothing can keep."""
    value = whole.get(name, "")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode().replace("\x00", "").replace("\r\n", "\n").strip()
