"""A mail that came back for a passing reason goes once more, the same mail; then it is lost."""

from __future__ import annotations

import pytest
from desk import Desk, Got
from relays import FULL, TAKEN, MoodyRelay, moody
from reports import comes_back

from mailagent.store import dead_addresses, notices

JAN, ANNA = "jan@home.example", "anna@stad.example"


@pytest.fixture
def relay(desk: Desk) -> MoodyRelay:
    return moody(desk)


@pytest.fixture
def receipt(desk: Desk, relay: MoodyRelay) -> Got:
    assert relay.offered == []
    jan = desk.citizen(JAN)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    desk.agent(ANNA).gets("nieuw_voor_team")
    return jan.gets("ontvangstbevestiging")


def proof(desk: Desk) -> list[str]:
    [klacht] = desk.klachten()
    with desk.world.store.read() as tx:
        [notice] = [n for n in notices.of_klacht(tx, klacht.id) if n.kind == "ontvangstbevestiging"]
        return [line.what for line in notices.proofs(tx, notice)]


@pytest.mark.parametrize("status", ["4.4.7", "4.2.2", "5.2.2"])
def test_a_full_mailbox_gets_the_same_mail_once_more_after_some_hours(
    desk: Desk, receipt: Got, status: str
) -> None:
    comes_back(desk, receipt, status)
    desk.agent(ANNA).gets_nothing()
    desk.passes(hours=3)
    desk.citizen(JAN).gets_nothing()

    desk.passes(hours=1)

    assert desk.citizen(JAN).gets("ontvangstbevestiging").raw == receipt.raw
    assert proof(desk) == ["owed", "offered", "accepted", "returned", "accepted"]


def test_what_comes_back_a_second_time_is_lost_and_told(desk: Desk, receipt: Got) -> None:
    comes_back(desk, receipt, "4.2.2")
    desk.passes(hours=4)
    comes_back(desk, receipt, "4.2.2")

    assert "4.2.2" in desk.agent(ANNA).gets("niet_bezorgd").text
    assert proof(desk)[-1] == "bounced"
    with desk.world.store.read() as tx:
        assert dead_addresses.among(tx, [JAN]) == {}, "full is not dead"


def test_the_same_report_twice_is_one_report(desk: Desk, receipt: Got) -> None:
    comes_back(desk, receipt, "4.2.2")
    comes_back(desk, receipt, "4.2.2")

    desk.agent(ANNA).gets_nothing()
    assert proof(desk) == ["owed", "offered", "accepted", "returned"]


def test_a_delay_is_news_and_no_more(desk: Desk, receipt: Got, relay: MoodyRelay) -> None:
    comes_back(desk, receipt, "4.4.1", action="delayed")
    desk.passes(hours=12)

    assert desk.kinds(receipt.kenmerk) == ["received", "automatic_kept"]
    assert len([o for o in relay.offered if o.recipient == JAN]) == 1


def test_a_mail_that_goes_once_more_is_tried_as_long_as_any_other(
    desk: Desk, receipt: Got, relay: MoodyRelay
) -> None:
    comes_back(desk, receipt, "4.2.2")
    relay.says(FULL)
    desk.passes(hours=4)
    relay.says(TAKEN)
    desk.passes(hours=1)

    assert desk.citizen(JAN).gets("ontvangstbevestiging").raw == receipt.raw
