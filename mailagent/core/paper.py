"""What happens on paper: letters that an agent wrote, and letters that were posted."""

from __future__ import annotations

from dataclasses import dataclass

from mailagent.core.events import Event


@dataclass(frozen=True, slots=True)
class LetterWritten(Event):
    """An agent wrote to the melder, on paper."""

    text: str


@dataclass(frozen=True, slots=True)
class LetterPosted(Event):
    """Printed letters were put in the post: the ids of their notices, and which mails they are."""

    letters: tuple[int, ...]
    mails: tuple[str, ...]
