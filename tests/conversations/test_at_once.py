"""Two people, or two clicks, at the same moment: one of them counts, and the other hears why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from desk import Desk, Got, Person, open_desk

from mailagent.core.mail import Envelope
from mailagent.flow import arrive, confirm
from mailagent.flow.process import process

JAN, ANNA, BRAM = "jan@home.example", "anna@stad.example", "bram@stad.example"
OWN_MX = '[intake]\nbehind_own_mx = ["192.0.2.0/24"]\n'
ROUNDS = 5


@pytest.fixture(params=["token", "strict"])
def proof(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def desk(tmp_path: Path, database_url: str, proof: str) -> Iterator[Desk]:
    desk = open_desk(tmp_path, database=database_url, members=(ANNA, BRAM), more=OWN_MX, proof=proof)
    yield desk
    desk.house.close()


@pytest.fixture
def strict(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    """Every order waits for its confirm link."""
    desk = open_desk(tmp_path, database=database_url, proof="strict")
    yield desk
    desk.house.close()


def at_once(*steps: Callable[[], object]) -> None:
    """All of these begin together, each in a thread of its own."""
    line = Barrier(len(steps))

    def step(do: Callable[[], object]) -> None:
        line.wait()
        do()

    with ThreadPoolExecutor(len(steps)) as pool:
        list(pool.map(step, steps))


def kept(desk: Desk, who: Person, to: Got, text: str) -> int:
    """A reply that nobody has judged yet: its arrival."""
    raw = who.composed(f"Re: {to.subject}", text, to.reply_to)
    envelope = Envelope(raw, "smtp", desk.now(), "email", who.address, (to.reply_to,), "192.0.2.1")
    return arrive.keep([envelope], desk.world)[0]


def set_aside(desk: Desk, number: int) -> tuple[Got, Got]:
    """A message that waits for a human: the mails Anna and Bram got."""
    jan = desk.citizen(f"jan{number}@home.example")
    jan.writes(f"Container {number}", "De gft-bak is niet geleegd.", X_Spam_Flag="YES")
    return desk.agent(ANNA).gets("ter_beoordeling"), desk.agent(BRAM).gets("ter_beoordeling")


def judge_at_once(desk: Desk, *arrivals: int) -> None:
    at_once(*(lambda id=id: process(id, desk.world) for id in arrivals))  # type: ignore[misc]
    desk.settle()


def links(desk: Desk, *agents: Person) -> list[int]:
    """The orders that wait for a confirm link of these."""
    asked = [agent.gets("opdracht_bevestigen").link(r"/bevestig/\S+") for agent in agents]
    return [desk.house.links.read_confirm(link.split("/")[4]) for link in asked]


def confirm_at_once(desk: Desk, *orders: int) -> None:
    at_once(*(lambda id=id: confirm.confirm(id, desk.world) for id in orders))  # type: ignore[misc]
    desk.settle()


def test_a_message_that_two_agents_settle_at_once_is_settled_once(desk: Desk, proof: str) -> None:
    anna, bram = desk.agent(ANNA), desk.agent(BRAM)
    for number in range(ROUNDS):
        annas, brams = set_aside(desk, number)
        judge_at_once(desk, kept(desk, anna, annas, "#aannemen"), kept(desk, bram, brams, "#aannemen"))
        if proof == "strict":
            confirm_at_once(desk, *links(desk, anna, bram))

        said = {
            mail.kind: mail
            for person in (anna, bram)
            for mail in desk.mailboxes[person.address]
            if mail.kind in ("opdracht_uitgevoerd", "opdracht_niet_begrepen") and not mail.read
        }
        assert set(said) == {"opdracht_uitgevoerd", "opdracht_niet_begrepen"}
        assert "al aangenomen door" in said["opdracht_niet_begrepen"].text
        desk.citizen(f"jan{number}@home.example").gets("ontvangstbevestiging")
        anna.reads_all()
        bram.reads_all()
    assert len(desk.klachten()) == ROUNDS


def test_one_of_two_opposite_rulings_at_once_counts_and_the_other_does_nothing(
    desk: Desk, proof: str
) -> None:
    anna, bram = desk.agent(ANNA), desk.agent(BRAM)
    for number in range(ROUNDS):
        annas, brams = set_aside(desk, number)
        judge_at_once(desk, kept(desk, anna, annas, "#aannemen"), kept(desk, bram, brams, "#afwijzen spam"))
        if proof == "strict":
            confirm_at_once(desk, *links(desk, anna, bram))

        admitted = len(desk.mailboxes[f"jan{number}@home.example"])
        loser = bram if admitted else anna
        assert "Er is niets gedaan" in loser.gets("opdracht_niet_begrepen").text
        assert admitted in (0, 1)
        anna.reads_all()
        bram.reads_all()


def test_an_order_whose_button_is_pressed_twice_at_once_is_carried_out_once(strict: Desk) -> None:
    desk, anna = strict, strict.agent(ANNA)
    for number in range(ROUNDS):
        desk.citizen(JAN).writes(f"Balie {number}", f"Ik werd onbeleefd behandeld, keer {number}.")
        task = anna.gets("nieuw_voor_team")
        anna.replies(task, "#antwoord\nWij zoeken het uit.")
        [order] = links(desk, anna)

        confirm_at_once(desk, order, order, order)

        assert desk.kinds(task.kenmerk).count("answered") == 1
        desk.citizen(JAN).gets("antwoord")
        anna.gets("opdracht_uitgevoerd")
        assert not [m for m in desk.mailboxes[ANNA] if m.kind == "opdracht_uitgevoerd" and not m.read]
