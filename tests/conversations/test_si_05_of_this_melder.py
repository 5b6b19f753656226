"""Meldingen van deze melder: how many there were, and how they ended for whoever brought them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from desk import Desk, Got, open_desk
from reports import comes_back
from typer.testing import CliRunner

from mailagent.cli import app
from mailagent.core.feedback import Brought
from mailagent.flow import dossier
from mailagent.store import klachten, melders

JAN, ANNA = "jan@home.example", "anna@stad.example"
RESOLVE = "#opgelost gegrond\nOnze excuses."


def handled(desk: Desk, melder: str = JAN) -> Got:
    """One more klacht of this melder, which was handled."""
    jan, anna = desk.citizen(melder), desk.agent(ANNA)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    anna.replies(anna.gets("nieuw_voor_team"), RESOLVE)
    return jan.gets("afgehandeld")


def counts(desk: Desk, melder: str = JAN) -> Brought:
    with desk.world.store.read() as tx:
        brought = melders.brought(tx, [melder], 1)().get(melder.lower(), Brought())
    return replace(brought, newest=())


def make_confidential(desk: Desk, kenmerk: str) -> None:
    klacht = desk.klacht(kenmerk)
    with desk.world.store.begin() as tx:
        klachten.save(tx, replace(klacht, confidential=True))


def test_si_05_klachten_of_one_melder_are_counted_with_how_they_ended(desk: Desk) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.clicks(handled(desk).smiley("tevreden")).answers()
    jan.clicks(handled(desk).smiley("ontevreden")).answers("", "duurde-te-lang")
    handled(desk)
    desk.passes(days=6)
    handled(desk, "piet@home.example")
    anna.reads_all()

    desk.citizen("Jan@Home.Example").writes("Balie", "En nu weer, zo onbeleefd.")

    task = anna.gets("nieuw_voor_team")
    assert "Alles bij elkaar: 4 klachten: 1 keer ontevreden, 1 keer geen antwoord." in task.text
    assert "(gesloten, tevreden)" in task.text
    assert "(gesloten, ontevreden)" in task.text
    assert "(gesloten, geen antwoord)" in task.text
    assert counts(desk) == counts(desk, "JAN@home.example") == Brought(4, 1, 1)


def test_si_05_the_newest_round_that_reached_the_melder_counts(desk: Desk) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.clicks(handled(desk).smiley("ontevreden")).answers("Nog vol.")
    request = anna.gets("verzoek_tot_heropenen")
    anna.replies(request, "#opgelost\nEr is niets nieuws.")
    assert counts(desk) == Brought(1, 1, 0), "nobody was invited again"

    anna.replies(request, "#heropenen\nToch nog eens.")
    anna.replies(request, RESOLVE)
    assert counts(desk) == Brought(1, 0, 1), "asked again, and not answered yet"
    comes_back(desk, jan.gets("afgehandeld"), "5.1.1")
    assert counts(desk) == Brought(1, 1, 0), "what came back asked nobody"


def test_si_05_show_tells_it_to_people_and_to_programs(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, database=f"sqlite:///{tmp_path}/desk.db")
    mail = handled(desk)
    desk.citizen(JAN).clicks(mail.smiley("ontevreden")).answers("", "duurde-te-lang")
    handled(desk)
    desk.house.close()

    run = CliRunner()
    command = ["show", mail.kenmerk, "--config", str(tmp_path / "mailagent.toml")]
    shown = run.invoke(app, command).stdout
    assert "Van deze melder: 2 klachten: 1 keer ontevreden, 1 keer geen antwoord" in shown
    assert "(opgelost, geen antwoord)" in shown
    told = json.loads(run.invoke(app, [*command, "--json"]).stdout)
    assert told["melder_brought"] == {"klachten": 2, "unsatisfied": 1, "unanswered": 1}


def test_si_05_a_confidential_klacht_is_in_nobodys_count_and_tells_of_none(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    secret, known = handled(desk), handled(desk)
    make_confidential(desk, secret.kenmerk)
    anna.reads_all()
    desk.citizen(JAN).writes("Balie", "En nu weer, zo onbeleefd.")

    task = anna.gets("nieuw_voor_team")
    assert secret.kenmerk not in task.text
    assert known.kenmerk in task.text
    assert counts(desk) == Brought(2, 0, 1)

    desk.citizen(JAN).replies(secret, "Het is weer gebeurd.")
    told = anna.gets("verzoek_tot_heropenen")
    assert known.kenmerk not in told.text
    assert "Eerdere klachten" not in told.text + told.html
    klacht = desk.klacht(secret.kenmerk)
    with desk.world.store.read() as tx:
        assert dossier.of(tx, klacht, desk.world)["melder_brought"] is None


def test_si_05_the_counts_can_be_switched_off(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, more="[feedback]\nmelder_counts = false")
    handled(desk)
    desk.agent(ANNA).reads_all()
    desk.citizen(JAN).writes("Balie", "En nu weer, zo onbeleefd.")
    assert "Alles bij elkaar" not in desk.agent(ANNA).gets("nieuw_voor_team").text
    desk.house.close()


def test_si_05_counting_looks_in_indexes_alone(desk: Desk) -> None:
    statement = melders._BROUGHT._statement.compile(desk.world.store.engine)
    with desk.world.store.read() as tx:
        asked = tuple('["x"]' for _ in statement.positiontup or ())
        plan = [str(row[-1]) for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", asked)]
    assert plan
    assert not [step for step in plan if step.startswith(("SCAN klacht", "SCAN round", "SCAN newest"))]
    assert any("ix_klacht_melder" in step for step in plan)
