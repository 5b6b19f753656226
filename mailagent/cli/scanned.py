"""`mailagent letter read FILE…`: what the reader makes of a scanned letter, without any configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailagent.cli.console import AsJson, fail, say_json
from mailagent.core.errors import Mistakes
from mailagent.core.letter import FIELDS, Letter
from mailagent.inbound.letters import LetterReader


def read(
    files: Annotated[
        list[Path], typer.Argument(help="Scans: PDF, TIFF, JPEG, PNG or HEIC.", show_default=False)
    ],
    json: AsJson = True,  # noqa: FBT002, ARG001
) -> None:
    """Show what the reader makes of a scanned letter, as JSON. Exit code 0: answered; 2: could not."""
    try:
        raws = [file.read_bytes() for file in files]
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")
    try:
        with LetterReader() as reader:
            told = [as_json(reader.read(raw, file.name)) for raw, file in zip(raws, files, strict=True)]
    except Mistakes as problem:
        fail(str(problem))
    say_json(told[0] if len(told) == 1 else told)


def as_json(letter: Letter) -> dict[str, object]:
    """A letter as plain values; a field that was not found is null, with no evidence."""
    found = {name: letter.fields.get(name) for name in FIELDS}
    return {
        "text": letter.text,
        "confidence": letter.confidence,
        "status": letter.status,
        "reason": letter.reason,
        "fields": {
            name: {"value": field.value if field else None, "evidence": field.evidence if field else ""}
            for name, field in found.items()
        },
        "pages": [
            {"number": page.number, "confidence": page.confidence, "safe": page.safe} for page in letter.pages
        ],
    }
