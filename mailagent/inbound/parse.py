"""From raw bytes to a Mail: what it says of itself, what it says to us, and what came along.

mail-parser reads the address and Date lines and reports their defects. The parts are walked here:
it does not show an embedded message or a calendar as an attachment.
"""

from __future__ import annotations

import binascii
import contextlib
import email
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from email.message import Message
from email.policy import Policy, compat32
from functools import cached_property
from itertools import count

import mailparser

from mailagent.core.errors import Unreadable
from mailagent.core.mail import Attachment, Mail
from mailagent.core.quoting import new_text
from mailagent.inbound import cms, tnef
from mailagent.inbound.bounces import bounce
from mailagent.inbound.charsets import clean, decoded
from mailagent.inbound.flowed import is_flowed, unflowed
from mailagent.inbound.headers import from_base64, mended, parameters, text_of, unfolded
from mailagent.inbound.html import html_text, safe_html
from mailagent.inbound.limits import LIMITS, Limits
from mailagent.inbound.sealed import locks_seen, message_apart, sealed, without_armour

ADDRESS_LINES = ("from", "reply-to", "return-path", "sender", "to", "cc")
SENDER_LINES = ("from", "reply-to", "return-path", "sender")
"""Where a sender is looked for, best first."""

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'=?@]{1,64}@[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", re.IGNORECASE)
_ID = re.compile(r"<[^<>\s]+>")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_FOLDABLE = 2000
_WRITTEN = ("text/plain", "text/html")
_FILED = ("text/plain", "text/calendar")


def parse(raw: bytes, limits: Limits = LIMITS) -> Mail:
    """What a mail says.

    Raises Unreadable with too_deep, too_many_parts, header_too_long or html_too_large.
    """
    mail = _read(raw, limits)
    inner = next((a.content for a in mail.attachments if a.content_type == "message/rfc822"), None)
    if inner is None or mail.bounce:
        return mail
    with suppress(Unreadable):  # then it is a file like any other
        mail = replace(mail, enclosed=_read(inner, limits))
    return mail


def _read(raw: bytes, limits: Limits) -> Mail:
    found = _CHARSET.search(raw, 0, 64 * 1024)
    hint = found[1].decode("ascii", "replace") if found else None
    try:
        root = _tree(mended(raw, limits), limits, hint)
        bodies, attachments = _walk(root, limits, 0)
    except RecursionError as error:
        raise Unreadable("too_deep") from error
    text, message = message_apart(_text(bodies, limits))
    files = locks_seen((*attachments, *message))
    mail = replace(_head(root, hint), text=text, new_text=text, attachments=files)
    if not text.strip():
        mail = replace(mail, filed=_filed(files))
    if mail.is_reply:
        mail = replace(mail, new_text=new_text(text))
    parts = list(root.walk())
    defects = dict.fromkeys(type(defect).__name__ for part in parts for defect in part.defects)
    return replace(
        mail,
        html=_html(parts, limits),
        bounce=bounce(mail),
        sealed=sealed(mail),
        defects=mail.defects + tuple(defects),
    )


class _Part(Message):
    """One part. An embedded message is a leaf: its bytes stay as they came, and nobody descends into it."""

    limits: Limits = LIMITS
    hint: str | None = None

    def set_raw(self, name: str, value: str) -> None:
        """A header line as the parser found it, if it is not too long."""
        if len(value) > self.limits.header:
            raise Unreadable("header_too_long")
        super().set_raw(name, value)

    def get_content_type(self) -> str:
        """What the standard parser goes by: it descends into any message/*."""
        return "application/octet-stream" if self.kind.startswith("message/") else self.kind

    @cached_property
    def kind(self) -> str:
        """The content type, lower case, without parameters; first asked for when the head is complete."""
        return super().get_content_type()

    @property
    def disposition(self) -> str:
        """`attachment`, `inline`, "" or something odd, in lower case."""
        return self.line("content-disposition").partition(";")[0].strip().lower()

    def line(self, name: str) -> str:
        """A header line of this part, unfolded; "" where there is none."""
        return next((unfolded(v, self.hint) for k, v in self.raw_items() if k.lower() == name), "")

    @cached_property
    def filename(self) -> str | None:
        """The name the sender gave the part."""
        disposed = parameters(self.line("content-disposition"))
        typed = parameters(self.line("content-type"))
        name = disposed.get("filename") or disposed.get("name") or typed.get("name") or typed.get("filename")
        return _CONTROL.sub("", name or "").strip() or None

    def content(self) -> bytes:
        """The payload decoded."""
        # get_payload() would decode 8-bit text by its label, and lose what does not fit
        payload = getattr(self, "_payload", "")
        data = payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""
        return self.decode(data) if self.decode else data

    @property
    def decode(self) -> Callable[[bytes], bytes] | None:
        """What undoes the Content-Transfer-Encoding; None where there is nothing to undo."""
        encoding = self.line("content-transfer-encoding").partition(";")[0]
        return _ENCODINGS.get(encoding.strip().lower())

    @cached_property
    def written(self) -> str:
        """The payload as text, with newlines as everyone writes them, and each paragraph whole."""
        typed = parameters(self.line("content-type"))
        text = clean(decoded(self.content(), typed.get("charset"), self.hint))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return unflowed(text, typed) if is_flowed(typed) and self.kind == "text/plain" else text


def _uudecoded(data: bytes) -> bytes:
    """The lines between `begin` and `end`, as far as they can be read."""
    out = []
    for line in data.splitlines():
        length = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
        if length and not line.startswith((b"begin ", b"end")):
            with contextlib.suppress(binascii.Error):
                out.append(binascii.a2b_uu(line[:length]))
    return b"".join(out)


_ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "base64": from_base64,
    "quoted-printable": binascii.a2b_qp,
    "x-uuencode": _uudecoded,
    "uuencode": _uudecoded,
    "x-uue": _uudecoded,
}


def _tree(raw: bytes, limits: Limits, charset: str | None) -> _Part:
    """The parts as the standard parser finds them; compat32, as the modern policy hangs on some heads."""
    made = count()

    class Part(_Part):
        hint = charset

        def __init__(self, policy: Policy[Message] = compat32) -> None:
            if next(made) > limits.parts:
                raise Unreadable("too_many_parts")
            super().__init__(policy)

    Part.limits = limits
    return email.message_from_bytes(raw, _class=Part)


@dataclass(frozen=True, slots=True)
class _Body:
    """A piece of what was written, plain or HTML; a spare one counts where nothing else was written."""

    html: bool
    text: str
    spare: bool = False


def _walk(part: _Part, limits: Limits, depth: int) -> tuple[list[_Body], list[Attachment]]:
    """What was written and what came along in a part and all parts below it."""
    if depth > limits.depth:
        raise Unreadable("too_deep")
    if part.is_multipart():
        below = [_walk(child, limits, depth + 1) for child in _children(part)]
        bodies = [bodies for bodies, _ in below]
        attachments = [attachment for _, more in below for attachment in more]
        if part.kind == "multipart/alternative":
            return _best(bodies), attachments
        return [body for more in bodies for body in more], attachments
    if _is_written(part, top=depth == 0):
        return [_Body(part.kind == "text/html", part.written)], []
    return _opened(part, limits, depth)


def _opened(part: _Part, limits: Limits, depth: int) -> tuple[list[_Body], list[Attachment]]:
    """An attachment, and what is inside where a mail program wrapped the mail itself in it.

    A signed message stays beside its content, as it is the proof; a winmail.dat proves nothing.
    """
    attachment = _attachment(part)
    name = (part.filename or "").lower()
    if part.kind in cms.KINDS or name.endswith(cms.SUFFIX):
        signed = cms.signed_content(attachment.content)
        if signed:
            bodies, more = _walk(_tree(mended(signed, limits), limits, part.hint), limits, depth + 1)
            return bodies, [*more, attachment]
    if part.kind in tnef.KINDS or name == tnef.NAME:
        inside = tnef.unwrapped(attachment.content)
        if inside:
            body = _Body(not inside.text, inside.text or inside.html, spare=True)
            unread = [] if body.text else [attachment]  # its text may be there as RTF alone
            return [body], [*inside.attachments, *unread]
    return [], [attachment]


def _children(part: _Part) -> Iterator[_Part]:
    for child in part.get_payload():
        assert isinstance(child, _Part)
        yield child


def _is_written(part: _Part, *, top: bool) -> bool:
    """Is the part something to read, and not something to open?"""
    if part.kind.startswith("multipart/"):
        return True  # a multipart without its boundary: all we have is its text
    if part.kind not in _WRITTEN or part.disposition == "attachment":
        return False
    return top or not part.filename


def _best(choices: list[list[_Body]]) -> list[_Body]:
    """Of the alternatives the first in plain text, else the first with anything in it."""
    filled = [bodies for bodies in choices if any(body.text.strip() for body in bodies)]
    plain = (bodies for bodies in filled if not any(body.html for body in bodies))
    return next(plain, filled[0] if filled else [])


def _attachment(part: _Part) -> Attachment:
    content, name = part.content(), part.filename
    if part.kind == "message/rfc822":
        content, subject = _embedded(content, part)
        name = name or subject
    inline = part.disposition == "inline" or bool(
        part.disposition != "attachment" and part.line("content-id")
    )
    return Attachment(name, part.kind, content, inline)


def _embedded(content: bytes, part: _Part) -> tuple[bytes, str | None]:
    """An embedded message, and a name for it after its subject.

    One that travelled in the open has lost its line ends anyway. It is written out as the standard library
    does it, so that it is the same file on every way here; where a field is too long to fold in time, and
    where an encoding protected the bytes, it stays as it came.
    """
    inner = _tree(mended(content, part.limits), part.limits, part.hint)
    if not part.decode and all(len(value) <= _FOLDABLE for _, value in inner.raw_items()):
        content = inner.as_bytes()
    subject = _CONTROL.sub(" ", text_of(inner.line("subject"))).replace("/", "-")[:80].strip()
    return content, f"{subject}.eml" if subject else None


def _text(bodies: list[_Body], limits: Limits) -> str:
    """All bodies under each other; HTML only where it says more than the plain text beside it."""
    texts: list[str] = []
    written = any(body.text.strip() for body in bodies if not body.spare)
    for body in bodies:
        if body.spare and written:
            continue
        if body.html and len(body.text) > limits.html:
            raise Unreadable("html_too_large")
        text = html_text(body.text) if body.html else without_armour(body.text)
        if text.strip() and not (
            body.html and " ".join(text.split()) in (" ".join(t.split()) for t in texts)
        ):
            texts.append(text)
    return clean("\n".join(texts))


def _filed(files: Iterable[Attachment]) -> str:
    """The first text file or calendar that came along; "" where there is none."""
    texts = (clean(decoded(part.content)) for part in files if part.content_type in _FILED)
    return next((text.replace("\r\n", "\n") for text in texts if text.strip()), "")


def _html(parts: list[_Part], limits: Limits) -> str:
    """The first HTML somebody wrote, safe to show."""
    for n, part in enumerate(parts):
        if part.kind == "text/html" and _is_written(part, top=n == 0):
            return safe_html(part.written, limits.shown)
    return ""


WRITTEN_BY_SERVERS = frozenset(("received", "authentication-results", "return-path", "delivered-to"))
"""Trace fields hold no encoded words (RFC 5322 3.6.7, RFC 8601 2.2): whoever writes one there wants to pass
for another once it is decoded."""


def _field(name: str, value: str, hint: str | None) -> tuple[str, str]:
    return name, unfolded(value, hint).strip() if name in WRITTEN_BY_SERVERS else text_of(value, hint)


def _head(root: _Part, hint: str | None) -> Mail:
    """Everything the top of the mail says."""
    headers = tuple(_field(name.lower(), value, hint) for name, value in root.raw_items())
    lines = _address_lines(root)
    head = mailparser.MailParser(lines)
    addresses = {name: _addresses(head, name) for name in ADDRESS_LINES}
    sender = next((addresses[name][0] for name in SENDER_LINES if addresses[name]), ("", ""))
    mail = Mail(headers=headers)
    ids = {name: " ".join(mail.all(name)) for name in ("message-id", "in-reply-to", "references")}
    return replace(
        mail,
        subject=mail.header("subject") or "",
        date=mail.header("date") or "",
        sender=sender[1] or None,
        sender_name=sender[0],
        froms=tuple(address for _, address in addresses["from"]),
        reply_to=tuple(address for _, address in addresses["reply-to"]),
        to=tuple(address for _, address in addresses["to"]),
        cc=tuple(address for _, address in addresses["cc"]),
        message_id=next(iter(_ids(ids["message-id"])), None),
        in_reply_to=_ids(ids["in-reply-to"]),
        references=_ids(ids["references"]),
        defects=tuple(clean(text) for found in head.defects for texts in found.values() for text in texts),
    )


def _address_lines(root: _Part) -> Message:
    """The lines mail-parser reads, encoded words not yet decoded; lines of one name are put together."""
    lines = Message()
    together: dict[str, list[str]] = {}
    for name, value in root.raw_items():
        if name.lower() in ADDRESS_LINES:
            together.setdefault(name.lower(), []).append(unfolded(value, root.hint))
        elif name.lower() == "date":
            lines[name] = unfolded(value, root.hint)
    for name, values in together.items():
        lines[name] = ", ".join(values)
    return lines


def _addresses(head: mailparser.MailParser, name: str) -> list[tuple[str, str]]:
    """(name, bare address) of every mailbox in a line; where there is none, what looks like an address."""
    line = str(head.message.get(name, ""))
    parsed = getattr(head, {"from": "from_"}.get(name, name.replace("-", "_")))
    pairs = [(clean(words), clean(address)) for words, address in parsed] if isinstance(parsed, list) else []
    return pairs or [("", found[0]) for found in _ADDRESS.finditer(text_of(line))]


def _ids(value: str) -> tuple[str, ...]:
    """Message-IDs with their angle brackets, each once; one that lost its brackets gets them back."""
    found = _ID.findall(value) or [f"<{word}>" for word in value.replace("<", " ").split() if "@" in word]
    return tuple(id for id in dict.fromkeys(found) if id.strip("<@>"))
