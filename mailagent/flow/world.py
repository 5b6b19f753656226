"""The few things the flow needs from outside: the store, the rules of the house, a parser, the time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property

from mailagent.core import codes, reference
from mailagent.core.calendar import Calendar
from mailagent.core.clocks import Preset
from mailagent.core.feedback import SmileyForm
from mailagent.core.letter import Letter
from mailagent.core.mail import Mail
from mailagent.core.organisation import Organisation
from mailagent.core.postroom import Divided, PageRange
from mailagent.core.rules import RuleSet
from mailagent.core.surveys import Survey
from mailagent.core.trace import OwnServers
from mailagent.flow.suggest import Suggester
from mailagent.store.addresses import Issued
from mailagent.store.store import Store, Tx
from mailagent.store.vault import Vault

PROCESS, SLOWLY, POST = "process", "process_slowly", "post"
"""The kinds of work that wait in the jobs: an arrival to judge, or one that takes long to read; a notice to
send."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the admin decided, in plain values. `caps` are (minutes, mails) windows; sizes are in octets.
    `prints`: there is a print queue, whose letters bear `return_address` and go to `printer` by mail;
    `messages`: there is a gateway that takes our answers."""

    keys: tuple[bytes, ...]
    kenmerk_prefix: str = "KL"
    proof: str = "strict"
    own_servers: OwnServers = OwnServers()
    forms: frozenset[str] = frozenset()
    scan_address: str = ""
    scan_mailboxes: frozenset[str] = frozenset()
    max_intake: int = 25_000_000
    caps: tuple[tuple[int, int], ...] = ((10, 10), (30, 15), (60, 25))
    smileys: bool = True
    arrivals_days: int = 90
    link_days: int = 5
    by_reply: bool = True
    unhappy_reopens: bool = True
    mail_after_unhappy: bool = False
    satisfied_ends_contact: bool = False
    mail_in_behandeling: bool = True
    mail_aanvulling: bool = True
    mail_feedback_received: bool = True
    photos: bool = True
    many_answers: bool = True
    ask_contact: bool = True
    melder_counts: bool = True
    mail_kto_uitnodiging: bool = True
    mail_kto_herinnering: bool = True
    reminder_days: int = 2
    cooldown_days: int = 30
    mail_opvolgtaak: bool = True
    ombudsman: str = "de Nationale ombudsman"
    prints: bool = False
    return_address: str = ""
    printer: str = ""
    messages: bool = False

    def key_id(self, key: bytes) -> str:
        """A name for a key that gives nothing of it away."""
        return hashlib.sha256(b"key" + key).hexdigest()[:12]

    def reply_token(
        self, kenmerk: str, role: str, address: str, round_id: int | None = None
    ) -> tuple[str, str]:
        """The reply token for one person and one klacht, or one of its smiley rounds, and the id of the key
        that signed it."""
        key = self.keys[0]
        return _reply_token(key, kenmerk, role, address, round_id), self.key_id(key)

    def code(self, round_id: int, number: int) -> str:
        """The code by which a letter invites to a smiley round."""
        return codes.code(self.keys[0], round_id, number)

    def digests(self, code: str) -> tuple[str, ...]:
        """What may be kept of a code: with the first key, or with an older one."""
        return tuple(codes.digest(key, code) for key in self.keys)

    def is_genuine(self, issued: Issued) -> bool:
        """Was this token made with a key we still hold?"""
        key = next((k for k in self.keys if self.key_id(k) == issued.key_id), None)
        asked = (issued.kenmerk, issued.role, issued.address, issued.round_id)
        return key is not None and _reply_token(key, *asked) == issued.token


def _reply_token(key: bytes, kenmerk: str, role: str, address: str, round_id: int | None) -> str:
    of_round = () if round_id is None else (str(round_id),)
    return reference.token(key, "reply", kenmerk, role, address, *of_round)


@dataclass(frozen=True, slots=True)
class PostRoom:
    """What the flow needs of whoever reads letters: bytes in, plain values out; each may take
    seconds. `cut` gives the pages of these ranges as files of their own, and `original` one page as a JPEG
    in which nothing is masked; both raise Unreadable. `searchable` is the PDF/A of the masked pages, b""
    where there can be none.
    """

    read: Callable[[bytes], Letter]
    sheets: Callable[[bytes], Sequence[Divided]]
    cut: Callable[[bytes, Sequence[PageRange]], Sequence[bytes]]
    searchable: Callable[[bytes, Letter], bytes]
    original: Callable[[bytes, int], bytes]


Parse = Callable[[bytes], Mail]
"""What a mail says; raises Unreadable."""

Glance = Callable[[Iterable[bytes]], Parse]
"""Reads mails while others wait; each is then asked for. Raises as well TakesLong, for one the others cannot
wait for."""


@dataclass(frozen=True)
class World:
    """Made once by the service and handed to every flow. `now` is aware; `language` says in which of ours a
    text was written; `reports_at` is when reports are mailed, by the clock of Amsterdam; `post_room` reads
    letters, None where nobody does.
    """

    store: Store
    organisation: Organisation
    ruleset: RuleSet
    presets: Mapping[str, Preset]
    calendar: Calendar
    policy: Policy
    parse: Parse
    glance: Glance
    now: Callable[[], datetime]
    salt: Callable[[], bytes]
    vault: Vault
    language: Callable[[str], str]
    reports_at: time = time(8)
    surveys: Mapping[str, Survey] = field(default_factory=dict)
    suggester: Suggester = field(default_factory=Suggester)
    post_room: PostRoom | None = None

    def go_by(
        self,
        organisation: Organisation,
        ruleset: RuleSet,
        presets: Mapping[str, Preset],
        calendar: Calendar,
        reports_at: time,
        surveys: Mapping[str, Survey],
    ) -> None:
        """From now on the rules folder says this; nothing else of a world ever changes."""
        vars(self).update(  # in one step: nobody sees half of it
            organisation=organisation,
            ruleset=ruleset,
            presets=presets,
            calendar=calendar,
            reports_at=reports_at,
            surveys=surveys,
        )
        vars(self).pop("form", None)

    def as_it_is(self) -> World:
        """The same world, which goes by what the rules folder says now, whatever it says later."""
        now = object.__new__(World)
        vars(now).update(vars(self))
        return now

    @cached_property
    def form(self) -> SmileyForm:
        """What our smiley pages ask."""
        visible = tuple(answer for answer in self.organisation.answers if answer.visible)
        policy = self.policy
        topics = self.organisation.topics
        return SmileyForm(
            visible, topics, policy.photos, policy.many_answers, policy.ask_contact, policy.unhappy_reopens
        )


@dataclass(frozen=True)
class Act:
    """One transaction of the flow: what it is written with, when it is, and what set it off.

    `origin` names the cause in the log: `arrival:7`, `round:3`, `clock`. Its rules stay what they were when
    it began, also where the admin's take their place meanwhile."""

    tx: Tx
    world: World
    at: datetime
    origin: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "world", self.world.as_it_is())
