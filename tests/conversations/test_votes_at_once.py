"""Answers to one invitation that come at the same moment: one of them counts, and the other hears why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from desk import Desk, Got, open_desk

from mailagent.core.errors import LinkGone
from mailagent.core.feedback import Answer
from mailagent.flow import tick, vote
from mailagent.store import audit

ANNA = "anna@stad.example"
ROUNDS = 3
UNHAPPY, HAPPY = Answer(satisfied=False, text="Nog vol."), Answer(satisfied=True)
Step = Callable[[], object]


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    desk = open_desk(tmp_path, database=database_url)
    yield desk
    desk.house.close()


def at_once(*steps: Step) -> list[object]:
    """All of these begin together, each in its own thread; what each gave back, or how it was refused."""
    line = Barrier(len(steps))

    def step(do: Step) -> object:
        line.wait()
        try:
            return do()
        except LinkGone as gone:
            return gone.why

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(step, steps))


def handled(desk: Desk, number: int) -> Got:
    """A klacht of somebody new, with an invitation that nobody answered yet."""
    jan, anna = desk.citizen(f"jan{number}@home.example"), desk.agent(ANNA)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nOnze excuses.")
    anna.reads_all()
    return jan.gets("afgehandeld")


def votes(desk: Desk, mail: Got, answer: Answer) -> Step:
    return lambda: vote.cast(*link(desk, mail), answer, desk.world).kenmerk


def link(desk: Desk, mail: Got) -> tuple[int, int]:
    return desk.house.links.read_smiley(mail.smiley("tevreden").split("/")[4])


def given(desk: Desk, kenmerk: str) -> int:
    desk.settle()
    return desk.kinds(kenmerk).count("feedback_given")


def test_si_01_the_same_answer_four_times_at_once_is_thanked_four_times_and_counted_once(desk: Desk) -> None:
    for number in range(ROUNDS):
        mail = handled(desk, number)
        said = at_once(*[votes(desk, mail, UNHAPPY)] * 4)
        assert said == [mail.kenmerk] * 4
        assert given(desk, mail.kenmerk) == 1
        assert desk.kinds(mail.kenmerk).count("reopen_requested") == 1
        desk.agent(ANNA).gets("verzoek_tot_heropenen")
        desk.citizen(f"jan{number}@home.example").gets("feedback_ontvangen")
        desk.agent(ANNA).gets_nothing()


def test_si_01_of_two_different_answers_at_once_one_counts_and_the_other_hears_so(desk: Desk) -> None:
    for number in range(ROUNDS):
        mail = handled(desk, number)
        said = at_once(votes(desk, mail, UNHAPPY), votes(desk, mail, HAPPY))
        assert sorted(map(str, said)) == sorted([mail.kenmerk, "answered"])
        assert given(desk, mail.kenmerk) == 1
        status = "verzoek_tot_heropenen" if said[0] == mail.kenmerk else "gesloten"
        assert desk.klacht(mail.kenmerk).status == status
        desk.agent(ANNA).reads_all()


def test_si_03_an_answer_in_the_last_moment_and_the_clock_at_once_are_one_ending(desk: Desk) -> None:
    for number in range(ROUNDS):
        mail = handled(desk, number)
        klacht = desk.klacht(mail.kenmerk)
        desk.time[0] += timedelta(days=5) - timedelta(microseconds=1 if number % 2 else 0)
        said, _ = at_once(votes(desk, mail, HAPPY), lambda id=klacht.id: tick.tick(id, desk.world))  # type: ignore[misc]
        in_time = said == mail.kenmerk
        assert in_time == bool(number % 2)
        assert given(desk, mail.kenmerk) == in_time
        desk.passes(minutes=1)
        assert desk.klacht(mail.kenmerk).status == "gesloten"
        assert desk.kinds(mail.kenmerk).count("settled") == 1
        desk.agent(ANNA).reads_all()


def test_si_01_of_answers_that_go_together_each_is_judged_by_itself(desk: Desk) -> None:
    mails = [handled(desk, number) for number in range(3)]
    happy, unhappy, silent = (link(desk, mail) for mail in mails)

    came = vote.cast_all(
        [
            (*unhappy, UNHAPPY),
            (*happy, HAPPY),
            (*unhappy, HAPPY),
            (*silent, Answer(satisfied=False)),
            (*unhappy, UNHAPPY),
            (unhappy[0], unhappy[1] + 1, HAPPY),
            (0, 1, HAPPY),
        ],
        desk.world,
    )

    said = [getattr(one, "kenmerk", "") + " " + getattr(one, "why", type(one).__name__) for one in came]
    one, two, _ = (mail.kenmerk for mail in mails)
    assert said == [
        f"{two} Invitation",
        f"{one} Invitation",
        f"{two} answered",
        " AnswerWrong",
        f"{two} Invitation",
        " LinkUnknown",
        " LinkUnknown",
    ]
    assert [given(desk, mail.kenmerk) for mail in mails] == [1, 1, 0]
    statuses = [desk.klacht(mail.kenmerk).status for mail in mails]
    assert statuses == ["gesloten", "verzoek_tot_heropenen", "opgelost"]
    with desk.world.store.read() as tx:
        assert not [broken for _, _, broken in audit.verify(tx) if broken], "each event has its own words"
    assert two in desk.agent(ANNA).gets("verzoek_tot_heropenen").subject
    desk.agent(ANNA).gets_nothing()
