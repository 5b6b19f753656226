"""What an agent can order: one class per order (see `order`), in files by kind; this table is the help."""

from __future__ import annotations

from mailagent.core import klacht as life
from mailagent.core.orders.asking import Help
from mailagent.core.orders.closing import Close, Withdraw
from mailagent.core.orders.handling import Reopen, Resolve, TakeUp
from mailagent.core.orders.order import Order
from mailagent.core.orders.routing import Assign
from mailagent.core.orders.splitting import Split
from mailagent.core.orders.writing import Note, Reply

ORDERS: tuple[type[Order], ...] = (TakeUp, Assign, Note, Reply, Resolve, Close, Withdraw, Reopen, Split, Help)


def help_lines() -> tuple[tuple[str, str], ...]:
    """Every tag, with what it does, in the order of ORDERS."""
    return tuple((f"{o.usage} ({', '.join('#' + w for w in o.words[1:])})", o.help) for o in ORDERS)


def sensible(status: str) -> tuple[tuple[str, str], ...]:
    """The tags that make sense in this status, with what they do."""
    steps = life.possible_tags(status)
    always: tuple[type[Order], ...] = (Reply, Note, Assign, Help)
    return tuple((o.usage, o.help) for o in ORDERS if o in always or f"#{o.words[0]}" in steps)
