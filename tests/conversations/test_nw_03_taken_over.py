"""A running service goes by rules that were changed, without a restart, and only where they are right
(NW-03)."""

from __future__ import annotations

import re
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from desk import Desk, open_desk
from rule_files import write
from servers import free_port
from wire import wired_desk

from mailagent import service
from mailagent.cli.inspect import inspect
from mailagent.config.changes import Changes
from mailagent.config.files import load_rules
from mailagent.flow import rulebook
from mailagent.flow.world import Act
from mailagent.service import rule_changes, take_over

CARLA, JAN = "carla@stad.example", "jan@home.example"
GFT = "rules:\n  - {id: gft, dan: {categorie: afval}, punten: [{woord: [gft], punten: 2}]}\n"
ANSWERS = """\
answers:
  - {id: ja, text: Ja, satisfied: true}
  - {id: nee, text: Nee, satisfied: false}
"""
OTHER = GFT.replace("afval", "overig")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    write(tmp_path, rules=GFT)
    return open_desk(tmp_path, more=f'[paths]\nlocal = "{tmp_path}"')


@pytest.fixture
def changes(desk: Desk) -> Changes:
    return rule_changes(desk.house)


def looked(desk: Desk, changes: Changes) -> None:
    for _ in range(2):
        take_over(desk.house, changes)
    desk.settle()


def category_now(desk: Desk) -> str | None:
    desk.citizen(JAN).writes("Bak", f"De gft-bak, voor de {len(desk.klachten())}e keer.")
    return str(desk.klachten()[0].category)


def test_nw_03_a_rule_that_changed_holds_for_the_next_klacht(
    desk: Desk, changes: Changes, tmp_path: Path
) -> None:
    assert category_now(desk) == "afval"
    write(tmp_path, rules=OTHER)
    looked(desk, changes)
    assert category_now(desk) == "overig"


def test_nw_03_what_is_wrong_is_not_taken_over_and_the_coordinator_hears_of_it_once(
    desk: Desk, changes: Changes, tmp_path: Path
) -> None:
    write(tmp_path, rules=GFT.replace("afval", "afvla"))
    looked(desk, changes)
    looked(desk, rule_changes(desk.house))  # another process sees the same
    assert category_now(desk) == "afval"
    carla = desk.agent(CARLA)
    told = carla.gets("regels_geweigerd")
    assert "rules.yaml:2: there is no categorie 'afvla'" in told.text
    assert "Wat daarvoor gold, blijft gelden" in told.text
    assert len(changes.mistakes) == 1
    write(tmp_path, rules=OTHER)
    looked(desk, changes)
    assert category_now(desk) == "overig"
    assert changes.mistakes == ()
    carla.reads_all()
    carla.gets_nothing()


def test_nw_03_where_the_database_was_away_the_alarm_comes_later(
    desk: Desk, changes: Changes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, rules=GFT.replace("afval", "afvla"))

    def away(*_: object) -> None:
        raise OSError("no database")

    with monkeypatch.context() as cut:
        cut.setattr(rulebook, "refused", away)
        take_over(desk.house, changes)
        with pytest.raises(OSError, match="no database"):
            take_over(desk.house, changes)
    looked(desk, changes)
    desk.agent(CARLA).gets("regels_geweigerd")


def test_kl_05_a_category_of_ones_own_is_there_at_once(desk: Desk, changes: Changes, tmp_path: Path) -> None:
    write(
        tmp_path,
        categories="categories:\n  - {id: honden, name: Honden, team: klachten}\n",
        rules="rules:\n  - {id: hond, dan: {categorie: honden}, punten: [{woord: [hond], punten: 2}]}\n",
    )
    looked(desk, changes)
    desk.citizen(JAN).writes("Hond", "De hondenbelasting is te hoog.")
    assert "Categorie: Honden" in desk.agent(CARLA).gets("nieuw_voor_team").text


def test_another_file_is_taken_over_as_well(desk: Desk, changes: Changes, tmp_path: Path) -> None:
    answers = (
        "answers:\n  - {id: ja, text: Ja, satisfied: true}\n  - {id: nee, text: Nee, satisfied: false}\n"
    )
    write(tmp_path, answers=answers)
    assert len(desk.world.form.answers) > 2
    looked(desk, changes)
    assert [answer.id for answer in desk.world.form.answers] == ["ja", "nee"]


def test_what_is_under_way_ends_by_the_rules_it_began_with(
    desk: Desk, changes: Changes, tmp_path: Path
) -> None:
    with desk.world.store.read() as tx:
        act = Act(tx, desk.world, desk.now, "test")
    before = act.world.ruleset
    write(tmp_path, rules=OTHER)
    looked(desk, changes)
    assert act.world.ruleset is before
    assert desk.world.ruleset is not before


def test_nw_03_a_service_at_work_takes_rules_over_and_tells_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CHANGES_SECONDS", 0.05)
    write(tmp_path, rules=GFT)
    port = free_port()
    more = f'[paths]\nlocal = "{tmp_path}"\n[metrics]\nlisten = "127.0.0.1:{port}"\n'
    with wired_desk(tmp_path, f"sqlite:///{tmp_path}/mailagent.db", more=more) as desk:
        write(tmp_path, rules=OTHER)
        other = load_rules(tmp_path).revision
        wait(lambda: desk.world.ruleset.revision == other)
        assert mistakes_at(port) == 0
        write(tmp_path, rules=GFT.replace("afval", "afvla"))
        wait(lambda: any(got.kind == "regels_geweigerd" for got in desk.mailboxes[CARLA]))
        assert mistakes_at(port) == 1
        assert desk.world.ruleset.revision == other
        told = [finding.text for finding in inspect(tmp_path / "mailagent.toml", {}) if finding.wrong]
        assert any("there is no categorie 'afvla'" in text for text in told)


def wait(until: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def mistakes_at(port: int) -> float:
    """What Prometheus would read."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
        text = page.read().decode()
    return float(re.findall(r"(?m)^mailagent_rules_mistakes (\S+)$", text)[0])
