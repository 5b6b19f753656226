"""What a relay answers to one mail."""

from __future__ import annotations

import re
from dataclasses import dataclass

_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the relay answered. `code` is an SMTP reply code; 0 where there was none.

    `away`: the relay could not be reached, or does not want us at all. No mail is the worse for it.
    """

    code: int
    text: str
    away: bool = False

    @property
    def accepted(self) -> bool:
        """The relay took the mail."""
        return 200 <= self.code < 300

    @property
    def final(self) -> bool:
        """The relay refused it for good."""
        return self.code >= 500

    @property
    def status(self) -> str:
        """The status it named (RFC 2034), "" where it named none."""
        found = _STATUS.search(self.text)
        return found[0] if found else ""
