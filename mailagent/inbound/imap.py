"""Fetches mail from an IMAP mailbox: keeps it, and only then marks it there.

The ledger (mailbox, UIDVALIDITY, UID) says what has been kept. `\\Seen` says nothing: anyone may set it.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

import structlog
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from mailagent.core.mail import Envelope, Slot
from mailagent.inbound.oauth import NoToken, Tokens

log = structlog.get_logger(__name__)

Keep = Callable[[Sequence[Envelope]], Sequence[int]]
KnownUids = Callable[[str, int], set[int]]
Now = Callable[[], datetime]
Line: TypeAlias = IMAPClient
"""One connection to the server."""
Met = Callable[[Line], None]

CONNECT_SECONDS: Final = 15.0
SOCKET_SECONDS: Final = 60.0
STOP_SECONDS: Final = 1.0
"""So often we look up from waiting, to see whether we are to stop."""
SEARCH_MAILS: Final = 50_000
"""The answer to one search must fit in the one line (1,000,000 octets) that imaplib reads."""
LOST_LINES: Final = 20
"""So many connections may break in one round before we call it the server's trouble, not a mail's."""
MOVED_AT_ONCE: Final = 500
"""Servers bound the length of a command line (RFC 7162 4: 8,192 octets)."""
RETRIES: Final = 5
"""So many of the mails that stepped aside are tried again in one round: each may cost a connection."""

LINE_LOST: Final = (IMAPClientAbortError, OSError)
# A malformed FETCH answer surfaces as any of these from inside the library.
NOT_UNDERSTOOD: Final = (
    *(IMAPClientError, ValueError, TypeError, AttributeError, LookupError),
    *(RecursionError, MemoryError),
)


@dataclass(frozen=True, slots=True)
class MailboxAccess:
    """How to reach one mailbox, and what to do there with a mail we have kept.

    `name` is our own word for it, in the ledger and in `via`. `mark` is a flag or keyword to set, `move_to` a
    folder to move to (RFC 6851); "" for neither. With `tokens` they open the door (XOAUTH2), not `password`.
    """

    name: str
    host: str
    user: str
    password: str = field(default="", repr=False)
    port: int = 993
    tls: bool = True
    folder: str = "INBOX"
    mark: str = "\\Seen"
    move_to: str = ""
    tokens: Tokens | None = None

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
    fetching = Round(mailbox, keep, known_uids, now, {} if aside is None else aside, stopping)
    while True:
        with logged_in(mailbox) as line:
            if fetching.over_one_line(line):
                return fetching.kept


def check_login(mailbox: MailboxAccess) -> str | None:
    """What is wrong with this access, as a sentence for the admin; None when mail can be fetched."""
    try:
        with logged_in(mailbox) as client:
            client.select_folder(mailbox.folder, readonly=mailbox.readonly)
            return _no_way_to_move(client, mailbox)
    except NoToken as problem:
        return f"{mailbox.name}: {problem}"
    except LoginError as error:
        return f"{mailbox.name}: {mailbox.host} does not let {mailbox.user} in: {reason(mailbox, error)}"
    except IMAPClientError as error:
        return f"{mailbox.name}: {mailbox.host} refused: {reason(mailbox, error)}"
    except OSError as error:
        return f"{mailbox.name}: {mailbox.host}:{mailbox.port} cannot be reached: {reason(mailbox, error)}"


def _no_way_to_move(client: Line, mailbox: MailboxAccess) -> str | None:
    if mailbox.move_to and not client.has_capability("MOVE"):
        return f"{mailbox.name}: {mailbox.host} cannot move mail (no MOVE); leave move_to empty"
    if mailbox.move_to and not client.folder_exists(mailbox.move_to):
        return f"{mailbox.name}: there is no folder {mailbox.move_to!r} to move to"
    return None


@dataclass(slots=True)
class Round:
    """One round over a mailbox, over as many connections as it takes. Without `retry` the mails that stepped
    aside are left alone."""

    mailbox: MailboxAccess
    keep: Keep
    known_uids: KnownUids
    now: Now
    aside: Aside
    stopping: Callable[[], bool]
    retry: bool = True
    kept: int = 0
    again: list[Slot] = field(init=False)
    lost: list[Slot] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.again = list(self.aside)[:RETRIES] if self.retry else []

    def over_one_line(self, client: IMAPClient) -> bool:
        """Fetch what is new. False when the connection broke on a mail and the rest wants another one."""
        return all(self.stopping() or self._take(client, slot) for slot in self._new(client))

    def _new(self, client: IMAPClient) -> list[Slot]:
        selected = client.select_folder(self.mailbox.folder, readonly=self.mailbox.readonly)
        validity, exists = selected.get(b"UIDVALIDITY"), selected.get(b"EXISTS")
        if not isinstance(validity, int) or not isinstance(exists, int):
            raise IMAPClientError(f"no UIDVALIDITY or EXISTS for {self.mailbox.folder!r}")
        _announced(client)  # what the folder held when we opened it is no news
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
            why = reason(self.mailbox, error)
            log.warning("imap_not_marked", mailbox=self.mailbox.name, uids=uids, why=why)

    def _lose(self, slot: Slot, error: Exception) -> None:
        # Once may be the network; twice on the same mail is the mail.
        if slot in self.lost or slot in self.aside:
            self._step_aside(slot, error)
        self.lost.append(slot)
        if len(self.lost) > LOST_LINES:
            raise error

    def _step_aside(self, slot: Slot, error: Exception) -> None:
        why = reason(self.mailbox, error)
        if slot not in self.aside:
            log.error("imap_mail_aside", mailbox=slot.mailbox, uid=slot.uid, why=why)
        self.aside.pop(slot, None)
        self.aside[slot] = why  # at the end of the row
        self.again = [other for other in self.again if other != slot]


@contextmanager
def logged_in(mailbox: MailboxAccess, met: Met = lambda _: None) -> Iterator[Line]:
    """A line to the server, for as long as the block lasts; `met` gets it before we log in."""
    with _log_in(mailbox, met) as client:
        yield client


def wait_for_news(client: Line, seconds: float, over: threading.Event) -> bool:
    """Until the server tells of new mail (IDLE, RFC 2177), so many seconds have passed, or it is `over`.

    Returns whether it told, which it may have done since the round before.
    """
    if _announced(client):
        return True
    if not client.has_capability("IDLE"):
        over.wait(seconds)
        return False
    _idle(client)
    news, until = _announced(client), time.monotonic() + seconds
    while not news and not over.is_set() and (left := until - time.monotonic()) > 0:
        asked, wait = time.monotonic(), min(left, STOP_SECONDS)
        said = client.idle_check(wait)
        news = any(map(_is_news, said))
        # A line that was cut "has something to read" at once, for ever, and idle_check says nothing of it.
        if not said and time.monotonic() - asked < wait / 2:
            break
    client.idle_done()
    return news


def _idle(client: Line) -> None:
    """Begin to wait, and hear what the server tells of just before and just after it says that it waits too.

    At the first the library breaks; and the second lies in a buffer where it does not look.
    """
    tag = client._idle_tag = client._imap._command("IDLE")
    while client._imap._get_response() is not None:
        if client._imap.tagged_commands[tag]:
            raise IMAPClientError(f"IDLE: {client._imap.tagged_commands.pop(tag)}")
    while _has_said_more(client):
        client._imap._get_response()


def _has_said_more(client: Line) -> bool:
    """Does an answer lie ready that has not been read?"""
    client.socket().settimeout(0)
    try:
        return bool(client._imap.file.peek(1))
    except ssl.SSLWantReadError:
        return False
    finally:
        client.socket().settimeout(SOCKET_SECONDS)


def _announced(client: Line) -> bool:
    """Has the server told of more mail since this was asked last?

    It may do so in the middle of any answer, and once only: IDLE is silent about it afterwards. The library
    keeps it to itself.
    """
    told: list[bytes | None] = client._imap.response("EXISTS")[1]
    return told != [None]


def hang_up(client: Line) -> None:
    """Break the line under whoever waits at it, from another thread."""
    with suppress(OSError):
        client.socket().shutdown(socket.SHUT_RDWR)


def _is_news(said: Sequence[Any]) -> bool:
    return said[0] == b"BYE" or (len(said) > 1 and said[1] == b"EXISTS")


def _log_in(mailbox: MailboxAccess, met: Met) -> IMAPClient:
    if mailbox.tokens is None:
        return _connect(mailbox, met)
    held = mailbox.tokens.current()
    try:
        return _connect(mailbox, met, held or mailbox.tokens.ask())
    except LoginError:
        if not held:
            raise
        return _connect(mailbox, met, mailbox.tokens.ask())  # the one we held may have ended before its time


def _connect(mailbox: MailboxAccess, met: Met, token: str = "") -> IMAPClient:
    timeout = SocketTimeout(CONNECT_SECONDS, SOCKET_SECONDS)
    with ExitStack() as undo:
        client = undo.enter_context(IMAPClient(mailbox.host, mailbox.port, ssl=mailbox.tls, timeout=timeout))
        client.normalise_times = False  # aware, as the server wrote them
        met(client)
        if token:
            client.oauth2_login(mailbox.user, token)
        else:
            # imaplib writes LOGIN in ASCII and breaks on the rest; AUTHENTICATE PLAIN is UTF-8 (RFC 4616).
            ascii_only = (mailbox.user + mailbox.password).isascii()
            login = client.login if ascii_only else client.plain_login
            login(mailbox.user, mailbox.password)
        undo.pop_all()
    return client


def _uids(client: IMAPClient, exists: int) -> set[int]:
    """Every UID of the folder. By sequence number, which has no gaps and never starts at 0."""
    uids: set[int] = set()
    for first in range(1, exists + 1, SEARCH_MAILS):
        try:
            uids.update(client.search([f"{first}:{min(first + SEARCH_MAILS - 1, exists)}"]))
        except ValueError as error:
            raise IMAPClientError(f"the answer to SEARCH makes no sense: {error}") from error
    return uids


def reason(mailbox: MailboxAccess, error: Exception) -> str:
    """What went wrong, without the password or a token should the server have repeated it."""
    said = " ".join(str(error).split()) or type(error).__name__
    if mailbox.tokens:
        return mailbox.tokens.hidden(said)
    return said.replace(mailbox.password, "***") if mailbox.password else said
