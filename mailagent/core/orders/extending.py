"""More time: verdaagd once by ourselves, or longer where the melder agreed to it in writing (Awb 9:11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Self

from mailagent.core import clocks
from mailagent.core import klacht as life
from mailagent.core.awb import DelayAgreed, Extended
from mailagent.core.calendar import local_day
from mailagent.core.clocks import Clock
from mailagent.core.dates import day_of, weeks_of
from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.klacht import Klacht
from mailagent.core.orders.order import Case, Done, Order, joined
from mailagent.core.orders.writing import reachable

MOST_WEEKS = 4
"""By so much at most (Awb 9:11 lid 2)."""

FURTHEST = timedelta(weeks=52)
"""A last day beyond this is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Extend(Order):
    """Put off the last day, once."""

    words: ClassVar = ("verdagen", "extend")
    usage: ClassVar = "#verdagen [weken] reden"
    help: ClassVar = (
        "de laatste dag schuift op, één keer en met hoogstens 4 weken (Awb 9:11 lid 2); de melder krijgt uw "
        "reden en de nieuwe dag, en over wie de klacht gaat krijgt die dag ook"
    )
    takes_text: ClassVar = True

    weeks: int
    text: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """A number of weeks may stand first (0: as many as there are); the reason is mandatory."""
        weeks, why = weeks_of(joined(rest, text))
        if weeks > MOST_WEEKS:
            raise NotUnderstood(
                f"#verdagen: {weeks} weken kan niet, hoogstens {MOST_WEEKS} (Awb 9:11 lid 2). Langer kan met "
                "#instemming, als de melder het schriftelijk goedvindt."
            )
        if not why.strip():
            raise NotUnderstood(
                "#verdagen: schrijf erachter waarom er meer tijd nodig is. De melder leest dat."
            )
        return cls(weeks, why.strip())

    def to_melder(self, klacht: Klacht) -> str:
        """The reason."""
        return self.text if klacht.contact_allowed else ""

    def carry_out(self, case: Case) -> Done:
        """Before the last day is over, and once."""
        clock = _running(case)
        if local_day(case.at) > clock.last_day:
            raise NotPossible(
                f"De laatste dag was {_written(clock.last_day)}. Verdagen kan alleen vóór die voorbij is "
                "(Awb 9:11 lid 2). Meer tijd kan nog als de melder het schriftelijk goedvindt: vraag dat met "
                "#vraag; antwoordt de melder ja, stuur dan #instemming met de nieuwe dag."
            )
        moved = clocks.extend(clock, case.calendar, case.at, self.weeks)
        event = Extended(
            case.at,
            case.actor,
            self.text,
            moved.last_day.isoformat(),
            clock.last_day.isoformat(),
            moved.extended,
        )
        accused = case.klacht.beklaagde
        also = f" {accused} krijgt ook bericht." if accused else f" {_NOBODY_ACCUSED}"
        return Done(case.klacht, (event,), f"{_moved(clock, moved)}{also}", clock=moved)


_NOBODY_ACCUSED = (
    "Gaat de klacht over een persoon? Dan moet die het ook weten (Awb 9:11 lid 2): er is geen #beklaagde "
    "opgeschreven, dus laat het zelf weten."
)


@dataclass(frozen=True, slots=True)
class Consent(Order):
    """The melder agreed in writing to more delay."""

    words: ClassVar = ("instemming", "consent")
    usage: ClassVar = "#instemming dag"
    help: ClassVar = (
        "de melder vindt meer uitstel schriftelijk goed (Awb 9:11 lid 3), tot en met deze dag, bijvoorbeeld "
        "1 juni 2026, of zo veel weken langer; kan alleen als de melder zelf heeft gemaild. De melder "
        "krijgt de nieuwe dag"
    )
    takes_text: ClassVar = True

    day: str
    text: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """A day or a number of weeks is mandatory; which day that is, is known when it is carried out."""
        if not rest.strip():
            raise NotUnderstood(
                "#instemming: schrijf erachter tot en met welke dag, bijvoorbeeld #instemming 1 juni 2026, "
                "of hoeveel weken langer."
            )
        return cls(rest.strip(), text.strip())

    def to_melder(self, klacht: Klacht) -> str:  # noqa: ARG002
        """What is written beside it."""
        return self.text

    def carry_out(self, case: Case) -> Done:
        """Only with the melder's own mail on record."""
        reachable(case.klacht)
        clock = _running(case)
        if case.melders_mail is None:
            raise NotPossible(
                "De melder moet meer uitstel schriftelijk goedvinden (Awb 9:11 lid 3), en na de klacht "
                "zelf is er van de melder geen mail. Mogelijk is: vraag het met #vraag, en stuur "
                "#instemming als het antwoord er is."
            )
        until, more = self._until(clock, case)
        moved = clocks.agree(clock, until, case.calendar, case.at)
        event = DelayAgreed(
            case.at,
            case.actor,
            "\n".join(part for part in (more, self.text) if part),
            moved.last_day.isoformat(),
            clock.last_day.isoformat(),
            case.melders_mail.arrival,
        )
        mail = case.melders_mail
        proof = f"de mail van de melder van {_written(local_day(mail.at))} (bericht {mail.arrival})"
        return Done(case.klacht, (event,), f"{_moved(clock, moved)} Het bewijs is {proof}.", clock=moved)

    def _until(self, clock: Clock, case: Case) -> tuple[date, str]:
        """The new last day, before it rolls, and what stands behind it."""
        today = local_day(case.at)
        weeks, more = weeks_of(self.day)
        day: date | None
        if weeks:
            day = clock.last_day + timedelta(weeks=weeks)
        else:
            words = self.day.removeprefix("tot en met ").removeprefix("t/m ").removeprefix("tot ")
            try:
                day, more = day_of(words, today)
            except NotUnderstood as mistake:
                raise NotPossible(f"#instemming: {mistake}") from mistake
        if day is None:
            raise NotPossible(
                f"#instemming: “{self.day[:80]}” is geen dag en geen aantal weken. Schrijf bijvoorbeeld "
                "#instemming 1 juni 2026."
            )
        if day < today or day > today + FURTHEST:
            raise NotPossible(f"#instemming: {_written(day)} is voorbij, of meer dan een jaar weg.")
        return day, more


def _running(case: Case) -> Clock:
    """The clock of the law; `NotPossible` where it does not run any more."""
    klacht = case.klacht
    if klacht.status not in life.UNHANDLED:
        raise NotPossible(
            f"{klacht.kenmerk} heeft de status {klacht.status}. Uitstel kan zolang een klacht niet is "
            "afgehandeld."
        )
    if case.clock is None:
        raise NotPossible(
            f"De termijn van de wet is voor {klacht.kenmerk} al geëindigd, en begint na heropenen niet "
            "opnieuw: er is niets uit te stellen."
        )
    return case.clock


def _moved(was: Clock, now: Clock) -> str:
    return f"De laatste dag is nu {_written(now.last_day)}; dat was {_written(was.last_day)}."


def _written(day: date) -> str:
    return f"{day:%d-%m-%Y}"
