"""NW-07: wherever the process dies, what follows happens once, and what left twice is the very same mail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from deaths import Death, Mortal, mails
from desk import Desk, Got, open_desk

from mailagent.core.feedback import Answer
from mailagent.flow import confirm, tick, vote
from mailagent.store import arrivals

ANNA = "anna@stad.example"


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Mortal]:
    desk = open_desk(tmp_path, database=f"sqlite:///{tmp_path}/mailagent.db")
    yield Mortal(desk, Death(desk))
    desk.house.close()


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Mortal]:
    desk = open_desk(tmp_path, database=f"sqlite:///{tmp_path}/mailagent.db", proof="strict")
    yield Mortal(desk, Death(desk))
    desk.house.close()


def kept(desk: Desk, address: str, subject: str, text: str, to: Got | None = None) -> None:
    """A mail is kept, and nobody has looked at it yet."""
    settle, desk.settle = desk.settle, lambda: None
    person = desk.citizen(address)
    person.replies(to, text) if to else person.writes(subject, text)
    desk.settle = settle


def task(desk: Desk, step: int) -> Got:
    """A new klacht of the melder of this step: the mail Anna got."""
    desk.citizen(f"jan{step}@home.example").writes("Balie", f"Ik werd onbeleefd behandeld ({step}).")
    return desk.agent(ANNA).gets("nieuw_voor_team")


def handled(desk: Desk, step: int) -> Got:
    """A klacht that was handled: the mail its melder got."""
    desk.agent(ANNA).replies(task(desk, step), "#opgelost gegrond\nOnze excuses.")
    return desk.citizen(f"jan{step}@home.example").gets("afgehandeld")


def test_nw_07_a_new_klacht_is_one_klacht_with_one_set_of_mails(mortal: Mortal) -> None:
    desk = mortal.desk

    def prepare(step: int) -> str:
        kept(desk, f"jan{step}@home.example", "Balie", f"Ik werd onbeleefd behandeld ({step}).")
        return f"jan{step}@home.example"

    def check(jan: str) -> None:
        [klacht] = [klacht for klacht in desk.klachten() if klacht.melder == jan]
        assert desk.kinds(klacht.kenmerk) == ["received"]
        assert mails(desk, jan) == {"ontvangstbevestiging": 1}
        assert mails(desk, ANNA, klacht.kenmerk) == {"nieuw_voor_team": 1}

    deaths = mortal.dies_everywhere(prepare, lambda _jan: desk.settle(), check)

    assert deaths > 30
    assert int(desk.klachten()[0].kenmerk[5:]) == deaths, "no number is lost or given twice"


def test_nw_07_klachten_that_share_a_commit_are_all_there_or_none_is(mortal: Mortal) -> None:
    desk = mortal.desk

    def prepare(step: int) -> list[str]:
        writers = [f"{name}{step}@home.example" for name in ("jan", "piet")]
        for writer in writers:
            kept(desk, writer, "Balie", f"Ik werd onbeleefd behandeld ({writer}).")
        return writers

    def check(writers: list[str]) -> None:
        for writer in writers:
            [klacht] = [klacht for klacht in desk.klachten() if klacht.melder == writer]
            assert desk.kinds(klacht.kenmerk) == ["received"]
            assert mails(desk, writer) == {"ontvangstbevestiging": 1}
            assert mails(desk, ANNA, klacht.kenmerk) == {"nieuw_voor_team": 1}

    deaths = mortal.dies_everywhere(prepare, lambda _writers: desk.settle(), check)

    assert int(desk.klachten()[0].kenmerk[5:]) == 2 * deaths, "no number is lost or given twice"


def test_nw_07_an_order_takes_effect_once(mortal: Mortal) -> None:
    desk = mortal.desk

    def prepare(step: int) -> Got:
        got = task(desk, step)
        kept(desk, ANNA, "", "#in_behandeling\n#opgelost gegrond\nOnze excuses.", got)
        return got

    def check(got: Got) -> None:
        kinds = desk.kinds(got.kenmerk)
        assert kinds == ["received", "taken_up", "assigned", "resolved"]
        expected = {"ontvangstbevestiging": 1, "in_behandeling": 1, "afgehandeld": 1}
        assert mails(desk, desk.klacht(got.kenmerk).melder) == expected
        assert mails(desk, ANNA, got.kenmerk) == {"nieuw_voor_team": 1, "opdracht_uitgevoerd": 1}

    assert mortal.dies_everywhere(prepare, lambda _got: desk.settle(), check) > 30


def test_nw_07_a_click_counts_once(mortal: Mortal) -> None:
    desk = mortal.desk
    unhappy = Answer(satisfied=False, text="Hij is nog vol.")

    def click(got: Got) -> None:
        round_id, number = desk.house.links.read_smiley(got.smiley("ontevreden").split("/")[4])
        vote.cast(round_id, number, unhappy, desk.world)

    def check(got: Got) -> None:
        assert desk.kinds(got.kenmerk) == ["received", "resolved", "feedback_given", "reopen_requested"]
        assert mails(desk, got.to)["feedback_ontvangen"] == 1

    assert mortal.dies_everywhere(lambda step: handled(desk, step), click, check) > 15


def test_nw_07_a_level_is_crossed_once(mortal: Mortal) -> None:
    desk = mortal.desk

    def prepare(step: int) -> str:
        kenmerk = task(desk, step).kenmerk
        desk.time[0] = desk.klacht(kenmerk).wake_at or desk.now()
        return kenmerk

    def check(kenmerk: str) -> None:
        assert desk.kinds(kenmerk) == ["received", "level_crossed"]
        assert mails(desk, ANNA, kenmerk) == {"nieuw_voor_team": 1, "herinnering": 1}

    ticked = mortal.dies_everywhere(prepare, lambda k: tick.tick(desk.klacht(k).id, desk.world), check)
    assert ticked > 10


def test_nw_07_a_round_expires_once(mortal: Mortal) -> None:
    desk = mortal.desk

    def prepare(step: int) -> Got:
        got = handled(desk, step)
        desk.time[0] += timedelta(days=6)
        return got

    def check(got: Got) -> None:
        assert desk.kinds(got.kenmerk) == ["received", "resolved", "round_expired", "settled"]
        assert desk.klacht(got.kenmerk).wake_at is None

    mortal.dies_everywhere(prepare, lambda got: tick.tick(desk.klacht(got.kenmerk).id, desk.world), check)


def test_nw_07_a_confirm_link_works_once(strict: Mortal) -> None:
    desk = strict.desk

    def prepare(step: int) -> Got:
        desk.agent(ANNA).replies(task(desk, step), "#opgelost gegrond\nOnze excuses.")
        return desk.agent(ANNA).gets("opdracht_bevestigen")

    def press(asked: Got) -> None:
        link = asked.link(r"/bevestig/\S+").split("/")[4]
        confirm.confirm(desk.house.links.read_confirm(link), desk.world)

    def check(asked: Got) -> None:
        assert desk.kinds(asked.kenmerk) == ["received", "order_parked", "resolved"]
        assert mails(desk, desk.klacht(asked.kenmerk).melder)["afgehandeld"] == 1
        assert mails(desk, ANNA, asked.kenmerk)["opdracht_uitgevoerd"] == 1

    assert strict.dies_everywhere(prepare, press, check) > 15


def test_nw_07_an_order_lapses_once(strict: Mortal) -> None:
    desk = strict.desk

    def prepare(step: int) -> Got:
        got = task(desk, step)
        desk.agent(ANNA).replies(got, "#in_behandeling")
        desk.time[0] += timedelta(hours=49)
        return got

    def check(got: Got) -> None:
        assert desk.kinds(got.kenmerk) == ["received", "order_parked", "order_lapsed"]
        assert mails(desk, ANNA, got.kenmerk)["opdracht_niet_begrepen"] == 1

    strict.dies_everywhere(prepare, lambda _got: tick.sweep(desk.world), check)


def test_nw_07_a_mail_that_keeps_failing_steps_aside_and_holds_nobody(mortal: Mortal) -> None:
    """Poison here is a database that refuses one arrival only; the others of its batch are judged."""
    desk = mortal.desk
    for name in ("een", "twee", "drie"):
        kept(desk, f"{name}@home.example", "Balie", f"Ik werd onbeleefd behandeld ({name}).")
    with desk.world.store.engine.begin() as tx:
        tx.exec_driver_sql(
            "CREATE TRIGGER poison BEFORE INSERT ON klacht WHEN new.melder LIKE 'twee@%' "
            "BEGIN SELECT RAISE(ABORT, 'poison'); END"
        )

    for _ in range(6):
        desk.passes(minutes=2)

    assert [klacht.melder for klacht in desk.klachten()] == ["drie@home.example", "een@home.example"]
    with desk.world.store.read() as tx:
        [aside] = arrivals.stuck(tx)
    assert "poison" in aside.reason
