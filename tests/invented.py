"""The invented klachten of tests/klachten, one half to make rules and learn from and one to measure with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from ruamel.yaml import YAML

FOLDER = Path(__file__).parent / "klachten"


@dataclass(frozen=True)
class Invented:
    """One klacht, with the category that its writer asks for."""

    id: str
    category: str
    subject: str
    text: str


@cache
def klachten(half: Literal["train", "test"]) -> tuple[Invented, ...]:
    """One half of the set."""
    listed = YAML(typ="safe").load((FOLDER / f"{half}.yaml").read_text("utf-8"))["klachten"]
    return tuple(Invented(**entry) for entry in listed)
