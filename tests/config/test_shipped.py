"""Our own files are found, and an admin's folder goes before them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import mailagent
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


def test_an_installed_wheel_uses_the_copies_it_carries(tmp_path: Path) -> None:
    package = tmp_path / "mailagent"
    (package / "defaults" / "rules").mkdir(parents=True)
    (package / "__init__.py").touch()
    shutil.copy(Path(mailagent.__file__).parent / "shipped.py", package)
    asked = "from mailagent.shipped import search_path; print(search_path('rules', None)[0])"
    answer = subprocess.run(
        [sys.executable, "-c", asked], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert Path(answer.stdout.strip()) == package / "defaults" / "rules"
