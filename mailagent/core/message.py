"""A message as rules read it: named fields with plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """What rules may read of a message. `files` are (name, content type); `letter` is what was read from a
    paper letter, by the name of its field without `brief.`."""

    subject: str = ""
    text: str = ""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    channel: str = "email"
    language: str = "nl"
    letter: tuple[tuple[str, str], ...] = ()

    def values(self, field: str) -> tuple[str, ...]:
        """What stands in a field of FIELDS; nothing where it is empty."""
        return tuple(value for value in FIELDS[field](self) if value)


def _of_letter(name: str) -> Callable[[Message], tuple[str, ...]]:
    return lambda message: tuple(value for key, value in message.letter if key == name)


NUMBERS = ("bijlage.aantal", "brief.ocr_zekerheid")
"""The fields that hold a number."""

FIELDS: Mapping[str, Callable[[Message], tuple[str, ...]]] = {
    "onderwerp": lambda message: (message.subject,),
    "tekst": lambda message: (message.text,),
    "van": lambda message: (message.sender,),
    "aan": lambda message: message.recipients,
    "bijlage.naam": lambda message: tuple(name for name, _ in message.files),
    "bijlage.type": lambda message: tuple(kind for _, kind in message.files),
    "bijlage.aantal": lambda message: (str(len(message.files)),),
    "kanaal": lambda message: (message.channel,),
    "taal": lambda message: (message.language,),
} | {
    f"brief.{name}": _of_letter(name)
    for name in ("betreft", "kenmerk", "datum", "postcode", "afzender", "ocr_zekerheid")
}
"""What a test may read, by the name it has in a rule."""

IN_TEXT = ("onderwerp", "tekst")
