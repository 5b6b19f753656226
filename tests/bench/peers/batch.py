"""A program that makes cases of the mails it finds in a box, run as its own manual says."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.machine import Sink
from tests.bench.senders import mail

HOME = Path("var/peers")
PATIENCE = 600.0


class NotInstalled(Exception):
    """It could not be had; says why."""


@dataclass(frozen=True)
class Batch:
    """One run of `command` empties the box that `fill` filled; `answers` mails leave for each of them."""

    command: Sequence[str]
    env: Mapping[str, str]
    fill: Callable[[Sequence[bytes]], None]
    cases: Callable[[], int]
    answers: int
    mails: int

    def measured(self, sink: Sink, first: int) -> tuple[float, float]:
        """Mails a second and CPU ms a mail, from mail `first` on; the start of the program is not counted.

        SystemExit where a mail is lost.
        """
        idle, idle_cpu = self._run()
        left, had = sink.mails, self.cases()
        self.fill([mail(number) for number in range(first, first + self.mails)])
        took, cpu = self._run()
        time.sleep(0.2)  # the sink counts a moment later
        made, sent = self.cases() - had, sink.mails - left
        if (made, sent) != (self.mails, self.answers * self.mails):
            raise SystemExit(f"{self.mails} mails made {made} cases and {sent} mails: {self.command}")
        return self.mails / (took - idle), (cpu - idle_cpu) / self.mails * 1000

    def _run(self) -> tuple[float, float]:
        began, before = time.monotonic(), os.times()
        told(self.command, self.env)
        after = os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        return time.monotonic() - began, cpu


def told(command: Sequence[str], env: Mapping[str, str]) -> str:
    """What a command of the peer says; SystemExit where it fails."""
    env = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", **env}
    ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if ended.returncode:
        raise SystemExit(f"{' '.join(command)}: {ended.stderr.strip()[-2000:]}")
    return ended.stdout


def installed(requirement: str) -> Path:
    """The folder with the commands of a package, in a venv of its own that the next run finds again."""
    place = (HOME / requirement).resolve()
    done = place / "installed"
    if not done.exists():
        print(f"  installing {requirement} from PyPI, for the bench alone …", file=sys.stderr, flush=True)
        venv.create(place, with_pip=True, clear=True)
        pip = [str(place / "bin" / "pip"), "install", "--quiet", "--no-input", "--disable-pip-version-check"]
        ended = subprocess.run([*pip, requirement], capture_output=True, text=True, check=False)
        if ended.returncode:
            raise NotInstalled(ended.stderr.strip().splitlines()[-1])
        done.touch()
    return place / "bin"
