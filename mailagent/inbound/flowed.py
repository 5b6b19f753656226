"""Plain text whose lines were broken to fit a screen, with each paragraph whole again (RFC 3676)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

SIGNATURE = "-- "


def is_flowed(parameters: Mapping[str, str]) -> bool:
    """Does a Content-Type say so?"""
    return parameters.get("format", "").lower() == "flowed"


def unflowed(text: str, parameters: Mapping[str, str]) -> str:
    """Lines that end in a blank go on in the next one, where that is quoted as deeply. Linear in the text."""
    drops = parameters.get("delsp", "").lower() == "yes"
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(_joined(lines, drops=drops))


def _joined(lines: list[str], *, drops: bool) -> Iterator[str]:
    depth, parts = 0, list[str]()
    for line in lines:
        here, words = _unquoted(line)
        flows = words.endswith(" ") and words != SIGNATURE
        if parts and (here != depth or words == SIGNATURE):
            yield _quoted(depth, parts)
            parts = []
        depth = here
        parts.append(words[:-1] if flows and drops else words)
        if not flows:
            yield _quoted(depth, parts)
            parts = []
    if parts:
        yield _quoted(depth, parts)


def _unquoted(line: str) -> tuple[int, str]:
    """How deeply a line is quoted, and its words without the blank that protected their first sign."""
    words = line.lstrip(">")
    return len(line) - len(words), words.removeprefix(" ")


def _quoted(depth: int, parts: list[str]) -> str:
    words = "".join(parts)
    return f"{'>' * depth} {words}" if depth else words
