"""Closing a klacht without handling it: the reasons, the grounds of the law, and what must be on record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from mailagent.core import klacht as life
from mailagent.core.calendar import local_day
from mailagent.core.dates import written
from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.events import AGENT, Closed
from mailagent.core.klacht import Klacht
from mailagent.core.orders.order import Case, Done, Order, code_of, joined

WEEKS_TO_TELL = 4
"""Within so many weeks of receipt the melder must hear that it is not handled (Awb 9:8 lid 3)."""

_ARTICLE = re.compile(
    r"[\s(]*(?:(?:artikel|art\.?)\s*)?(?:awb\s*)?(?:9:8\W*)?(?:lid\s*1\W*)?(?:(?:onder|sub)\s+)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Close(Order):
    """Close with a reason."""

    words: ClassVar = ("sluiten", "close")
    usage: ClassVar = "#sluiten reden tekst"
    help: ClassVar = (
        "sluit de klacht. Reden: ingetrokken, doorgestuurd, niet_in_behandeling (met de letter van "
        "Awb 9:8: a tot en met f, of lid2), naar_tevredenheid, dubbel of geen_klacht"
    )
    takes_text: ClassVar = True

    reason: str
    ground: str
    text: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """The reason is mandatory; niet_in_behandeling needs its ground (Awb 9:8)."""
        reason, more = code_of(rest, life.REASONS)
        if not reason:
            raise NotUnderstood(f"#sluiten: schrijf er een reden achter: {', '.join(life.REASONS)}.")
        ground = ""
        if reason == "niet_in_behandeling":
            ground, more = code_of(_ARTICLE.sub("", more, count=1), (*life.GROUNDS, "lid_2"))
            ground = ground.replace("_", "")
            if not ground:
                raise NotUnderstood(
                    "#sluiten niet_in_behandeling: schrijf de grond van Awb 9:8 erachter: "
                    + "; ".join(f"{letter} = {why}" for letter, why in life.GROUNDS.items())
                )
        words = joined(more, text)
        if reason == "doorgestuurd" and not words:
            raise NotUnderstood(
                "#sluiten doorgestuurd: schrijf eronder naar wie (Awb 2:3); de melder leest dat."
            )
        return cls(reason, ground, words)

    def to_melder(self, klacht: Klacht) -> str:  # noqa: ARG002
        """The text, where the reason has a mail of its own."""
        return "" if self.reason in ("dubbel", "geen_klacht") else self.text

    def carry_out(self, case: Case) -> Done:
        """Close; naar_tevredenheid only with the melder's mail on record (Awb 9:5), ingetrokken with that or
        with the agent's word for it."""
        klacht = life.ended(case.klacht, "close", AGENT)
        if self.reason == "ingetrokken" and not case.melder_wrote and not self.text:
            raise NotPossible(
                "De melder heeft niet zelf gemaild. Schrijf onder de tag hoe u weet dat de klacht wordt "
                "ingetrokken, bijvoorbeeld: U vertelde dat op 3 maart aan de telefoon. De melder leest dat."
            )
        if self.reason == "naar_tevredenheid" and not case.melder_wrote:
            raise NotPossible(
                "Sluiten naar tevredenheid kan als de melder zelf heeft gemaild dat het goed is (Awb 9:5). "
                "Zo'n mail is er niet. Mogelijk is: #opgelost, of eerst #antwoord met de vraag erin."
            )
        event = Closed(case.at, case.actor, self.reason, self.ground, self.text)
        said = f"{klacht.kenmerk} is gesloten ({self.reason.replace('_', ' ')})."
        last = case.calendar.last_day(local_day(klacht.received_at), WEEKS_TO_TELL)
        if self.reason == "niet_in_behandeling" and local_day(case.at) > last:
            said += (
                f" Let op: de melder had dit uiterlijk {written(last)} moeten horen, binnen {WEEKS_TO_TELL} "
                "weken na ontvangst (Awb 9:8 lid 3)."
            )
        return Done(klacht, (event,), said)


@dataclass(frozen=True, slots=True)
class Withdraw(Close):
    """Close it because the melder withdraws it."""

    words: ClassVar = ("ingetrokken", "withdrawn")
    usage: ClassVar = "#ingetrokken [tekst]"
    help: ClassVar = (
        "sluit de klacht omdat de melder hem intrekt; mailde de melder niet zelf, schrijf dan hoe u het weet"
    )
    takes_text: ClassVar = True

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """A text for the melder, or none."""
        return cls("ingetrokken", "", joined(rest if rest.strip(" .,!") else "", text))
