"""Letters: what was read of each, its masked pages, and whether the same one came before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mailagent.core.letter import Letter, alike
from mailagent.store.tables import arrival, letter, letter_page

DONE = "done"


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a letter, without its pictures. `fields` is name → (value, evidence)."""

    arrival_id: int
    status: str
    confidence: int
    text: str
    fields: Mapping[str, tuple[str, str]]
    pages: tuple[int, ...]
    unsafe: tuple[int, ...]


def keep(tx: sa.Connection, arrival_id: int, read: Letter, archive: bytes, key_id: str) -> None:
    """Keep what was read of an arrival; where it was read before, this replaces that."""
    forget(tx, [arrival_id])
    tx.execute(
        sa.insert(letter).values(
            arrival_id=arrival_id,
            status=read.status,
            confidence=read.confidence,
            reason=read.reason,
            text=read.text,
            fields={name: [field.value, field.evidence] for name, field in read.fields.items()},
            fingerprints=[f"{page.fingerprint:x}" for page in read.pages],
            archive=archive or None,
            key_id=key_id,
        )
    )
    for page in read.pages:
        jpeg = page.image if page.safe and page.image else None
        row = {"arrival_id": arrival_id, "number": page.number, "confidence": page.confidence, "jpeg": jpeg}
        tx.execute(sa.insert(letter_page).values(row))


def forget(tx: sa.Connection, arrival_ids: Sequence[int]) -> None:
    """Destroy what was read of these arrivals."""
    for table in (letter_page, letter):
        tx.execute(sa.delete(table).where(table.c.arrival_id.in_(arrival_ids)))


def told(tx: sa.Connection, arrival_id: int) -> Told | None:
    """What is known of a letter; None for an arrival of another kind, or one that was never read."""
    c = letter.c
    query = sa.select(c.status, c.confidence, c.text, c.fields).where(c.arrival_id == arrival_id)
    row = tx.execute(query).one_or_none()
    if row is None:
        return None
    page = letter_page.c
    numbers = sa.select(page.number, page.jpeg.is_(None).label("unsafe")).where(page.arrival_id == arrival_id)
    pages = list(tx.execute(numbers.order_by(page.number)))
    fields = {name: (value, evidence) for name, (value, evidence) in row.fields.items()}
    unsafe = tuple(one.number for one in pages if one.unsafe)
    every = tuple(one.number for one in pages)
    return Told(arrival_id, row.status, row.confidence, row.text, fields, every, unsafe)


def archive(tx: sa.Connection, arrival_id: int) -> bytes | None:
    """The searchable PDF/A of the masked pages; None where there is none."""
    query = sa.select(letter.c.archive).where(letter.c.arrival_id == arrival_id)
    found: bytes | None = tx.execute(query).scalar()
    return found


def pictures(tx: sa.Connection, arrival_id: int) -> list[tuple[int, bytes]]:
    """The masked pages that may be shown, with their numbers."""
    page = letter_page.c
    query = sa.select(page.number, page.jpeg).where(page.arrival_id == arrival_id, page.jpeg.is_not(None))
    return [(number, jpeg) for number, jpeg in tx.execute(query.order_by(page.number))]


def of_klacht(tx: sa.Connection, klacht_id: int) -> int:
    """The arrival of the letter with which a klacht came in; 0 where it came otherwise."""
    query = (
        sa.select(arrival.c.id)
        .join(letter, letter.c.arrival_id == arrival.c.id)
        .where(arrival.c.klacht_id == klacht_id, arrival.c.verdict == "NewKlacht")
    )
    return tx.execute(query.order_by(arrival.c.id).limit(1)).scalar() or 0


def keys_in_use(tx: sa.Connection) -> set[str]:
    """The names of the keys with which originals are sealed that are still there."""
    query = sa.select(letter.c.key_id).join(arrival, arrival.c.id == letter.c.arrival_id)
    return set(tx.execute(query.where(arrival.c.raw.is_not(None)).distinct()).scalars())


def twin(
    tx: sa.Connection, arrival_id: int, sha256: str, read: Letter | None, since: datetime
) -> tuple[int, str] | None:
    """The letter that is this one, and by what it is known: the very file, or the same pages scanned twice
    since a moment. Nobody judges another letter until this transaction ends."""
    if tx.dialect.name == "postgresql":
        tx.execute(sa.select(sa.func.pg_advisory_xact_lock(_LETTERS)))
    c = arrival.c
    before = (c.channel == "letter", c.id != arrival_id, c.state == DONE, c.verdict != "Duplicate")
    same_file = sa.select(c.id).where(c.sha256 == sha256, *before).order_by(c.id).limit(1)
    if (found := tx.execute(same_file).scalar()) is not None:
        return found, "file"
    if read is None or not read.pages:
        return None
    prints = [page.fingerprint for page in read.pages]
    known = sa.select(c.id, letter.c.fingerprints).join(letter, letter.c.arrival_id == c.id)
    for id, kept in tx.execute(known.where(*before, c.kept_at >= since).order_by(c.id)):
        others = [int(one, 16) for one in kept]
        same = len(others) == len(prints) and all(map(alike, prints, others))
        if same and _says_the_same(tx, id, read):
            return id, "pages"
    return None


_LETTERS = 0x6C6574746572
"""One lock for all: letters are few, and two scans of one are often handed in together."""

SAME_WORDS = 0.95
"""Of a letter that was read twice so many words at least are the same."""
_WHOSE = ("name", "postcode", "date")
"""Neighbours send the same letter, each their own: pages and words alone do not make two letters one."""


def _says_the_same(tx: sa.Connection, arrival_id: int, read: Letter) -> bool:
    query = sa.select(letter.c.text, letter.c.fields).where(letter.c.arrival_id == arrival_id)
    [[text, fields]] = tx.execute(query)
    if any(fields.get(name, [""])[0] != read.value(name) for name in _WHOSE):
        return False
    ours, theirs = Counter(read.text.casefold().split()), Counter(text.casefold().split())
    most = max(ours.total(), theirs.total())
    return most > 0 and (ours & theirs).total() >= SAME_WORDS * most
