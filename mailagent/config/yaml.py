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
    """One file: `content` is what it says, `tree` the same with line numbers. Where entries of its list were
    left out, `places` says where in the tree the others stand."""

    path: Path
    content: Content
    tree: Any
    places: tuple[int, ...] | None = None

    def line(self, *loc: int | str) -> int:
        """The line on which the value at this place begins."""
        if self.places is not None and len(loc) > 1 and isinstance(loc[1], int):
            loc = (loc[0], self.places[loc[1]], *loc[2:])
        return _line(self.tree, loc)

    def mistake(self, loc: Loc, what: str) -> Mistake:
        """A mistake at this place."""
        return Mistake(str(self.path), self.line(*loc), what)

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
    content, wrong = _validated(path, tree, tree, model)
    if content is None:
        raise Mistakes([mistake for _, mistake in wrong])
    return Sheet(path, content, tree)


def read_in_part(path: Path, model: type[Content], key: str) -> tuple[Sheet[Content] | None, list[Mistake]]:
    """What can be read of a file with one list, without its entries that are wrong, and every mistake in
    those; None where nothing can. Raises Mistakes where it is no YAML."""
    tree = _parse(path)
    content, wrong = _validated(path, tree, tree, model)
    mistakes = [mistake for _, mistake in wrong]
    if content is not None:
        return Sheet(path, content, tree), []
    if any(len(loc) < 2 or loc[0] != key for loc, _ in wrong):
        return None, mistakes
    left_out = {loc[1] for loc, _ in wrong}
    places = tuple(place for place in range(len(tree[key])) if place not in left_out)
    content, _ = _validated(path, tree, {key: [tree[key][place] for place in places]}, model)
    return (Sheet(path, content, tree, places) if content is not None else None), mistakes


def _validated(
    path: Path, tree: Any, what: Any, model: type[Content]
) -> tuple[Content | None, list[tuple[Loc, Mistake]]]:
    try:
        return model.model_validate(what), []
    except ValidationError as problem:
        errors = problem.errors(include_url=False)
    return None, [(e["loc"], Mistake(str(path), _line(tree, e["loc"]), sentence(e, model))) for e in errors]


def tree_of(text: str) -> Any:
    """What a text says, with line numbers. Raises YAMLError."""
    return YAML(typ="rt").load(text)


def _parse(path: Path) -> Any:
    line = None
    try:
        return tree_of(path.read_text("utf-8"))
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
