"""Odd mails, each named after its oddity, with what must be read in them beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailagent.cli.read import as_json
from mailagent.inbound.parse import parse

MAILS = Path(__file__).parent.parent / "mails"


@pytest.mark.parametrize("mail", sorted(MAILS.glob("*.eml")), ids=lambda path: path.stem)
def test_an_odd_mail_is_read_as_expected(mail: Path) -> None:
    expected = json.loads(mail.with_suffix(".json").read_text(encoding="utf-8"))
    read = json.loads(json.dumps(as_json(parse(mail.read_bytes()))))
    if "attachments" in expected:
        names = [set(part) for part in expected["attachments"]]
        read["attachments"] = [
            {key: part[key] for key in asked} for part, asked in zip(read["attachments"], names, strict=True)
        ]
    assert {key: read[key] for key in expected} == expected


def test_every_mail_has_an_expectation_and_every_expectation_a_mail() -> None:
    assert {path.stem for path in MAILS.glob("*.eml")} == {path.stem for path in MAILS.glob("*.json")}
