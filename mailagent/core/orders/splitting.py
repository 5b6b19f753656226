"""A message with two complaints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from mailagent.core.errors import NotUnderstood
from mailagent.core.klacht import Klacht
from mailagent.core.orders.order import Case, Done, Order


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
