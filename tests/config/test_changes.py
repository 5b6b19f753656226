"""The rules folder of a running service: what is right is taken over, what is not is refused, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from rule_files import write

from mailagent.config.changes import Changes
from mailagent.config.files import RuleFiles, load_rules
from mailagent.core.errors import Mistakes

GFT = "rules:\n  - {id: gft, dan: {categorie: afval}, punten: [{woord: [gft], punten: 2}]}\n"
BAK = GFT.replace("[gft]", "[bak]")
ANSWERS = """\
answers:
  - {id: ja, text: Ja, satisfied: true}
  - {id: nee, text: Nee, satisfied: false}
"""
BAD = GFT.replace("afval", "afvla")


@pytest.fixture
def changes(tmp_path: Path) -> Changes:
    write(tmp_path, rules=GFT)
    return Changes(tmp_path / "rules", load_rules(tmp_path).revision)


def settled(changes: Changes) -> RuleFiles | None:
    """A change is looked at once it stays as it is."""
    assert changes.look() is None
    return changes.look()


def test_what_did_not_change_is_not_read_again(changes: Changes) -> None:
    assert [changes.look() for _ in range(3)] == [None] * 3


def test_a_change_that_is_right_is_taken_over_once(changes: Changes, tmp_path: Path) -> None:
    write(tmp_path, rules=BAK)
    rules = settled(changes)
    assert rules
    assert rules.revision == load_rules(tmp_path).revision
    assert [changes.look() for _ in range(3)] == [None] * 3


def test_a_file_that_is_still_being_written_is_left_alone(changes: Changes, tmp_path: Path) -> None:
    write(tmp_path, rules=BAD)
    assert changes.look() is None
    write(tmp_path, rules=BAK + "# more\n")
    assert changes.look() is None
    assert changes.look()


@pytest.mark.parametrize("name", ["rules", "teams", "answers", "surveys/nieuw", "vreemd"])
def test_a_mistake_in_any_file_is_told_once_and_is_over_when_it_is_mended(
    changes: Changes, tmp_path: Path, name: str
) -> None:
    (tmp_path / "rules" / "surveys").mkdir()
    write(tmp_path, **{name: "x: 1\n"})
    assert changes.look() is None
    with pytest.raises(Mistakes):
        changes.look()
    assert changes.mistakes
    assert changes.look() is None
    if name == "rules":
        write(tmp_path, rules=GFT)
    else:
        (tmp_path / "rules" / f"{name}.yaml").unlink()
    assert settled(changes) is None, "these rules stand already"
    assert changes.mistakes == ()


def test_a_file_that_is_touched_is_no_other_file(changes: Changes, tmp_path: Path) -> None:
    (tmp_path / "rules" / "rules.yaml").touch()
    assert settled(changes) is None


def test_a_new_file_and_one_that_goes_are_changes(changes: Changes, tmp_path: Path) -> None:
    answers = (
        "answers:\n  - {id: ja, text: Ja, satisfied: true}\n  - {id: nee, text: Nee, satisfied: false}\n"
    )
    write(tmp_path, answers=answers)
    rules = settled(changes)
    assert rules
    assert [answer.id for answer in rules.answers] == ["ja", "nee"]
    (tmp_path / "rules" / "answers.yaml").unlink()
    assert settled(changes)


def test_our_own_files_are_watched_where_there_is_no_folder() -> None:
    assert Changes(None, load_rules().revision).look() is None
