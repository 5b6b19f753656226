"""What can happen to a klacht. Events are in the past tense, never change, and are kept for good."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache

MELDER, AGENT, CLOCK, SYSTEM = "melder", "agent", "clock", "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: one of the four roles, and the address where there is one."""

    role: str
    address: str = ""


THE_CLOCK = Actor(CLOCK)
THE_SYSTEM = Actor(SYSTEM)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a klacht, at a moment, by someone."""

    at: datetime
    actor: Actor

    @classmethod
    @cache
    def word(cls) -> str:
        """The event's own word: `ReopenRequested` → `reopen_requested`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @property
    def kind(self) -> str:
        """The event's own word."""
        return self.word()

    @property
    def data(self) -> dict[str, object]:
        """What the event says beyond its moment and actor, ready for JSON."""
        return {name: getattr(self, name) for name in list(self.__dataclass_fields__)[2:]}


@dataclass(frozen=True, slots=True)
class Received(Event):
    """A klacht came in. `why` tells how it was sorted, `human` why a rule left that to one, `suggested` what
    earlier klachten propose; `refers_to` is an older kenmerk a stranger wrote. `locked` are the files that
    ask for a password; `encrypted`: all or a part of it is. So it is below, too."""

    text: str
    attachments: tuple[str, ...] = ()
    why: str = ""
    refers_to: str = ""
    locked: tuple[str, ...] = ()
    encrypted: bool = False
    suggested: str = ""
    human: str = ""


@dataclass(frozen=True, slots=True)
class Reacted(Event):
    """A further mail about the klacht; `confirmed` is False where it is not proven to be the melder's.

    `supplements`: the klacht is still unhandled, and this tells more of it; `withdraws`: it seems to be
    withdrawn, which a human decides. Where it answers a smiley round, `smiley` says which of the two was
    chosen, `reasons` are the standard answers, and `photos_of` is the id of that round if it has photos.
    `asked_by` is the agent whose question it answers.
    """

    text: str
    sender: str
    confirmed: bool
    attachments: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    encrypted: bool = False
    supplements: bool = False
    withdraws: bool = False
    photos_of: int = 0
    reasons: tuple[str, ...] = ()
    smiley: str = ""
    asked_by: str = ""


@dataclass(frozen=True, slots=True)
class TakenUp(Event):
    """An agent took the klacht in behandeling."""


@dataclass(frozen=True, slots=True)
class Assigned(Event):
    """The klacht now belongs to an agent (an address) or, where `to` is empty, to `team` alone; `next_up`:
    that agent asked for the next one that waits."""

    to: str
    team: str
    next_up: bool = False


@dataclass(frozen=True, slots=True)
class Routed(Event):
    """An agent gave the klacht to another team, with the reason where one was needed."""

    team: str
    was: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class FieldSet(Event):
    """A human set a field of the klacht: its new value and the old one, as words."""

    name: str
    value: str
    was: str


@dataclass(frozen=True, slots=True)
class SplitOff(Event):
    """A second complaint in the same message became a klacht of its own."""

    kenmerk: str


@dataclass(frozen=True, slots=True)
class Noted(Event):
    """An internal note; the melder gets nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """An agent wrote to the melder."""

    text: str


@dataclass(frozen=True, slots=True)
class Asked(Event):
    """An agent asked the melder something, and waits for the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class CallPromised(Event):
    """The melder must be called back, before `due` (ISO 8601)."""

    due: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class NotReached(Event):
    """An agent called the melder in vain, for the so manieth time."""

    attempt: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class CalledBack(Event):
    """An agent spoke to the melder."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class CallOverdue(Event):
    """Nobody has reached the melder in time. `at` is the moment until which it should have been."""

    note: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Merged(Event):
    """It goes on in another klacht, and was closed as dubbel."""

    into: str


@dataclass(frozen=True, slots=True)
class MergedIn(Event):
    """A klacht about the same, `merged`, goes on in this one."""

    merged: str
    text: str


@dataclass(frozen=True, slots=True)
class Resolved(Event):
    """Handled, with findings for the melder (Awb 9:12 lid 1); opens a smiley round."""

    text: str
    oordeel: str


@dataclass(frozen=True, slots=True)
class Closed(Event):
    """Closed for a reason of REASONS, `ground` is the letter of Awb 9:8; `to` is whom it was forwarded to."""

    reason: str
    ground: str = ""
    text: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Reopened(Event):
    """Opened again, with the reason."""

    text: str


@dataclass(frozen=True, slots=True)
class ReopenRequested(Event):
    """The melder is not satisfied and asks to reopen."""

    text: str
    reasons: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    encrypted: bool = False
    photos_of: int = 0


@dataclass(frozen=True, slots=True)
class ReopenDeclined(Event):
    """An agent left it handled after a request to reopen; the text is internal, but for the setting."""

    text: str


@dataclass(frozen=True, slots=True)
class FeedbackGiven(Event):
    """The melder answered a smiley round."""

    satisfied: bool
    text: str
    reasons: tuple[str, ...] = ()
    round: int = 0
    reopens: bool = False
    contact_refused: bool = False
    photos: int = 0

    @property
    def smiley(self) -> str:
        """Which of the two it was."""
        return "tevreden" if self.satisfied else "ontevreden"


@dataclass(frozen=True, slots=True)
class Invited(Event):
    """The melder was asked to fill in a survey, at `to`, the address of its invitation."""

    survey: str
    invitation: int
    to: str


@dataclass(frozen=True, slots=True)
class Reminded(Event):
    """The melder was reminded, once, of a survey (`invitation`) or of a smiley round (`round`)."""

    to: str
    survey: str = ""
    invitation: int = 0
    round: int = 0


@dataclass(frozen=True, slots=True)
class SurveyAnswered(Event):
    """The melder filled in a survey. `answers` are its questions with what was answered, in sentences."""

    survey: str
    invitation: int
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FollowUpAsked(Event):
    """Something in the answers to a survey is `low`: whoever handled the klacht is asked to look at it."""

    survey: str
    invitation: int
    answers: tuple[str, ...]
    low: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OptedOut(Event):
    """The melder wants no surveys and no reminders any more, about no klacht."""


@dataclass(frozen=True, slots=True)
class RoundExpired(Event):
    """Nobody answered the smileys in time."""

    round: int


@dataclass(frozen=True, slots=True)
class Settled(Event):
    """Closed after the handling: the melder was satisfied, or nobody answered in time."""

    why: str


@dataclass(frozen=True, slots=True)
class LevelCrossed(Event):
    """A clock passed a level. `at` is the crossing, not its detection; `last_day` is a day, or a moment where
    the term is in hours. `awaits` is what stops the clock, and `to` who hears of it."""

    clock: str
    level: str
    last_day: str
    awaits: str = ""
    to: str = "handler"


@dataclass(frozen=True, slots=True)
class TermChanged(Event):
    """A clock goes by another term: when it ended before, and when it ends now; "" where it did not run."""

    clock: str
    was: str
    ends: str


@dataclass(frozen=True, slots=True)
class Prioritised(Event):
    """State and complexity gave the klacht another priority than it had."""

    priority: str
    was: str


@dataclass(frozen=True, slots=True)
class MailSuppressed(Event):
    """A mail was owed but not sent, for a reason."""

    mail: str
    reason: str
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class MailBounced(Event):
    """A mail of ours came back, or a relay refused it for good; where `dead`, so will every other one."""

    mail: str
    recipient: str
    status: str
    dead: bool = False


@dataclass(frozen=True, slots=True)
class AddressRevived(Event):
    """Somebody wrote to us from an address that took no mail: mails go there again."""

    address: str


@dataclass(frozen=True, slots=True)
class AutomaticKept(Event):
    """Automatic mail about this klacht was kept; it changes nothing."""

    screen: str


@dataclass(frozen=True, slots=True)
class OrderParked(Event):
    """An agent's order waits for its confirm link."""

    why: str


@dataclass(frozen=True, slots=True)
class OrderLapsed(Event):
    """An order's confirm link was not used in time; nothing was done."""


@dataclass(frozen=True, slots=True)
class OrderRefused(Event):
    """An agent's mail could not be carried out; nothing of it was done."""

    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReplyAddressMisused(Event):
    """Somebody else wrote to the reply address of an agent; nothing of it was done."""

    agent: str
