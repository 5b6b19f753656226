"""The expressions of rules, found together by RE2: its time grows with the text alone, whoever wrote that
text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import re2

from mailagent.core.folding import without_accents

_LARGEST = 4_000
"""So many instructions of an automaton one expression may cost: all of them share its memory."""
_MEMORY = 64 * 1024 * 1024


def wrong_pattern(pattern: str) -> str:
    """Why RE2 cannot look for this, "" where it can."""
    try:
        size = re2.compile(without_accents(pattern), _options()).programsize
    except re2.error as problem:
        said = problem.args[0].decode() if isinstance(problem.args[0], bytes) else str(problem)
        if _LOOK_AROUND.search(pattern):
            return "looks around ((?=, (?!, (?<), which RE2 cannot; use alle and geen with a test for each"
        if _BACK_REFERENCE.search(pattern):
            return "refers back to a group, which RE2 cannot; write out what it should be"
        return f"is no expression of RE2: {said}"
    return "" if size <= _LARGEST else f"is too large ({size} instructions, at most {_LARGEST}); repeat less"


_LOOK_AROUND = re.compile(r"\(\?(?:[=!]|<[=!])")
_BACK_REFERENCE = re.compile(r"\\[1-9]|\(\?P=")


def _options() -> re2.Options:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MEMORY
    return options


class Patterns:
    """Expressions that are looked for together, each with the number of its clue."""

    def __init__(self, patterns: Sequence[tuple[int, str]]) -> None:
        self._numbers = patterns
        options = _options()
        self._each = [re2.compile(without_accents(pattern), options) for _, pattern in patterns]
        self._all = re2.Set.SearchSet(options)
        for one in self._each:
            self._all.Add(one.pattern)
        self._all.Compile()

    def find(self, text: str) -> Iterator[tuple[int, str, str]]:
        """Those in a folded text: the number of the clue, the expression, and what matched."""
        octets = text.encode("utf-8", "replace")
        for index in self._all.Match(octets) or ():
            match = self._each[index].search(octets)
            yield *self._numbers[index], match.group().decode("utf-8", "replace") if match else ""
