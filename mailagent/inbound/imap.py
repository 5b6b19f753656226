"""Fetches mail from an IMAP mailbox: keeps it, and only then marks it there.

The ledger (mailbox, UIDVALIDITY, UID) says what has been kept. `\\Seen` says nothing: anyone may set it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

import structlog
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from mailagent.core.errors import TryLater
from mailagent.core.mail import Envelope, Slot

log = structlog.get_logger(__name__)

Keep = Callable[[Sequence[Envelope]], Sequence[int]]
KnownUids = Callable[[str, int], set[int]]
Now = Callable[[], datetime]

SOCKET_SECONDS: Final = 60.0
SEARCH_MAILS: Final = 50_000
"""The answer to one search must fit in the one line (1,000,000 octets) that imaplib reads."""
LOST_LINES: Final = 20
"""So many connections may break in one round before we call it the server's trouble, not a mail's."""
MOVED_AT_ONCE: Final = 500
"""Servers bound the length of a command line (RFC 7162 4: 8,192 octets)."""
RETRIES: Final = 5
"""So many of the mails that stepped aside are tried again in one round: each may cost a connection."""
LONGEST_PAUSE: Final = 900.0

LINE_LOST: Final = (IMAPClientAbortError, OSError)
# A malformed FETCH answer surfaces as any of these from inside the library.
NOT_UNDERSTOOD: Final = (IMAPClientError, ValueError, TypeError, AttributeError, LookupError)


@dataclass(frozen=True, slots=True)
class MailboxAccess:
    """How to reach one mailbox, and what to do there with a mail we have kept.

    `name` is our own word for it, in the ledger and in `via`. `mark` is a flag or keyword to set, `move_to` a
    folder to move to (RFC 6851); "" for neither.
    """

    name: str
    host: str
    user: str
    password: str = field(repr=False)
    port: int = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    folder: str = "INBOX"
    mark: str = "\\Seen"
    move_to: str = ""

    @property
    def readonly(self) -> bool:
        """Do we leave the mailbox as it is?"""
        return not (self.mark or self.move_to)


Aside = MutableMapping[Slot, str]
"""The mails that could not be fetched, with the reason; the one tried longest ago first."""


def poll(
    mailbox: MailboxAccess,
    keep: Keep,
    known_uids: KnownUids,
    now: Now,
    aside: Aside | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """One round: keep every mail that is not in the ledger. Returns how many were kept.

    A mail that cannot be fetched steps `aside` and holds up no other. Raises what `keep` raises at once (with
    the store down, nothing more is fetched), and IMAPClientError or OSError where the server is in trouble.
    """
    fetching = _Round(mailbox, keep, known_uids, now, {} if aside is None else aside, stopping)
    while not fetching.over_one_line():
        continue
    return fetching.kept


async def watch(
    mailbox: MailboxAccess,
    keep: Keep,
    known_uids: KnownUids,
    now: Now,
    stop: asyncio.Event,
    *,
    every: float,
) -> None:
    """Poll every so many seconds until `stop`, less often while the server or the store is in trouble."""
    aside: dict[Slot, str] = {}
    failures = 0
    while not stop.is_set():
        try:
            kept = await asyncio.to_thread(poll, mailbox, keep, known_uids, now, aside, stop.is_set)
        except (IMAPClientError, OSError, TryLater) as error:
            failures += 1
            log.error("imap_round_failed", mailbox=mailbox.name, failures=failures, why=_why(mailbox, error))
        else:
            if kept or failures:
                log.info("imap_round", mailbox=mailbox.name, kept=kept, aside=len(aside))
            failures = 0
        await _sleep(stop, next_pause(every, failures))


def next_pause(every: float, failures: int) -> float:
    """Seconds until the next round: doubled with each failure in a row, to at most a quarter of an hour."""
    return max(every, min(every * 2.0 ** min(failures, 16), LONGEST_PAUSE))


def check_login(mailbox: MailboxAccess) -> str | None:
    """What is wrong with this access, as a sentence for the admin; None when mail can be fetched."""
    try:
        with _logged_in(mailbox) as client:
            client.select_folder(mailbox.folder, readonly=mailbox.readonly)
            if mailbox.move_to and not client.has_capability("MOVE"):
                return f"{mailbox.name}: {mailbox.host} cannot move mail (no MOVE); leave move_to empty"
            if mailbox.move_to and not client.folder_exists(mailbox.move_to):
                return f"{mailbox.name}: there is no folder {mailbox.move_to!r} to move to"
    except LoginError as error:
        return f"{mailbox.name}: {mailbox.host} does not let {mailbox.user} in: {_why(mailbox, error)}"
    except IMAPClientError as error:
        return f"{mailbox.name}: {mailbox.host} refused: {_why(mailbox, error)}"
    except OSError as error:
        return f"{mailbox.name}: {mailbox.host}:{mailbox.port} cannot be reached: {_why(mailbox, error)}"
    return None


@dataclass(slots=True)
class _Round:
    """One round over a mailbox, over as many connections as it takes."""

    mailbox: MailboxAccess
    keep: Keep
    known_uids: KnownUids
    now: Now
    aside: Aside
    stopping: Callable[[], bool]
    kept: int = 0
    again: list[Slot] = field(init=False)
    lost: list[Slot] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.again = list(self.aside)[:RETRIES]

    def over_one_line(self) -> bool:
        """Fetch what is new. False when the connection broke on a mail and the rest wants another one."""
        with _logged_in(self.mailbox) as client:
            return all(self.stopping() or self._take(client, slot) for slot in self._new(client))

    def _new(self, client: IMAPClient) -> list[Slot]:
        selected = client.select_folder(self.mailbox.folder, readonly=self.mailbox.readonly)
        validity, exists = selected.get(b"UIDVALIDITY"), selected.get(b"EXISTS")
        if not isinstance(validity, int) or not isinstance(exists, int):
            raise IMAPClientError(f"no UIDVALIDITY or EXISTS for {self.mailbox.folder!r}")
        present = _uids(client, exists)
        known = self.known_uids(self.mailbox.name, validity) & present
        if self.mailbox.move_to and known:
            self._mark(client, sorted(known)[:MOVED_AT_ONCE])  # a crash came between keeping and moving
        new = {Slot(self.mailbox.name, validity, uid) for uid in present - known}
        for gone in self.aside.keys() - new:
            del self.aside[gone]
        first = sorted(new - self.aside.keys(), key=lambda slot: slot.uid)
        return first + [slot for slot in self.again if slot in self.aside]

    def _take(self, client: IMAPClient, slot: Slot) -> bool:
        """Keep one mail, then mark it. False when the connection is lost."""
        try:
            envelope = self._fetch(client, slot)
        except LINE_LOST as error:
            self._lose(slot, error)
            return False
        except NOT_UNDERSTOOD as error:
            self._step_aside(slot, error)
            return True
        self.keep([envelope])
        self.kept += 1
        self.aside.pop(slot, None)
        try:
            self._mark(client, [slot.uid])
        except LINE_LOST as error:
            self._lose(slot, error)
            return False
        return True

    def _fetch(self, client: IMAPClient, slot: Slot) -> Envelope:
        # PEEK, so that a mail that we fail to keep does not look read.
        answer = client.fetch([slot.uid], ["INTERNALDATE", "BODY.PEEK[]"]).get(slot.uid, {})
        raw, arrived, now = answer.get(b"BODY[]"), answer.get(b"INTERNALDATE"), self.now()
        if not isinstance(raw, bytes):
            raise IMAPClientError(f"no mail in the answer: {type(raw).__name__}")
        if not isinstance(arrived, datetime) or arrived.tzinfo is None:
            log.warning("imap_no_internaldate", mailbox=slot.mailbox, uid=slot.uid)
            arrived = now
        return Envelope(raw=raw, via=f"imap:{slot.mailbox}", reached_at=min(arrived, now), slot=slot)

    def _mark(self, client: IMAPClient, uids: list[int]) -> None:
        """A courtesy to people: what is not marked is not fetched again either."""
        try:
            if self.mailbox.mark:
                client.add_flags(uids, [self.mailbox.mark], silent=True)
            if self.mailbox.move_to:
                client.move(uids, self.mailbox.move_to)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            why = _why(self.mailbox, error)
            log.warning("imap_not_marked", mailbox=self.mailbox.name, uids=uids, why=why)

    def _lose(self, slot: Slot, error: Exception) -> None:
        # Once may be the network; twice on the same mail is the mail.
        if slot in self.lost or slot in self.aside:
            self._step_aside(slot, error)
        self.lost.append(slot)
        if len(self.lost) > LOST_LINES:
            raise error

    def _step_aside(self, slot: Slot, error: Exception) -> None:
        why = _why(self.mailbox, error)
        if slot not in self.aside:
            log.error("imap_mail_aside", mailbox=slot.mailbox, uid=slot.uid, why=why)
        self.aside.pop(slot, None)
        self.aside[slot] = why  # at the end of the row
        self.again = [other for other in self.again if other != slot]


@contextmanager
def _logged_in(mailbox: MailboxAccess) -> Iterator[Any]:
    tls = mailbox.security == "tls"
    with IMAPClient(mailbox.host, mailbox.port, ssl=tls, timeout=SOCKET_SECONDS) as client:
        client.normalise_times = False  # aware, as the server wrote them
        if mailbox.security == "starttls":
            client.starttls()
        # imaplib writes LOGIN in ASCII and breaks on anything else; AUTHENTICATE PLAIN is UTF-8 (RFC 4616).
        ascii_only = (mailbox.user + mailbox.password).isascii()
        login = client.login if ascii_only else client.plain_login
        login(mailbox.user, mailbox.password)
        yield client


def _uids(client: IMAPClient, exists: int) -> set[int]:
    """Every UID of the folder. By sequence number, which has no gaps and never starts at 0."""
    uids: set[int] = set()
    for first in range(1, exists + 1, SEARCH_MAILS):
        try:
            uids.update(client.search([f"{first}:{min(first + SEARCH_MAILS - 1, exists)}"]))
        except ValueError as error:
            raise IMAPClientError(f"the answer to SEARCH makes no sense: {error}") from error
    return uids


def _why(mailbox: MailboxAccess, error: Exception) -> str:
    """What the server said, without the password should it have repeated it."""
    said = " ".join(str(error).split()) or type(error).__name__
    return said.replace(mailbox.password, "***") if mailbox.password else said


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
