"""`mailagent read`: what comes out, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from mailagent.cli.read import read

MAILS = Path(__file__).parent.parent / "mails"
REPLY = MAILS / "reply_from_an_iphone.eml"


def test_one_file_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    read([REPLY], json=True)
    out, err = capsys.readouterr()
    assert json.loads(out)["new_text"] == "Nog steeds vol."
    assert set(json.loads(out)) == {
        "subject", "sender", "to", "text", "new_text", "attachments", "automatic", "bounce", "quarantine",
    }  # fmt: skip
    assert err == ""


def test_several_files_are_a_list_and_quarantine_is_an_answer(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    hostile = tmp_path / "lang.eml"
    hostile.write_bytes(b"Subject: " + b"a" * 300_000 + b"\r\n\r\n")
    read([REPLY, hostile], json=True)
    assert [found["quarantine"] for found in json.loads(capsys.readouterr().out)] == [None, "header_too_long"]


def test_a_missing_file_is_one_line_and_exit_code_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        read([REPLY, Path("nergens.eml")], json=True)
    out, err = capsys.readouterr()
    assert (ended.value.exit_code, out) == (2, "")
    assert err.count("\n") == 1
    assert "nergens.eml" in err


def test_a_person_gets_a_page_in_which_a_mail_cannot_put_colours(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    odd = tmp_path / "odd.eml"
    odd.write_bytes(b"From: jan@home.example\r\nSubject: [red]Bak[/red]\r\n\r\n[bold]vol[/bold] \x1b[31m\r\n")
    read([odd])
    out = capsys.readouterr().out
    assert "[red]Bak[/red]" in out
    assert "\x1b[31m" not in out
