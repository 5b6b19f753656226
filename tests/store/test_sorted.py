"""Every klacht with what the rules made of it, as a replay reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from mailagent.core.klacht import Klacht
from mailagent.core.mail import Envelope
from mailagent.store import arrivals, klachten
from mailagent.store import sorted as kept
from mailagent.store.arrivals import Fate
from mailagent.store.database import writing

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NEW = Klacht(0, "", "Bak", "De gft-bak.", "jan@home.example", NOW, category="afval", labels=("melding",))


def came(tx: sa.Connection, number: int) -> Klacht:
    """A klacht with the mail that made it and one that came later."""
    kenmerk, at = f"KL26-{number:05}", NOW + timedelta(days=number)
    klacht = klachten.add(tx, replace(NEW, kenmerk=kenmerk, received_at=at), b"salt")
    for verdict, sorting in (("NewKlacht", {"category": "afval", "score": number}), ("Append", None)):
        [id], _ = arrivals.keep(tx, [Envelope(b"x", "smtp", NOW)], NOW)
        arrivals.finish(tx, id, Fate(verdict, "", {"sorting": sorting}, NOW, klacht_id=klacht.id))
    return klacht


@pytest.fixture
def filled(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> sa.Engine:
    monkeypatch.setattr(kept, "AT_ONCE", 2)
    with writing(engine) as tx:
        for number in range(1, 6):
            came(tx, number)
        klachten.add(tx, replace(NEW, kenmerk="KL26-00099", received_at=NOW + timedelta(days=9)), b"salt")
    return engine


def test_every_klacht_comes_once_in_order_with_the_decision_that_made_it(filled: sa.Engine) -> None:
    with filled.connect() as tx:
        every = list(kept.history(tx, None))
        assert kept.count(tx, None) == len(every) == 6
    assert [one.klacht.kenmerk for one in every] == [*(f"KL26-{n:05}" for n in range(1, 6)), "KL26-00099"]
    assert [one.decision and one.decision["score"] for one in every] == [1, 2, 3, 4, 5, None]
    assert every[0].klacht.labels == ("melding",)


def test_a_replay_may_begin_later(filled: sa.Engine) -> None:
    since = NOW + timedelta(days=4)
    with filled.connect() as tx:
        assert [one.klacht.kenmerk for one in kept.history(tx, since)] == [
            "KL26-00004",
            "KL26-00005",
            "KL26-00099",
        ]
        assert kept.count(tx, since) == 3


def test_one_is_found_by_its_kenmerk(filled: sa.Engine) -> None:
    with filled.connect() as tx:
        one, by_hand = kept.of_kenmerk(tx, "KL26-00002"), kept.of_kenmerk(tx, "KL26-00099")
        assert kept.of_kenmerk(tx, "KL26-00042") is None
        assert list(kept.texts(tx, 2)) == ["Bak De gft-bak."] * 2
    assert one
    assert one.decision == {"category": "afval", "score": 2}
    assert by_hand
    assert by_hand.decision is None
