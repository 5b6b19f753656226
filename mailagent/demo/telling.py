"""How the play is told in a terminal: its steps, the mails in it, and what held."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

WIDEST = 96
LINES = 11

_INDENT = (0, 0, 0, 3)


class Teller:
    """Prints as the play goes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        console.width = min(console.width, WIDEST)

    def title(self, text: str, below: str) -> None:
        """What is going to be told."""
        self._console.print(Panel(Group(Text(text, style="bold"), Text(below)), border_style="blue"))

    def step(self, number: int, title: str) -> None:
        """The next step."""
        self._console.print()
        self._console.print(Text(f"{number}. {title}", style="bold blue"))

    def says(self, text: str) -> None:
        """A sentence between the mails."""
        self._console.print(Padding(Text(text), _INDENT, expand=False))

    def mail(self, who: str, subject: str, text: str, start: str = "") -> None:
        """A mail someone sends or gets: the lines that matter, from the one that begins with `start`."""
        body = Text("\n".join(_lines_that_matter(text, start)))
        head = Text(subject, style="bold")
        panel = Panel(Group(head, Text(), body), title=Text(who), title_align="left", border_style="dim")
        self._console.print(Padding(panel, _INDENT))

    def held(self, text: str) -> None:
        """Something is as it should be."""
        self._console.print(Padding(Text.assemble(("✓ ", "bold green"), text), _INDENT, expand=False))

    def failed(self, expected: str, came: str) -> None:
        """Something is not."""
        lines = (("✗ verwacht: ", "bold red"), expected), (("  gekomen:  ", "bold red"), came)
        for line in lines:
            self._console.print(Padding(Text.assemble(*line), _INDENT, expand=False))

    def line(self, text: str, style: str = "") -> None:
        """One line, never broken: a program may read it."""
        self._console.print(Text(text, style=style), soft_wrap=True)


def _lines_that_matter(text: str, start: str) -> Iterable[str]:
    lines = text.strip().splitlines()
    begin = next((i for i, line in enumerate(lines) if line.startswith(start)), 0) if start else 0
    shown = lines[begin : begin + LINES]
    more = begin + LINES < len(lines)
    return ["…"] * (begin > 0) + [_short(line) for line in shown] + ["…"] * more


def _short(line: str) -> str:
    """A link is long, and means nothing to a reader."""
    return f"{line[:60]}…" if line.startswith("http") and len(line) > 61 else line
