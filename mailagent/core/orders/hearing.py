"""Hearing the melder (Awb 9:10): invited, heard, or waived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar, Self

from mailagent.core import klacht as life
from mailagent.core.awb import HearingHeld, HearingInvited, HearingWaived
from mailagent.core.calendar import AMSTERDAM, local_day
from mailagent.core.dates import clock_of, day_of, written
from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.klacht import Klacht
from mailagent.core.orders.order import Case, Done, Order, code_of, joined

INVITE, HELD, WAIVED = "", "gehouden", "afgezien"
_WORDS = {HELD: HELD, "held": HELD, WAIVED: WAIVED, "waived": WAIVED}

FURTHEST = timedelta(weeks=52)
"""A day beyond this is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Hear(Order):
    """Invite the melder to be heard, or write down that this was done, or need not be."""

    words: ClassVar = ("hoorzitting", "hearing")
    usage: ClassVar = "#hoorzitting dag tijd plaats"
    help: ClassVar = (
        "nodigt de melder uit om te worden gehoord (Awb 9:10), bijvoorbeeld #hoorzitting 16 maart 2026 10:00 "
        "Stadhuis kamer 2, of als plaats: telefonisch. Daarna: #hoorzitting gehouden met uw verslag, of "
        "#hoorzitting afgezien met hoe de melder dat liet weten"
    )
    takes_text: ClassVar = True

    what: str
    when: str
    text: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """What is mandatory hangs on what it is: a day, hour and place; a report; or a reason."""
        word, more = code_of(rest, _WORDS)
        if not word:
            if not rest.strip():
                raise NotUnderstood(f"#hoorzitting: schrijf erachter wanneer en waar. {_EXAMPLE}")
            return cls(INVITE, rest.strip(), text.strip())
        what = _WORDS[word]
        report = joined(more, text)
        if what == HELD and not report:
            raise NotUnderstood("#hoorzitting gehouden: schrijf eronder het verslag (Awb 9:10 lid 3).")
        return cls(what, "", report)

    def to_melder(self, klacht: Klacht) -> str:
        """What stands below an invitation; a report is internal."""
        return self.text if self.what == INVITE and klacht.contact_allowed else ""

    def carry_out(self, case: Case) -> Done:
        """One of the three."""
        if case.klacht.status not in life.UNHANDLED:
            raise NotPossible(
                f"{case.klacht.kenmerk} heeft de status {case.klacht.status}. Horen kan zolang een klacht "
                "niet is afgehandeld. Mogelijk is: eerst #heropenen."
            )
        if self.what == HELD:
            event = HearingHeld(case.at, case.actor, self.text)
            return Done(case.klacht, (event,), "Het verslag is bewaard. De melder krijgt het niet per mail.")
        return self._waive(case) if self.what == WAIVED else self._invite(case)

    def _waive(self, case: Case) -> Done:
        mail = case.melders_mail
        if not self.text and mail is None:
            raise NotPossible(
                "#hoorzitting afgezien: de melder heeft niet zelf gemaild. Schrijf eronder hoe u weet dat "
                "horen niet hoeft, bijvoorbeeld: U zei dat op 3 maart aan de telefoon."
            )
        event = HearingWaived(case.at, case.actor, self.text, mail.arrival if mail else 0)
        proof = f" Als bewijs geldt ook bericht {mail.arrival} van de melder." if mail else ""
        return Done(case.klacht, (event,), f"In het dossier staat dat horen niet hoeft.{proof}")

    def _invite(self, case: Case) -> Done:
        day, hour, place = self._read_when(local_day(case.at))
        begins = datetime.combine(day, hour, AMSTERDAM).astimezone(UTC)
        if begins <= case.at or day > local_day(case.at) + FURTHEST:
            raise NotPossible(f"#hoorzitting: {written(day)} is voorbij, of meer dan een jaar weg.")
        earlier = case.happened.count(HearingInvited.word())
        event = HearingInvited(case.at, case.actor, begins.isoformat(), place, earlier, self.text)
        said = [f"De melder wordt uitgenodigd voor {written(day)} om {hour:%H.%M} uur: {place}."]
        said += ["De vorige uitnodiging vervalt; dat staat in de mail."] if earlier else []
        return Done(case.klacht, (event,), " ".join([*said, *_remarks(day, case)]))

    def _read_when(self, today: date) -> tuple[date, time, str]:
        try:
            day, rest = day_of(self.when, today)
            hour, place = clock_of(rest)
        except NotUnderstood as mistake:
            raise NotPossible(f"#hoorzitting: {mistake}") from mistake
        place = place.removeprefix("in ").strip(" \t\xa0.,;:-")
        if day is None or hour is None or not place:
            what = "welke dag" if day is None else "hoe laat" if hour is None else "waar"
            raise NotPossible(f"#hoorzitting: ik lees niet {what}. {_EXAMPLE}")
        return day, hour, place


_EXAMPLE = "Schrijf het zo: #hoorzitting 16 maart 2026 10:00 Stadhuis kamer 2."


def _remarks(day: date, case: Case) -> list[str]:
    """What is possible, and may be a mistake all the same."""
    remarks = []
    if not case.calendar.is_working_day(day):
        remarks.append(f"Let op: {written(day)} is geen werkdag.")
    if case.klacht.deadline and day > case.klacht.deadline:
        remarks.append(f"Let op: dat is na de laatste dag, {written(case.klacht.deadline)}.")
    if case.klacht.beklaagde:
        remarks.append(f"Nodig {case.klacht.beklaagde} zelf uit: ook die mag worden gehoord (Awb 9:10).")
    return remarks
