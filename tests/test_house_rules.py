"""The house rules that no linter knows: short files, a pure core, a door for every library."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

HOME = Path(__file__).parent.parent
PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text("utf-8"))
CODE = sorted((HOME / "mailagent").rglob("*.py"))
TESTS = sorted((HOME / "tests").rglob("*.py"))

MOST_LINES = 400

CORE = ["mailagent.core"]

DATA_ONLY = {"tzdata"}
"""What we depend on without an import: the time zones, for machines that have none."""

BROAD_EXCEPTS = {"service.py": 1}
"""The loop guard. The SMTP guard is a method that the library calls."""


@cache
def depended_on() -> dict[str, list[str]]:
    """What pyproject.toml names, with the modules each brings."""
    modules: dict[str, list[str]] = {}
    for module, brought_by in packages_distributions().items():
        for name in brought_by:
            modules.setdefault(_plain(name), []).append(module)
    named = (re.split(r"[\[<>=~! ]", line)[0] for line in PROJECT["project"]["dependencies"])
    return {name: modules.get(_plain(name), []) for name in named}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def contracts(kind: str) -> Iterator[dict[str, list[str]]]:
    """The import-linter contracts of one kind."""
    return (c for c in PROJECT["tool"]["importlinter"]["contracts"] if c["type"] == kind)


@cache
def imported() -> set[str]:
    """The first name of every import in the code."""
    found = set()
    for file in CODE:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("file", [*CODE, *TESTS], ids=lambda file: str(file.relative_to(HOME)))
def test_a_file_can_be_read_at_one_sitting(file: Path) -> None:
    lines = len(file.read_text("utf-8").splitlines())
    assert lines <= MOST_LINES, f"{file} has {lines} lines; split it where its subject splits"


@pytest.mark.parametrize("name", sorted(depended_on()))
def test_a_library_has_a_door(name: str) -> None:
    if name in DATA_ONLY:
        return
    modules = depended_on()[name]
    doors = {module for contract in contracts("protected") for module in contract["protected_modules"]}
    assert set(modules) & imported(), f"nothing imports {name}: take it out of pyproject.toml"
    assert doors & set(modules), f"{name} needs a `protected` contract that says who may import {modules}"


@pytest.mark.parametrize("name", sorted(depended_on()))
def test_the_core_is_kept_from_a_library_or_is_its_door(name: str) -> None:
    if name in DATA_ONLY:
        return
    modules = set(depended_on()[name])
    kept_from = next(c for c in contracts("forbidden") if c["source_modules"] == ["mailagent.core"])
    its_own = {
        m for c in contracts("protected") for m in c["protected_modules"] if c["allowed_importers"] == CORE
    }
    assert modules & (its_own | set(kept_from["forbidden_modules"])), f"may the core import {name}?"


@pytest.mark.parametrize("file", [f for f in CODE if "core" in f.parts], ids=lambda file: file.name)
def test_the_core_does_not_look_at_the_clock_or_the_disk(file: Path) -> None:
    calls = (node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call))
    names = {_called(call) for call in calls}
    assert not names & {"now", "utcnow", "today", "open", "print", "input", "uuid4"}


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_only_the_loop_guard_catches_everything() -> None:
    found: dict[str, int] = {}
    for file in CODE:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node):
                found[file.name] = found.get(file.name, 0) + 1
    assert found == BROAD_EXCEPTS


def _is_broad(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or getattr(kind, "id", "") in ("Exception", "BaseException") for kind in kinds)


def test_every_file_with_tests_has_a_name_of_its_own() -> None:
    """pytest knows them by it."""
    names = [path.name for path in (HOME / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))


def test_no_name_is_a_box_for_leftovers() -> None:
    boxes = {"utils", "util", "helpers", "helper", "manager", "common", "base", "misc"}
    assert not [file for file in CODE if boxes & set(file.stem.split("_"))]
