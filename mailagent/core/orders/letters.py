"""A klacht that came by post: what the letter says, when it came, and the page itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, Self

from mailagent.core.calendar import local_day
from mailagent.core.dates import day_of
from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.klacht import Klacht
from mailagent.core.letter import Letter
from mailagent.core.masked import masked
from mailagent.core.orders.order import Case, Done, Order, joined
from mailagent.core.postroom import (
    LETTER,
    OnPaper,
    OriginalAsked,
    ReceiptDated,
    Transcribed,
    day_in,
    postal_of,
    received_on,
    to_retype,
    unmarked,
)
from mailagent.core.rules import Decision, as_decided

_AS_QUOTED = re.compile(r"^[ \t]*[|>][ \t|>]*", re.MULTILINE)
"""What stands before the lines of a letter in our mail, where an agent copies them."""


@dataclass(frozen=True, slots=True)
class Transcribe(Order):
    """What the letter says, as a human reads it."""

    words: ClassVar = ("tekst", "text")
    usage: ClassVar = "#tekst tekst"
    help: ClassVar = (
        "bij een brief: dit staat er. Categorie, naam en adres worden opnieuw bepaald, behalve wat een mens "
        "al koos"
    )
    takes_text: ClassVar = True

    text: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """Text is mandatory."""
        if not (said := joined(rest, text)):
            raise NotUnderstood("#tekst: schrijf eronder wat er in de brief staat.")
        return cls(masked(unmarked(_AS_QUOTED.sub("", said))))

    def carry_out(self, case: Case) -> Done:
        """It becomes the description; what follows from it follows anew."""
        on_paper(case)
        klacht, was = replace(case.klacht, description=self.text), case.klacht
        if case.typed:
            self_said, decided = case.typed
            klacht = _sorted(_from(klacht, self_said), decided, case)
        event = Transcribed(case.at, case.actor, self.text, to_retype(was), klacht.team != was.team)
        team = case.organisation.team(klacht.team).name
        moved = f" De klacht gaat naar {team}." if event.moved else ""
        return Done(klacht, (event,), f"De tekst van de brief is bewaard.{moved}")


def _from(klacht: Klacht, letter: Letter) -> Klacht:
    """With what the text says of its writer, but for what a human wrote down before."""
    postal = postal_of(letter)
    said = {"subject": letter.value("betreft"), "melder_name": letter.value("name")}
    if postal:
        said |= {"street": postal.street, "postcode": postal.postcode, "city": postal.city}
    new: dict[str, Any] = {n: value for n, value in said.items() if value and n not in klacht.by_hand}
    return replace(klacht, **new)


def _sorted(klacht: Klacht, decided: Decision, case: Case) -> Klacht:
    """With what the rules decide now, unless a human chose; the team has it unless somebody does."""
    klacht = as_decided(klacht, decided)
    category = case.organisation.category(decided.category)
    if "category" in klacht.by_hand or category is None:
        return klacht
    klacht = replace(klacht, category=category.id)
    if "team" in klacht.by_hand or klacht.assigned_to:
        return klacht
    return replace(klacht, team=case.organisation.team(decided.team or category.team).id)


@dataclass(frozen=True, slots=True)
class DateReceipt(Order):
    """When the letter came by post: from that day the term counts."""

    words: ClassVar = ("ontvangen", "received")
    usage: ClassVar = "#ontvangen dag"
    help: ClassVar = (
        "bij een brief: op deze dag kwam hij met de post, bijvoorbeeld 27 februari; de termijn telt vanaf "
        "die dag (Awb 9:11)"
    )

    day: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:  # noqa: ARG003 - takes no text
        """A day is mandatory; which one that is, is known when it is carried out."""
        if not rest.strip():
            raise NotUnderstood("#ontvangen: schrijf erachter op welke dag, bijvoorbeeld 27 februari.")
        return cls(rest.strip())

    def carry_out(self, case: Case) -> Done:
        """Not after today, and at most half a year ago."""
        on_paper(case)
        today, was = local_day(case.at), local_day(case.klacht.received_at)
        day = self._day(today)
        received = received_on(day, case.at)
        if day is None or local_day(received) != day:
            raise NotPossible(
                f"#ontvangen: “{self.day[:80]}” is geen dag van het afgelopen half jaar. Schrijf "
                "bijvoorbeeld 27 februari 2026."
            )
        if day == was:
            raise NotPossible(f"{case.klacht.kenmerk} is al ontvangen op {was:%d-%m-%Y}.")
        event = ReceiptDated(case.at, case.actor, day.isoformat(), was.isoformat())
        said = f"De brief kwam op {day:%d-%m-%Y}. De termijn telt vanaf die dag; dat was {was:%d-%m-%Y}."
        return Done(replace(case.klacht, received_at=received), (event,), said)

    def _day(self, today: date) -> date | None:
        """Without a year it is the last such day."""
        if day := day_in(self.day):
            return day
        try:
            day, _ = day_of(self.day, today)
            if day and day > today and str(day.year) not in self.day:
                day = day.replace(year=day.year - 1)
        except (NotUnderstood, ValueError) as mistake:
            raise NotPossible(f"#ontvangen: {mistake}") from mistake
        return day


@dataclass(frozen=True, slots=True)
class ShowOriginal(Order):
    """A page as it came in, for whoever may see that."""

    words: ClassVar = ("origineel", "original")
    usage: ClassVar = "#origineel [bladzijde]"
    help: ClassVar = (
        "bij een brief: een link naar deze bladzijde zoals hij binnenkwam, voor wie dat mag; hij werkt een "
        "kwartier, één keer, en wordt genoteerd"
    )

    page: int

    @classmethod
    def read(cls, rest: str, text: str) -> Self:  # noqa: ARG003 - takes no text
        """A number, or the first page we do not dare to mail (0)."""
        word = rest.strip(" .").removeprefix("bladzijde").removeprefix("pagina").strip()
        if word and not word.isdecimal():
            raise NotUnderstood(f"#origineel: “{rest.strip()[:40]}” is geen nummer van een bladzijde.")
        return cls(int(word[:4]) if word else 0)

    def carry_out(self, case: Case) -> Done:
        """Only for those with `mag_origineel`."""
        paper = on_paper(case)
        if not case.agent.may_see_original:
            raise NotPossible(
                "U mag de brief zelf niet zien. Dat mag wie in rules/teams.yaml mag_origineel heeft."
            )
        page = self.page or next(iter(paper.unsafe or paper.pages), 1)
        if paper.pages and page > max(paper.pages):
            raise NotPossible(f"De brief heeft {max(paper.pages)} bladzijden.")
        event = OriginalAsked(case.at, case.actor, paper.arrival, page)
        return Done(case.klacht, (event,), f"U krijgt een link naar bladzijde {page} in een mail apart.")


def on_paper(case: Case) -> OnPaper:
    """The letter of this klacht; `NotPossible` where it came otherwise."""
    if case.paper is None or case.klacht.channel != LETTER:
        raise NotPossible(f"{case.klacht.kenmerk} kwam niet als brief binnen.")
    return case.paper
