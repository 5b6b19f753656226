"""Several connections to the relay: mails leave side by side, those of one reader in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from desk import Desk
from relays import one_by_one

from mailagent.flow import rest
from mailagent.flow.receipt import Receipt
from mailagent.flow.tell import facts
from mailagent.outbound.post import Carrier
from mailagent.outbound.relay import Parcel
from mailagent.store import notices
from mailagent.store.notices import Owed

TAKEN, BUSY = Receipt(250, "2.0.0 queued"), Receipt(451, "4.7.1 too many mails from you")
JAN, PIET = "jan@home.example", "piet@home.example"


@pytest.fixture
def about(desk: Desk) -> Owed:
    """A mail about a klacht, to be owed to others."""
    jan = desk.citizen(JAN)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    klacht = desk.klacht(jan.gets("ontvangstbevestiging").kenmerk)
    values = {**facts(klacht, desk.world), "description": "?"}
    return Owed("toegewezen", "", "", values, klacht.id)


def send(desk: Desk, mails: Sequence[Owed], carry: Carrier) -> None:
    with desk.world.store.begin() as tx:
        ids = notices.owe(tx, mails, desk.now())
    replace(desk.house.post, carry=carry, lines=4).send(ids)


def test_mails_leave_side_by_side_and_those_of_one_reader_in_order(desk: Desk, about: Owed) -> None:
    mails = [
        replace(
            about,
            recipient=reader,
            key=f"{reader}{number}",
            values={**about.values, "description": f"Nummer {number}."},
        )
        for number in range(4)
        for reader in (JAN, PIET)
    ]
    carried: list[tuple[str, str]] = []

    def carry(parcels: Sequence[Parcel]) -> list[Receipt]:
        assert [recipient for _, recipient, _ in parcels] == [JAN, PIET]
        carried.extend((to, re.findall(r"Nummer (\d)", raw.decode())[0]) for _, to, raw in parcels)
        return [TAKEN, TAKEN]

    send(desk, mails, carry)

    for reader in (JAN, PIET):
        assert [number for to, number in carried if to == reader] == ["0", "1", "2", "3"]


def test_a_domain_that_says_later_is_asked_no_oftener_by_several_lines(desk: Desk, about: Owed) -> None:
    readers = [
        f"melder{number}@{domain}" for number in range(6) for domain in ("druk.example", "rust.example")
    ]
    asked: list[str] = []

    def carry(_sender: str, recipient: str, _raw: bytes) -> Receipt:
        asked.append(rest.domain(recipient))
        return BUSY if asked[-1] == "druk.example" else TAKEN

    send(desk, [replace(about, recipient=reader, key=reader) for reader in readers], one_by_one(carry))

    assert asked.count("druk.example") == rest.SEVERAL
    assert asked.count("rust.example") == 6
