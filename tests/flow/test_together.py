"""Two workers take the same thing at the same moment: it happens once, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from deaths import mails
from desk import Desk, Got, open_desk
from relays import DOWN, NOBODY, TAKEN, moody

from mailagent.core.errors import LinkGone
from mailagent.core.feedback import Answer
from mailagent.core.mail import Envelope
from mailagent.flow import arrive, confirm, tick, vote
from mailagent.flow.process import process
from mailagent.store import arrivals, notices

JAN, ANNA = "jan@home.example", "anna@stad.example"
ROUNDS = 8


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    desk = open_desk(tmp_path, database=database_url)
    yield desk
    desk.house.close()


@pytest.fixture
def strict(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    desk = open_desk(tmp_path, database=database_url, proof="strict")
    yield desk
    desk.house.close()


def together(*calls: Callable[[], object]) -> list[object]:
    """All at once, each in a thread of its own: what each returned."""
    line = Barrier(len(calls))

    def start(call: Callable[[], object]) -> object:
        line.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [done.result() for done in [pool.submit(start, call) for call in calls]]


def kept(desk: Desk, *mails: bytes, to: str = "klachten@stad.example") -> list[int]:
    envelopes = [Envelope(raw, "smtp", desk.now(), "email", JAN, (to,), "192.0.2.1") for raw in mails]
    return arrive.keep(envelopes, desk.world)


def complaint(desk: Desk, number: int) -> bytes:
    text = f"Ik werd onbeleefd behandeld, keer {number}."
    return desk.citizen(f"jan{number}@home.example").composed("Balie", text, "klachten@stad.example")


def handled(desk: Desk, number: int) -> Got:
    jan, anna = desk.citizen(f"jan{number}@home.example"), desk.agent(ANNA)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nOnze excuses.")
    return jan.gets("afgehandeld")


def owed(desk: Desk) -> list[int]:
    with desk.world.store.read() as tx:
        return [notice.id for notice in notices.in_state(tx, notices.OWED)]


def test_the_same_arrival_is_judged_once(desk: Desk) -> None:
    for number in range(ROUNDS):
        [id] = kept(desk, complaint(desk, number))

        verdicts = together(lambda: process(id, desk.world), lambda: process(id, desk.world))  # noqa: B023

        assert sum(verdict is not None for verdict in verdicts) == 1
    desk.settle()
    assert len(desk.klachten()) == ROUNDS


def test_the_same_mail_that_came_twice_is_one_klacht(desk: Desk) -> None:
    for number in range(ROUNDS):
        raw = complaint(desk, number)
        one, two = kept(desk, raw, raw)

        together(lambda: process(two, desk.world), lambda: process(one, desk.world))  # noqa: B023

    assert len(desk.klachten()) == ROUNDS
    with desk.world.store.read() as tx:
        verdicts = Counter(row.verdict for row in arrivals.told(tx))
    assert verdicts == {"NewKlacht": ROUNDS, "Duplicate": ROUNDS}


def test_new_klachten_made_at_once_have_numbers_of_their_own(desk: Desk) -> None:
    ids = kept(desk, *(complaint(desk, number) for number in range(ROUNDS)))

    together(*(lambda id=id: process(id, desk.world) for id in ids))  # type: ignore[misc]

    assert len({klacht.kenmerk for klacht in desk.klachten()}) == ROUNDS


def test_the_same_notices_leave_once(desk: Desk) -> None:
    relay = moody(desk)
    relay.says(DOWN)
    ids = kept(desk, *(complaint(desk, number) for number in range(ROUNDS)))
    for id in ids:
        process(id, desk.world)
    waiting = owed(desk)
    relay.says(TAKEN)

    def send(order: Sequence[int]) -> Callable[[], None]:
        return lambda: desk.house.post.send(order)

    together(send(waiting), send(waiting[::-1]), send(waiting[::2]))

    assert owed(desk) == []
    assert len(relay.offered) == len(waiting) == 2 * ROUNDS
    assert len({offered.message_id for offered in relay.offered}) == len(waiting)


def test_refusals_about_the_same_klachten_do_not_hold_each_other(desk: Desk) -> None:
    relay = moody(desk)
    ids = kept(desk, *(complaint(desk, number) for number in range(ROUNDS)))
    for id in ids:
        process(id, desk.world)
    waiting = owed(desk)
    relay.says(NOBODY)

    together(lambda: desk.house.post.send(waiting[::2]), lambda: desk.house.post.send(waiting[1::2]))

    assert not set(waiting) & set(owed(desk))
    assert all(desk.kinds(klacht.kenmerk).count("mail_bounced") == 2 for klacht in desk.klachten())


def test_the_same_round_is_answered_once(desk: Desk) -> None:
    for number in range(ROUNDS):
        mail = handled(desk, number)
        round = desk.house.links.read_smiley(mail.smiley("tevreden").split("/")[4])
        answer = Answer(satisfied=False, text="Nee.")

        together(*[lambda: vote.cast(*round, answer, desk.world)] * 3)  # noqa: B023

        kinds = desk.kinds(mail.kenmerk)
        assert kinds == ["received", "resolved", "feedback_given", "reopen_requested"]
        desk.settle()
        assert mails(desk, f"jan{number}@home.example")["feedback_ontvangen"] == 1


def test_of_two_different_answers_one_counts(desk: Desk) -> None:
    for number in range(ROUNDS):
        mail = handled(desk, number)
        round = desk.house.links.read_smiley(mail.smiley("tevreden").split("/")[4])

        def cast(satisfied: bool, round: tuple[int, int] = round) -> None:  # noqa: FBT001
            with suppress(LinkGone):
                vote.cast(*round, Answer(satisfied, text="Zo is het."), desk.world)

        together(lambda: cast(True), lambda: cast(False))  # noqa: FBT003

        assert desk.kinds(mail.kenmerk).count("feedback_given") == 1


def test_a_click_and_a_smiley_word_by_mail_count_once(desk: Desk) -> None:
    for number in range(ROUNDS):
        mail = handled(desk, number)
        round = desk.house.links.read_smiley(mail.smiley("tevreden").split("/")[4])
        raw = desk.citizen(f"jan{number}@home.example").composed("Re: uw mail", "Tevreden", mail.reply_to)
        [id] = kept(desk, raw, to=mail.reply_to)

        def click(round: tuple[int, int] = round) -> None:
            with suppress(LinkGone):
                vote.cast(*round, Answer(satisfied=True), desk.world)

        together(click, lambda: process(id, desk.world))  # noqa: B023

        assert desk.kinds(mail.kenmerk).count("feedback_given") == 1


def test_the_same_confirm_link_works_once(strict: Desk) -> None:
    for number in range(ROUNDS):
        jan, anna = strict.citizen(f"jan{number}@home.example"), strict.agent(ANNA)
        jan.writes("Balie", "Ik werd onbeleefd behandeld.")
        anna.replies(anna.gets("nieuw_voor_team"), "#in_behandeling")
        asked = anna.gets("opdracht_bevestigen")
        id = strict.house.links.read_confirm(asked.link(r"/bevestig/\S+").split("/")[4])

        together(*[lambda: confirm.confirm(id, strict.world)] * 3)  # noqa: B023

        assert strict.kinds(asked.kenmerk) == ["received", "order_parked", "taken_up", "assigned"]


def test_an_order_is_confirmed_or_lapses_and_never_both(strict: Desk) -> None:
    anna = strict.agent(ANNA)
    for number in range(ROUNDS):
        strict.citizen(f"jan{number}@home.example").writes("Balie", "Ik werd onbeleefd behandeld.")
        anna.replies(anna.gets("nieuw_voor_team"), "#in_behandeling")
        asked = anna.gets("opdracht_bevestigen")
        id = strict.house.links.read_confirm(asked.link(r"/bevestig/\S+").split("/")[4])
        on_time, too_late = (
            strict.world,
            replace(strict.world, now=lambda: strict.now() + timedelta(hours=49)),
        )

        def press(id: int = id) -> None:
            with suppress(LinkGone):
                confirm.confirm(id, on_time)  # noqa: B023

        together(press, lambda: tick.sweep(too_late))  # noqa: B023

        ends = {"taken_up", "order_lapsed"} & set(strict.kinds(asked.kenmerk))
        assert len(ends) == 1


def test_the_same_levels_are_crossed_once(desk: Desk) -> None:
    for id in kept(desk, *(complaint(desk, number) for number in range(ROUNDS))):
        process(id, desk.world)
    desk.time[0] += timedelta(days=25)

    together(*[lambda: tick.sweep(desk.world)] * 3)

    for klacht in desk.klachten():
        told = [e.data.get("level") for e in desk.history(klacht.kenmerk)]
        assert told == [None, "halverwege", "kies_nu"]


def test_mails_of_one_conversation_take_effect_in_order_of_arrival(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    for number in range(ROUNDS):
        desk.citizen(f"jan{number}@home.example").writes("Balie", "Ik werd onbeleefd behandeld.")
        task = anna.gets("nieuw_voor_team")
        orders = ("#in_behandeling", "#opgelost gegrond\nOnze excuses.", "#heropenen\nToch niet.")
        raws = [anna.composed(f"Re: {task.subject}", order, task.reply_to) for order in orders]
        ids = kept(desk, *raws, to=task.reply_to)

        together(*(lambda id=id: process(id, desk.world) for id in ids[::-1]))  # type: ignore[misc]
        for _ in range(3):
            desk.passes(seconds=3)

        kinds = desk.kinds(task.kenmerk)
        assert kinds == ["received", "taken_up", "assigned", "resolved", "reopened"]


def test_a_stuck_mail_holds_nobody_in_its_conversation(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    desk.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld.")
    task = anna.gets("nieuw_voor_team")
    raws = [
        anna.composed(f"Re: {task.subject}", order, task.reply_to) for order in ("#help", "#in_behandeling")
    ]
    first, second = kept(desk, *raws, to=task.reply_to)

    assert process(second, desk.world) is None
    with desk.world.store.begin() as tx:
        arrivals.failed(tx, first, "poison", stuck=True)

    assert process(second, desk.world) is not None


def test_groups_of_answers_about_the_same_klachten_never_wait_for_each_other(desk: Desk) -> None:
    mails = [handled(desk, number) for number in range(6)]
    links = [desk.house.links.read_smiley(mail.smiley("ontevreden").split("/")[4]) for mail in mails]
    votes = [(*link, Answer(satisfied=False, text="Nog vol.")) for link in links]
    groups = [votes, votes[::-1], votes[3:] + votes[:3]]
    said = together(*(partial(vote.cast_all, group, desk.world) for group in groups))
    for group, came in zip(groups, said, strict=True):
        assert came == [vote.cast(*one, desk.world) for one in group]
    for mail in mails:
        assert desk.kinds(mail.kenmerk).count("feedback_given") == 1
