"""Reports in the inbox: each morning what waits for an agent, and what only the coordinator would see."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from desk import Desk, open_desk
from mornings import SILENT_FOR, at

from mailagent.core.organisation import Absence, Agent
from mailagent.core.standing import Standing
from mailagent.flow import mailboxes, report
from mailagent.service import look
from mailagent.store import dead_addresses, reports
from mailagent.store.store import Tx

JAN, CARLA = "jan@home.example", "carla@stad.example"
ANNA, BRAM = "anna@stad.example", "bram@stad.example"


def taken(desk: Desk, who: str = ANNA, about: str = "Balie") -> str:
    """A klacht on somebody's name; all mail was read."""
    desk.citizen(JAN).writes(about, f"Ik werd onbeleefd behandeld: {about}.")
    agent = desk.agent(who)
    task = agent.gets("nieuw_voor_team")
    agent.replies(task, "#in_behandeling")
    for person in desk.mailboxes:
        desk.agent(person).reads_all()
    return task.kenmerk


def test_nw_02_an_agent_gets_their_open_klachten_in_the_morning_by_urgency_and_no_word_of_a_melder(
    desk: Desk,
) -> None:
    first = taken(desk)
    at(desk, "2026-04-07 07:59")
    second = taken(desk, about="Loket")

    at(desk, "2026-04-07 08:00")

    told = desk.agent(ANNA).gets("dagoverzicht")
    assert "Overzicht van dinsdag 7 april 2026" in told.subject
    for text in (told.text, told.html):
        assert text.index(first) < text.index(second)
        assert "maandag 13 april 2026" in text
        assert "Anna" in text
        assert "onbeleefd" not in text
        assert JAN not in text
    assert f"{first}  bijna te laat" in told.text
    assert f'body={first}%20%23"' in told.html, "a click begins the reply"
    assert f"body={first}%20%23in_behandeling%20" in told.html
    assert f"{second}  op schema" in told.text


def test_nw_02_a_report_comes_once_on_each_working_day_and_only_when_there_is_something_in_it(
    desk: Desk,
) -> None:
    anna, days = desk.agent(ANNA), []
    at(desk, "2026-03-03 08:00")
    anna.gets_nothing()
    taken(desk)
    for day in range(4, 11):
        for hour in ("07:30", "08:00", "12:00", "23:00"):
            at(desk, f"2026-03-{day:02} {hour}")
        came = [m for m in desk.mailboxes[ANNA] if m.kind == "dagoverzicht" and not m.read]
        days += [day] * len(came)
        anna.reads_all()

    assert days == [4, 5, 6, 9, 10], "not in the weekend"


def test_nw_02_after_an_outage_only_the_newest_report_is_made(desk: Desk) -> None:
    taken(desk)

    at(desk, "2026-03-20 16:20")

    assert [m.subject for m in desk.mailboxes[ANNA] if m.kind == "dagoverzicht"] == [
        "[overzicht 1] Overzicht van vrijdag 20 maart 2026"
    ]
    assert [m.kind for m in desk.mailboxes[CARLA] if m.kind == "weekoverzicht"] == ["weekoverzicht"]


def test_a_report_that_was_begun_by_another_process_is_not_made_twice(desk: Desk) -> None:
    taken(desk)
    at(desk, "2026-03-04 07:00")
    desk.time[0] += timedelta(hours=1)
    steps = report.due(desk.world, {})
    for _, step in (*steps, *steps):
        step()
    desk.settle()

    assert [m.kind for m in desk.mailboxes[ANNA] if not m.read] == ["dagoverzicht"]


def test_nw_02_who_is_absent_gets_no_report_and_their_deputy_has_their_klachten(tmp_path: Path) -> None:
    away = (Absence(date(2026, 3, 4), date(2026, 3, 6), BRAM),)
    desk = open_desk(tmp_path, members=[Agent(ANNA, "Anna", absent=away), BRAM])
    kenmerk = taken(desk)

    at(desk, "2026-03-04 08:00")

    desk.agent(ANNA).gets_nothing()
    assert kenmerk in desk.agent(BRAM).gets("dagoverzicht").text
    desk.house.close()


def test_nw_02_a_report_to_a_dead_address_is_kept_as_suppressed_and_the_coordinator_hears_of_it(
    desk: Desk,
) -> None:
    taken(desk)
    with desk.world.store.begin() as tx:
        dead_addresses.mark(tx, ANNA, desk.now(), "5.1.1")

    at(desk, "2026-03-04 08:00")

    desk.agent(ANNA).gets_nothing()
    assert "anna[at]stad[.]example: neemt geen mail aan" in desk.agent(CARLA).gets("dagoverzicht").text


def test_re_03_the_coordinator_sees_how_many_run_of_each_state_and_what_is_urgent(desk: Desk) -> None:
    late = taken(desk)
    at(desk, "2026-04-13 09:00")
    handled = taken(desk, about="Loket")
    task = next(m for m in desk.mailboxes[ANNA] if m.kind == "nieuw_voor_team" and m.kenmerk == handled)
    desk.agent(ANNA).replies(task, "#opgelost gegrond\nOnze excuses.")
    taken(desk, about="Telefoon")
    desk.agent(CARLA).reads_all()

    at(desk, "2026-04-14 08:00")

    told = desk.agent(CARLA).gets("dagoverzicht")
    assert "Nieuw: 0\nOntvangst bevestigd: 2\nBeantwoord, nog niet gesloten: 1\nDringend: 1\n" in told.text
    assert f"{late}  te laat, uiterlijk maandag 13 april 2026" in told.text
    assert handled not in told.text


def test_nw_02_the_coordinator_hears_of_all_that_waits_and_belongs_to_nobody(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, more="[caps]\nwindows = { 600 = 1 }")
    jan = desk.citizen(JAN)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    jan.writes("Loket", "Ik werd nog eens onbeleefd behandeld.")
    desk.citizen("robot@elders.example").writes(
        "Ik ben er niet", "Tot maandag.", Auto_Submitted="auto-replied"
    )
    desk.citizen("").hands_in(b"From: \r\nSubject: Zonder afzender\r\n\r\nEen klacht.", sender=JAN)
    with desk.world.store.begin() as tx:
        dead_addresses.mark(tx, "weg@home.example", desk.now(), "5.1.1")
    mailboxes.good("klachten", 0, desk.world)
    mailboxes.failed("klachten", "de server weigert ons", desk.world)

    at(desk, "2026-03-02 11:00", SILENT_FOR)

    told = desk.agent(CARLA).gets("dagoverzicht").text
    for said in (
        "KL26-00002: ontvangstbevestiging aan jan[at]home[.]example",
        "robot[at]elders[.]example: De mail zegt dat een computer hem stuurde",
        "klachten: stil sinds 02-03-2026 10:00: de server weigert ons",
        "bericht 4 van jan[at]home[.]example: Geen afzender.",
        "weg[at]home[.]example: neemt geen mail aan sinds 02-03-2026 10:00 (5.1.1)",
        "Nieuw: 1",
    ):
        assert said in told, told
    assert "onbeleefd" not in told

    at(desk, "2026-03-03 08:00")
    again = desk.agent(CARLA).gets("dagoverzicht").text
    assert "bericht 4" in again, "it still waits"
    assert "robot" not in again, "told once"
    assert "weg[at]" not in again
    desk.house.close()


def test_nw_02_whom_a_klacht_is_about_reads_nothing_of_it_in_a_report(desk: Desk) -> None:
    kenmerk = taken(desk)
    task = next(m for m in desk.mailboxes[ANNA] if m.kind == "nieuw_voor_team")
    desk.agent(ANNA).replies(task, f"#beklaagde {CARLA}")
    desk.agent(CARLA).reads_all()

    at(desk, "2026-06-02 08:00")

    desk.agent(CARLA).gets_nothing()
    assert kenmerk in desk.agent(ANNA).gets("dagoverzicht").text


def test_kl_05_the_trend_of_the_week_comes_with_the_week_before_beside_it(desk: Desk) -> None:
    for about in ("Balie", "Balie"):
        taken(desk, about=about)
    at(desk, "2026-03-10 12:00")
    kenmerk = taken(desk)
    task = next(m for m in desk.mailboxes[ANNA] if m.kind == "nieuw_voor_team" and m.kenmerk == kenmerk)
    desk.agent(ANNA).replies(task, "#opgelost gegrond\nOnze excuses.")
    desk.citizen(JAN).writes("Vraag", "Ik heb een klacht over het zwembad.")
    desk.agent(CARLA).reads_all()

    at(desk, "2026-03-16 08:00")

    told = desk.agent(CARLA).gets("weekoverzicht")
    assert "maandag 9 maart 2026 tot en met zondag 15 maart 2026" in told.text
    assert "Bejegening\n----------\nOntvangen: 1 (2)\nAfgehandeld: 1 (0)\n" in told.text
    assert "Dagen tot de afhandeling, gemiddeld: 0,0 (–)" in told.text
    assert "nog niet gekozen\n----------------\nOntvangen: 1 (0)\n" in told.text
    at(desk, "2026-03-17 08:00")
    assert not [m for m in desk.mailboxes[CARLA] if m.kind == "weekoverzicht" and not m.read]


def test_the_trend_of_a_week_that_begins_with_a_holiday_comes_on_its_first_working_day(desk: Desk) -> None:
    at(desk, "2026-03-31 12:00")
    taken(desk)
    at(desk, "2026-04-06 12:00")  # Easter Monday
    assert not [m for m in desk.mailboxes[CARLA] if m.kind == "weekoverzicht"]

    at(desk, "2026-04-07 08:00")

    desk.agent(CARLA).gets("weekoverzicht")


def test_a_report_survives_a_restart(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/mailagent.db"
    desk = open_desk(tmp_path, database=database)
    taken(desk)
    at(desk, "2026-03-04 08:00")
    desk.house.close()

    again = open_desk(tmp_path, database=database)
    at(again, "2026-03-04 08:00")

    again.agent(ANNA).gets_nothing()
    with again.world.store.read() as tx:
        assert reports.made_on(tx, "dagoverzicht", date(2026, 3, 4)) == {ANNA, CARLA}
    again.house.close()


@pytest.mark.parametrize("hour", ["06:45", "09:30"])
def test_the_hour_of_the_reports_is_the_admins(tmp_path: Path, hour: str) -> None:
    rules = tmp_path / "own" / "rules"
    rules.mkdir(parents=True)
    shipped = (Path(__file__).parents[2] / "rules" / "clocks.yaml").read_text("utf-8")
    (rules / "clocks.yaml").write_text(shipped.replace('reports: "08:00"', f'reports: "{hour}"'), "utf-8")
    desk = open_desk(tmp_path, more=f'[paths]\nlocal = "{tmp_path}/own"')
    taken(desk)
    earlier = f"{int(hour[:2]) - 1:02}{hour[2:]}"
    at(desk, f"2026-03-04 {earlier}")
    desk.agent(ANNA).gets_nothing()
    at(desk, f"2026-03-04 {hour}")
    desk.agent(ANNA).gets("dagoverzicht")
    desk.house.close()


def test_the_service_makes_them_and_one_that_cannot_be_made_holds_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(desk)
    desk.time[0] += timedelta(days=1)
    real = report.standing.of_agents

    def broken(tx: Tx, agents: Sequence[str]) -> list[Standing]:
        if agents == [CARLA]:
            raise LookupError("kapot")
        return real(tx, agents)

    monkeypatch.setattr(report.standing, "of_agents", broken)
    look(desk.house)
    assert [m.kind for m in desk.mailboxes[ANNA] if not m.read] == []
    desk.settle()

    assert [m.kind for m in desk.mailboxes[ANNA] if not m.read] == ["dagoverzicht"]
    with desk.world.store.read() as tx:
        assert reports.made_on(tx, "dagoverzicht", date(2026, 3, 3)) == {ANNA}, "Carla's is tried again"


def test_nw_02_two_processes_on_postgresql_make_one_report_and_it_can_be_answered(
    tmp_path: Path, postgres_url: str
) -> None:
    desk = open_desk(tmp_path, database=postgres_url)
    kenmerk = taken(desk)
    desk.time[0] += timedelta(days=1)
    steps = report.due(desk.world, {}) + report.due(desk.world, {})
    with ThreadPoolExecutor(4) as processes:
        list(processes.map(lambda step: step[1](), steps))
    desk.settle()

    [told] = [m for m in desk.mailboxes[ANNA] if m.kind == "dagoverzicht"]
    desk.agent(ANNA).replies(told, f"{kenmerk} #opgelost gegrond\nOnze excuses.")
    assert desk.klacht(kenmerk).status == "opgelost"
    desk.agent(ANNA).replies(told, f"{kenmerk} #in_behandeling")
    assert "heeft de status opgelost" in desk.agent(ANNA).gets("opdracht_niet_begrepen").text
    desk.house.close()
