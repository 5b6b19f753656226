"""doorsturen.yaml: bodies to forward to, and every mistake named by its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from rule_files import mistakes, write

from mailagent.config.files import load_rules
from mailagent.core.organisation import Body


def test_as_shipped_there_are_none() -> None:
    assert load_rules().bodies == ()


def test_a_body_is_read(tmp_path: Path) -> None:
    write(tmp_path, doorsturen="bodies:\n  - {name: Waterschap, address: A@schap.example, about: sloten}\n")
    assert load_rules(tmp_path).bodies == (Body("Waterschap", "a@schap.example", "sloten"),)


@pytest.mark.parametrize(
    ("second", "what"),
    [
        ("{name: Ander, address: a@schap.example}", "3: address 'a@schap.example' is used before, on line 2"),
        ("{name: WATERSCHAP, address: b@schap.example}", "3: name 'waterschap' is used before, on line 2"),
        ("{name: b@schap.example, address: b@schap.example}", "3: is an address"),
        ("{name: Ander, address: schap}", "3:"),
        ("{name: Ander}", "3:"),
        ("{name: Ander, address: b@schap.example, adres: x}", "3:"),
    ],
)
def test_what_cannot_be_is_named_with_its_line(tmp_path: Path, second: str, what: str) -> None:
    first = "{name: Waterschap, address: a@schap.example}"
    write(tmp_path, doorsturen=f"bodies:\n  - {first}\n  - {second}\n")
    found = mistakes(tmp_path)
    assert any(mistake.startswith(f"doorsturen.yaml:{what}") for mistake in found), found
