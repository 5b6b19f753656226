"""What leaves for others than melder and agents: what their mails say, and what is shown before they go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mailagent.core.awb import CopySent, Forwarded
from mailagent.core.commands import Written
from mailagent.core.events import Event
from mailagent.core.klacht import Klacht
from mailagent.core.orders.forwarding import Copy, Forward
from mailagent.flow.world import World
from mailagent.store import arrivals, klachten
from mailagent.store.store import Tx


@dataclass(frozen=True, slots=True)
class Leaving:
    """A mail to somebody else, before it goes: to whom, and all that stands in it or goes along."""

    to: str
    mail: str
    text: str
    melder: str
    subject: str
    description: str
    files: tuple[str, ...]


def leaving(tx: Tx, klacht: Klacht, written: Written, world: World) -> Iterator[Leaving]:
    """What these orders would send to others."""
    melder = f"{klacht.melder_name} {klacht.melder}".strip()
    names = klachten.files_of(tx, klacht.id)
    for order in written.orders:
        if not isinstance(order, Forward | Copy):
            continue
        is_forward = isinstance(order, Forward)
        known = world.organisation.body(order.to) if is_forward else None
        yield Leaving(
            known.address if known else order.to or klacht.beklaagde,
            "doorgestuurd_extern" if is_forward else "afschrift_beklaagde",
            order.text if isinstance(order, Forward) else "",
            melder,
            klacht.subject,
            klacht.description,
            ("de hele mail van de melder", *names)
            if is_forward and arrivals.of_melder(tx, klacht.id)
            else names,
        )


def told(tx: Tx, klacht: Klacht, event: Event) -> dict[str, Any]:
    """What a mail to somebody else says beside the facts."""
    match event:
        case Forwarded():
            files = {"original_of": event.original} if event.original else {}
            return _whole(tx, klacht) | files | {"name": event.name}
        case CopySent():
            files = {"files_of": event.original} if event.original else {}
            return _whole(tx, klacht) | files
    return {}


def _whole(tx: Tx, klacht: Klacht) -> dict[str, Any]:
    return {
        "description": klacht.description,
        "sender": klacht.melder,
        "attachments": list(klachten.files_of(tx, klacht.id)),
    }
