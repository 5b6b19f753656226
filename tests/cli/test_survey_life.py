"""A survey's life on the command line: draft, active, closed, and never back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import RUNNER, ask, ask_json, config  # noqa: F401 - a fixture

from mailagent.cli import app

SURVEY = (
    "title: Hoe was de balie?\nsends: {event: closed}\nquestions: [{id: tip, kind: open, text: Een tip?}]\n"
)


@pytest.fixture
def own(config: str) -> Path:  # noqa: F811
    """A configuration with a survey of its own."""
    folder = Path(config).parent / "eigen" / "rules" / "surveys"
    folder.mkdir(parents=True)
    (folder / "balie.yaml").write_text(SURVEY, "utf-8")
    with Path(config).open("a", encoding="utf-8") as file:
        file.write(f'[paths]\nlocal = "{folder.parent.parent}"\n')
    return Path(config)


def states(own: Path) -> dict[str, str]:
    return {one["id"]: one["state"] for one in ask_json("survey", "list", "--config", str(own))}


def refused(own: Path, *words: str) -> str:
    result = RUNNER.invoke(app, ["survey", *words, "--config", str(own)])
    assert result.exit_code == 2
    return result.stderr


def test_kt_01_a_survey_goes_from_draft_to_active_to_closed_and_never_back(own: Path) -> None:
    assert states(own) == {"afhandeling": "draft", "balie": "draft"}
    assert "only one that is active" in refused(own, "close", "balie")

    ask("survey", "activate", "balie", "--config", str(own))
    assert states(own) == {"afhandeling": "draft", "balie": "active"}
    assert "only one that is draft" in refused(own, "activate", "balie")

    ask("survey", "close", "balie", "--config", str(own))
    assert states(own)["balie"] == "closed"
    assert "balie is closed" in refused(own, "activate", "balie")
    assert "balie is closed" in refused(own, "close", "balie")


def test_kt_01_an_unknown_survey_is_named_with_those_that_are_there(own: Path) -> None:
    assert "there is no survey bali; there is afhandeling, balie" in refused(own, "activate", "bali")


def test_kt_01_check_and_serve_miss_the_file_of_an_active_survey(own: Path) -> None:
    ask("survey", "activate", "balie", "--config", str(own))
    file = own.parent / "eigen" / "rules" / "surveys" / "balie.yaml"
    file.unlink()

    texts = [finding["text"] for finding in ask_json("check", "--config", str(own), code=1)["findings"]]
    served = RUNNER.invoke(app, ["serve", "--config", str(own)])

    assert any(text.startswith("rules/surveys/balie.yaml: is gone") for text in texts), texts
    assert (served.exit_code, "survey close balie" in served.stderr) == (2, True)

    ask("survey", "close", "balie", "--config", str(own))
    texts = [finding["text"] for finding in ask_json("check", "--config", str(own), code=1)["findings"]]
    assert not any("balie" in text for text in texts), texts
    assert "its file is gone" in ask("survey", "list", "--config", str(own))


def test_kt_01_preview_shows_the_file_of_the_admin_who_stands_beside_it(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(own.parent)
    assert "Hoe was de balie?" in ask("survey", "preview", "balie")


def test_kt_01_preview_shows_what_a_survey_asks_in_each_language(own: Path) -> None:
    shown = ask("survey", "preview", "afhandeling")
    english = ask("survey", "preview", "afhandeling", "--language", "en")
    asked = json.loads(ask("survey", "preview", "balie", "--config", str(own), "--json"))

    assert "Was ons antwoord duidelijk?" in shown
    assert "0 to 10" in shown
    assert "- ja" in shown
    assert "Beter luisteren" in shown
    assert "Was our answer clear?" in english
    assert asked["questions"][0]["id"] == "tip"
