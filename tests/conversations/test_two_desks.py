"""Two municipalities that both run mailagent never keep each other talking, whatever lies between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desk import INTAKE, Desk, open_desk
from relays import NOBODY, TAKEN, moody

THEIRS = "klachten@dorp.example"
JAN, ANNA, BEA = "jan@home.example", "anna@stad.example", "bea@dorp.example"
MOST_TRIPS, ENDS_SOON = 40, 5

Way = Callable[[bytes], bytes]


def open_way(raw: bytes) -> bytes:
    """Nothing between them."""
    return raw


def without(*names: str) -> Way:
    """A gateway that takes these headers off."""
    head = re.compile(
        rb"^(?:" + "|".join(names).encode() + rb"):[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*", re.I | re.M
    )
    return lambda raw: head.sub(b"", raw)


NAMELESS = without(
    "Auto-Submitted", "X-Auto-Response-Suppress", "In-Reply-To", "References", "Message-ID", "Subject"
)
SILENCED = without("Auto-Submitted", "X-Auto-Response-Suppress")
"""As some gateways and forwards do: nothing says any more that a machine wrote it."""

WAYS = {"open": open_way, "silenced": SILENCED}


@pytest.fixture
def stad(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "stad").mkdir()
    desk = open_desk(tmp_path / "stad")
    yield desk
    desk.house.close()


@pytest.fixture
def dorp(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "dorp").mkdir()
    desk = open_desk(tmp_path / "dorp", members=(BEA,), domain="dorp.example")
    yield desk
    desk.house.close()


def carried(stad: Desk, dorp: Desk, way: Way = open_way) -> int:
    """Carry what one owes the other until nothing is left: how many mails that took."""
    trips = 0
    while trips < MOST_TRIPS:
        fresh = [
            (there, mail)
            for here, there in ((stad, dorp), (dorp, stad))
            for address, box in list(here.mailboxes.items())
            for mail in box
            if address.endswith(there.world.organisation.domain) and not mail.read
            if not address.startswith(("anna@", "bea@", "carla@"))
        ]
        if not fresh:
            return trips
        for there, mail in fresh:
            mail.read, trips = True, trips + 1
            there.citizen("postbode").hands_in(way(mail.raw), to=mail.to, sender=mail.sender)
    return trips


def kinds(desk: Desk, address: str) -> list[str]:
    return [mail.kind for mail in desk.mailboxes[address]]


@pytest.mark.parametrize("way", WAYS)
def test_a_klacht_written_by_the_intake_address_of_the_other_is_acknowledged_and_that_is_all(
    stad: Desk, dorp: Desk, way: str
) -> None:
    stad.citizen(THEIRS).writes("Overlast", "Uw strooiwagens rijden door ons dorp.")

    assert carried(stad, dorp, WAYS[way]) <= ENDS_SOON
    more = [] if way == "open" else ["aanvulling_ontvangen"]
    assert kinds(stad, THEIRS) == ["ontvangstbevestiging", *more]
    assert len(stad.klachten()) == 1
    assert len(dorp.klachten()) == (0 if way == "open" else 1)


@pytest.mark.parametrize("way", WAYS)
def test_what_has_ended_does_not_begin_again_the_next_day(stad: Desk, dorp: Desk, way: str) -> None:
    stad.citizen(THEIRS).writes("Overlast", "Uw strooiwagens rijden door ons dorp.")
    carried(stad, dorp, WAYS[way])

    for _ in range(3):
        for desk in (stad, dorp):
            desk.passes(days=2)
        assert carried(stad, dorp, WAYS[way]) == 0


@pytest.mark.parametrize("way", WAYS)
def test_what_is_answered_to_the_other_ends_there(stad: Desk, dorp: Desk, way: str) -> None:
    anna = stad.agent(ANNA)
    stad.citizen(THEIRS).writes("Overlast", "Uw strooiwagens rijden door ons dorp.")
    task = anna.gets("nieuw_voor_team")
    carried(stad, dorp, WAYS[way])

    anna.replies(task, "#in_behandeling")
    anna.replies(task, "#antwoord\nWij zoeken het uit.")
    anna.replies(task, "#opgelost gegrond\nZij rijden nu om.")

    assert carried(stad, dorp, WAYS[way]) < MOST_TRIPS // 2
    assert len(stad.klachten()) == 1
    assert stad.klacht(task.kenmerk).status == "opgelost"


@pytest.mark.parametrize("way", WAYS)
def test_a_citizen_whose_mail_is_forwarded_to_the_other_starts_no_loop(
    stad: Desk, dorp: Desk, way: str
) -> None:
    jan = stad.citizen(JAN)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    receipt = jan.gets("ontvangstbevestiging")

    for number in range(3):
        forwarded = b"Received: by forwarder.example; %d\r\n" % number + WAYS[way](receipt.raw)
        dorp.citizen(JAN).hands_in(forwarded, to=THEIRS, sender=receipt.sender)

    # silenced, the receipt of the one is a klacht for the other, whose receipt is a klacht for the one
    assert carried(stad, dorp, WAYS[way]) <= ENDS_SOON
    assert len(stad.klachten()) <= 2
    assert len(dorp.klachten()) <= 1


@pytest.mark.parametrize("way", WAYS)
def test_the_intake_of_the_other_as_an_agent_gets_its_tasks_and_no_more(
    tmp_path: Path, dorp: Desk, way: str
) -> None:
    stad = open_desk(tmp_path, members=(THEIRS,))
    stad.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld.")

    assert carried(stad, dorp, WAYS[way]) < MOST_TRIPS // 2
    assert kinds(stad, JAN) == ["ontvangstbevestiging"]
    stad.house.close()


@pytest.mark.parametrize("way", WAYS)
def test_a_mail_that_cannot_be_delivered_is_reported_to_people_alone(
    stad: Desk, dorp: Desk, way: str
) -> None:
    moody(stad).mood = lambda recipient, _raw: NOBODY if recipient == THEIRS else TAKEN
    stad.citizen(THEIRS).writes("Overlast", "Uw strooiwagens rijden door ons dorp.")

    told = stad.agent(ANNA).gets("brief_nodig")
    assert "klachten[at]dorp" in told.text
    dorp.citizen(ANNA).hands_in(WAYS[way](told.raw), to=THEIRS, sender=told.sender)
    assert carried(stad, dorp, WAYS[way]) <= ENDS_SOON


def test_out_of_office_answers_of_each_to_the_other_are_kept_and_no_more(stad: Desk, dorp: Desk) -> None:
    for desk, other in ((stad, THEIRS), (dorp, INTAKE)):
        away = desk.citizen(other)
        away.writes(
            "Automatisch antwoord: Uw klacht", "Wij zijn gesloten.", to=desk.world.organisation.address
        )
        away.writes(
            "Wij zijn dicht", "Dicht.", to=desk.world.organisation.address, Auto_Submitted="auto-replied"
        )

    assert carried(stad, dorp) == 0
    assert stad.klachten() == dorp.klachten() == []


def test_even_when_all_that_tells_is_taken_off_the_caps_hold_it(stad: Desk, dorp: Desk) -> None:
    stad.citizen(THEIRS).writes("Overlast", "Uw strooiwagens rijden door ons dorp.")

    for _ in range(5):
        carried(stad, dorp, NAMELESS)
        for desk in (stad, dorp):
            desk.passes(minutes=10)

    for desk, other in ((stad, THEIRS), (dorp, INTAKE)):
        assert kinds(desk, other).count("ontvangstbevestiging") <= 25
