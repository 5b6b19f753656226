"""The postbus: every mail that leaves in the demo, kept as a file in a folder of its addressee."""

from __future__ import annotations

import email
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, unquote

from mailagent.outbound.words import moment


@dataclass(frozen=True)
class Item:
    """One mail in someone's postbus. Numbers count up through all of the postbus."""

    number: int
    address: str
    raw: bytes

    @cached_property
    def message(self) -> Message:
        """The mail, parsed."""
        return email.message_from_bytes(self.raw)

    def header(self, name: str) -> str:
        """A header as a reader sees it, "" where there is none."""
        value = str(self.message.get(name, ""))
        try:
            return " ".join(str(make_header(decode_header(value))).split())
        except (HeaderParseError, LookupError, ValueError):
            return " ".join(value.split())

    @property
    def subject(self) -> str:
        """The subject line."""
        return self.header("subject")

    @property
    def written(self) -> str:
        """When, as a reader says it; "" where the mail does not tell."""
        try:
            return moment(parsedate_to_datetime(self.header("date")).isoformat(), "nl")
        except ValueError:
            return ""

    @property
    def text(self) -> str:
        """The plain twin."""
        return self._twin("text/plain")

    @property
    def html(self) -> str:
        """The HTML twin."""
        return self._twin("text/html")

    def _twin(self, kind: str) -> str:
        for part in self.message.walk():
            if part.get_content_type() == kind:
                octets = part.get_payload(decode=True)
                text = octets.decode("utf-8", "replace") if isinstance(octets, bytes) else ""
                return text.replace("\r\n", "\n")
        return ""


class Postbus:
    """A folder with a folder per address. Safe to use from many threads of one process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._last = max((int(file.stem) for file in folder.glob("*/*.eml")), default=0)

    @property
    def last(self) -> int:
        """The number of the newest mail of all, 0 where there is none."""
        return self._last

    def put(self, address: str, sender: str, raw: bytes) -> int:
        """Keep one mail, with the two lines that a final delivery adds (RFC 5321 4.4). Its number."""
        folder = self._of(address)
        folder.mkdir(exist_ok=True)
        lines = f"Return-Path: <{sender}>\r\nDelivered-To: {address}\r\n".encode()
        with self._lock:
            number = self._last + 1
            written = folder / f"{number:06}.new"
            written.write_bytes(lines + raw)
            written.rename(written.with_suffix(".eml"))
            self._last = number
        return number

    def addresses(self) -> list[str]:
        """Everyone who ever got a mail."""
        return sorted(unquote(folder.name) for folder in self._folder.iterdir() if folder.is_dir())

    def of(self, address: str) -> list[Item]:
        """The mails of one address, newest first."""
        return list(self.newest(address))

    def newest(self, address: str, after: int = 0) -> Iterator[Item]:
        """The mails of one address with a number above `after`, newest first, read one by one."""
        for file in sorted(self._of(address).glob("*.eml"), reverse=True):
            if int(file.stem) > after:
                yield Item(int(file.stem), address, file.read_bytes())

    def count(self, address: str) -> int:
        """How many mails lie there."""
        return sum(1 for _ in self._of(address).glob("*.eml"))

    def get(self, address: str, number: int) -> Item | None:
        """One mail by its number."""
        file = self._of(address) / f"{number:06}.eml"
        return Item(number, address, file.read_bytes()) if file.is_file() else None

    def _of(self, address: str) -> Path:
        # an address always has an @, so no name that comes from outside is `.` or `..`
        if "@" not in address:
            raise ValueError(f"no mail address: {address}")
        return self._folder / quote(address.lower(), safe="@+")
