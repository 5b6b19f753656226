"""A mail that someone passed on: the mails below its own words, as the mail program of the sender wrote them.

Only the block of header lines that mail programs put above a forwarded mail is believed (`Van: … Verzonden:
… Onderwerp: …`), never just any address in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailagent.core.mail import Mail
from mailagent.core.quoting import header_blocks

_PASSED_ON = re.compile(
    r"\s*(?:\[[^\]]{1,40}\]\s*)?(?:fwd?|doorst(?:uren)?|doorgest(?:uurd)?|wg|tr|rv)\s*:", re.I
)
_QUOTE = re.compile(r"(?:[ \t]*>)*[ \t]?")
_LINE = re.compile(r"[\s*]*(?P<name>[^\W\d_][^\W_-]*(?:[ -][^\W_]+)?)\s*\*?\s*:[\s*]*(?P<value>.*)")
_ADDRESS = re.compile(r"[^\s<>\[\]()\",;:]+@[^\s<>\[\]()\",;:]*[^\s<>\[\]()\",;:.]")
_SENDERS = frozenset({"van", "from", "von", "de", "da", "från", "fra", "od"})
_SUBJECTS = frozenset({"onderwerp", "subject", "betreff", "objet", "asunto", "oggetto", "ämne"})
_LONGEST, _LINES = 500, 12
_MOST = 10
"""So many mails within each other are looked at."""


def says_forward(subject: str) -> bool:
    """Does a subject say that the mail was passed on (`FW:`, `Fwd:`, `Doorst:`, `WG:`, `TR:` …)?"""
    return bool(_PASSED_ON.match(subject))


def forwarded(text: str) -> tuple[Mail, ...]:
    """The mails that were passed on below the writer's own words, the outermost first. Linear in the text.

    Each has a sender ("" where its block names no address), a name, a subject and its text: all that stands
    below its block, older mails included.
    """
    lines = text.split("\n")
    return tuple(_mail(lines, at) for at, _ in zip(header_blocks(lines), range(_MOST), strict=False))


def _mail(lines: Sequence[str], at: int) -> Mail:
    depth = lines[at].split(":", 1)[0].count(">")
    block = list(_block(lines[at:], depth))
    said = dict(reversed(list(_headers(block))))
    sender = next((said[name] for name in said if name in _SENDERS), "").replace("mailto:", "")
    address = _ADDRESS.search(sender)
    body = lines[at + len(block) :]
    return Mail(
        subject=next((said[name] for name in said if name in _SUBJECTS), ""),
        sender=address[0].lower() if address else "",
        sender_name=_name(sender, address),
        text="\n".join(_unquoted(line, depth) for line in body).strip(),
    )


def _block(lines: Sequence[str], depth: int) -> Iterator[str]:
    """The header lines, with what was wrapped, up to the blank line below them."""
    for line in lines[:_LINES]:
        if not _unquoted(line, depth).strip():
            return
        yield line


def _headers(block: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in block:
        found = _LINE.match(_QUOTE.sub("", line[:_LONGEST], count=1))
        if found:
            yield found["name"].lower(), found["value"].strip()


def _name(sender: str, address: re.Match[str] | None) -> str:
    before = sender[: address.start()] if address else sender
    return " ".join(before.strip(" \"'<[(*").split())


def _unquoted(line: str, depth: int) -> str:
    for _ in range(depth):
        line = line.lstrip(" \t").removeprefix(">")
    return line.removeprefix(" ") if depth else line
