"""What an agent can order: one class per order (see `order`), in files by kind; this table is the help."""

from __future__ import annotations

from mailagent.core import klacht as life
from mailagent.core.klacht import Klacht
from mailagent.core.orders.asking import Help, Status
from mailagent.core.orders.calling import CallBack, Called, NoAnswer
from mailagent.core.orders.closing import Close, Withdraw
from mailagent.core.orders.elsewhere import MakeCase, Printed, Write
from mailagent.core.orders.extending import Consent, Extend
from mailagent.core.orders.fields import (
    AllowContact,
    Categorise,
    Complicate,
    Confide,
    Label,
    NameBeklaagde,
    Prioritise,
)
from mailagent.core.orders.forwarding import Copy, Forward
from mailagent.core.orders.handling import Reopen, Resolve, TakeNext, TakeUp
from mailagent.core.orders.hearing import Hear
from mailagent.core.orders.letters import DateReceipt, ShowOriginal, Transcribe
from mailagent.core.orders.order import Order
from mailagent.core.orders.routing import Assign, Misrouted, ToTeam
from mailagent.core.orders.splitting import Merge, Split
from mailagent.core.orders.writing import Ask, Note, Reply
from mailagent.core.organisation import Organisation

ORDERS: tuple[type[Order], ...] = (
    TakeUp,
    TakeNext,
    Assign,
    ToTeam,
    Misrouted,
    Categorise,
    Prioritise,
    Complicate,
    Label,
    Confide,
    NameBeklaagde,
    AllowContact,
    Note,
    Reply,
    Ask,
    CallBack,
    NoAnswer,
    Called,
    Resolve,
    Close,
    Withdraw,
    Reopen,
    Extend,
    Consent,
    Hear,
    Copy,
    Forward,
    Split,
    Merge,
    Transcribe,
    DateReceipt,
    ShowOriginal,
    MakeCase,
    Write,
    Printed,
    Status,
    Help,
)


def sensible(
    status: str, handler: str = "", *, sorted_out: bool = True, onward_by: str = Misrouted.words[0]
) -> tuple[tuple[str, str], ...]:
    """The tags that make sense in this status, with what they do. `handler` is who has it, "" for nobody;
    `sorted_out`: it has a category; `onward_by` is the
    tag by which it leaves its team (see `onward`)."""
    steps = life.possible_tags(status)
    always: tuple[type[Order], ...] = (Reply, Note, Assign, Help)
    words = {onward_by} if status in life.UNHANDLED else set()
    if status in life.UNHANDLED and not sorted_out:
        words.add(Categorise.words[0])
    if status == life.IN_BEHANDELING and not handler:
        words.add(TakeUp.words[0])
    return tuple(
        (o.usage, o.help) for o in ORDERS if o in always or o.words[0] in words or f"#{o.words[0]}" in steps
    )


def sensible_for(klacht: Klacht, organisation: Organisation) -> tuple[tuple[str, str], ...]:
    """The same, for a klacht as it is now."""
    return sensible(
        klacht.status,
        klacht.assigned_to or "",
        sorted_out=bool(klacht.category),
        onward_by=onward(klacht, organisation),
    )


def onward(klacht: Klacht, organisation: Organisation) -> str:
    """The word of the tag by which a klacht leaves its team: the sorting team gives it to another, another
    gives it back; "" where there is one team only."""
    if len(organisation.teams) == 1:
        return ""
    return (ToTeam if organisation.team(klacht.team).sorting else Misrouted).words[0]


def lines_for(kenmerk: str) -> tuple[tuple[str, str], ...]:
    """What may be written about a klacht in answer to a mail that lists several."""
    orders: tuple[type[Order], ...] = (TakeUp, Assign, Note, Reply, Resolve)
    return tuple((f"{kenmerk} {order.usage}", order.help) for order in orders)


def call_lines() -> tuple[tuple[str, str], ...]:
    """The tags that make sense where the melder is to be called."""
    orders: tuple[type[Order], ...] = (Called, NoAnswer, Reply, Ask, Note)
    return tuple((order.usage, order.help) for order in orders)


def letter_lines(*, reaction: bool) -> tuple[tuple[str, str], ...]:
    """The tags that make sense where a human must look at a letter; the text of a `reaction` is a note."""
    orders: tuple[type[Order], ...] = (
        (Note, ShowOriginal) if reaction else (Transcribe, DateReceipt, ShowOriginal)
    )
    return tuple((order.usage, order.help) for order in orders)
