"""`mailagent demo --play`: a whole life, told as it goes, and honest when a step does not hold."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from desk import Desk
from rich.console import Console
from running import PATIENCE, command, environment
from servers import free_port

from mailagent.demo.life import STEPS, Life, play
from mailagent.demo.postbus import Postbus
from mailagent.demo.telling import Teller


def test_the_play_tells_every_step_and_ends_well(tmp_path: Path) -> None:
    ran = subprocess.run(
        command("--play"),
        env=environment({}),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    missing = [title for number, (title, _) in enumerate(STEPS, 1) if f"{number}. {title}" not in ran.stdout]
    assert not missing
    assert ran.stderr == ""
    assert not list(tmp_path.iterdir()), "the play leaves nothing behind"


def told_by(desk: Desk, folder: Path, port: int, patience: float) -> tuple[bool, str]:
    """A play against this port: whether it held, and what was told."""
    page = io.StringIO()
    life = Life(
        desk.world,
        Postbus(folder / "postbus"),
        ("127.0.0.1", port),
        Teller(Console(file=page, width=100)),
        lambda: False,
        patience,
    )
    return play(life), page.getvalue()


def test_a_server_that_does_not_answer_fails_the_play_with_its_reason(desk: Desk, tmp_path: Path) -> None:
    held, told = told_by(desk, tmp_path, free_port(), 0.2)
    assert not held
    assert "✗ verwacht: een server die antwoordt" in told
    assert "ConnectionRefusedError" in told


def test_a_mail_that_does_not_come_fails_the_play_with_what_did_come(desk: Desk, tmp_path: Path) -> None:
    silent = Controller(Sink(), hostname="127.0.0.1", port=free_port())
    silent.start()
    try:
        held, told = told_by(desk, tmp_path, silent.port, 0.2)
    finally:
        silent.stop()
    assert not held
    assert "✗ verwacht: een mail aan Jan: “Wij hebben uw klacht ontvangen”" in told
    assert "gekomen:  niets" in told
    assert STEPS[2][0] not in told, "after a step that does not hold nothing more is played"
