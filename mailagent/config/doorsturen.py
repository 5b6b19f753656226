"""doorsturen.yaml: the bodies to which a klacht may be forwarded without a further look (Awb 2:3)."""

from __future__ import annotations

from collections.abc import Iterator

from mailagent.config.fields import Address, Name, Part
from mailagent.config.yaml import Sheet
from mailagent.core.errors import Mistake
from mailagent.core.organisation import Body


class BodyEntry(Part):
    name: Name
    address: Address
    about: str = ""


class DoorsturenFile(Part):
    bodies: tuple[BodyEntry, ...] = ()


def bodies_of(file: DoorsturenFile) -> tuple[Body, ...]:
    """In the words of the core."""
    return tuple(Body(entry.name, entry.address, entry.about) for entry in file.bodies)


def wrong_bodies(sheet: Sheet[DoorsturenFile]) -> Iterator[Mistake]:
    """A name or an address that stands there twice, or a name that looks like an address."""
    entries = sheet.content.bodies
    yield from sheet.twice(("bodies",), "address", [entry.address for entry in entries])
    yield from sheet.twice(("bodies",), "name", [entry.name.casefold() for entry in entries])
    for number, entry in enumerate(entries):
        if "@" in entry.name:
            yield sheet.mistake(("bodies", number, "name"), "is an address; write what the body is called")
