"""Puts a rendered mail into its envelope: the exact bytes that go to the relay, and are kept as proof.

Equal input gives equal bytes, so a mail sent again after a crash is the same mail. Lines end in CRLF, which
smtplib does not see to for bytes, and none is longer than 998 octets (RFC 5322 2.1.1).
"""

from __future__ import annotations

import hashlib
import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from functools import lru_cache
from typing import Literal
from urllib.parse import quote

from mailagent.core.echo import readable
from mailagent.core.errors import Problem
from mailagent.core.hearing import KIND as CALENDAR
from mailagent.core.mail import Attachment
from mailagent.outbound.render import Rendered

Automatic = Literal["auto-generated", "auto-replied"]

SUPPRESS = "DR, RN, NRN, OOF, AutoReply"
"""What Exchange must not answer with (MS-OXCMAIL 2.1.3.2.20). `All` would hold back its reports of
non-delivery as well, and those we must have: what did not arrive goes another way."""

LONGEST_NAME = 100
MOST_REFERENCES = 20

LINE = 78
LONGEST_OF_OURS = 500
"""A longer line is what somebody wrote, and never comes twice."""

_ADDRESS = re.compile(r"""[^\s<>()\[\]\\,;:"@]{1,64}@[^\s<>()\[\]\\,;:"@]{1,255}""", re.ASCII)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,300}>")
_TYPE = re.compile(
    rf"[a-z0-9][\w.+-]{{0,60}}/[a-z0-9][\w.+-]{{0,80}}|{re.escape(CALENDAR)}", re.ASCII | re.IGNORECASE
)
_PLAIN_NAME = re.compile(r"[\w.()+@ -]+", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class BadHeader(Problem):
    """A header of an outgoing mail would not hold what it says; the mail is not made."""


@dataclass(frozen=True, slots=True)
class Headers:
    """What stands on the envelope of one mail; `BadHeader` where it could not stand there.

    `sender` and `to` are bare ASCII addresses, `reply_to` is the signed reply address. `date` is an aware
    datetime. Message-IDs keep their angle brackets. `automatic` says how the mail came about (RFC 3834 5);
    `unsubscribe` is a link that opts out by one POST (RFC 8058).

    A stranger chose `to_name`, and their mail program made `in_reply_to` and `references`. That must not
    keep them from getting an answer: a name is cleaned, and what is no Message-ID is left out.
    """

    sender: str
    sender_name: str
    to: str
    date: datetime
    message_id: str
    reply_to: str
    to_name: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    unsubscribe: str = ""
    automatic: Automatic = "auto-generated"

    def __post_init__(self) -> None:
        for name in ("sender", "to", "reply_to"):
            if not (getattr(self, name).isascii() and _ADDRESS.fullmatch(getattr(self, name))):
                raise BadHeader(f"{name} is no mail address that a relay takes")
        if not _MESSAGE_ID.fullmatch(self.message_id):
            raise BadHeader("message_id is no Message-ID (RFC 5322 3.6.4)")
        if self.date.utcoffset() is None:
            raise BadHeader("date has no time zone")


def build(rendered: Rendered, headers: Headers, files: Sequence[Attachment] = ()) -> bytes:
    """The mail as it goes over the wire (RFC 5322, RFC 2045–2047): text first, then HTML, then the files.

    Written out here, for the shape never varies: the generator of the standard library takes five times as
    long to walk a tree of two parts.
    """
    boundary = "=_" + hashlib.sha256(headers.message_id.encode()).hexdigest()[:32]
    kind = f'multipart/alternative; boundary="{boundary}"'
    body = _parts(boundary, (_part("plain", rendered.text), _part("html", rendered.html)))
    if files:
        words = _folded("Content-Type", kind).encode() + b"\r\n" + body
        outer = boundary + "x"
        body = _parts(outer, (words, *map(_file, files)))
        kind = f'multipart/mixed; boundary="{outer}"'
    head = [("MIME-Version", "1.0"), *_lines(rendered, headers), ("Content-Type", kind)]
    return "".join(_folded(*line) for line in head).encode("ascii") + b"\r\n" + body


def _parts(boundary: str, parts: Sequence[bytes]) -> bytes:
    between = f"--{boundary}\r\n".encode()
    return b"".join(between + part + b"\r\n" for part in parts) + between[:-2] + b"--\r\n"


def _file(file: Attachment) -> bytes:
    """Whatever it is, it is a file to open: a mail that came along would else be read as a part of ours."""
    name = _file_name(file)
    kind = file.content_type
    plain = _TYPE.fullmatch(kind) and not kind.lower().startswith(("message/", "multipart/"))
    head = (
        f"Content-Type: {kind if plain else 'application/octet-stream'}\r\n"
        f"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n {name}\r\n\r\n"
    )
    return head.encode() + encodebytes(file.content).rstrip().replace(b"\n", b"\r\n")


def _file_name(file: Attachment) -> str:
    """A name that no file system stumbles over; in RFC 2231 where it needs more than ASCII."""
    stem, dot, suffix = readable(file.name, LONGEST_NAME).replace("/", "-").rpartition(".")
    if not dot:
        stem, suffix = suffix, "eml" if file.content_type == "message/rfc822" else ""
    name = ".".join(filter(None, (stem[:60].strip(". ") or "bijlage", suffix[:20])))
    return f'filename="{name}"' if _PLAIN_NAME.fullmatch(name) else f"filename*=UTF-8''{quote(name, safe='')}"


def _folded(name: str, value: str) -> str:
    """A header in lines of at most 78 characters where its blanks allow it (RFC 5322 2.1.1, 2.2.3). The first
    word stays beside the name: not everybody reads on where a line holds no more than that."""
    if len(name) + 2 + len(value) <= LINE:
        return f"{name}: {value}\r\n"
    first, *words = value.split(" ")
    lines = [f"{name}: {first}"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > LINE and lines[-1].strip() and word:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines) + "\r\n"


def _lines(rendered: Rendered, headers: Headers) -> list[tuple[str, str]]:
    if _CONTROL.search(rendered.subject):
        raise BadHeader("the subject holds a line end or another control character")
    lines: list[tuple[str, str]] = [
        ("From", _mailbox(headers.sender_name, headers.sender, "From")),
        ("To", _mailbox(headers.to_name, headers.to, "To")),
        ("Reply-To", headers.reply_to),
        ("Subject", _words(rendered.subject, "Subject")),
        ("Date", format_datetime(headers.date)),
        ("Message-ID", headers.message_id),
        ("Content-Language", rendered.language),
        ("Auto-Submitted", headers.automatic),
        ("X-Auto-Response-Suppress", SUPPRESS),
    ]
    if headers.unsubscribe:
        lines.append(("List-Unsubscribe", f"<{headers.unsubscribe}>"))
        lines.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    if _MESSAGE_ID.fullmatch(headers.in_reply_to):
        lines.append(("In-Reply-To", headers.in_reply_to))
    if references := _thread(headers.references):
        lines.append(("References", references))
    return lines


# The organisation's name stands on every mail, and encoding it takes longer than all the rest.
@lru_cache(maxsize=16)
def _words(text: str, header: str) -> str:
    """Words for a header; encoded where they are outside ASCII, or already look encoded (RFC 2047)."""
    if text.isascii() and "=?" not in text:
        return text
    return Header(text, "utf-8", header_name=header).encode(linesep="")


def _mailbox(name: str, address: str, header: str) -> str:
    name = " ".join(readable(name, LONGEST_NAME).split())
    words = _words(name, header)
    return f"{words} <{address}>" if words != name else formataddr((name, address))


def _thread(references: tuple[str, ...]) -> str:
    # of a long thread the first and the last ones stay
    sound = list(dict.fromkeys(id for id in references if _MESSAGE_ID.fullmatch(id)))
    if len(sound) > MOST_REFERENCES:
        sound = sound[:1] + sound[1 - MOST_REFERENCES :]
    return " ".join(sound)


def _part(kind: str, text: str) -> bytes:
    """Quoted-printable: in Dutch it stays readable, and `=_` cannot occur in it, so nor can the boundary."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    head = (
        f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    )
    encoded = [_ours(line) if len(line) <= LONGEST_OF_OURS else _quoted_printable(line) for line in lines]
    return head.encode() + b"\r\n".join(encoded)


def _quoted_printable(line: str) -> bytes:
    return b2a_qp(line.encode("utf-8", "replace")).replace(b"\n", b"\r\n")


_ours = lru_cache(maxsize=1024)(_quoted_printable)
"""Nine lines out of ten are those of a template, and stand in every mail."""
