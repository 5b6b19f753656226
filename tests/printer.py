"""A printer that remembers: what came out of the print queue, letter by letter, without typesetting it."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from desk import Desk

from mailagent import service
from mailagent.flow import melder

PRINTING = '[printing]\nreturn_address = "Postbus 1, 1234 ZZ Voorbeeld"'
MORNING = timedelta(days=1)
AT_HOME = {
    "melder_name": "Greet Bakker",
    "street": "Dorpsstraat 12a",
    "postcode": "1234 AB",
    "city": "Voorbeeld",
}


@dataclass
class Paper:
    """A letter as it came out of the printer."""

    html: str

    @property
    def text(self) -> str:
        """What it says, on one line."""
        body = self.html.partition("<body>")[2]
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())

    @property
    def code(self) -> str:
        """The code of its smileys."""
        found = re.search(r'class="code">([^<]+)', self.html)
        assert found, self.text
        return found[1]


@dataclass
class Printer:
    """Stands where the typesetter stands, at one desk."""

    desk: Desk
    batches: list[list[Paper]] = field(default_factory=list)

    def __post_init__(self) -> None:
        desk = self.desk
        letters = replace(desk.house.letters, press=self.press)
        post = replace(desk.house.post, printed=letters.printed)
        desk.house = replace(desk.house, letters=letters, post=post)

    def press(self, pages: Sequence[str]) -> bytes:
        """As the typesetter: pages in, a PDF out."""
        self.batches.append([Paper(page) for page in pages])
        return b"%PDF-1.7 " + str(len(pages)).encode()

    @property
    def letters(self) -> list[Paper]:
        """Those of the last batch, without the list on top."""
        assert self.batches, "nothing was printed"
        return self.batches[-1][1:]

    def morning(self) -> None:
        """The next morning, when what waits goes to whoever prints it."""
        self.desk.time[0] += MORNING
        service.look(self.desk.house)
        self.desk.settle()


def lives(desk: Desk, kenmerk: str, **said: str) -> None:
    """Somebody fills in where the melder lives."""
    melder.correct(kenmerk, AT_HOME | said, desk.world)
