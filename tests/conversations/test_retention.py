"""Mail that became nothing is destroyed in time, down to its skeleton; what waits for a human is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from desk import Desk, open_desk

from mailagent.flow import tick
from mailagent.store import arrivals
from mailagent.store.tables import arrival, notice

JAN, ANNA = "jan@home.example", "anna@stad.example"
OWN_MX = '[intake]\nbehind_own_mx = ["192.0.2.0/24"]\n[retention]\narrivals_days = 30'


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    desk = open_desk(tmp_path, database=database_url, more=OWN_MX)
    yield desk
    desk.house.close()


def row(desk: Desk, number: int) -> Any:
    with desk.world.store.read() as tx:
        return tx.execute(sa.select(arrival).where(arrival.c.id == number)).one()


def about(desk: Desk, number: int) -> list[Any]:
    with desk.world.store.read() as tx:
        return list(tx.execute(sa.select(notice).where(notice.c.arrival_id == number)))


def test_automatic_mail_about_nothing_is_destroyed_when_its_days_are_over(desk: Desk) -> None:
    desk.citizen(JAN).writes("Nieuwsbrief", "Alle aanbiedingen.", Auto_Submitted="auto-generated")
    desk.passes(days=29)
    assert tick.destroy(desk.world) == 0
    assert row(desk, 1).raw

    desk.passes(days=2)
    assert tick.destroy(desk.world) == 1
    assert tick.destroy(desk.world) == 0

    left = row(desk, 1)
    assert (left.raw, left.sender, left.writer, left.trace, left.recipients) == (None, None, "", None, [])
    assert (left.verdict, left.state, bool(left.sha256)) == ("AutoMail", "done", True)


def test_what_was_dismissed_is_destroyed_with_our_mails_about_it_and_stays_dismissed(desk: Desk) -> None:
    desk.citizen(JAN).writes("Container", "De gft-bak is niet geleegd.", X_Spam_Flag="YES")
    anna = desk.agent(ANNA)
    asked = anna.gets("ter_beoordeling")
    anna.replies(asked, "#afwijzen reclame\nJan belde hierover.")
    anna.gets("opdracht_uitgevoerd")
    desk.passes(days=31)

    tick.destroy(desk.world)

    assert row(desk, 1).ruling["what"] == "dismissed"
    assert "Jan belde" not in str(row(desk, 1).ruling)
    [told] = [mail for mail in about(desk, 1) if mail.kind == "ter_beoordeling"]
    assert (told.recipient, told.values, told.rendered) == ("", {}, None)
    with desk.world.store.read() as tx:
        assert arrivals.stuck(tx) == []
    anna.replies(asked, "#aannemen")
    assert "Er is niets gedaan" in anna.gets("opdracht_niet_begrepen").text
    assert desk.klachten() == []


def test_what_waits_for_a_human_and_what_became_a_klacht_is_not_destroyed(desk: Desk) -> None:
    desk.citizen(JAN).writes("Container", "De gft-bak is niet geleegd.", X_Spam_Flag="YES")
    desk.citizen("piet@home.example").writes("Balie", "Ik werd onbeleefd behandeld.")
    desk.passes(days=400)

    assert tick.destroy(desk.world) == 0
    assert row(desk, 1).raw
    assert row(desk, 2).raw
    asked = desk.agent(ANNA).gets("ter_beoordeling")
    desk.agent(ANNA).replies(asked, "#aannemen")
    assert len(desk.klachten()) == 2
