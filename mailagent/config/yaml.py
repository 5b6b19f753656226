"""A YAML file read into its model, which can still name the line of every value in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from mailagent.config.fields import Loc, sentence
from mailagent.core.errors import Mistake, Mistakes

Content = TypeVar("Content", bound=BaseModel)


@dataclass(frozen=True)
class Sheet(Generic[Content]):
    """One file: `content` is what it says, `tree` the same with line numbers."""

    path: Path
    content: Content
    tree: Any

    def line(self, *loc: int | str) -> int:
        """The line on which the value at this place begins."""
        return _line(self.tree, loc)

    def mistake(self, loc: Loc, what: str) -> Mistake:
        """A mistake at this place."""
        return Mistake(str(self.path), _line(self.tree, loc), what)

    def twice(self, list_at: tuple[str | int, ...], key: str, values: Sequence[str]) -> Iterator[Mistake]:
        """Every later use of a value that may be used once."""
        for number, value in enumerate(values):
            if value in values[:number]:
                first = self.line(*list_at, values.index(value), key)
                yield self.mistake(
                    (*list_at, number, key), f"{key} '{value}' is used before, on line {first}"
                )


def read_sheet(path: Path, model: type[Content]) -> Sheet[Content]:
    """Read a file of rules/. Raises Mistakes with every mistake in it at once."""
    tree = _parse(path)
    try:
        return Sheet(path, model.model_validate(tree), tree)
    except ValidationError as problem:
        errors = problem.errors(include_url=False)
        mistakes = (Mistake(str(path), _line(tree, e["loc"]), sentence(e, model)) for e in errors)
        raise Mistakes(list(mistakes)) from None


def _parse(path: Path) -> Any:
    line = None
    try:
        return YAML(typ="rt").load(path.read_text("utf-8"))
    except OSError as problem:
        what = f"cannot be read: {problem.strerror}"
    except UnicodeDecodeError:
        what = "is not UTF-8 text"
    except MarkedYAMLError as problem:
        what = f"is not YAML: {problem.problem}"
        line = problem.problem_mark.line + 1 if problem.problem_mark else None
    except YAMLError as problem:
        what = f"is not YAML: {problem}"
    raise Mistakes([Mistake(str(path), line, what)])


def _line(tree: Any, loc: Loc) -> int:
    """The line of the deepest part of a place that is really there."""
    node, line = tree, 0
    for step in loc:
        if isinstance(node, CommentedMap) and step in node:
            line = node.lc.key(step)[0]
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            line = node.lc.item(step)[0]
        else:
            break
        node = node[step]
    return int(line) + 1
