"""A whole desk and the people who write to it: citizens, agents, and the time that passes."""

from __future__ import annotations

import email
import email.policy
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any, Protocol

from post_room import PostRoomTable, Reader
from ready_made import shipped_letters, shipped_mails, shipped_rules

from mailagent.config.files import RuleFiles, load_rules
from mailagent.config.settings import Settings, load_settings
from mailagent.core.errors import Problem
from mailagent.core.feedback import Answer
from mailagent.core.klacht import Klacht
from mailagent.core.mail import Envelope
from mailagent.core.organisation import Agent, Team
from mailagent.flow import arrive, confirm, tick, vote
from mailagent.flow.receipt import Receipt
from mailagent.house import House, open_house
from mailagent.inbound.parse import parse
from mailagent.outbound.relay import Parcel
from mailagent.service import handlers
from mailagent.store import klachten, notices
from mailagent.store.klachten import Logged

INTAKE = "klachten@stad.example"
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

CONFIG = """\
[organisation]
name = "Gemeente Voorbeeld"
address = "klachten@stad.example"
web = "http://127.0.0.1:8080"
coordinator = "carla@stad.example"
[database]
url = "{database}"
[smtp]
listen = "127.0.0.1:2525"
[relay]
host = "127.0.0.1"
port = 2526
[web]
listen = "127.0.0.1:8080"
[security]
keys = ["change-me-to-32-random-bytes-or-more"]
[agents]
proof = "{proof}"
{more}
"""


class Carrier(Protocol):
    """How mail goes in and a link is opened: in memory, or over the wire."""

    def hand_in(self, raw: bytes, sender: str, recipient: str) -> None:
        """A mail for us."""

    def open(self, url: str) -> str:
        """GET a link: the text of the page."""

    def submit(self, url: str, answer: Answer) -> str:
        """POST the form behind a link: the text of the page."""


@dataclass
class Got:
    """A mail of ours, as its reader has it."""

    kind: str
    to: str
    raw: bytes
    sender: str
    read: bool = False

    @property
    def message(self) -> EmailMessage:
        """Parsed as a modern mail client would."""
        message = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def subject(self) -> str:
        """The subject line."""
        return str(self.message["subject"])

    @property
    def text(self) -> str:
        """The plain twin."""
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")

    @property
    def html(self) -> str:
        """The HTML twin."""
        part = self.message.get_body(("html",))
        assert part is not None
        return str(part.get_content())

    @property
    def reply_to(self) -> str:
        """Where a reply goes."""
        return str(self.message["reply-to"])

    @property
    def kenmerk(self) -> str:
        """The kenmerk in the subject."""
        found = re.search(r"KL\d\d-\d{5}", self.subject)
        assert found, self.subject
        return found[0]

    def smiley(self, word: str) -> str:
        """The link of one of the two smileys."""
        return self.link(rf"/kto/\S+/{word}\b")

    def link(self, path: str) -> str:
        """The one link whose path looks so."""
        found = set(re.findall(rf"http://[\w.:]+{path}", self.text))
        assert len(found) == 1, f"no single {path} in:\n{self.text}"
        return str(found.pop())


@dataclass
class Page:
    """What a link showed."""

    desk: Desk
    url: str
    text: str

    def answers(self, text: str = "", *reasons: str, no_contact: bool = False) -> str:
        """Fill in the form of a smiley and send it."""
        answer = Answer(self.url.endswith("/tevreden"), reasons, text, no_contact)
        said = self.desk.carrier.submit(self.url, answer)
        self.desk.settle()
        return said

    def confirms(self) -> str:
        """Press the button of a confirm page."""
        said = self.desk.carrier.submit(self.url, Answer(satisfied=True))
        self.desk.settle()
        return said


@dataclass
class Person:
    """Someone with a mailbox."""

    desk: Desk
    address: str

    def writes(self, subject: str, text: str, to: str = INTAKE, **headers: str) -> EmailMessage:
        """Send a new mail, with extra headers where given (`_` stands for `-`)."""
        return self._send(subject, text, to, headers)

    def replies(self, to: Got, text: str, *, quote: bool = True, **headers: str) -> EmailMessage:
        """Reply in the thread, above the quoted mail, as most mail clients do."""
        quoted = "\n".join(f"> {line}" for line in to.text.splitlines())
        body = (
            f"{text}\n\nOp ma 2 mrt 2026 om 10:00 schreef Gemeente <{INTAKE}>:\n{quoted}" if quote else text
        )
        replied = {"In_Reply_To": str(to.message["message-id"]), "References": str(to.message["message-id"])}
        return self._send(f"Re: {to.subject}", body, to.reply_to, replied | headers)

    def composed(self, subject: str, text: str, to: str) -> bytes:
        """A mail as bytes, not sent."""
        return self._compose(subject, text, to, {}).as_bytes(policy=email.policy.SMTP)

    def _send(self, subject: str, text: str, to: str, headers: dict[str, str]) -> EmailMessage:
        message = self._compose(subject, text, to, headers)
        self.hands_in(message.as_bytes(policy=email.policy.SMTP), to)
        return message

    def _compose(self, subject: str, text: str, to: str, headers: dict[str, str]) -> EmailMessage:
        message = EmailMessage()
        message["From"] = f"{self.address.partition('@')[0].title()} <{self.address}>"
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = format_datetime(self.desk.now())
        message["Message-ID"] = make_msgid(domain=self.address.partition("@")[2])
        for name, value in headers.items():
            del message[name.replace("_", "-")]
            message[name.replace("_", "-")] = value
        message.set_content(text)
        return message

    def hands_in(self, raw: bytes, to: str = INTAKE, sender: str | None = None) -> None:
        """Send these very bytes."""
        self.desk.carrier.hand_in(raw, self.address if sender is None else sender, to)
        self.desk.settle()

    def gets(self, kind: str) -> Got:
        """The next unread mail of this kind; fails with what did come."""
        self.desk.settle()
        box = self.desk.mailboxes[self.address]
        found = next((mail for mail in box if mail.kind == kind and not mail.read), None)
        came = [f"{mail.kind}{' (read)' if mail.read else ''}" for mail in box]
        assert found, f"{self.address} has no new {kind}; what came: {came or 'nothing'}"
        found.read = True
        return found

    def gets_nothing(self) -> None:
        """No unread mail at all."""
        self.desk.settle()
        unread = [mail.kind for mail in self.desk.mailboxes[self.address] if not mail.read]
        assert not unread, f"{self.address} got {unread}"

    def reads_all(self) -> None:
        """Everything so far is read."""
        for mail in self.desk.mailboxes[self.address]:
            mail.read = True

    def clicks(self, url: str) -> Page:
        """Open a link in a browser."""
        return Page(self.desk, url, self.desk.carrier.open(url))


@dataclass
class InMemory:
    """No wires: mail is kept at once, links go straight to the flow."""

    desk: Desk

    def hand_in(self, raw: bytes, sender: str, recipient: str) -> None:
        """As the SMTP sink does."""
        desk = self.desk
        arrive.keep(
            [Envelope(raw, "smtp", desk.now(), "email", sender, (recipient,), "192.0.2.1")], desk.world
        )

    def open(self, url: str) -> str:
        """What the page is about, or why there is none."""
        try:
            return str(self._look(url))
        except Problem as problem:
            return f"{type(problem).__name__}: {problem}"

    def _look(self, url: str) -> object:
        links = self.desk.house.links
        if "/bevestig/" in url:
            return confirm.waiting(links.read_confirm(url.split("/")[4]), self.desk.world)
        return vote.look(*links.read_smiley(url.split("/")[4]), self.desk.world)

    def submit(self, url: str, answer: Answer) -> str:
        """Press the button."""
        links = self.desk.house.links
        try:
            if "/bevestig/" in url:
                return str(confirm.confirm(links.read_confirm(url.split("/")[4]), self.desk.world))
            return str(vote.cast(*links.read_smiley(url.split("/")[4]), answer, self.desk.world))
        except Problem as problem:
            return f"{type(problem).__name__}: {problem}"


@dataclass
class Desk:
    """One municipality, its database, its relay that remembers, and its clock."""

    house: House
    time: list[datetime]
    mailboxes: dict[str, list[Got]]
    reader: Reader = field(default_factory=Reader)
    carrier: Carrier = field(init=False)
    settle: Callable[[], None] = field(init=False)

    def __post_init__(self) -> None:
        self.carrier = InMemory(self)
        self.settle = self._drain

    @property
    def post_room(self) -> PostRoomTable:
        """Where letters come in."""
        return PostRoomTable(self.reader, lambda: self.world, lambda: self.settle())

    @property
    def world(self) -> Any:
        """The flow's world."""
        return self.house.world

    def now(self) -> datetime:
        """The moment on the desk's own clock."""
        return self.time[0]

    def passes(self, **delta: float) -> None:
        """Time passes, and the clock looks at what is due."""
        self.time[0] += timedelta(**delta)
        tick.sweep(self.world)
        self.settle()

    def citizen(self, address: str) -> Person:
        """Someone who may complain."""
        return Person(self, address)

    agent = citizen

    def klacht(self, kenmerk: str) -> Klacht:
        """A klacht as it is now."""
        with self.world.store.read() as tx:
            found = klachten.by_kenmerk(tx, kenmerk)
        assert found, f"there is no {kenmerk}"
        return found

    def history(self, kenmerk: str) -> list[Logged]:
        """Everything that happened to it."""
        klacht = self.klacht(kenmerk)
        with self.world.store.read() as tx:
            return klachten.history(tx, klacht.id)

    def kinds(self, kenmerk: str) -> list[str]:
        """The words of everything that happened to it."""
        return [event.kind for event in self.history(kenmerk)]

    def klachten(self) -> list[Klacht]:
        """Every klacht, newest first."""
        with self.world.store.read() as tx:
            return klachten.listed(tx)

    def _drain(self) -> None:
        self.world.store.jobs.drain(handlers(self.house))


def with_people(rules: RuleFiles, members: Sequence[str | Agent | Team]) -> RuleFiles:
    """The shipped rules, with these people in the one team, and these teams beside it."""
    more = [one for one in members if isinstance(one, Team)]
    people = [one for one in members if not isinstance(one, Team)]
    agents = [p if isinstance(p, Agent) else Agent(p, p.partition("@")[0].title()) for p in people]
    [first] = rules.teams
    return replace(rules, teams=(replace(first, members=tuple(agents)), *more))


def settings_for(
    folder: Path,
    database: str,
    *,
    proof: str = "token",
    more: str = "",
    env: Mapping[str, str] | None = None,
    domain: str = "stad.example",
) -> Settings:
    """The settings of a desk, from a file as an admin writes it."""
    path = folder / "mailagent.toml"
    config = CONFIG.replace("stad.example", domain)
    path.write_text(config.format(database=database, proof=proof, more=more), "utf-8")
    return load_settings(path, env or {})


def open_desk(  # noqa: PLR0913 - each is what some test says otherwise
    folder: Path,
    *,
    database: str = "sqlite:///",
    members: Sequence[str | Agent | Team] = ("anna@stad.example",),
    proof: str = "token",
    more: str = "",
    env: Mapping[str, str] | None = None,
    domain: str = "stad.example",
) -> Desk:
    """A desk in memory, unless another database is named."""
    settings = settings_for(folder, database, proof=proof, more=more, env=env, domain=domain)
    time = [MONDAY]
    mailboxes: dict[str, list[Got]] = defaultdict(list)
    local = settings.paths.local
    rules = with_people(load_rules(local) if local else shipped_rules(), members)
    reader, carry = Reader(), _remember(mailboxes, lambda: desk)
    house = open_house(settings, rules, parse, lambda: time[0], carry, post_room=reader.room())
    if local is None:
        mails, letters = shipped_mails(), replace(house.letters, templates=shipped_letters())
        post = replace(house.post, templates=mails, printed=letters.printed)
        house = replace(house, templates=mails, post=post, letters=letters)
    desk = Desk(house, time, mailboxes, reader)
    return desk


def _remember(
    mailboxes: dict[str, list[Got]], desk: Callable[[], Desk]
) -> Callable[[Sequence[Parcel]], list[Receipt]]:
    def take(sender: str, recipient: str, raw: bytes) -> Receipt:
        message_id = str(email.message_from_bytes(raw)["message-id"])
        with desk().world.store.read() as tx:
            notice = notices.by_message_id(tx, [message_id])
        assert notice, "a mail left that nobody owed"
        mailboxes[recipient].append(Got(notice.kind, recipient, raw, sender))
        return Receipt(250, "2.0.0 queued as TEST")

    return lambda parcels: [take(*parcel) for parcel in parcels]


__all__ = ["Desk", "Got", "Person", "Team", "open_desk"]
