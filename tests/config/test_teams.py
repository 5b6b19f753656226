"""teams.yaml: who is there, who leads, who is absent and who stands in; each mistake with its line."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from mailagent.config.files import load_rules
from mailagent.core.errors import Mistakes
from mailagent.core.organisation import Absence, Agent, Team

ABSENT = (Absence(date(2026, 7, 13), date(2026, 7, 31), "bram@stad.example"),)

TEAMS = """\
teams:
  - id: klachten
    name: Klachten
    sorting: true
    members:
      - address: Anna@stad.example
        name: Anna de Wit
        role: lead
        capacity: 20
        absent:
          - {first_day: 2026-07-13, last_day: 2026-07-31, deputy: Bram@stad.example}
      - {address: bram@stad.example, name: Bram Smit, role: deputy}
  - id: afval
    name: Team Afval
    members:
      - {address: anna@stad.example, name: Anna, signature: Groet}
"""


def teams(folder: Path, text: str) -> tuple[Team, ...]:
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "teams.yaml").write_text(text, "utf-8")
    return load_rules(folder).teams


def mistakes(folder: Path, before: str, after: str) -> list[str]:
    """Each mistake as the admin reads it, after one change of what is right."""
    assert before in TEAMS
    with pytest.raises(Mistakes) as refused:
        teams(folder, TEAMS.replace(before, after, 1))
    return [str(mistake).replace(f"{folder}/rules/", "") for mistake in refused.value.mistakes]


def test_a_member_has_a_role_a_capacity_and_absences(tmp_path: Path) -> None:
    klachten, _ = teams(tmp_path, TEAMS)
    assert klachten.members == (
        Agent("anna@stad.example", "Anna de Wit", "Groet", "lead", 20, ABSENT),
        Agent("bram@stad.example", "Bram Smit", role="deputy"),
    )


def test_kl_06_a_team_may_work_at_hours_of_its_own(tmp_path: Path) -> None:
    office = 'name: Team Afval\n    office: {opens: "07:30", closes: "16:00"}'
    klachten, afval = teams(tmp_path, TEAMS.replace("name: Team Afval", office))
    assert (klachten.opens, klachten.closes) == (None, None)
    assert (afval.opens, afval.closes) == (time(7, 30), time(16))


def test_kl_06_hours_of_a_team_that_cannot_be_are_refused(tmp_path: Path) -> None:
    wrong = 'name: Team Afval\n    office: {opens: "16:00", closes: "07:30"}'
    assert mistakes(tmp_path, "name: Team Afval", wrong) == [
        "teams.yaml:15: office: should open before it closes"
    ]


def test_what_is_written_in_one_team_holds_in_the_other_but_for_the_role(tmp_path: Path) -> None:
    _, afval = teams(tmp_path, TEAMS)
    assert afval.members == (Agent("anna@stad.example", "Anna", "Groet", "member", 20, ABSENT),)


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        (
            "last_day: 2026-07-31",
            "last_day: 2026-07-12",
            "teams.yaml:11: ends before it begins, on 2026-07-13",
        ),
        ("deputy: Bram@", "deputy: anna@", "teams.yaml:11: nobody is their own deputy"),
        (
            "deputy: Bram@",
            "deputy: piet@",
            "teams.yaml:11: 'piet@stad.example' is a member of no team, so their answers would not count",
        ),
        ("role: lead", "role: boss", "teams.yaml:8: role: should be 'member', 'lead' or 'deputy'"),
        ("capacity: 20", "capacity: -1", "teams.yaml:9: capacity: should be 0 or more"),
        ("2026-07-13,", "dertien juli,", "teams.yaml:11: first_day: should be a day like 2026-01-02"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, before: str, after: str, mistake: str) -> None:
    assert mistakes(tmp_path, before, after) == [mistake]
