"""A mail as it reached us, and as it was read: values that never change."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r")


def head_of(raw: bytes, most: int) -> bytes:
    """The lines of a mail above its first blank one, and that one; at most so many octets (RFC 5322 2.1)."""
    end = _BLANK_LINE.search(raw, 0, most)
    return raw[: end.end() if end else most]


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a mail lies in an IMAP mailbox: the key of the ledger (RFC 3501 2.3.1.1)."""

    mailbox: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """The bytes of one message and how they came, before anyone has looked inside.

    `channel` is one of the channels of the spec (`email`, `letter`, …); `via` says which way in it was:
    `smtp`, `lmtp`, `imap:<mailbox>`, `take`, `folder`, or out of which arrival: `scan:<id>`, `cut:<id>`.
    `reached_at` is the moment the way in can vouch for (SMTP moment, IMAP INTERNALDATE). `sender` is the
    envelope sender: "" for a null return path, None where it is unknown. Of a file `peer` is the name.
    `sealed` are the bytes as they are kept where not even who reads the database may see them.
    """

    raw: bytes
    via: str
    reached_at: datetime
    channel: str = "email"
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    peer: str = ""
    slot: Slot | None = None
    sealed: bytes = b""

    @property
    def sha256(self) -> str:
        """Hex digest of the bytes; worked out when asked for, which is in the thread that keeps them."""
        return hashlib.sha256(self.raw).hexdigest()


@dataclass(frozen=True, slots=True)
class Attachment:
    """One named or non-text part; `content` is the decoded payload. `locked`: it asks for a password."""

    filename: str | None
    content_type: str
    content: bytes
    inline: bool = False
    locked: bool = False

    @property
    def name(self) -> str:
        """What it is called in a list; its kind where it has no name."""
        return self.filename or self.content_type

    @property
    def sha256(self) -> str:
        """Hex digest of the decoded payload."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report says (RFC 3464). `action` is failed, delayed, delivered, relayed or expanded."""

    action: str
    status: str | None = None
    recipients: tuple[str, ...] = ()
    original_message_id: str | None = None


@dataclass(frozen=True)
class Mail:
    """A mail as the parser saw it. Addresses are bare; header names are lower case, values decoded.

    `sender` is None where no address could be found. `froms` holds every address of every From line
    (an order counts only where there is exactly one). `message_id`, `in_reply_to` and `references` keep
    their angle brackets. `text` comes from HTML where there is no plain text. `new_text` is what the
    writer added: `text` unless the mail is a reply. `html` is the HTML of the mail, safe to show; "" where
    there is none or too much. `sealed` says what we cannot look into: `smime`, `pgp`, `password_file`,
    `secure_notice`, or "" for nothing. `enclosed` is the first mail that is attached whole, without what
    that one encloses; `filed` the first text file or calendar that is, where nothing was written.
    """

    subject: str = ""
    sender: str | None = None
    sender_name: str = ""
    froms: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    date: str = ""
    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    new_text: str = ""
    attachments: tuple[Attachment, ...] = ()
    bounce: Bounce | None = None
    defects: tuple[str, ...] = ()
    html: str = ""
    sealed: str = ""
    enclosed: Mail | None = None
    filed: str = ""

    def header(self, name: str) -> str | None:
        """The first value of a header, None where there is none. `name` in lower case."""
        return next((value for key, value in self.headers if key == name), None)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, top to bottom. `name` in lower case."""
        return tuple(value for key, value in self.headers if key == name)

    @property
    def is_reply(self) -> bool:
        """Does the mail say of itself that it answers another one?"""
        return bool(self.in_reply_to or self.references) or self.subject.lower().startswith(("re:", "antw:"))

    @property
    def to_read(self) -> str:
        """What there is to read: where nothing was written, what came along. That is never to be obeyed."""
        return (
            self.text.strip() or (self.enclosed.text.strip() if self.enclosed else "") or self.filed.strip()
        )

    @property
    def encrypted(self) -> bool:
        """Is the mail, or a part of it, written for a key we do not have?"""
        return self.sealed in ("smime", "pgp")

    @property
    def locked(self) -> tuple[str, ...]:
        """The names of the files that ask for a password."""
        return tuple(part.name for part in self.attachments if part.locked)

    @cached_property
    def content_hash(self) -> str:
        """What makes two mails the same: From, Date, Subject, To and the body, never trace headers."""
        parts = (
            ",".join(self.froms),
            self.date,
            self.subject,
            ",".join(self.to),
            self.text,
            *(a.sha256 for a in self.attachments),
        )
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
