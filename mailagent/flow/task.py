"""What a mail about work to do says beside its own words, so that whoever reads it can act on it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mailagent.core import clocks
from mailagent.core.calendar import AMSTERDAM
from mailagent.core.chronicle import QUIET, told
from mailagent.core.clocks import Clock
from mailagent.core.events import Assigned, Event, FieldSet, Reacted, Received, ReopenRequested, Routed
from mailagent.core.feedback import Brought
from mailagent.core.klacht import Klacht
from mailagent.core.mails import MAILS
from mailagent.core.postroom import Transcribed
from mailagent.flow.world import Act, Policy
from mailagent.store import klachten, melders
from mailagent.store.klachten import Logged
from mailagent.store.notices import Notice
from mailagent.store.store import Tx

MOST_HISTORY, MOST_EARLIER = 8, 5

TASKS = frozenset(name for name, mail in MAILS.items() if "history" in mail.variables)
"""Mails that tell what happened before, for whoever has work to do."""


def task(act: Act, klacht: Klacht, event: Event, running: Sequence[Clock]) -> dict[str, Any]:
    """What a task says already when it is owed: how the term stands, where the melder gets letters, and the
    files that go along. The rest is looked up when its mail is made (`filled`): nobody waits for that."""
    return {
        "colour": clocks.worst(running, act.at),
        "postal": str(klacht.postal or ""),
        **(_of_arrival(act.origin, event.attachments) if isinstance(event, _BRINGS_FILES) else {}),
    }


def filled(tx: Tx, owed: Sequence[Notice], policy: Policy) -> list[Notice]:
    """These mails; the tasks among them that are to be made say what the rules decided, what happened before,
    the melder's earlier klachten and how they ended, and which files of the first mail go along. It is looked
    up for all of them at once."""
    about = {one.klacht_id for one in owed if _is_told(one) and one.klacht_id}
    if not about:
        return list(owed)
    ours = {klacht.id: klacht for klacht in klachten.by_ids(tx, about)}
    logged = klachten.histories(tx, about)
    brought = melders.brought(tx, {klacht.melder for klacht in ours.values()}, MOST_EARLIER + 1)
    known = _Known(ours, logged(), brought(), policy)
    return [_filled(one, known) if one.klacht_id in ours and _is_told(one) else one for one in owed]


def _is_told(owed: Notice) -> bool:
    return owed.kind in TASKS and owed.rendered is None


@dataclass(frozen=True, slots=True)
class _Known:
    """Klachten, what happened to them (by id), and what their melders brought (by address, in lower case)."""

    klachten: Mapping[int, Klacht]
    logged: Mapping[int, Sequence[Logged]]
    brought: Mapping[str, Brought]
    policy: Policy


def _filled(owed: Notice, known: _Known) -> Notice:
    klacht = known.klachten[owed.klacht_id or 0]
    logged = known.logged[klacht.id]
    brought = known.brought.get(klacht.melder.lower(), Brought())
    before = [one for one in logged if one.id < (owed.event_id or 0) and one.kind not in QUIET]
    told = {
        "history": [_sentence(one) for one in before[-MOST_HISTORY:]],
        "earlier": list(map(str, brought.besides(klacht.kenmerk, MOST_EARLIER))),
        "brought": str(brought) if known.policy.melder_counts and brought.klachten > 1 else "",
        **_sorted(logged, before),
        **_first_files(owed, logged),
    }
    if klacht.confidential or owed.values.get("confidential"):
        told = {name: value for name, value in told.items() if name in _DISCREET}
    may = MAILS[owed.kind].variables | {"files_of"}
    return replace(owed, values={**{n: told[n] for n in told if n in may}, **owed.values})


_BRINGS_FILES = Received | Reacted | ReopenRequested
_HANDS_OVER = (Assigned.word(), Routed.word(), Transcribed.word())
_DISCREET = ("human", "suggested")
"""What a confidential task says of all this: nothing that the melder wrote or brought."""


def _sentence(one: Logged) -> str:
    """With its moment; how the rules sorted it stands elsewhere."""
    when = one.at.astimezone(AMSTERDAM)
    return f"{when:%d-%m-%Y %H.%M}: {told(one.kind, {**one.data, 'why': ''})}"


def _sorted(logged: Sequence[Logged], before: Sequence[Logged]) -> dict[str, Any]:
    """What the rules made of it, whether a human chose otherwise, and else what earlier klachten suggest."""
    came = next((one.data for one in logged if one.kind == Received.word()), {})
    if any(one.kind == FieldSet.word() and one.data.get("name") == "category" for one in before):
        return {"why": f"{came.get('why', '')} Een mens koos de categorie.".strip()}
    return {name: str(came.get(name, "")) for name in ("why", "human", "suggested")}


def _first_files(owed: Notice, logged: Sequence[Logged]) -> dict[str, Any]:
    """Whoever gets the klacht gets the files with which it came in."""
    gets = any(one.id == owed.event_id and one.kind in _HANDS_OVER for one in logged)
    first = next((one for one in logged if one.kind == Received.word()), None)
    return _of_arrival(first.origin, first.data.get("attachments", ())) if gets and first else {}


def _of_arrival(origin: str, names: Sequence[str]) -> dict[str, Any]:
    what, _, id = origin.partition(":")
    return {"attachments": list(names), "files_of": int(id)} if names and what == "arrival" else {}
