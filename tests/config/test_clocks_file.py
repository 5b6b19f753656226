"""clocks.yaml: every preset we ship, and every term, state and hour that cannot be, named by its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from rule_files import mistakes, write

from mailagent.config.files import load_rules


@pytest.fixture
def local(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("term", "what"),
    [
        (
            "weeks: 6\n    working_days: 5",
            "2: clocks, item 1: should have one of weeks, months, working_days, hours, states",
        ),
        ("weeks: 0", "2: clocks, item 1: should have one of weeks, months, working_days, hours, states"),
        ("weeks: 13", "4: weeks: should be 12 or less"),
        ("weeks: 6\n    levels: [{name: nu, share: 0}]", "5: share: should be more than 0"),
        ("weeks: 6\n    levels: [{name: nu, share: 1, to: nobody}]", "5: to: should be 'handler', 'lead' or"),
        ("working_days: 5", "3: a term of the law is given in weeks or months"),
        ("weeks: 6\n    until: answered", "5: a clock of the law stops at the notice of the law"),
        ("months: 2\n    extension: 4", "5: only a statutory clock in weeks can be extended"),
        ("weeks: 6\n    beside: [x]", "5: 'x' is no service clock that can be chosen; there is none"),
        ("weeks: 6\n  - {id: a, kind: service, hours: 1, beside: [a]}", "5: only a clock of the law brings"),
        ("weeks: 6\n    round_the_clock: true", "5: only a clock in hours can run round the clock"),
        ("weeks: 6\n  - {id: statutory, kind: service, hours: 1}", "5: 'statutory' is what every clock"),
        ("weeks: 6\n  - {id: heropend, kind: service, states: {nieuw: {laag: 1}}}", "5: how long a reopened"),
    ],
)
def test_a_term_that_cannot_be_is_refused(local: Path, term: str, what: str) -> None:
    write(local, clocks=f"clocks:\n  - id: awb\n    kind: statutory\n    {term}\n")
    assert f"clocks.yaml:{what}" in "\n".join(mistakes(local))


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (
            "niuew: {laag: 1, normaal: 1, hoog: 1}",
            "5: there is no status 'niuew'; there is nieuw, in_behandel",
        ),
        ("nieuw: {laag: 1, normaal: 1}", "5: needs days for laag, normaal, hoog, and for nothing else"),
        ("nieuw: {laag: 0, normaal: 1, hoog: 1}", "5: laag: should be 1 or more"),
    ],
)
def test_re_02_a_term_for_a_state_names_a_status_and_every_complexity(
    local: Path, line: str, what: str
) -> None:
    write(
        local,
        clocks=f"clocks:\n  - id: toestand\n    kind: service\n    states:\n      {line}\n",
    )
    found = mistakes(local)
    assert any(mistake.startswith(f"clocks.yaml:{what}") for mistake in found), found


@pytest.mark.parametrize(
    ("office", "what"),
    [
        ('opens: "9:00"', "2: opens: should be an hour of the day, as in 08:30"),
        ("closes: 17", "2: closes: should be an hour of the day, as in 08:30"),
        ('{opens: "17:00", closes: "09:00"}', "1: office: should open before it closes"),
    ],
)
def test_office_hours_that_cannot_be_are_refused(local: Path, office: str, what: str) -> None:
    text = f"office: {office}" if office.startswith("{") else f"office:\n  {office}"
    write(local, clocks=f"{text}\nclocks: []\n")
    assert f"clocks.yaml:{what}" in "\n".join(mistakes(local))


@pytest.mark.parametrize(
    ("chosen", "what"),
    [
        ("reacte", "'reacte' is no service clock that can be chosen; there is awb_9_8, ontvangst, in_behand"),
        ("heropend", "'heropend' is no service clock that can be chosen"),
        ("awb", "'awb' is no service clock that can be chosen"),
        ("reactie, reactie", "'reactie' is in this list before"),
    ],
)
def test_kl_06_a_category_names_service_clocks_that_are_there(local: Path, chosen: str, what: str) -> None:
    write(
        local,
        rules="rules: []\n",
        categories=f"""\
categories:
  - id: afval
    name: Afval
    team: klachten
    service: [{chosen}]
""",
    )
    [mistake] = mistakes(local)
    assert mistake.startswith(f"categories.yaml:5: {what}")


def test_kl_06_nw_02_what_we_ship_has_every_preset() -> None:
    ours = load_rules(None)
    terms = {
        id: (p.kind, p.weeks or p.months or p.working_days or p.hours, p.until, p.extension)
        for id, p in ours.clocks.items()
    }
    assert terms == {
        "awb": ("statutory", 6, "handled", 4),
        "awb_commissie": ("statutory", 10, "handled", 4),
        "awb_9_8": ("service", 4, "decided", 0),
        "heropend": ("service", 5, "handled", 0),
        "ontvangst": ("service", 5, "acknowledged", 0),
        "in_behandeling": ("service", 1, "taken_up", 0),
        "reactie": ("service", 16, "answered", 0),
        "oplossing": ("service", 80, "handled", 0),
        "avg-datalek-reactie": ("service", 1, "answered", 0),
        "avg-datalek": ("service", 72, "handled", 0),
        "fr-acpr": ("statutory", 2, "handled", 0),
        "fr-acpr-ontvangst": ("service", 10, "acknowledged", 0),
        "toestand": ("service", 0, "handled", 0),
    }
    assert [id for id, preset in ours.clocks.items() if preset.beside] == ["awb", "awb_commissie"]
    for preset in (preset for id, preset in ours.clocks.items() if id != "awb_9_8"):
        chain = [(level.share, level.to) for level in preset.levels]
        assert chain == [(0.5, "handler"), (0.8, "handler"), (1.0, "lead"), (1.5, "manager")]
