"""Letters in the store: sealed originals, masked pages, and the same letter known again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from post_room import LETTER, paper

from mailagent.core.errors import Unreadable
from mailagent.core.letter import Letter
from mailagent.core.mail import Envelope
from mailagent.store import arrivals, letters
from mailagent.store.arrivals import Fate
from mailagent.store.database import writing
from mailagent.store.vault import Vault

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=90)
OLD, NEW = b"o" * 32, b"n" * 32


def kept(tx: sa.Connection, letter: Letter, raw: bytes = b"scan") -> int:
    """A letter that was judged."""
    envelope = Envelope(raw, "folder", NOON, "letter", sealed=b"sealed")
    [[id], _] = arrivals.keep(tx, [envelope], NOON)
    letters.keep(tx, id, letter, b"%PDF masked", "key")
    arrivals.finish(tx, id, Fate("Review", "", {}, NOON))
    return id


def test_the_bytes_are_kept_sealed_and_known_by_what_they_were(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        id = kept(tx, paper())
        assert arrivals.raw(tx, id) == b"sealed"
        [row] = arrivals.told_of(tx, id=id)
        assert row.sha256 == Envelope(b"scan", "folder", NOON).sha256


def test_the_same_file_and_the_same_pages_are_known_again_and_others_are_not(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        first = kept(tx, paper())
        known = Envelope(b"scan", "folder", NOON).sha256
        assert letters.twin(tx, 99, known, None, LONG_AGO) == (first, "file")
        assert letters.twin(tx, 99, "another", paper(), LONG_AGO) == (first, "pages")
        assert letters.twin(tx, 99, "another", paper(), NOON + timedelta(days=1)) is None
        for other in (
            paper(LETTER.replace("drie weken niet geleegd", "zes maanden zoek")),
            paper(name="P. Jansen", postcode="1234 AB"),
        ):
            looks_alike = replace(other, pages=paper().pages)
            assert letters.twin(tx, 99, "another", looks_alike, LONG_AGO) is None


def test_a_letter_that_is_read_again_replaces_what_was_read(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        id = kept(tx, paper("Onleesbaar"))
        letters.keep(tx, id, paper(), b"", "key")
        told = letters.told(tx, id)
        assert told
        assert (told.text, told.pages, told.unsafe) == (LETTER, (1,), ())
        assert letters.archive(tx, id) is None
        assert letters.keys_in_use(tx) == {"key"}
        letters.forget(tx, [id])
        assert letters.told(tx, id) is None
        assert letters.pictures(tx, id) == []


def test_a_new_key_seals_and_the_old_one_opens_until_it_is_gone() -> None:
    sealed = Vault([OLD]).seal(b"een brief")
    assert b"brief" not in sealed
    assert Vault([NEW, OLD]).open(sealed) == b"een brief"
    with pytest.raises(Unreadable, match="key_gone"):
        Vault([NEW]).open(sealed)
    with pytest.raises(Unreadable, match="key_gone"):
        Vault([OLD]).open(sealed[:-4] + b"AAA=")
