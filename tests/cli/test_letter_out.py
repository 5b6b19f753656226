"""`mailagent letter to`, `queue`, `print`, `posted` and `preview`, as an admin types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from desk import Desk, open_desk
from printer import PRINTING
from typer.testing import CliRunner

from mailagent.cli import app

RUN = CliRunner()
ADDRESS = ("--street", "Dorpsstraat 12", "--postcode", "1234ab", "--city", "Voorbeeld")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return open_desk(tmp_path, database=f"sqlite:///{tmp_path}/mailagent.db", more=PRINTING)


@pytest.fixture
def config(desk: Desk, tmp_path: Path) -> Path:
    desk.citizen("jan@home.example").writes("Stoep", "De stoep ligt open.")
    return tmp_path / "mailagent.toml"


def run(config: Path, *typed: str, code: int = 0) -> Any:
    asked = RUN.invoke(app, ["letter", *typed, "--config", str(config)])
    assert asked.exit_code == code, asked.output
    return json.loads(asked.stdout) if "--json" in typed else asked.output


def test_a_letter_from_the_queue_to_the_post(desk: Desk, config: Path, tmp_path: Path) -> None:
    file = tmp_path / "brieven.pdf"
    task = desk.agent("anna@stad.example").gets("nieuw_voor_team")
    assert run(config, "queue") == "Er wacht geen brief.\n"
    assert "no letter waits to be printed" in run(config, "print", str(file), code=2)
    said = run(config, "to", task.kenmerk, *ADDRESS, "--prefers", "letter")
    assert said == f"{task.kenmerk}: Jan, Dorpsstraat 12, 1234 AB Voorbeeld, by letter\n"
    desk.agent("anna@stad.example").replies(task, "#antwoord\nWij komen maandag.")

    [letter] = run(config, "queue", "--json")
    assert (letter["kenmerk"], letter["mail"], letter["state"]) == (task.kenmerk, "antwoord", "waiting")
    printed = run(config, "print", str(file), "--json")
    assert [one["letter"] for one in printed["letters"]] == [letter["letter"]]
    sheets = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(file)]
    assert "Aantal brieven: 1" in sheets[0]
    assert "Wij komen maandag." in sheets[1]

    assert f"--again {printed['batch']}" in run(config, "print", str(file), code=2), (
        "it may never have come out"
    )
    again = run(config, "print", str(tmp_path / "again.pdf"), "--again", str(printed["batch"]))
    assert "nobody said" not in again
    assert "printed" in run(config, "queue")
    assert "1 letters are posted" in run(config, "posted", str(printed["batch"]))
    assert run(config, "queue", "--json") == []
    assert run(config, "posted", str(printed["batch"]), "--json") == []
    assert "there is no batch 9" in run(config, "posted", "9", code=2)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("to", "KL26-00001", "--postcode", "12 AB"), "12 AB is no postcode"),
        (("to", "KL26-00001", "--prefers", "pigeon"), "pigeon is no channel to be answered by"),
        (("to", "KL26-00009", "--city", "Voorbeeld"), "there is no klacht KL26-00009"),
        (("preview", "dagoverzicht", "a.pdf"), "there is no letter dagoverzicht"),
    ],
)
def test_what_cannot_be_is_said(config: Path, typed: tuple[str, ...], said: str) -> None:
    assert said in run(config, *typed, code=2)


def test_a_mail_as_a_letter_to_look_at(config: Path, tmp_path: Path) -> None:
    run(config, "preview", "afgehandeld", str(tmp_path / "brief.pdf"), "--language", "en")
    [first, *_] = pypdfium2.PdfDocument(tmp_path / "brief.pdf")
    assert "K7QP-3MXD" in first.get_textpage().get_text_bounded()
