"""A message with two complaints, and two klachten about one thing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from mailagent.core import klacht as life
from mailagent.core import reference
from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.events import AGENT, Closed, Merged, MergedIn
from mailagent.core.klacht import Klacht
from mailagent.core.orders.order import Case, Change, Done, Order
from mailagent.core.postroom import is_same_melder


@dataclass(frozen=True, slots=True)
class Split(Order):
    """The message holds a second complaint: make it a klacht of its own."""

    words: ClassVar = ("splitsen", "split")
    usage: ClassVar = "#splitsen onderwerp"
    help: ClassVar = (
        "de tekst eronder wordt een tweede klacht van dezelfde melder, ontvangen op hetzelfde moment; de "
        "melder krijgt daarvan een ontvangstbevestiging"
    )
    takes_text: ClassVar = True

    subject: str
    text: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:
        """Both are mandatory."""
        if not rest.strip() or not text.strip():
            raise NotUnderstood(
                "#splitsen: schrijf erachter waar de tweede klacht over gaat, en eronder wat er staat."
            )
        return cls(rest.strip(), text.strip())

    def carry_out(self, case: Case) -> Done:
        """A new klacht beside this one, which stays as it is."""
        new = Klacht(
            id=0,
            kenmerk="",
            subject=self.subject,
            description=self.text,
            melder=case.klacht.melder,
            melder_name=case.klacht.melder_name,
            street=case.klacht.street,
            postcode=case.klacht.postcode,
            city=case.klacht.city,
            prefers=case.klacht.prefers,
            received_at=case.klacht.received_at,
            channel=case.klacht.channel,
            namens=case.klacht.namens,
            organisation=case.klacht.organisation,
            confidential=case.klacht.confidential,
            language=case.klacht.language,
            contact_allowed=case.klacht.contact_allowed,
            refers_to=case.klacht.kenmerk,
        )
        return Done(case.klacht, (), f"“{self.subject}” is nu een klacht van zichzelf:", new)


@dataclass(frozen=True, slots=True)
class Merge(Order):
    """It is about the same as an older klacht of the melder, in which it goes on."""

    words: ClassVar = ("samenvoegen", "merge")
    usage: ClassVar = "#samenvoegen kenmerk"
    help: ClassVar = (
        "de klacht gaat verder in deze oudere van dezelfde melder en sluit als dubbel; wat de melder er nog "
        "op antwoordt, komt bij die klacht"
    )

    kenmerk: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:  # noqa: ARG003 - takes no text
        """One kenmerk is mandatory."""
        found = reference.kenmerken(rest)
        if len(found) != 1:
            raise NotUnderstood(
                "#samenvoegen: schrijf het kenmerk erachter, bijvoorbeeld #samenvoegen KL26-00041."
            )
        return cls(found[0])

    def carry_out(self, case: Case) -> Done:
        """The older one keeps its last day, which the law counts from."""
        other = case.others.get(self.kenmerk)
        if other is None:
            raise NotPossible(f"{self.kenmerk} bestaat niet. Er is niets gedaan.")
        _may_merge(case, other)
        here = replace(life.ended(case.klacht, "close", AGENT), merged_into=other.kenmerk)
        events = (Closed(case.at, case.actor, "dubbel"), Merged(case.at, case.actor, other.kenmerk))
        goes_on = replace(
            other,
            confidential=other.confidential or here.confidential,
            beklaagde=other.beklaagde or here.beklaagde,
        )
        merged = MergedIn(case.at, case.actor, here.kenmerk, here.description)
        said = f"{here.kenmerk} is gesloten (dubbel) en gaat verder in {other.kenmerk}."
        return Done(here, events, said, also=(Change(goes_on, (merged,)),))


def _may_merge(case: Case, other: Klacht) -> None:
    """`NotPossible` with why not, and what is possible."""
    here = case.klacht
    if other.id == here.id:
        raise NotPossible(f"{other.kenmerk} is deze klacht zelf. Schrijf het kenmerk van de andere.")
    if not is_same_melder(here, other):
        raise NotPossible(
            f"{other.kenmerk} is van een andere melder, en elke melder krijgt een eigen antwoord (Awb 9:12). "
            "Mogelijk is: beide klachten apart afhandelen."
        )
    if other.status not in life.OPEN:
        raise NotPossible(
            f"{other.kenmerk} is {other.status}. Mogelijk is: die klacht eerst heropenen, of deze sluiten "
            "met #sluiten dubbel."
        )
    if (other.received_at, other.id) > (here.received_at, here.id):
        raise NotPossible(
            f"{other.kenmerk} kwam later binnen. Stuur bij die klacht: #samenvoegen {here.kenmerk}. Zo "
            "blijft de eerste laatste dag gelden."
        )
    theirs = {other.beklaagde, here.beklaagde} - {""}
    if case.agent.address in theirs or other.assigned_to in theirs or len(theirs) > 1:
        raise NotPossible(
            f"{other.kenmerk} gaat over een ander, of staat op naam van wie het over gaat (Awb 9:7). "
            "Mogelijk is: beide klachten apart afhandelen."
        )
