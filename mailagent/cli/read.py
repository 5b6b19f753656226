"""`mailagent read FILE.eml…`: what the reader makes of a mail, without any configuration."""

from __future__ import annotations

import json as to_json
import re
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from mailagent.core.errors import Unreadable
from mailagent.core.mail import Mail
from mailagent.core.screening import screened
from mailagent.inbound.reader import Reader

_COULD_NOT = 2
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # would steer the terminal


def read(
    files: Annotated[list[Path], typer.Argument(help="Mails, as .eml files.", show_default=False)],
    json: Annotated[bool, typer.Option("--json", help="Machine-readable; a list for several files.")] = False,  # noqa: FBT002
) -> None:
    """Show what the reader makes of a mail. Exit code 0: answered; 2: a file could not be opened."""
    raws = [_bytes(file) for file in files]
    with Reader(children=1) as reader:
        answers = [_answer(reader, raw) for raw in raws]
    if json:
        objects = [as_json(answer) for answer in answers]
        sys.stdout.write(to_json.dumps(objects[0] if len(objects) == 1 else objects, indent=2) + "\n")
        return
    console = Console()
    for file, answer in zip(files, answers, strict=True):
        console.print(_page(file, answer))


def as_json(answer: Mail | Unreadable) -> dict[str, object]:
    """A mail, or why it went to quarantine, as plain values for JSON."""
    mail = Mail() if isinstance(answer, Unreadable) else answer
    bounce = mail.bounce and {
        "action": mail.bounce.action,
        "status": mail.bounce.status,
        "recipients": list(mail.bounce.recipients),
        "original_message_id": mail.bounce.original_message_id,
    }
    return {
        "subject": mail.subject,
        "sender": mail.sender,
        "to": list(mail.to),
        "text": mail.text,
        "new_text": mail.new_text,
        "attachments": [
            {
                "filename": part.filename,
                "content_type": part.content_type,
                "size": len(part.content),
                "sha256": part.sha256,
            }
            for part in mail.attachments
        ],
        "automatic": screened(mail, None),
        "bounce": bounce,
        "quarantine": answer.reason if isinstance(answer, Unreadable) else None,
    }


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        sys.stderr.write(f"{file}: {error.strerror or error}\n")
        raise typer.Exit(_COULD_NOT) from error


def _answer(reader: Reader, raw: bytes) -> Mail | Unreadable:
    try:
        return reader.read(raw)
    except Unreadable as error:
        return error


def _page(file: Path, answer: Mail | Unreadable) -> Panel:
    """One mail as a person wants to see it."""
    if isinstance(answer, Unreadable):
        return Panel(Text(f"Quarantine: {answer.reason}"), title=Text(str(file)), border_style="red")
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold")
    facts.add_column()
    for name, value in _facts(answer):
        facts.add_row(name, _shown(value))
    text = _shown(answer.new_text)
    if answer.new_text.strip() != answer.text.strip():
        text.append("\n\n(shortened to what is new; --json shows all)", style="dim")
    return Panel(Group(facts, Text(), text), title=Text(str(file)), title_align="left")


def _shown(text: str) -> Text:
    return Text(_CONTROL.sub("\ufffd", text))


def _facts(mail: Mail) -> list[tuple[str, str]]:
    facts = [("Subject", mail.subject), ("From", mail.sender or "(nobody)"), ("To", ", ".join(mail.to))]
    facts += [
        ("Attached", f"{p.filename or p.content_type}, {len(p.content):,} bytes") for p in mail.attachments
    ]
    automatic = screened(mail, None)
    if automatic:
        facts.append(("Automatic", automatic))
    if mail.bounce:
        about = ", ".join(mail.bounce.recipients) or "unknown"
        facts.append(("Bounce", f"{mail.bounce.action} {mail.bounce.status or ''} for {about}"))
    return facts
