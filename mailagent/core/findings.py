"""What was found, and what is concluded from it, in the words of one agent (Awb 9:12 lid 1)."""

from __future__ import annotations

import re

_CONCLUSION = re.compile(
    r"[\s#*=_-]{0,5}(?:(?:onze|de|mijn|our|my)\s)?conclusi(?:es?|ons?)[*_]{0,2}\s{0,3}"
    r"(?::[*_]{0,2}\s*(?P<rest>.*)|[\s*_=-]{0,5})",
    re.IGNORECASE,
)


def findings_and_conclusions(text: str) -> tuple[str, str]:
    """The text in its two parts: the second begins at the first line that is a heading `Conclusie`, or begins
    with `Conclusie:`. Without such a line, or with nothing before or behind it, all of it are findings."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if found := _CONCLUSION.fullmatch(line):
            findings = "\n".join(lines[:number]).strip()
            conclusions = "\n".join([found["rest"] or "", *lines[number + 1 :]]).strip()
            return (findings, conclusions) if findings and conclusions else (text, "")
    return text, ""
