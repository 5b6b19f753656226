"""Reading a mail: what we add to mail-parser's own time, and what we get right that it does not."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from base64 import b64decode
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mailparser

from mailagent.core.errors import Unreadable
from mailagent.inbound.parse import parse
from mailagent.inbound.reader import Reader
from tests.bench.bars import Bar, spread
from tests.bench.senders import INTAKE, mail
from tests.inbound.test_corpus_parse import RIGHT_SENDERS, RIGHT_SUBJECTS

PASSES = 9
MOST = 1.6
CRASHES = (Unreadable, ValueError, LookupError, TypeError, AttributeError)
CORPORA = Path(os.environ.get("MAILAGENT_CORPORA", "../shared/corpora")) / "mails"


@dataclass(frozen=True)
class Found:
    """What somebody found in a mail, or should have: `named` are attachments as (name, SHA-256)."""

    subject: str
    sender: str
    to: frozenset[str]
    named: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Specimen:
    """A mail; `holds` where it is known what it says, `attached` where only how many parts came along."""

    raw: bytes
    holds: Found | None = None
    attached: int | None = None


Reading = Callable[[bytes], tuple[Found, int]]
"""What is in a mail, and how many attachments it has."""


def ours(raw: bytes) -> tuple[Found, int]:
    """By mailagent, as the child reads it."""
    read = parse(raw)
    named = frozenset((part.filename, part.sha256) for part in read.attachments if part.filename)
    to = frozenset(address.lower() for address in read.to)
    return Found(_squeezed(read.subject), (read.sender or "").lower(), to, named), len(read.attachments)


def theirs(raw: bytes) -> tuple[Found, int]:
    """By mail-parser alone."""
    read = mailparser.parse_from_bytes(raw)
    senders, to = _addresses(read.from_), _addresses(read.to)
    named = frozenset((part["filename"], _digest(part)) for part in read.attachments)
    found = Found(_squeezed(read.subject), senders[0] if senders else "", frozenset(to), named)
    return found, len(read.attachments)


def _addresses(pairs: Any) -> list[str]:
    return [address.lower() for _, address in pairs] if isinstance(pairs, list) else []


def _digest(part: dict[str, Any]) -> str:
    payload = part["payload"]
    content = b64decode(payload) if part["binary"] else payload.encode("utf-8", "surrogateescape")
    return hashlib.sha256(content).hexdigest()


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def specimens() -> list[Specimen]:
    """The shared corpora of real mail; where they are absent, complaints of our own."""
    if not (CORPORA / "decode").is_dir():
        return [Specimen(mail(number), _of_our_own(number)) for number in range(200)]
    decode = [
        Specimen(path.read_bytes(), _expected(path.stem, _told_of(path)))
        for path in sorted((CORPORA / "decode").glob("*.eml"))
    ]
    structure = [
        Specimen(
            path.read_bytes(),
            attached=len(_told_of(path)["attachments"]),
        )
        for path in sorted((CORPORA / "structure").rglob("*.eml"))
    ]
    return decode + structure


def _told_of(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.with_suffix(".json").read_text("utf-8"))
    return told


def _expected(name: str, told: dict[str, Any]) -> Found:
    """What stands beside the mail, or what is right where that is not."""
    named = frozenset((part["filename"], part["sha256"]) for part in told["attachments"] if part["filename"])
    to = frozenset(address.lower() for address in told["to"])
    subject, sender = RIGHT_SUBJECTS.get(name, told["subject"]), RIGHT_SENDERS.get(name, told["sender"])
    return Found(_squeezed(subject), sender.lower(), to, named)


def _of_our_own(number: int) -> Found:
    subject = f"Gft-bak niet geleegd, Lindelaan {number}"
    return Found(subject, f"melder{number}@home.example", frozenset([INTAKE]), frozenset())


def mistakes(reading: Reading, mails: Sequence[Specimen]) -> dict[str, int]:
    """In how many mails it found something else than the expectation beside it, for each thing looked for."""
    wrong = dict.fromkeys(("crashed", "subject", "sender", "to", "attachments"), 0)
    for specimen in mails:
        try:
            found, attached = reading(specimen.raw)
        except CRASHES:
            wrong["crashed"] += 1
            continue
        if holds := specimen.holds:
            wrong["subject"] += found.subject != holds.subject
            wrong["sender"] += found.sender != holds.sender
            wrong["to"] += found.to != holds.to
            wrong["attachments"] += not holds.named <= found.named
        elif specimen.attached is not None:
            wrong["attachments"] += attached != specimen.attached
    return wrong


def cpu(read: Callable[[bytes], object], raw: bytes) -> float:
    """CPU seconds of one reading in this process, whatever came of it."""
    began = time.thread_time()
    with suppress(*CRASHES):
        read(raw)
    return time.thread_time() - began


def _theirs_alone(raw: bytes) -> object:
    """No more than what a reader of the mail asks for."""
    read = mailparser.parse_from_bytes(raw)
    return read.subject, read.from_, read.to, read.date, read.text_plain, read.text_html, read.attachments


def one_pass(mails: Sequence[Specimen]) -> tuple[float, float]:
    """CPU seconds of ours and of theirs for all mails, taking turns at each."""
    own = other = 0.0
    for specimen in mails:
        own += cpu(parse, specimen.raw)
        other += cpu(_theirs_alone, specimen.raw)
    return own, other


def transfer(mails: Sequence[Specimen]) -> float:
    """Wall seconds that the way to the child and back adds, for all mails: pipes, and a pickle."""
    with Reader() as reader:
        reader.read(mails[0].raw)
        added = 0.0
        for specimen in mails:
            began = time.perf_counter()
            _read(reader.read, specimen.raw)
            there = time.perf_counter()
            _read(parse, specimen.raw)
            added += (there - began) - (time.perf_counter() - there)
    return added


def _read(read: Callable[[bytes], object], raw: bytes) -> None:
    with suppress(Unreadable):
        read(raw)


def bars(_: Path) -> list[Bar]:
    """Measure and print."""
    logging.disable(logging.CRITICAL)  # mail-parser says of each odd part that it is odd
    mails = specimens()
    one_pass(mails)
    passes = [one_pass(mails) for _ in range(PASSES)]
    ways = [transfer(mails) for _ in range(PASSES)]
    own, other = ([each / len(mails) * 1000 for each in times] for times in zip(*passes, strict=True))
    print(f"\nReading {len(mails)} mails, CPU ms a mail; medians of {PASSES} passes [lowest – highest]")
    print(f"  mail-parser alone    {spread(other, 2):24} wrong: {_told(mistakes(theirs, mails))}")
    print(f"  mailagent's child    {spread(own, 2):24} wrong: {_told(mistakes(ours, mails))}")
    print(f"  to the child and back, wall ms on top: {spread([way / len(mails) * 1000 for way in ways], 2)}")
    logging.disable(logging.NOTSET)
    ratios = [mine / its for mine, its in passes]
    return [Bar("reading, in the child", "mail-parser", ratios, MOST, at_most=True)]


def _told(wrong: dict[str, int]) -> str:
    return f"{sum(wrong.values())} ({', '.join(f'{count} {what}' for what, count in wrong.items())})"
