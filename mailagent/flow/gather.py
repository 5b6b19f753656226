"""Everything a mail tells us about itself, as evidence: looked up here, judged in core/routing.py."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailagent.core import feedback, reference, trace
from mailagent.core.errors import Unreadable
from mailagent.core.evidence import Evidence
from mailagent.core.feedback import Round
from mailagent.core.mail import Envelope, Mail
from mailagent.core.mails import MELDER, OTHER
from mailagent.core.postroom import Scan
from mailagent.core.rulings import Ruling
from mailagent.core.screening import screened
from mailagent.flow.world import World
from mailagent.store import addresses, arrivals, klachten, notices, rounds
from mailagent.store.addresses import Issued
from mailagent.store.store import Tx

LONGEST_ID, LONGEST_ADDRESS = 998, 320
"""What is longer is no Message-ID and no address (RFC 5322 2.1.1, RFC 5321 4.5.3.1), and fits no index."""

MOST_A_DAY = 50
"""Who brought so many klachten in a day may be a robot that makes a new subject of each of our receipts. A
human looks before it gets a further one, and so it ends."""

MOST_POINTERS = 50
"""So many Message-IDs or kenmerken of one mail are looked up: anyone can write thousands."""


@dataclass(frozen=True)
class Letter:
    """One arrival while it is judged: the bytes, how they came, what was read, and when.

    `unread` is the digest of what stands below the head of a mail that is too large to be read further;
    `language` is the one its writer used. `scan` is what a file of the post room holds.
    """

    arrival_id: int
    envelope: Envelope
    mail: Mail
    at: datetime
    received_at: datetime
    sender: str
    unreadable: Unreadable | None = None
    ruling: Ruling | None = None
    unread: bytes = b""
    language: str = "nl"
    scan: Scan = Scan()

    @property
    def origin(self) -> str:
        """How the log names it."""
        return f"arrival:{self.arrival_id}"

    @property
    def message_id(self) -> str | None:
        """Its Message-ID, None where it has none that could be one."""
        id = self.mail.message_id
        return id if id and len(id) <= LONGEST_ID else None

    @property
    def content_hash(self) -> str:
        """What makes it the same mail as another, also where its body was not read."""
        known = self.mail.content_hash
        return hashlib.sha256(known.encode() + self.unread).hexdigest() if self.unread else known


def gather(tx: Tx, letter: Letter, world: World) -> list[Evidence]:
    """All evidence about one arrival."""
    ruled = [Evidence(r.what, r.kenmerk or r.by, "a human")] if (r := letter.ruling) else []
    if letter.unreadable:
        return [*ruled, Evidence("unreadable", letter.unreadable.reason, "reader")]
    found = [*ruled, *_itself(tx, letter, world), *_proof(letter, world)]
    issued = issued_address(tx, letter, world)
    if issued:
        found += _token(tx, letter, issued, world)
    found += _thread(tx, letter, issued, world)
    if issued is None and not any(e.kind in _NO_NEW_KLACHT for e in found):
        found += _flood(tx, letter)
    return found


_NO_NEW_KLACHT = frozenset(
    {"admitted", "appended", "automatic", "own_address", "no_sender", "sender_is_party"}
)


def _flood(tx: Tx, letter: Letter) -> Iterator[Evidence]:
    since = letter.at - timedelta(days=1)
    if klachten.brought_since(tx, letter.sender, since, MOST_A_DAY) >= MOST_A_DAY:
        yield Evidence("flood", letter.sender, "klachten of one day")


def writer(mail: Mail, forms: frozenset[str]) -> str:
    """Who wrote it, in lower case; behind a form robot, the Reply-To."""
    sender = (mail.sender or "").lower()
    writer = mail.reply_to[0].lower() if sender in forms and mail.reply_to else sender
    return writer if len(writer) <= LONGEST_ADDRESS else ""


def _itself(tx: Tx, letter: Letter, world: World) -> Iterator[Evidence]:
    """What can be said of a mail without asking what it is about."""
    if known := arrivals.same_message(tx, letter.arrival_id, letter.message_id, letter.content_hash):
        yield Evidence("duplicate", str(known), "Message-ID" if letter.message_id else "content")
    if len(letter.envelope.raw) > world.policy.max_intake:
        yield Evidence("oversize", str(len(letter.envelope.raw)), "size")
    if (about := _bounced(tx, letter, world)) is not None:
        yield Evidence("bounce", about, "report")
    yield from _sealed(letter, world)
    if screen := _screen(letter, world):
        yield Evidence("automatic", screen, "SCREENS")
    if not letter.sender:
        yield Evidence("no_sender", "", "From")
    if reference.is_own(letter.sender, world.organisation.address):
        yield Evidence("own_address", letter.sender, "From")


def _sealed(letter: Letter, world: World) -> Iterator[Evidence]:
    """What of it nobody here can look into."""
    mail, domain = letter.mail, world.organisation.domain
    ours = reference.is_own(letter.sender, world.organisation.address)
    if mail.sealed == "secure_notice" and not (
        ours or reference.is_own_message_id(mail.message_id or "", domain)
    ):
        yield Evidence("secure_notice", letter.sender, "text")
    if mail.encrypted:
        yield Evidence("encrypted", mail.sealed, "Content-Type")
    if mail.locked:
        yield Evidence("locked", str(len(mail.locked)), "attachments")


def _screen(letter: Letter, world: World) -> str | None:
    """The name in SCREENS, None for a mail that a person wrote or a form robot passed on."""
    is_form = (letter.mail.sender or "").lower() in world.policy.forms
    return None if is_form else screened(letter.mail, letter.envelope.sender, world.organisation.domain)


def _bounced(tx: Tx, letter: Letter, world: World) -> str | None:
    """The kenmerk a delivery report is about ("" where none is known); None for any other mail."""
    notice = bounced_notice(tx, letter, world)
    if letter.mail.bounce is None and (notice is None or not _screen(letter, world)):
        return None  # also a person may answer to the bounce address: that is a reaction like any other
    klacht = klachten.by_id(tx, notice.klacht_id) if notice and notice.klacht_id else None
    return klacht.kenmerk if klacht else ""


def bounced_notice(tx: Tx, letter: Letter, world: World) -> notices.Notice | None:
    """The mail of ours that came back: by its signed bounce address, then by its Message-ID."""
    for token in tokens(letter, world, reference.BOUNCE):
        if found := notices.by_bounce_token(tx, token):
            return found
    original = letter.mail.bounce.original_message_id if letter.mail.bounce else None
    return notices.by_message_id(tx, [original]) if original else None


def _proof(letter: Letter, world: World) -> Iterator[Evidence]:
    """What our own mail servers say of the sender."""
    own = world.policy.own_servers
    result = trace.authentication(letter.mail, letter.envelope, own)
    kinds = {trace.PASS: "dmarc_pass", trace.FAIL: "dmarc_fail", trace.FORGED: "forged_results"}
    if kind := kinds.get(result):
        yield Evidence(kind, own.authserv_id, "Authentication-Results")
    one_from = len(letter.mail.froms) == 1
    if world.policy.proof == "token" and one_from and result not in (trace.FAIL, trace.FORGED):
        yield Evidence("proof_by_token", "token", "[agents] proof")
    # a sender may have written one above or below ours: nobody writes "yes" of his own mail
    spam = any(flag.strip().lower().startswith("yes") for flag in letter.mail.all("x-spam-flag"))
    if spam and own.stands_before(letter.envelope):
        yield Evidence("spam", "yes", "X-Spam-Flag")


def issued_address(tx: Tx, letter: Letter, world: World) -> Issued | None:
    """The reply address of ours this mail was sent to, where it is genuine."""
    for token in tokens(letter, world, reference.REPLY):
        issued = addresses.find(tx, token)
        if issued and world.policy.is_genuine(issued):
            return issued
    return None


_MOST_ADDRESSES = 50
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to")


def tokens(letter: Letter, world: World, kind: str) -> tuple[str, ...]:
    """What stands in the reply or bounce addresses of ours it was sent to, the envelope's first: in a mailbox
    there is no envelope, and the head alone says where a mail went."""
    mail, own = letter.mail, world.organisation.address
    delivered = (address for name in _DELIVERED for address in mail.all(name))
    sent_to = (*letter.envelope.recipients, *delivered, *mail.to, *mail.cc)
    found = (reference.read_tokened(address, own) for address in sent_to[:_MOST_ADDRESSES])
    return tuple(dict.fromkeys(read.token for read in found if read and read.kind == kind))


def _token(tx: Tx, letter: Letter, issued: Issued, world: World) -> Iterator[Evidence]:
    same = issued.address == letter.sender
    if issued.role in (MELDER, OTHER):  # of others a token proves no more than that of a melder elsewhere
        yield Evidence("token_melder", issued.kenmerk, "reply address")
        if same and issued.role == MELDER:
            yield Evidence("sender_is_party", issued.kenmerk, "reply address")
            yield from _feedback(tx, letter, issued, world)
    elif same and _is_agents_own(letter, world):
        yield _token_of_agent(issued)
        yield Evidence("sender_is_agent", letter.sender, "rules/teams.yaml")
    else:
        yield Evidence("token_from_elsewhere", issued.kenmerk, "reply address")


def _token_of_agent(issued: Issued) -> Evidence:
    """What an agent may order something about with it."""
    if issued.report_id is not None:
        return Evidence("token_report", str(issued.report_id), "reply address")
    if issued.arrival_id is not None:
        return Evidence("token_message", str(issued.arrival_id), "reply address")
    return Evidence("token_agent", issued.kenmerk, "reply address")


def _is_agents_own(letter: Letter, world: World) -> bool:
    """Is it From a registered agent? A Reply-To behind a form robot proves nobody."""
    return world.organisation.agent(letter.mail.sender) is not None


def _feedback(tx: Tx, letter: Letter, issued: Issued, world: World) -> Iterator[Evidence]:
    said = feedback.word_of_reply(letter.mail.new_text)
    if said and world.policy.by_reply and open_round(tx, letter, issued):
        yield Evidence("feedback_word", "tevreden" if said[0] else "ontevreden", "first new line")


def open_round(tx: Tx, letter: Letter, issued: Issued) -> Round | None:
    """The smiley round this reply address asks about, where whom it invited can still answer it."""
    last = rounds.last_of(tx, issued.klacht_id) if issued.klacht_id else None
    if last is None or last.id != issued.round_id or last.address != letter.sender:
        return None
    return last if last.is_open(letter.at) else None


def _thread(tx: Tx, letter: Letter, issued: Issued | None, world: World) -> Iterator[Evidence]:
    """Which klachten the mail points at; and, without a token, whether its sender is a party of one."""
    party = issued is not None
    for kind, kenmerk, source in _pointers(tx, letter, world):
        yield Evidence(kind, kenmerk, source)
        if party or not letter.sender:
            continue
        klacht = klachten.by_kenmerk(tx, kenmerk)
        if klacht and klacht.melder == letter.sender:
            party = True
            yield Evidence("sender_is_party", kenmerk, source)


def answered_ids(mail: Mail) -> tuple[str, ...]:
    """The Message-IDs a mail says it answers, the nearest first (RFC 5322 3.6.4)."""
    return tuple(dict.fromkeys(mail.in_reply_to + mail.references[::-1]))[:MOST_POINTERS]


def _pointers(tx: Tx, letter: Letter, world: World) -> Iterator[tuple[str, str, str]]:
    ids = answered_ids(letter.mail)
    own = [id for id in ids if reference.is_own_message_id(id, world.organisation.domain)]
    notice = notices.by_message_id(tx, own)
    klacht = klachten.by_id(tx, notice.klacht_id) if notice and notice.klacht_id else None
    if klacht:
        yield "reference_own", klacht.kenmerk, "References"
    for kenmerk in arrivals.klachten_of(tx, ids):
        yield "reference_known", kenmerk, "References"
    for kenmerk in reference.kenmerken(letter.mail.subject)[:MOST_POINTERS]:
        if klachten.by_kenmerk(tx, kenmerk):
            yield "subject_kenmerk", kenmerk, "Subject"
