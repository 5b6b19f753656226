"""A klacht and its life: the LIFE table says which step leads where, and who may take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from mailagent.core.errors import NotPossible
from mailagent.core.events import AGENT, CLOCK, MELDER
from mailagent.core.postal import Postal

NIEUW = "nieuw"
IN_BEHANDELING = "in_behandeling"
OPGELOST = "opgelost"
GESLOTEN = "gesloten"
HEROPEND = "heropend"
VERZOEK = "verzoek_tot_heropenen"

STATUSES = (NIEUW, IN_BEHANDELING, OPGELOST, GESLOTEN, HEROPEND, VERZOEK)
UNHANDLED = (NIEUW, IN_BEHANDELING, HEROPEND)
OPEN = (*UNHANDLED, VERZOEK)
"""Somebody has to do something about it."""

OORDELEN = ("gegrond", "deels_gegrond", "ongegrond", "geen_oordeel")

REASONS = (
    "ingetrokken",
    "doorgestuurd",
    "niet_in_behandeling",
    "naar_tevredenheid",
    "dubbel",
    "geen_klacht",
)

GROUNDS = {
    "a": "over deze gedraging is al eerder een klacht behandeld",
    "b": "de gedraging was meer dan een jaar voor de klacht",
    "c": "tegen de gedraging kon of kunt u bezwaar maken",
    "d": "tegen de gedraging kon of kunt u in beroep gaan",
    "e": "een andere rechter gaat of ging over deze gedraging",
    "f": "er loopt een onderzoek van de officier van justitie",
    "lid2": "het belang of het gewicht van de gedraging is kennelijk te klein",
}
"""Why a klacht need not be handled (Awb 9:8 lid 1 a–f, lid 2), as the melder reads it."""


PREFERRED = ("email", "letter", "message")
"""The channels a melder may ask to be answered by (VNG C1924)."""

PRIORITIES = ("laag", "normaal", "hoog", "spoed")
COMPLEXITIES = ("laag", "normaal", "hoog")


@dataclass(frozen=True)
class Klacht:
    """One complaint. Field names are those of the table; `id` is 0 until it is kept.

    `beklaagde` is the address of whom it is about, who may not handle it (Awb 9:7). `by_hand` names the
    fields that a human set: no rule changes those. `asked_by` is the agent who waits for an answer of the
    melder, `merged_into` the kenmerk of the klacht in which this one goes on. `call_due` is until when the
    melder must be called, None where nobody has to; `call_note` says what the agent wrote of it.
    `street` (with its number), `postcode` and `city` are where the melder gets letters; `prefers` is the
    channel the melder asked for, one of PREFERRED, "" for the one they came by.
    """

    id: int
    kenmerk: str
    subject: str
    description: str
    melder: str
    received_at: datetime
    status: str = NIEUW
    melder_name: str = ""
    category: str | None = None
    channel: str = "email"
    organisation: str = ""
    namens: str = ""
    deadline: date | None = None
    team: str | None = None
    assigned_to: str | None = None
    priority: str = "normaal"
    complexity: str = "normaal"
    confidential: bool = False
    labels: tuple[str, ...] = ()
    oordeel: str = "geen_oordeel"
    case_ref: str = ""
    language: str = "nl"
    contact_allowed: bool = True
    retention: str = "13.1"
    refers_to: str = ""
    wake_at: datetime | None = None
    beklaagde: str = ""
    by_hand: tuple[str, ...] = ()
    asked_by: str = ""
    merged_into: str = ""
    call_due: datetime | None = None
    call_note: str = ""
    call_attempts: int = 0
    call_reminded: bool = False
    street: str = ""
    postcode: str = ""
    city: str = ""
    prefers: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Klacht:
        """Of all its fields, by name, and of nothing else. To set so many one by one takes longer."""
        klacht = object.__new__(cls)
        vars(klacht).update(fields)
        return klacht

    def but(self, **changes: Any) -> Klacht:
        """The same klacht with other values in these fields, as `dataclasses.replace`, in a fraction of its
        time. TypeError for what is no field."""
        if unknown := changes.keys() - vars(self).keys():
            raise TypeError(f"a klacht has no {', '.join(sorted(unknown))}")
        return Klacht.of({**vars(self), **changes})

    @property
    def postal(self) -> Postal | None:
        """Where the melder gets letters; None where that is not known in full."""
        whole = self.street and self.postcode and self.city
        return Postal(self.melder_name, self.street, self.postcode, self.city) if whole else None


@dataclass(frozen=True, slots=True)
class Step:
    """One row of LIFE: a step from any of `before` to `after`, by a role; `tag` is how an agent says it."""

    name: str
    before: tuple[str, ...]
    after: str
    by: str
    tag: str = ""


LIFE = (
    Step("take_up", (NIEUW, HEROPEND), IN_BEHANDELING, AGENT, "#in_behandeling"),
    Step("resolve", UNHANDLED, OPGELOST, AGENT, "#opgelost"),
    Step("close", UNHANDLED, GESLOTEN, AGENT, "#sluiten"),
    Step("ask_to_reopen", (OPGELOST,), VERZOEK, MELDER),
    Step("settle", (OPGELOST,), GESLOTEN, CLOCK),
    Step("settle", (OPGELOST,), GESLOTEN, MELDER),
    Step("reopen", (VERZOEK, OPGELOST, GESLOTEN), HEROPEND, AGENT, "#heropenen"),
    Step("decline", (VERZOEK,), OPGELOST, AGENT, "#opgelost"),
)
"""Status × step → status. What is not in this table cannot happen."""


def may(status: str, step: str, by: str) -> bool:
    """Does LIFE allow this step now?"""
    return any(s.name == step and s.by == by and status in s.before for s in LIFE)


def possible_tags(status: str) -> tuple[str, ...]:
    """The status-changing tags that make sense now."""
    return tuple(dict.fromkeys(s.tag for s in LIFE if s.tag and status in s.before))


def after(klacht: Klacht, step: str, by: str) -> Klacht:
    """The klacht after a step; `NotPossible` with a sentence that says what is possible."""
    for row in LIFE:
        if row.name == step and row.by == by and klacht.status in row.before:
            return klacht.but(status=row.after)
    tags = ", ".join(possible_tags(klacht.status)) or "niets dat de status verandert"
    raise NotPossible(f"{klacht.kenmerk} heeft de status {klacht.status}. Mogelijk is nu: {tags}.")


def uncalled(klacht: Klacht) -> Klacht:
    """The klacht when nobody has to call the melder any more."""
    return replace(klacht, call_due=None, call_note="", call_attempts=0, call_reminded=False)


def ended(klacht: Klacht, step: str, by: str) -> Klacht:
    """The klacht after a step that ends its handling: nobody waits for an answer, or has to call."""
    return replace(uncalled(after(klacht, step, by)), asked_by="")
