"""Our own files are found, and an admin's folder goes before them."""

from __future__ import annotations

from pathlib import Path

from mailagent.shipped import ROOT, find, search_path


def test_the_three_folders_we_ship_are_there() -> None:
    assert all((ROOT / kind).is_dir() for kind in ("templates", "rules", "web"))


def test_an_admins_folder_goes_before_ours(tmp_path: Path) -> None:
    assert search_path("rules", None) == [ROOT / "rules"]
    assert search_path("rules", tmp_path) == [tmp_path / "rules", ROOT / "rules"]


def test_a_file_of_the_same_name_wins_and_the_others_are_ours(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    own = tmp_path / "rules" / "teams.yaml"
    own.touch()
    assert find("rules", "teams.yaml", tmp_path) == own
    assert find("rules", "clocks.yaml", tmp_path) == ROOT / "rules" / "clocks.yaml"
    assert find("rules", "nothing.yaml", tmp_path) is None
