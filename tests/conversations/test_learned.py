"""What humans chose is learned, and suggested for the next klacht, in its task mail and in `why`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from desk import MONDAY, Desk, open_desk
from invented import klachten as invented
from typer.testing import CliRunner, Result

from mailagent.cli import app
from mailagent.core.events import AGENT, Actor, Received, Resolved
from mailagent.core.klacht import Klacht
from mailagent.core.suggestion import Model
from mailagent.flow import suggest
from mailagent.flow.suggest import LOOKED
from mailagent.store import chain, klachten
from mailagent.store import learned as learnt
from mailagent.store.tables import learned

ANNA, JAN = "anna@stad.example", "jan@home.example"
STREET = ("verlichting", "groen", "wegen")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose commands can be run."""
    desk = open_desk(tmp_path, database=f"sqlite:///{tmp_path}/mailagent.db")
    yield desk
    desk.house.close()


def ran(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--config", str(folder / "mailagent.toml")])


def chosen_by_humans(desk: Desk, *categories: str, by_hand: tuple[str, ...] = ("category",)) -> None:
    """Klachten of last year, each of another melder, in the category that a human chose."""
    with desk.world.store.begin() as tx:
        for number, one in enumerate(k for k in invented("train") if k.category in categories):
            kept = Klacht(0, f"KL25-{number:05d}", one.subject, one.text, f"{one.id}@home.example", MONDAY)
            klachten.add(
                tx, replace(kept, category=one.category, by_hand=by_hand, status="gesloten"), b"salt"
            )


def was_learned(desk: Desk) -> None:
    """That a lamp is about verlichting."""
    model = Model(("verlichting", "groen"), (0.0, 0.0), 1.0, {"w:straatlamp": (1.0, 3.0, -3.0)})
    with desk.world.store.begin() as tx:
        learnt.keep(tx, MONDAY, 50, model.as_dict())


def test_what_humans_chose_is_suggested_for_the_next_klacht(desk: Desk, tmp_path: Path) -> None:
    chosen_by_humans(desk, *STREET)
    told = ran(tmp_path, "learn")
    assert told.exit_code == 0, told.output
    assert "Geleerd van 51 klachten: bij 51 koos een mens de categorie" in told.stdout

    desk.citizen(JAN).writes("Donker", "De straatlampen in de steeg branden niet, het licht is al weken uit.")
    task = desk.agent(ANNA).gets("nieuw_voor_team")

    assert "Suggestie: verlichting (" in task.text
    assert "verlichting (" in task.html
    assert (
        "suggestie op grond van eerdere klachten: verlichting (" in ran(tmp_path, "why", task.kenmerk).stdout
    )
    [arrival] = json.loads(ran(tmp_path, "why", task.kenmerk, "--json").stdout)
    first = arrival["sorting"]["suggestions"][0]
    assert first["category"] == "verlichting"
    assert 0.4 <= first["sure"] <= 1

    desk.agent(ANNA).replies(task, "#categorie verlichting\n#vraag Welke steeg?")
    desk.citizen(JAN).replies(desk.citizen(JAN).gets("vraag"), "De Kerksteeg.")
    assert "Suggestie" not in desk.agent(ANNA).gets("aanvulling").text, "a human chose"


def test_a_suggestion_sorts_nothing_by_itself(desk: Desk, tmp_path: Path) -> None:
    was_learned(desk)

    desk.citizen(JAN).writes("Afval", "De gft-container is niet geleegd, die bij de straatlamp.")
    task = desk.agent(ANNA).gets("nieuw_voor_team")

    assert "Suggestie: verlichting" in task.text
    assert "van eerdere klachten: verlichting" in ran(tmp_path, "rules", "explain", task.kenmerk).stdout
    assert "Categorie: Afval en inzameling" in task.text


def test_learning_tells_what_it_is_worth_as_json(desk: Desk, tmp_path: Path) -> None:
    chosen_by_humans(desk, *STREET)
    with desk.world.store.begin() as tx:
        for who in "abc":
            new = Klacht(
                0, f"KL25-9{who}", "Kastje", "De zoemerkast knettert.", f"{who}@home.example", MONDAY
            )
            klachten.add(tx, replace(new, category="verlichting", by_hand=("category",)), b"salt")
    told = json.loads(ran(tmp_path, "learn", "--json").stdout)

    assert (told["klachten"], told["chosen"]) == (54, 54)
    assert told["categories"] == {"groen": 17, "verlichting": 20, "wegen": 17}
    assert told["top3_right"] == 1.0, "there are but three"
    assert told["answered"] + told["abstained"] == pytest.approx(1)
    most = told["confusions"][0]
    assert (most["ruled"], most["human"]) == (None, "verlichting")
    assert most["klachten"] >= 3
    hint = {"word": "zoemerkast", "category": "verlichting", "missed": 3, "there": 3, "klachten": 3}
    assert hint in told["hints"]


def test_too_few_is_a_sentence_and_keeps_nothing(desk: Desk, tmp_path: Path) -> None:
    chosen_by_humans(desk, "groen")

    few = ran(tmp_path, "learn")

    assert few.exit_code == 2
    assert "Er is nog te weinig om van te leren: 17 klachten" in few.stderr
    with desk.world.store.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(learned)).scalar_one() == 0


def test_what_was_handled_as_it_was_sorted_is_learned_from_too_and_the_confidential_is_not(
    desk: Desk,
) -> None:
    chosen_by_humans(desk, "groen", "wegen", by_hand=())
    with desk.world.store.begin() as tx:
        handled, hidden, *_ = klachten.listed(tx)
        anna = Actor(AGENT, ANNA)
        for one in (handled, replace(hidden, confidential=True)):
            klachten.save(tx, one)
            chain.record(tx, one, [Received(MONDAY, anna, ""), Resolved(MONDAY, anna, "", "")], "")

        [case] = suggest.cases(tx, desk.world.ruleset, STREET)

    assert (case.text, case.category, case.chosen) == (handled.description, handled.category, False)


def test_of_a_letter_is_learned_what_stands_below_its_salutation_as_a_new_one_is_read(desk: Desk) -> None:
    told = "Geachte heer, mevrouw,\n\nDe straatlamp is uit."
    letter = Klacht(0, "KL25-00001", "", f"Team Afval en Bezwaar\nPostbus 1\n\n{told}", JAN, MONDAY)
    sorted_so = replace(letter, category="verlichting", by_hand=("category",), channel="letter")
    with desk.world.store.begin() as tx:
        klachten.add(tx, sorted_so, b"salt")
        klachten.add(tx, replace(sorted_so, kenmerk="KL25-00002", channel="email"), b"salt")
        texts = [case.text for case in suggest.cases(tx, desk.world.ruleset, STREET)]

    assert texts == [letter.description, told]


def test_a_running_desk_takes_over_what_was_learned_and_one_that_is_broken_costs_no_klacht(
    desk: Desk, tmp_path: Path
) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    text = "De straatlampen branden niet, het licht is uit."
    jan.writes("Donker", text)
    assert "Suggestie" not in anna.gets("nieuw_voor_team").text
    was_learned(desk)
    desk.passes(seconds=LOOKED.total_seconds())
    jan.writes("Weer donker", text)
    assert "Suggestie: verlichting" in anna.gets("nieuw_voor_team").text

    with desk.world.store.begin() as tx:
        tx.execute(sa.update(learned).values(id=9, model={"version": 1}))
    desk.passes(seconds=LOOKED.total_seconds())
    jan.writes("Nog steeds", text)

    assert "Suggestie" not in anna.gets("nieuw_voor_team").text
    assert "run `mailagent learn` again" in ran(tmp_path, "check").stdout


def test_no_command_but_learn_knows_scikit_learn() -> None:
    code = "import sys, mailagent.cli; sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
