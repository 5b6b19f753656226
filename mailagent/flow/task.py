"""What a mail about work to do says beside its own words, so that whoever reads it can act on it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailagent.core import clocks
from mailagent.core.calendar import AMSTERDAM
from mailagent.core.chronicle import QUIET, told
from mailagent.core.events import Assigned, Event, Reacted, Received, ReopenRequested, Routed
from mailagent.core.feedback import Brought, Earlier
from mailagent.core.klacht import Klacht
from mailagent.core.postroom import Transcribed
from mailagent.flow import timing
from mailagent.flow.world import Act
from mailagent.store import klachten, melders, terms
from mailagent.store.klachten import Logged
from mailagent.store.terms import Terms

MOST_HISTORY, MOST_EARLIER = 8, 5


@dataclass(frozen=True, slots=True)
class Background:
    """What is on record of klachten (by id) and of their melders (by address, in lower case)."""

    logged: Mapping[int, Sequence[Logged]]
    terms: Mapping[int, Terms]
    newest: Mapping[str, Sequence[Earlier]]
    brought: Mapping[str, Brought]


def background(act: Act, kept: Sequence[Klacht], new: Sequence[Klacht]) -> Background:
    """What tasks about these klachten tell, looked up for all of them at once. Of what has just come in
    nothing but its melder needs to be looked up."""
    ids = [klacht.id for klacht in kept]
    melders_ = {klacht.melder for klacht in (*kept, *new) if klacht.melder}
    return Background(
        klachten.histories(act.tx, ids) if ids else {},
        terms.of(act.tx, ids) if ids else {},
        melders.newest(act.tx, melders_, MOST_EARLIER + 1),
        melders.brought(act.tx, melders_) if act.world.policy.melder_counts else {},
    )


def task(act: Act, klacht: Klacht, event: Event, event_id: int, known: Background) -> dict[str, Any]:
    """How the term stands, what the rules decided, what happened before this event, the melder's earlier
    klachten and how they ended, where they get letters, and the files that go along."""
    is_new = isinstance(event, Received)
    logged = [] if is_new else known.logged[klacht.id]
    running = timing.at_intake(klacht, act.world) if is_new else known.terms[klacht.id].running
    before = [one for one in logged if one.id < event_id and one.kind not in QUIET]
    return {
        "colour": clocks.worst(running, act.at),
        "history": [_sentence(one) for one in before[-MOST_HISTORY:]],
        "earlier": _earlier(klacht, known),
        "brought": _brought(klacht, known),
        "postal": str(klacht.postal or ""),
        **_sorted(klacht, logged),
        **_files(act, event, logged),
    }


def _sentence(one: Logged) -> str:
    """With its moment; how the rules sorted it stands elsewhere."""
    when = one.at.astimezone(AMSTERDAM)
    return f"{when:%d-%m-%Y %H.%M}: {told(one.kind, {**one.data, 'why': ''})}"


def _earlier(klacht: Klacht, known: Background) -> list[str]:
    """The newest ones but for this, with how they ended."""
    newest = known.newest.get(klacht.melder.lower(), ())
    return [str(one) for one in newest if one.kenmerk != klacht.kenmerk][:MOST_EARLIER]


def _brought(klacht: Klacht, known: Background) -> str:
    """How many there were, and how they ended; "" for the first."""
    brought = known.brought.get(klacht.melder.lower(), Brought())
    return str(brought) if brought.klachten > 1 else ""


def _sorted(klacht: Klacht, logged: Sequence[Logged]) -> dict[str, Any]:
    """What the rules made of it, whether a human chose otherwise, and else what earlier klachten suggest."""
    if not logged:
        return {}
    came = next((one.data for one in logged if one.kind == Received.word()), {})
    if "category" in klacht.by_hand:
        return {"why": f"{came.get('why', '')} Een mens koos de categorie.".strip()}
    return {name: str(came.get(name, "")) for name in ("why", "human", "suggested")}


def _files(act: Act, event: Event, logged: Sequence[Logged]) -> dict[str, Any]:
    """From which arrival the files come: that of the event, or for whoever gets the klacht the first one."""
    if isinstance(event, Received | Reacted | ReopenRequested):
        return _of_arrival(act.origin, list(event.attachments))
    first = next((one for one in logged if one.kind == Received.word()), None)
    if first is None or not isinstance(event, Assigned | Routed | Transcribed):
        return {}
    return _of_arrival(first.origin, list(first.data.get("attachments", ())))


def _of_arrival(origin: str, names: list[str]) -> dict[str, Any]:
    what, _, id = origin.partition(":")
    return {"attachments": names, "files_of": int(id)} if names and what == "arrival" else {}
