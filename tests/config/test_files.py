"""The rules folder: what we ship works, an admin's file goes first, every mistake is named at once."""

from __future__ import annotations

from datetime import date
from itertools import takewhile
from pathlib import Path

import pytest
from rule_files import mistakes, write

from mailagent.config.files import RuleFiles, load_rules
from mailagent.core.clocks import AWB, HEROPEND
from mailagent.core.message import Message
from mailagent.core.rules import decide
from mailagent.shipped import ROOT

SHIPPED = sorted(path.name for path in (ROOT / "rules").glob("*.yaml"))


@pytest.fixture
def local(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    return tmp_path


@pytest.fixture(scope="module")
def ours() -> RuleFiles:
    return load_rules(None)


def test_what_we_ship_has_one_team_which_sorts_and_has_no_members(ours: RuleFiles) -> None:
    [team] = ours.teams
    assert (team.id, team.sorting, team.members) == ("klachten", True, ())


def test_what_we_ship_has_the_terms_of_the_law(ours: RuleFiles) -> None:
    assert (ours.clocks[AWB].kind, ours.clocks[AWB].weeks) == ("statutory", 6)
    assert (ours.clocks[HEROPEND].kind, ours.clocks[HEROPEND].working_days) == ("service", 5)
    assert [level.share for level in ours.clocks[AWB].levels] == [0.5, 0.8, 1.0, 1.5]
    assert ours.calendar.last_day(date(2026, 4, 2), 6) == date(2026, 5, 18)
    assert ours.calendar.equated_until == 2028


def test_what_we_ship_has_answers_for_both_smileys_and_some_reopen(ours: RuleFiles) -> None:
    assert {answer.satisfied for answer in ours.answers} == {True, False}
    assert any(answer.reopens for answer in ours.answers)
    assert any(answer.open for answer in ours.answers)


@pytest.mark.parametrize(
    ("subject", "text", "category"),
    [
        ("Container", "De gft-bak is weer niet geleegd.", "afval"),
        ("Klacht over uw balie", "Uw medewerker was onbeschoft en lachte mij uit.", "bejegening"),
        ("Telefoon", "Ik zou teruggebeld worden, maar ik heb niets meer gehoord.", "wachttijd"),
        ("", "Op de website staat verkeerde informatie over de openingstijden.", "informatievoorziening"),
        ("Kastje naar de muur", "Niemand helpt mij aan mijn rijbewijs.", "dienstverlening"),
        ("Inspraak", "Er is een besluit genomen zonder ons te horen.", "procedures"),
        ("Mijn bezwaarschrift", "U bent mijn bezwaar kwijtgeraakt.", None),
        ("Vraag", "Goedemiddag, hierbij een vraag over het zwembad.", None),
        ("", "", None),
    ],
)
def test_what_we_ship_sorts_an_ordinary_klacht(
    ours: RuleFiles, subject: str, text: str, category: str | None
) -> None:
    assert decide(Message(subject, text), ours.rules).category == category


def test_a_rule_knows_its_line_and_names_no_folder(ours: RuleFiles) -> None:
    lines = (ROOT / "rules" / "rules.yaml").read_text("utf-8").splitlines()
    for rule in ours.rules.rules.values():
        file, _, line = rule.source.partition(":")
        assert file == "rules/rules.yaml"
        assert lines[int(line) - 1].strip() == f"- id: {rule.id}"


@pytest.mark.parametrize("name", SHIPPED)
def test_every_file_begins_by_telling_an_admin_how_to_change_it(name: str) -> None:
    lines = (ROOT / "rules" / name).read_text("utf-8").splitlines()
    comment = "\n".join(takewhile(lambda line: line.startswith("#"), lines))
    assert "change it" in comment
    assert "mailagent check" in comment


def test_an_admins_file_replaces_ours_and_the_others_stay(local: Path, ours: RuleFiles) -> None:
    write(
        local,
        teams="""\
teams:
  - id: klachten
    name: Klachten
    sorting: true
    members:
      - {address: Anna@Stad.example, name: Anna, signature: "Groet, Anna"}
""",
    )
    theirs = load_rules(local)
    [anna] = theirs.teams[0].members
    assert (anna.address, anna.name, anna.signature) == ("anna@stad.example", "Anna", "Groet, Anna")
    assert theirs.categories == ours.categories


def test_a_folder_without_rules_changes_nothing(tmp_path: Path, ours: RuleFiles) -> None:
    assert load_rules(tmp_path).answers == ours.answers


def test_every_mistake_in_every_file_is_named_at_once_with_its_line(local: Path) -> None:
    write(
        local,
        teams="""\
teams:
  - id: klachten
    name: Klachten
    sorting: true
    members:
      - address: anna at stad
        name: Anna
  - id: Team Afval
    nmae: Afval
""",
        categories="""\
categories:
  - id: afval
    name: Afval
    team: klachten
    clock: heropend
  - id: afval
    name: Nog eens
    team: klachten
""",
        rules="""\
rules:
  - id: een
    dan: {categorie: afvla}
    punten:
      - {woord: [gft bak], punten: 2}
""",
        holidays="equated:\n  - 2026-01-02\n  - 2 mei\nuntil: 2026\n",
    )
    assert mistakes(local) == [
        "categories.yaml:5: there is no clock 'heropend'; there is awb, awb_commissie, fr-acpr",
        "categories.yaml:6: id 'afval' is used before, on line 2",
        "holidays.yaml:3: equated, item 2: should be a day like 2026-01-02",
        "rules.yaml:3: there is no categorie 'afvla'; there is afval",
        "rules.yaml:5: woord, item 1: 'gft bak' is not one word of letters and digits; "
        "write more words as a frase",
        "teams.yaml:6: address: 'anna at stad' is no e-mail address; "
        "write it as name@example.org, without < and >",
        "teams.yaml:8: id: should be small letters, digits, - and _, without spaces",
        "teams.yaml:8: 'name' is missing",
        "teams.yaml:9: 'nmae' is not known here; did you mean 'name'?",
    ]


def test_what_does_not_fit_together_is_named_where_it_stands(local: Path) -> None:
    write(
        local,
        teams="""\
teams:
  - {id: een, name: Een, sorting: true}
  - id: twee
    name: Twee
    sorting: true
    members:
      - {address: bram@stad.example, name: Bram}
      - {address: BRAM@stad.example, name: Bram}
""",
        categories="categories:\n  - id: afval\n    name: Afval\n    team: reiniging\n",
        rules="""\
rules:
  - id: afval
    dan: {categorie: wachttijd}
    punten: [{woord: [gft], punten: 2}]
""",
        answers="""\
answers:
  - {id: ja, text: Ja, satisfied: true, reopens: true}
  - {id: ja, text: Nee, satisfied: false}
""",
        clocks="""\
clocks:
  - id: awb
    kind: service
    weeks: 6
    levels: [{name: bijna, share: 0.8}, {name: bijna, share: 0.9}]
""",
        holidays="equated: [2027-05-07]\nuntil: 2026\n",
    )
    assert mistakes(local) == [
        "answers.yaml:2: a satisfied answer cannot reopen a klacht",
        "answers.yaml:3: id 'ja' is used before, on line 2",
        "categories.yaml:2: there is no clock 'awb'; there is none",
        "categories.yaml:4: there is no team 'reiniging'; there is een, twee",
        "clocks.yaml:1: a statutory clock 'awb' is needed",
        "clocks.yaml:1: a service clock 'heropend' is needed",
        "clocks.yaml:5: name 'bijna' is used before, on line 5",
        "holidays.yaml:1: 2027-05-07 lies after `until`, the last year for which the table is complete",
        "rules.yaml:3: there is no categorie 'wachttijd'; there is afval",
        "teams.yaml:5: only one team can be the sorting team, and 'een' is",
        "teams.yaml:8: address 'bram@stad.example' is used before, on line 7",
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("teams: []\n", "teams.yaml:1: one team needs `sorting: true`"),
        ("", "teams.yaml:1: the file: should be a table of keys and values"),
        ("teams: geen\n", "teams.yaml:1: teams: should be a list"),
        ("teams:\n  - id: een\n    id: twee\n", "teams.yaml:3: is not YAML: found duplicate key"),
        ("teams:\n  - {id: een\n", "teams.yaml:3: is not YAML"),
        ("teams: \x01\n", "teams.yaml: is not YAML"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_it_goes_wrong(local: Path, text: str, what: str) -> None:
    write(local, teams=text)
    assert any(mistake.startswith(what) for mistake in mistakes(local))


def test_a_file_that_is_no_text_is_a_mistake(local: Path) -> None:
    (local / "rules" / "teams.yaml").write_bytes(b"\xff\xfe")
    assert mistakes(local) == ["teams.yaml: is not UTF-8 text"]


def test_a_file_that_nothing_reads_is_a_mistake_and_other_things_are_not(local: Path) -> None:
    write(local, team="teams: []\n")
    (local / "rules" / "teams.yml").touch()
    (local / "rules" / "README.md").touch()
    (local / "rules" / ".#rules.yaml").symlink_to("anna@desktop.4711")  # as an editor does while Anna types
    found = mistakes(local)
    assert [mistake.partition(": ")[0] for mistake in found] == ["team.yaml", "teams.yml"]
    assert "teams.yaml, categories.yaml" in found[0]


def test_a_topic_that_is_not_there_is_named(local: Path) -> None:
    write(
        local,
        answers="topics:\n  - {id: duur, text: Duur}\nanswers:\n"
        "  - {id: traag, text: Traag, satisfied: false, topic: duurt}\n",
    )
    assert any("there is no topic 'duurt'" in mistake for mistake in mistakes(local))
