"""A real NeoMutt: reads a mailbox over IMAP and answers what it shows, as its user would with a few keys."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HOW_TO_GET_IT = "NeoMutt is missing: run `apt-get install -y neomutt` (Debian, Ubuntu) and try again"
PATIENCE = 90.0

SETTINGS = """
set folder = "imap://{name}@127.0.0.1:{imap}/"
set spoolfile = "+INBOX"
set imap_user = "{name}"
set imap_pass = "{password}"
set ssl_starttls = no
set ssl_force_tls = no
set smtp_url = "smtp://127.0.0.1:{smtp}/"
set from = "{address}"
set realname = "Anna de Wit"
set use_from = yes
set envelope_from = yes
set hostname = "stad.example"
set charset = "utf-8"
set editor = "{folder}/editor"
set signature = "{folder}/signature"
set reply_to = yes
set recall = no
set postpone = no
set include = yes
set fast_reply = yes
set autoedit = yes
set copy = no
set header_cache = ""
set sort = reverse-date-received
set wait_key = no
set quit = yes
set delete = no
alternative_order text/plain
ignore *
unignore from: to: subject:
"""

DRAWING = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>78])")
"""What moves the cursor and sets colours."""

EDITOR = """#!/bin/sh
# what the user types stands above the quoted mail
cat "{folder}/typed" "$1" > "$1.new" && mv "$1.new" "$1"
"""


class NeoMutt:
    """One user and their keys. `shown` is everything that was on the screen, without the signs that draw."""

    def __init__(self, folder: Path, address: str, password: str, imap: int, smtp: int) -> None:
        self._program = shutil.which("neomutt")
        if self._program is None:
            raise RuntimeError(HOW_TO_GET_IT)
        self._folder = folder
        folder.mkdir()
        name = address.partition("@")[0]
        settings = SETTINGS.format(
            name=name, password=password, address=address, imap=imap, smtp=smtp, folder=folder
        )
        (folder / "muttrc").write_text(settings, "utf-8")
        (folder / "editor").write_text(EDITOR.format(folder=folder), "utf-8")
        (folder / "editor").chmod(0o755)
        (folder / "signature").write_text("Anna de Wit\nGemeente Voorbeeld\n", "utf-8")
        self.shown = ""

    def replies(self, text: str) -> None:
        """Open the newest mail, read it, answer it with this text above it, and leave."""
        (self._folder / "typed").write_text(f"{text}\n\n", "utf-8")
        with self._at_work() as keys:
            keys.press("\r", when="q:Quit")
            keys.press("r", when="Schrijf uw antwoord boven deze regel")
            keys.press("y", when="y:Send")
            keys.press("q", when="Mail sent")
            keys.press("q", when="q:Quit")

    @contextmanager
    def _at_work(self) -> Iterator[_Terminal]:
        """At a terminal of its own, until it ends."""
        ours, theirs = pty.openpty()
        command = [str(self._program), "-n", "-F", str(self._folder / "muttrc")]
        env = {"HOME": str(self._folder), "TERM": "xterm", "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}
        env |= {"LINES": "60", "COLUMNS": "120"}
        terminal = _Terminal(ours)
        with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env) as program:
            os.close(theirs)
            try:
                yield terminal
                terminal.look(until=lambda: program.poll() is not None)
            finally:
                self.shown += terminal.shown
                program.kill()
                os.close(ours)
        assert program.returncode == 0, self.shown[-3000:]


class _Terminal:
    """What stands on a screen, and the keys of its user."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._seen = 0
        self._drawn = ""
        self.shown = ""

    def press(self, key: str, *, when: str) -> None:
        """Press a key when these words have come on the screen since the last one."""
        self.look(until=lambda: when in self.shown[self._seen :])
        self._seen = len(self.shown)
        os.write(self._descriptor, key.encode())

    def look(self, until: Callable[[], bool]) -> None:
        """Look until it is so."""
        begun = time.monotonic()
        while not until():
            assert time.monotonic() - begun < PATIENCE, self.shown[-3000:]
            if select.select([self._descriptor], [], [], 0.1)[0]:
                with suppress(OSError):  # the other side has closed it
                    drawn = os.read(self._descriptor, 65536).decode("utf-8", "replace")
                    self._drawn += drawn
                    self.shown = DRAWING.sub("", self._drawn)
