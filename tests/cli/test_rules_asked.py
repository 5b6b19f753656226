"""Rules as an admin tries them: checked, explained, replayed over what came in, and drafted from a klacht
(NW-03)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from desk import Desk, open_desk
from rule_files import write
from typer.testing import CliRunner

from mailagent.cli import app
from mailagent.config.files import load_rules, read_rules

RUNNER = CliRunner()
GFT = "  - {id: gft, dan: {categorie: afval}, punten: [{woord: [gft, kliko], punten: 2}]}\n"
MAIL = (
    "From: Jan <jan@home.example>\r\nTo: klachten@stad.example\r\nSubject: Container\r\n"
    "Message-ID: <een@home.example>\r\n\r\nDe gft-bak is weer niet geleegd.\r\n"
)


def ask(*words: str, code: int = 0) -> str:
    result = RUNNER.invoke(app, ["rules", *words])
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout


def ask_json(*words: str, code: int = 0) -> Any:
    return json.loads(ask(*words, "--json", code=code))


def with_rules(folder: Path, rules: str) -> str:
    """A rules folder with these rules."""
    folder.mkdir(exist_ok=True)
    (folder / "rules.yaml").write_text(f"rules:\n{rules}", "utf-8")
    return str(folder)


@pytest.fixture
def mail(tmp_path: Path) -> str:
    path = tmp_path / "een.eml"
    path.write_text(MAIL, "utf-8")
    return str(path)


@pytest.fixture
def config(tmp_path: Path) -> str:
    """A desk that got two klachten by a rule of its own, one of which an agent put right."""
    write(tmp_path, rules=f"rules:\n{GFT}")
    desk = open_desk(tmp_path, database=f"sqlite:///{tmp_path}/db", more=f'[paths]\nlocal = "{tmp_path}"')
    _two_klachten(desk)
    desk.house.close()
    return str(tmp_path / "mailagent.toml")


def _two_klachten(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes("Bak", "De gft-bak is niet geleegd.")
    anna.gets("nieuw_voor_team")
    jan.writes("Uw chauffeur", "De chauffeur van de gft-wagen snauwde mij af.")
    anna.replies(anna.gets("nieuw_voor_team"), "#categorie bejegening")


def test_our_own_rules_are_all_right() -> None:
    ours = load_rules()
    told = ask("check")
    assert told.startswith(f"in orde: {len(ours.rules.rules)} regels")
    assert ours.revision in told
    assert ask_json("check") == []


def test_nw_03_every_mistake_is_named_at_once_and_the_exit_code_says_so(tmp_path: Path) -> None:
    folder = with_rules(
        tmp_path / "rules",
        "  - {id: een, dan: {categorie: afvla}, punten: [{regex: '(?!x)y', punten: 1}]}\n"
        "  - {id: een, dan: {categorie: afval}, punten: [{frsae: [x], punten: 1}]}\n",
    )
    lines = ask("check", "--rules", folder, code=1).splitlines()
    assert [line.partition(": ")[0] for line in lines] == [f"{folder}/rules.yaml:{n}" for n in (2, 2, 3, 3)]
    assert any("looks around" in line for line in lines)
    told = ask_json("check", "--rules", folder, code=1)
    assert [one["line"] for one in told] == [2, 2, 3, 3]
    assert "'frsae' is not known here; did you mean 'frase'?" in [one["what"] for one in told]


def test_the_rules_folder_may_be_named_by_the_settings_or_as_the_folder_above_it(tmp_path: Path) -> None:
    write(tmp_path, rules="rules:\n  - {id: een}\n")
    config = tmp_path / "mailagent.toml"
    (tmp_path / "elders").mkdir()
    open_desk(tmp_path, more=f'[paths]\nlocal = "{tmp_path / "elders"}"').house.close()
    assert ask("check", "--config", str(config)).startswith("in orde")
    assert "'dan' is missing" in ask("check", "--rules", str(tmp_path), code=1)


def test_nw_03_a_mail_is_explained_without_configuration_or_database(mail: str) -> None:
    told = ask("explain", mail)
    assert "categorie: afval" in told
    assert 'in "gft-bak" +' in told
    [answer] = ask_json("explain", mail)
    assert (answer["file"], answer["category"], answer["team"]) == (mail, "afval", "klachten")
    assert answer["margin"] == answer["score"] - dict(answer["scores"]).get(answer["runner_up"], 0)
    assert {"rule_id", "source", "points", "matched", "test"} == set(answer["hits"][0])
    assert answer["gates"] == []


def test_several_mails_are_explained_by_a_folder_of_rules_and_what_cannot_be_read_is_told(
    tmp_path: Path, mail: str
) -> None:
    folder = with_rules(
        tmp_path / "rules",
        f"{GFT}  - {{id: nee, als: {{woord: [bezwaar]}}, dan: {{mens: Een bezwaar., prioriteit: hoog}}}}\n",
    )
    other, broken = tmp_path / "twee.eml", tmp_path / "drie.eml"
    other.write_text(MAIL.replace("is weer", "met bezwaar"), "utf-8")
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(120))
    broken.write_text(f"From: jan@home.example\r\n{nested}", "utf-8")
    answers = ask_json("explain", mail, str(other), str(broken), "--rules", folder)
    assert [(a["category"], a["score"], a["runner_up"], a["margin"]) for a in answers] == [
        ("afval", 2, None, 2),
        (None, 2, "afval", 0),
        (None, 0, None, 0),
    ]
    assert [gate["rule_id"] for gate in answers[1]["gates"]] == ["nee"]
    assert answers[2]["quarantine"] == "too_deep"
    assert "een mens beoordeelt dit eerst: Een bezwaar." in ask("explain", str(other), "--rules", folder)


@pytest.mark.parametrize("what", ["nergens.eml", "KL26-00042"])
def test_what_is_not_there_cannot_be_explained(tmp_path: Path, what: str) -> None:
    ask("explain", what, "--config", str(tmp_path / "mailagent.toml"), code=2)


def test_a_klacht_is_explained_by_the_rules_of_the_house_or_by_others(tmp_path: Path, config: str) -> None:
    [answer] = ask_json("explain", "KL26-00002", "--config", config)
    assert (answer["file"], answer["category"]) == ("KL26-00002", "afval")
    folder = with_rules(
        tmp_path / "nieuw",
        f"{GFT}  - {{id: b, dan: {{categorie: bejegening}}, punten: [{{woord: [snauwde], punten: 5}}]}}\n",
    )
    [answer] = ask_json("explain", "KL26-00002", "--config", config, "--rules", folder)
    assert (answer["category"], answer["runner_up"], answer["margin"]) == ("bejegening", "afval", 3)


def test_nw_03_a_replay_tells_what_would_move_with_counts_and_reasons_and_moves_nothing(
    tmp_path: Path, config: str
) -> None:
    folder = with_rules(
        tmp_path / "nieuw",
        f"{GFT}  - {{id: b, dan: {{categorie: bejegening}}, punten: [{{woord: [snauwde], punten: 5}}]}}\n"
        "  - {id: proef, status: schaduw, dan: {categorie: overig}, "
        "punten: [{woord: [geleegd], punten: 9}]}\n",
    )
    told = ask("replay", "--config", config, "--rules", folder)
    assert told.splitlines() == [
        "1 van 2 klachten gaan anders.",
        "Een mens kiest: 0 → 0.",
        "Van 1 klachten koos een mens de categorie; daarvan goed: 0 → 1.",
        "     1  categorie: afval → bejegening",
        "KL26-00002  categorie afval → bejegening (een mens koos): "
        "Gezien: “snauwde” (b, 5), “gft-wagen” (gft, 2).",
        "schaduw: proef zou 1 keer tellen",
        "schaduw:      1  categorie: afval → overig",
    ]
    result = ask_json("replay", "--config", config, "--rules", folder)
    assert (result["read"], result["moved"], result["counts"]) == (2, 1, {"categorie: afval → bejegening": 1})
    assert ask_json("replay", "--config", config)["moves"] == []


def test_a_replay_may_begin_on_a_day(config: str) -> None:
    assert ask_json("replay", "--config", config, "--since", "2026-03-02")["read"] == 2
    assert ask_json("replay", "--config", config, "--since", "2026-03-03")["read"] == 0


def test_nw_03_a_rule_is_drafted_from_a_klacht_and_checks_as_it_is(tmp_path: Path, config: str) -> None:
    drafted = ask("new", "KL26-00002", "--config", config)
    assert "een mens koos bejegening). De regels van nu: afval." in drafted
    folder = with_rules(tmp_path / "nieuw", drafted)
    rule = read_rules(Path(folder)).rules.rules["bij-kl26-00002"]
    assert (rule.status, rule.effect.category) == ("schaduw", "bejegening")
    assert {"chauffeur", "snauwde"} <= {word for clue in rule.clues for word in clue.any_of}
    ask("new", "KL26-00099", "--config", config, code=2)
