"""Whoever gets much mail of us gets the rest of it later: caps hold, in order, and nothing is dropped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from desk import Desk, open_desk
from typer.testing import CliRunner

from mailagent.cli import app
from mailagent.cli.inspect import work

JAN, PIET = "jan@home.example", "piet@home.example"


def write(desk: Desk, mails: int) -> None:
    for number in range(mails):
        desk.citizen(JAN).writes(f"Klacht {number}", f"Dit is klacht nummer {number}.")


def kenmerken(desk: Desk, address: str = JAN) -> list[str]:
    """Of the mails that came, in order."""
    return [mail.kenmerk for mail in desk.mailboxes[address]]


def told_by_check(desk: Desk) -> list[str]:
    return [found.text for found in work(desk.house) if found.text.startswith("[caps]")]


@pytest.mark.parametrize("step", [1, 10])
def test_every_window_holds_and_what_it_held_goes_out_in_order(desk: Desk, step: int) -> None:
    """Ten in ten minutes, fifteen in thirty, twenty-five in sixty."""
    write(desk, 40)
    came = {0: len(kenmerken(desk))}

    for minute in range(step, 131, step):
        desk.passes(minutes=step)
        came[minute] = len(kenmerken(desk))

    assert [came[minute] for minute in (0, 10, 30, 50, 60, 130)] == [10, 15, 25, 25, 35, 40]
    assert kenmerken(desk) == sorted(kenmerken(desk))
    assert len(set(kenmerken(desk))) == 40


def test_who_is_not_over_waits_for_nobody(desk: Desk) -> None:
    write(desk, 12)

    desk.citizen(PIET).writes("Balie", "Ik werd onbeleefd behandeld.")

    assert len(kenmerken(desk, PIET)) == 1


def test_what_is_held_is_told_by_check_and_show_until_it_has_left(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, database=f"sqlite:///{tmp_path}/mailagent.db")
    assert told_by_check(desk) == []

    write(desk, 12)

    assert told_by_check(desk) == [f"[caps] 2 mails wait until there is room for them: {JAN}"]
    newest = desk.klachten()[0].kenmerk
    config = str(tmp_path / "mailagent.toml")
    shown = json.loads(CliRunner().invoke(app, ["show", newest, "--json", "--config", config]).stdout)
    [mail] = [mail for mail in shown["mails"] if mail["to"] == JAN]
    assert (mail["state"], mail["proof"][-1]["what"]) == ("owed", "held")
    assert "2026-03-02T09:10" in mail["proof"][-1]["detail"]

    desk.passes(minutes=11)
    assert told_by_check(desk) == []
    assert len(kenmerken(desk)) == 12
    desk.house.close()


def test_what_was_held_outlives_the_service(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/mailagent.db"
    desk = open_desk(tmp_path, database=database)
    write(desk, 12)
    desk.house.close()

    again = open_desk(tmp_path, database=database)
    again.passes(minutes=9)
    assert kenmerken(again) == []
    again.passes(minutes=2)

    assert len(kenmerken(again)) == 2
    again.house.close()
