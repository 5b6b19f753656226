"""`mailagent serve` as an admin runs it, in a process of its own that can be killed and started again."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers import free_port

SETTINGS = """
[organisation]
name = "Gemeente Voorbeeld"
address = "klachten@stad.example"
web = "http://127.0.0.1:{web}"
[database]
url = "{database}"
[smtp]
listen = "127.0.0.1:{smtp}"
[lmtp]
listen = "127.0.0.1:{lmtp}"
[relay]
host = "127.0.0.1"
port = {relay}
[web]
listen = "127.0.0.1:{web}"
[security]
keys = ["change-me-to-32-random-bytes-or-more"]
[paths]
local = "{folder}"
"""
TEAMS = """
teams:
  - {id: klachten, name: Klachten, sorting: true, members: [{address: anna@stad.example, name: Anna}]}
"""
START_SECONDS = 120


@dataclass(frozen=True)
class Installation:
    """A folder with settings, and the ports of its two doors for mail."""

    settings: Path
    database: str
    smtp: int
    lmtp: int

    def command(self, *arguments: str) -> list[str]:
        """A command line for this installation."""
        return [sys.executable, "-m", "mailagent", *arguments, "--config", str(self.settings)]

    def answers(self, *arguments: str) -> Any:
        """What a command says in JSON; fails where its exit code is not 0."""
        told = subprocess.run(self.command(*arguments, "--json"), capture_output=True, text=True, check=False)
        assert told.returncode == 0, f"{arguments}: {told.stdout}{told.stderr}"
        return json.loads(told.stdout)


def install(folder: Path, database: str, relay: int) -> Installation:
    """Write the settings down."""
    web, smtp, lmtp = (free_port() for _ in range(3))
    (folder / "rules").mkdir()
    (folder / "rules" / "teams.yaml").write_text(TEAMS, "utf-8")
    path = folder / "mailagent.toml"
    path.write_text(
        SETTINGS.format(database=database, web=web, smtp=smtp, lmtp=lmtp, relay=relay, folder=folder), "utf-8"
    )
    return Installation(path, database, smtp, lmtp)


class Service:
    """The process. It is `up` from when it listens until it is killed; `said` is its standard error."""

    def __init__(self, installation: Installation, *roles: str) -> None:
        self._command = installation.command("serve", *(f"--role={role}" for role in roles))
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self.up = threading.Event()
        self.said: list[str] = []
        self.deaths = 0

    def __enter__(self) -> Service:
        self.starts()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self.kill()
            self.buried()

    @property
    def process(self) -> subprocess.Popen[str]:
        """The one that runs now."""
        assert self._process is not None, "it does not run"
        return self._process

    def starts(self) -> None:
        """Start it, and wait until it listens."""
        self._process = subprocess.Popen(self._command, stderr=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, args=(self._process,))
        self._reader.start()
        assert self.up.wait(START_SECONDS), "".join(self.said)

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        with process.stderr as said:
            for line in said:
                self.said.append(line)
                if line.startswith("klaar: "):
                    self.up.set()

    def kill(self) -> None:
        """As the kernel does it: no goodbye."""
        self.up.clear()
        self.deaths += 1
        self.process.send_signal(signal.SIGKILL)

    def buried(self) -> None:
        """Wait until it is gone, with the children that read its mails."""
        self.process.wait()
        assert self._reader is not None
        self._reader.join(START_SECONDS)
        self._process = None

    def stops(self) -> int:
        """Ask it to stop, as systemd does: its exit code."""
        self.up.clear()
        process = self.process
        process.send_signal(signal.SIGTERM)
        self.buried()
        return process.returncode

    def may_write(self, octets: int | None) -> None:
        """No file of its may grow beyond so much; None: as large as it likes."""
        _, hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        most = hard if octets is None else octets
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (most, hard))
