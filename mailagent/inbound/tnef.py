"""What Outlook wrapped in a winmail.dat: the text and the files of a mail (MS-OXTNEF)."""

from __future__ import annotations

import mimetypes
import struct
from dataclasses import dataclass

from tnefparse import TNEF
from tnefparse.tnef import TNEFAttachment

from mailagent.core.mail import Attachment
from mailagent.inbound.charsets import clean, decoded

KINDS = ("application/ms-tnef", "application/vnd.ms-tnef")
NAME = "winmail.dat"

_SIGNATURE = b"\x78\x9f\x3e\x22"
_CROOKED = (struct.error, ValueError, LookupError, TypeError, AttributeError, NameError, AssertionError)
"""All that the library says of a stream that does not hold what it promises."""


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """The mail that was inside."""

    text: str
    html: str
    attachments: tuple[Attachment, ...]


def unwrapped(content: bytes) -> Unwrapped | None:
    """What a TNEF stream holds; None where it cannot be read. Linear for sound streams."""
    if not content.startswith(_SIGNATURE):
        return None
    try:
        stream = TNEF(content, do_checksum=False)
        files = tuple(_file(attached) for attached in stream.attachments)
        return Unwrapped(_text(stream.body), _text(stream.htmlbody), files)
    except _CROOKED:
        return None


def _text(body: object) -> str:
    """A body as text: the library gives bytes, text, or a list of either."""
    if isinstance(body, list):
        return "".join(map(_text, body))
    text = decoded(body) if isinstance(body, bytes) else str(body or "")
    return clean(text.rstrip("\0")).replace("\r\n", "\n").replace("\r", "\n")


def _file(attached: TNEFAttachment) -> Attachment:
    name = _text(attached.long_filename()).strip() or None
    kind = KINDS[0] if hasattr(attached, "embed") else mimetypes.guess_type(name or "")[0]
    content = attached.data if isinstance(attached.data, bytes) else b""
    return Attachment(name, kind or "application/octet-stream", content)
