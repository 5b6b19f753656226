"""What a mail about work to do says beside its own words, so that whoever reads it can act on it at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailagent.core import clocks
from mailagent.core.calendar import AMSTERDAM
from mailagent.core.chronicle import QUIET, told
from mailagent.core.clocks import Clock
from mailagent.core.events import Assigned, Event, Reacted, Received, ReopenRequested, Routed
from mailagent.core.feedback import Brought
from mailagent.core.klacht import Klacht
from mailagent.core.postroom import Transcribed
from mailagent.flow.world import Act
from mailagent.store import klachten, melders
from mailagent.store.klachten import Logged
from mailagent.store.prepared import Later
from mailagent.store.store import Tx

MOST_HISTORY, MOST_EARLIER = 8, 5


@dataclass(frozen=True, slots=True)
class Background:
    """What is known of klachten (by id) and of their melders (by address, in lower case)."""

    logged: Mapping[int, Sequence[Logged]]
    running: Mapping[int, Sequence[Clock]]
    brought: Mapping[str, Brought]


def background(
    tx: Tx, klachten_: Collection[int], melders_: Collection[str], running: Mapping[int, Sequence[Clock]]
) -> Later[Background]:
    """What tasks tell, looked up for all of them at once: what happened to these klachten before, what these
    melders brought; and which clocks are running."""
    logged = klachten.histories(tx, klachten_) if klachten_ else dict
    brought = melders.brought(tx, melders_, MOST_EARLIER + 1)
    return lambda: Background(logged(), running, brought())


def task(act: Act, klacht: Klacht, event: Event, event_id: int, known: Background) -> dict[str, Any]:
    """How the term stands, what the rules decided, what happened before this event, the melder's earlier
    klachten and how they ended, where they get letters, and the files that go along."""
    logged = known.logged.get(klacht.id, ())  # nothing happened to what has just come in
    brought = known.brought.get(klacht.melder.lower(), Brought())
    before = [one for one in logged if one.id < event_id and one.kind not in QUIET]
    return {
        "colour": clocks.worst(known.running[klacht.id], act.at),
        "history": [_sentence(one) for one in before[-MOST_HISTORY:]],
        "earlier": list(map(str, brought.besides(klacht.kenmerk, MOST_EARLIER))),
        "brought": str(brought) if act.world.policy.melder_counts and brought.klachten > 1 else "",
        "postal": str(klacht.postal or ""),
        **_sorted(klacht, logged),
        **_files(act, event, logged),
    }


def _sentence(one: Logged) -> str:
    """With its moment; how the rules sorted it stands elsewhere."""
    when = one.at.astimezone(AMSTERDAM)
    return f"{when:%d-%m-%Y %H.%M}: {told(one.kind, {**one.data, 'why': ''})}"


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
