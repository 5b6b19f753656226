"""Mails of one conversation take effect in the order in which they came, whoever works on them first."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa
from desk import INTAKE, Desk, open_desk

from mailagent.core.errors import TakesLong
from mailagent.core.mail import Envelope, Mail
from mailagent.flow import arrive
from mailagent.flow.process import process, process_all
from mailagent.flow.turns import MOST_BEFORE
from mailagent.store import arrivals

ROUNDS = 6


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    desk = open_desk(tmp_path, database=database_url)
    yield desk
    desk.house.close()


def mail(desk: Desk, address: str, text: str, *lines: str) -> bytes:
    """A mail with these lines on top of its head, instead of its Message-ID."""
    whole = desk.citizen(address).composed("Balie", text, INTAKE)
    rest = b"\r\n".join(line for line in whole.split(b"\r\n") if not line.startswith(b"Message-ID"))
    return "".join(f"{line}\r\n" for line in lines).encode() + rest


def kept(desk: Desk, *raws: bytes) -> list[int]:
    envelopes = [Envelope(raw, "smtp", desk.now(), "email", None, (INTAKE,), "192.0.2.1") for raw in raws]
    return arrive.keep(envelopes, desk.world)


def complaint(desk: Desk, number: int) -> bytes:
    address = f"jan{number}@home.example"
    return mail(
        desk, address, f"Ik werd onbeleefd behandeld, {number}.", f"Message-ID: <a{number}@home.example>"
    )


def addition(desk: Desk, number: int, line: str) -> bytes:
    text, id = f"Het was bij loket {number}.", f"Message-ID: <b{number}@home.example>"
    return mail(desk, f"jan{number}@home.example", text, id, f"{line}: <a{number}@home.example>")


@pytest.mark.parametrize("line", ["In-Reply-To", "References"])
def test_an_addition_to_a_klacht_waits_for_it_when_it_is_taken_first(desk: Desk, line: str) -> None:
    first, second = kept(desk, complaint(desk, 1), addition(desk, 1, line))

    assert process(second, desk.world) is None
    assert process(first, desk.world) is not None
    desk.passes(seconds=3)

    [klacht] = desk.klachten()
    assert desk.kinds(klacht.kenmerk) == ["received", "reacted"]


def test_many_workers_keep_the_order(desk: Desk) -> None:
    for number in range(ROUNDS):
        ids = kept(desk, complaint(desk, number), addition(desk, number, "References"))
        line = Barrier(2)

        def work(id: int, line: Barrier = line) -> None:
            line.wait()
            process(id, desk.world)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(work, ids[::-1]))
        for _ in range(3):
            desk.passes(seconds=3)

    assert len(desk.klachten()) == ROUNDS
    for klacht in desk.klachten():
        assert desk.kinds(klacht.kenmerk) == ["received", "reacted"]


def test_two_answers_to_one_mail_take_effect_in_order(desk: Desk) -> None:
    jan = desk.citizen("jan@home.example")
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    answered = str(jan.gets("ontvangstbevestiging").message["message-id"])
    one, two = kept(
        desk,
        mail(desk, jan.address, "Het was bij loket 3.", f"In-Reply-To: {answered}"),
        mail(desk, jan.address, "Nee, bij loket 4.", f"References: <x@home.example>\r\n {answered}"),
    )

    assert process(two, desk.world) is None
    process(one, desk.world)
    desk.passes(seconds=3)

    [klacht] = desk.klachten()
    said = [event.data["text"] for event in desk.history(klacht.kenmerk) if event.kind == "reacted"]
    assert [str(text).strip() for text in said] == ["Het was bij loket 3.", "Nee, bij loket 4."]


@pytest.mark.parametrize("by_envelope", [True, False])
def test_two_orders_to_one_reply_address_take_effect_in_order(desk: Desk, *, by_envelope: bool) -> None:
    """Also where they come from a mailbox, which tells no envelope, and neither says what it answers."""
    desk.citizen("jan@home.example").writes("Balie", "Ik werd onbeleefd behandeld.")
    anna = desk.agent("anna@stad.example")
    to = anna.gets("nieuw_voor_team").reply_to
    raws = [
        anna.composed("Re: Balie", order, to if not by_envelope else INTAKE)
        for order in ("#in_behandeling", "#opgelost gegrond\nOnze excuses.")
    ]
    sent_to = (to,) if by_envelope else ()
    one, two = arrive.keep(
        [Envelope(raw, "imap:klachten", desk.now(), "email", None, sent_to) for raw in raws], desk.world
    )

    assert process(two, desk.world) is None
    process(one, desk.world)
    desk.passes(seconds=3)

    [klacht] = desk.klachten()
    assert desk.kinds(klacht.kenmerk)[1:] == ["taken_up", "assigned", "resolved"]


def test_a_stuck_mail_holds_nobody_that_answers_it(desk: Desk) -> None:
    first, second = kept(desk, complaint(desk, 1), addition(desk, 1, "References"))
    assert process(second, desk.world) is None

    with desk.world.store.begin() as tx:
        arrivals.failed(tx, first, "poison", stuck=True)

    assert process(second, desk.world) is not None


def test_a_mail_waits_for_none_that_came_later_and_for_no_other_conversation(desk: Desk) -> None:
    answer = addition(desk, 1, "References")
    *_, early, _late = kept(
        desk, complaint(desk, 2), addition(desk, 3, "References"), answer, complaint(desk, 1)
    )

    assert process(early, desk.world) is not None


def test_what_stands_in_the_text_of_an_earlier_mail_makes_nobody_wait(desk: Desk) -> None:
    quoting = mail(desk, "eve@elsewhere.example", "Ik las <a1@home.example> en References: <a1@home.example>")
    _, second = kept(desk, quoting, addition(desk, 1, "References"))

    assert process(second, desk.world) is not None


def test_of_a_long_queue_only_the_newest_are_looked_at(desk: Desk) -> None:
    between = [complaint(desk, number) for number in range(2, 2 + MOST_BEFORE)]
    *_, last = kept(desk, complaint(desk, 1), *between, addition(desk, 1, "References"))

    assert process(last, desk.world) is not None


def test_a_mail_that_answers_nothing_asks_the_database_nothing_more(desk: Desk) -> None:
    asked: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    sa.event.listen(desk.world.store.engine, "before_cursor_execute", note)
    first, second = kept(desk, complaint(desk, 1), addition(desk, 1, "References"))

    process(first, desk.world)
    assert not [statement for statement in asked if "substr" in statement]
    process(second, desk.world)
    assert len([statement for statement in asked if "substr" in statement]) == 1


def test_a_mail_that_is_read_apart_keeps_its_turn_in_its_conversation(desk: Desk) -> None:
    def parse(raw: bytes) -> Mail:
        if b"keer nummer 1" in raw:
            raise TakesLong
        return desk.world.parse(raw)  # type: ignore[no-any-return]

    world = replace(desk.world, glance=lambda _: parse)
    slow = mail(desk, "jan1@home.example", "Dit is keer nummer 1.", "Message-ID: <a1@home.example>")
    ids = kept(desk, slow, addition(desk, 1, "References"), complaint(desk, 2))

    assert [verdict and verdict.name for verdict in process_all(ids, world)] == [None, "NewKlacht"]
    desk.passes(seconds=3)

    assert [desk.kinds(klacht.kenmerk) for klacht in desk.klachten()] == [
        ["received", "reacted"],
        ["received"],
    ]
    assert [klacht.melder for klacht in desk.klachten()] == ["jan1@home.example", "jan2@home.example"]
