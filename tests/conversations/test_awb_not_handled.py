"""Awb 9:8: who is not to be helped must hear so within four weeks, and we are warned while there is time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import Desk, Got, open_desk
from rule_files import write

from mailagent.core.organisation import LEAD, Agent
from mailagent.flow import dossier
from mailagent.store import terms

JAN, CARLA = "jan@home.example", "carla@stad.example"
ANNA, LIEN = "anna@stad.example", "lien@stad.example"


@pytest.fixture
def led(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a team that has a lead."""
    desk = open_desk(tmp_path, members=[ANNA, Agent(LIEN, "Lien", role=LEAD)])
    yield desk
    desk.house.close()


def complaint(desk: Desk) -> Got:
    """One of Monday 2 March; Anna's task."""
    desk.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld.")
    task = desk.agent(ANNA).gets("nieuw_voor_team")
    for person in list(desk.mailboxes):
        desk.agent(person).reads_all()
    return task


def heard(desk: Desk) -> list[tuple[str, str]]:
    """Who got which unread mail, and it is read now."""
    found = [(a.partition("@")[0], m.kind) for a, box in desk.mailboxes.items() for m in box if not m.read]
    for person in list(desk.mailboxes):
        desk.agent(person).reads_all()
    return sorted(found)


def runs(desk: Desk, kenmerk: str) -> dict[str, str]:
    klacht = desk.klacht(kenmerk)
    with desk.world.store.read() as tx:
        return {clock.name: clock.said_end for _, clock in terms.running(tx, klacht.id)}


def test_nw_02_team_and_lead_are_warned_before_the_four_weeks_are_over(led: Desk) -> None:
    task = complaint(led)
    assert runs(led, task.kenmerk) == {"statutory": "2026-04-13", "awb_9_8": "2026-03-30"}

    led.passes(days=20, hours=12)
    warned = led.mailboxes[ANNA][-1]
    assert heard(led) == [("anna", "herinnering"), ("lien", "herinnering")]
    said = " ".join(warned.text.split())
    assert "Awb 9:8 lid 3), is maandag 30 maart 2026." in said
    assert "#sluiten" in warned.text
    assert "#in_behandeling" in warned.text
    assert "onbeleefd" not in warned.text

    led.passes(days=6)
    assert ("lien", "escalatie") in heard(led)
    assert led.now().date().isoformat() < "2026-03-30"
    led.agent(LIEN).replies(warned_of(led, LIEN), "#sluiten niet_in_behandeling b\nTe lang geleden.")
    assert "ombudsman" in led.citizen(JAN).gets("niet_in_behandeling").text
    assert runs(led, task.kenmerk) == {}


def warned_of(desk: Desk, who: str) -> Got:
    return next(mail for mail in reversed(desk.mailboxes[who]) if mail.kind == "escalatie")


def test_nw_02_who_took_it_up_is_not_asked_whether_they_will(led: Desk) -> None:
    task = complaint(led)
    led.agent(ANNA).replies(task, "#in_behandeling")
    assert runs(led, task.kenmerk) == {"statutory": "2026-04-13"}
    heard(led)
    led.passes(days=20, hours=12)
    assert heard(led) == []


def test_nw_02_the_four_weeks_make_no_klacht_late(led: Desk) -> None:
    task = complaint(led)
    for days, colour in ((20, "op_schema"), (5, "bijna"), (10, "bijna"), (8, "te_laat")):
        led.passes(days=days)
        klacht = led.klacht(task.kenmerk)
        with led.world.store.read() as tx:
            assert dossier.colour(tx, klacht, led.world) == colour


def test_nw_02_without_a_lead_the_coordinator_is_warned(desk: Desk) -> None:
    complaint(desk)
    desk.passes(days=26)
    assert ("carla", "escalatie") in heard(desk)


def test_nw_02_another_category_leaves_the_four_weeks_as_they_are(led: Desk) -> None:
    task = complaint(led)
    led.agent(ANNA).replies(task, "#categorie afval")
    assert runs(led, task.kenmerk)["awb_9_8"] == "2026-03-30"
    assert "term_changed" not in led.kinds(task.kenmerk)


def test_nw_02_what_was_decided_once_is_not_asked_again(led: Desk) -> None:
    task = complaint(led)
    led.agent(ANNA).replies(task, "#opgelost ongegrond\nDat is niet zo.")
    led.agent(ANNA).replies(task, "#heropenen\nToch niet goed.\n#categorie afval")
    assert set(runs(led, task.kenmerk)) == {"heropend"}


def test_nw_02_a_clock_of_the_law_that_brings_none_has_none_beside_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        categories="categories:\n  - {id: schade, name: Schade, team: klachten, clock: fr-acpr}\n",
        rules="rules:\n  - {id: x, dan: {categorie: schade}, punten: [{woord: [onbeleefd], punten: 2}]}\n",
    )
    desk = open_desk(tmp_path, more=f'[paths]\nlocal = "{tmp_path}"')
    assert runs(desk, complaint(desk).kenmerk) == {"statutory": "2026-05-02"}
    desk.house.close()
