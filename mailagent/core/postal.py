"""Where somebody gets letters: an address as it stands on an envelope."""

from __future__ import annotations

import re
from dataclasses import dataclass

_POSTCODE = re.compile(r"([1-9]\d{3})\s*([A-Z]{2})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Postal:
    """A postal address: `street` holds the number as well."""

    name: str
    street: str
    postcode: str
    city: str

    @property
    def lines(self) -> tuple[str, ...]:
        """As they stand in the window of an envelope (NEN 5825: two blanks between postcode and place, which
        is in capitals)."""
        return (*filter(None, (self.name, self.street)), f"{self.postcode}  {self.city.upper()}")

    def __str__(self) -> str:
        return ", ".join((*filter(None, (self.name, self.street)), f"{self.postcode} {self.city}"))


def postcode(text: str) -> str:
    """`1234 AB`, however it was typed; "" where it is none."""
    found = _POSTCODE.fullmatch(text.strip())
    return f"{found[1]} {found[2].upper()}" if found else ""
