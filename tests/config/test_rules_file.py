"""rules.yaml: every mistake is named at its line, with what would be right; examples are the tests of a
rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from rule_files import mistakes, write

from mailagent.config.files import load_rules
from mailagent.config.schema import FOLDER, schemas
from mailagent.core.message import Message
from mailagent.core.rules import Decision, decide
from mailagent.shipped import ROOT

GFT = """\
  - id: gft
    dan: {categorie: afval}
    punten: [{woord: [gft], punten: 2}]
"""


def said(local: Path, rules: str) -> list[str]:
    """The mistakes of these rules."""
    write(local, rules=f"rules:\n{rules}")
    return mistakes(local)


def decided(local: Path, rules: str, message: Message) -> Decision:
    """What these rules make of a message."""
    write(local, rules=f"rules:\n{rules}")
    return decide(message, load_rules(local).rules)


def test_the_whole_format_is_read(tmp_path: Path) -> None:
    rules = """\
  - id: bezwaar
    naam: Bezwaarschrift
    als: {een_van: [{frase: [maak bezwaar]}, {alle: [{woord: [bezwaar]}, {geen: [{woord: [zonder]}]}]}]}
    dan: {mens: Dit kan een bezwaarschrift zijn., prioriteit: hoog, vertrouwelijk: true}
    stop: true
  - id: afval
    als: {geen: [{veld: [kanaal], is: phone}]}
    punten:
      - {woord: [gft, kliko], punten: 2}
      - {regex: '(duo|glas)bak', veld: [onderwerp], punten: 2}
      - {alle: [{van_domein: [stad.example]}, {veld: [bijlage.aantal], groter_dan: 0}], punten: 3}
      - {veld: [taal], in_lijst: [nl, fy], punten: 1}
      - {woord: [prullenbak], punten: -1}
    drempel: 3
    dan: {categorie: afval, team: klachten, complexiteit: laag, labels: [inzameling]}
    voorbeelden:
      wel:
        - Onze gft-bak is vol.
        - {onderwerp: Glasbak, van: jan@stad.example, bijlagen: [foto.jpg]}
      niet: [Ik maak bezwaar tegen de gft-bak., {tekst: De kliko is vol., kanaal: phone}]
"""
    message = Message("Glasbak", "gft", "jan@stad.example", files=(("a.jpg", "image/jpeg"),))
    decision = decided(tmp_path, rules, message)
    assert (decision.category, decision.score, decision.team) == ("afval", 8, "klachten")
    assert [hit.source for hit in decision.hits] == [f"rules/rules.yaml:{line}" for line in (10, 11, 12, 13)]
    human = decided(tmp_path, rules, Message("", "Ik maak bezwaar tegen de gft-bak."))
    assert (human.category, human.priority, human.confidential) == (None, "hoog", True)


def test_every_mistake_in_a_rule_is_named_at_once(tmp_path: Path) -> None:
    known = ", ".join(category.id for category in load_rules().categories)
    assert said(
        tmp_path,
        """\
  - id: een
    dan: {categorie: afvla, team: reinging, prioriteit: snel}
    punten:
      - {woord: [gft bak], punten: 2}
      - {woord: [gft], frase: [niet geleegd], punten: 2}
      - {frase: ["?!"], punten: 0}
      - {regex: '(?!niet)geleegd', punten: 1}
      - {alle: [{frsae: [vol]}], punten: 1}
      - {is: letter, punten: 1}
      - {veld: [kanaal], groter_dan: 3, punten: 1}
      - {veld: [kanal], is: letter, punten: 1}
      - {van_domein: [jan@stad.example], punten: 1}
  - {id: twee, dan: {categorie: afval}}
  - {id: drie, als: {woord: [gft]}, dan: {categorie: afval}}
  - {id: vier, punten: [{woord: [gft], punten: 1}], dan: {mens: Kijk zelf.}}
  - {id: vijf, punten: [{woord: [gft], punten: 1}], dan: {}}
""",
    ) == [
        "rules.yaml:3: prioriteit: should be 'laag', 'normaal', 'hoog' or 'spoed'",
        f"rules.yaml:3: there is no categorie 'afvla'; there is {known}",
        "rules.yaml:3: there is no team 'reinging'; there is klachten",
        "rules.yaml:5: woord, item 1: 'gft bak' is not one word of letters and digits; "
        "write more words as a frase",
        "rules.yaml:6: punten, item 2: should have one test of woord, frase, regex, is, in_lijst, "
        "van_domein, groter_dan, or een_van, alle and geen",
        "rules.yaml:7: frase, item 1: '?!' holds no letter or digit",
        "rules.yaml:7: punten: should not be 0, which would count for nothing",
        "rules.yaml:8: regex: '(?!niet)geleegd' looks around ((?=, (?!, (?<), which RE2 cannot; "
        "use alle and geen with a test for each",
        "rules.yaml:9: 'frsae' is not known here; did you mean 'frase'?",
        "rules.yaml:10: punten, item 6: is needs a veld, as in {veld: [kanaal], is: letter}",
        "rules.yaml:11: punten, item 7: 'kanaal' is no number; "
        "groter_dan can read bijlage.aantal, brief.ocr_zekerheid",
        "rules.yaml:12: veld, item 1: should be 'onderwerp', 'tekst', 'van', 'aan', 'bijlage.naam', "
        "'bijlage.type', 'bijlage.aantal', 'kanaal', 'taal', 'brief.betreft', 'brief.kenmerk', "
        "'brief.datum', 'brief.postcode', 'brief.afzender' or 'brief.ocr_zekerheid'",
        "rules.yaml:13: van_domein, item 1: 'jan@stad.example' is no domain; write it as example.org",
        "rules.yaml:14: rules, item 2: should have als (a gate) or punten (a rule that scores)",
        "rules.yaml:15: rules, item 3: a gate (als without punten) sets no categorie; give its tests punten",
        "rules.yaml:16: rules, item 4: stop and mens belong to a gate (als without punten)",
        "rules.yaml:17: dan: should set at least one of categorie, team, prioriteit, complexiteit, labels, "
        "vertrouwelijk, mens",
    ]


def test_a_rule_that_is_wrong_does_not_hide_what_is_wrong_with_others(tmp_path: Path) -> None:
    assert said(
        tmp_path,
        """\
  - {id: een, dan: {categorie: afval}, punten: [{regex: '(x', punten: 1}]}
  - {id: twee, drempel: 5, dan: {categorie: afval}, punten: [{woord: [gft], punten: 2}]}
  - niets
  - id: drie
    dan: {categorie: wachttijd}
    punten: [{woord: [wachtrij], punten: 2}]
    voorbeelden:
      wel: [de gft]
      niet: [de wachtrij]
""",
    ) == [
        "rules.yaml:2: regex: '(x' is no expression of RE2: missing ): (x",
        "rules.yaml:3: rule 'twee' can never count: its tests are worth 2 together, and drempel is 5",
        "rules.yaml:4: rules, item 3: should be a table of keys and values",
        "rules.yaml:9: example of 'drie' (wel) gets no category, with 0 points",
    ], "what must not be so may be right once the first rule can be read"


def test_names_that_no_other_file_has_and_an_id_used_twice_are_named(tmp_path: Path) -> None:
    rule = "  - {id: een, dan: {categorie: afvla, team: x}, punten: [{woord: [gft], punten: 2}]}\n"
    known = ", ".join(category.id for category in load_rules().categories)
    assert said(tmp_path, rule * 2) == [
        f"rules.yaml:2: there is no categorie 'afvla'; there is {known}",
        "rules.yaml:2: there is no team 'x'; there is klachten",
        "rules.yaml:3: id 'een' is used before, on line 2",
        f"rules.yaml:3: there is no categorie 'afvla'; there is {known}",
        "rules.yaml:3: there is no team 'x'; there is klachten",
    ]


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        (
            "  - {id: een, drempel: 5, dan: {categorie: afval}, punten: [{woord: [gft], punten: 4}]}\n",
            "its tests are worth 4 together, and drempel is 5",
        ),
        (
            "  - id: een\n    als: {alle: [{woord: [gft]}], geen: [{woord: [gft]}]}\n"
            "    dan: {prioriteit: hoog}\n",
            "its als asks for and against gft",
        ),
        (
            f"{GFT}  - {{id: een, dan: {{categorie: wachttijd}}, punten: [{{woord: [gft], punten: 1}}]}}\n",
            "rule 'gft' (rules/rules.yaml:2) has the same tests, each worth more",
        ),
        (
            "  - {id: stop, als: {woord: [gft]}, stop: true, dan: {team: klachten}}\n"
            "  - {id: een, als: {woord: [gft]}, dan: {prioriteit: hoog}}\n",
            "gate 'stop' (rules/rules.yaml:2) has the same als, and stops before it",
        ),
    ],
)
def test_a_rule_that_can_never_count_is_named(tmp_path: Path, rules: str, why: str) -> None:
    [mistake] = said(tmp_path, rules)
    assert mistake.endswith(f": rule 'een' can never count: {why}")


def test_a_test_that_finds_nothing_is_no_score(tmp_path: Path) -> None:
    rule = "  - id: een\n    dan: {categorie: afval}\n    punten:\n"
    [mistake] = said(tmp_path, f"{rule}      - {{geen: [{{woord: [gft]}}], punten: 1}}\n")
    assert mistake.startswith("rules.yaml:5: this test holds for an empty message")


@pytest.mark.parametrize(
    ("key", "text", "found"),
    [
        ("wel", "De lantaarn is stuk", "gets no category, with 0 points"),
        ("wel", "gft en wachtrij", "gets afval = wachttijd, with 2 points"),
        ("wel", "gft, haast", "gets overig, with 3 points against 2 (haast +3)"),
        ("wel", "gft met bezwaar", "goes to a human, by gate 'bezwaar' (rules/rules.yaml:14)"),
        ("niet", "de gft-bak", "gets afval, with 2 points"),
    ],
)
def test_an_example_that_fails_is_a_mistake_at_its_line_which_names_what_won(
    tmp_path: Path, key: str, text: str, found: str
) -> None:
    rules = f"""\
{GFT}    voorbeelden:
      {key}:
        - {text}
  - id: wachttijd
    dan: {{categorie: wachttijd}}
    punten: [{{woord: [wachtrij], punten: 2}}]
  - id: haast
    dan: {{categorie: overig}}
    punten: [{{woord: [haast], punten: 3}}]
  - {{id: bezwaar, als: {{woord: [bezwaar]}}, dan: {{mens: Een bezwaar.}}}}
"""
    assert said(tmp_path, rules) == [f"rules.yaml:7: example of 'gft' ({key}) {found}"]


@pytest.mark.parametrize(
    ("status", "key", "text", "mistaken"),
    [
        ("actief", "wel", "bezwaar", 0),
        ("actief", "wel", "gft", 1),
        ("actief", "niet", "bezwaar", 1),
        ("schaduw", "wel", "bezwaar", 0),
        ("schaduw", "wel", "gft", 1),
        ("uit", "wel", "gft", 0),
    ],
)
def test_gates_and_rules_in_shadow_have_examples_too(
    tmp_path: Path, status: str, key: str, text: str, mistaken: int
) -> None:
    rules = (
        f"{GFT}  - id: een\n    status: {status}\n    als: {{woord: [bezwaar]}}\n"
        "    dan: {prioriteit: hoog}\n"
        f"    voorbeelden: {{{key}: [{text}]}}\n"
    )
    write(tmp_path, rules=f"rules:\n{rules}")
    if mistaken:
        [mistake] = mistakes(tmp_path)
        assert mistake.startswith("rules.yaml:9: example of 'een'")
    else:
        load_rules(tmp_path)


def test_a_rule_without_points_for_a_category_has_examples_too(tmp_path: Path) -> None:
    rules = "  - id: een\n    dan: {prioriteit: hoog}\n    punten: [{woord: [haast], punten: 2}]\n"
    examples = "    voorbeelden: {wel: [haast], niet: [geen, 'met haast']}\n"
    [mistake] = said(tmp_path, rules + examples)
    assert mistake.startswith("rules.yaml:5: example of 'een' (niet) ")


def test_the_published_schemas_are_those_of_the_models() -> None:
    assert {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()} == dict(schemas())


@pytest.mark.parametrize("path", sorted((ROOT / "rules").glob("**/*.yaml")), ids=lambda path: path.stem)
def test_every_file_names_its_schema_on_its_first_line(path: Path) -> None:
    before, _, schema = path.read_text("utf-8").split("\n", 1)[0].partition("$schema=")
    assert before == "# yaml-language-server: "
    assert (path.parent / schema).resolve().parent == FOLDER
    assert (path.parent / schema).is_file()
