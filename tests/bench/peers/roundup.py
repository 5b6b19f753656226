"""Roundup: one `roundup-mailgw` for a file of mails, into its classic tracker on SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from tests.bench.peers.batch import Batch, installed, told

REQUIREMENT = "roundup==2.6.0"
MAILS = 40

STRANGERS = 'db.security.addPermissionToRole("Anonymous", "Email Access")\n'
"""As shipped it hears only who registered; its manual has this line for trackers that hear anybody."""


def roundup(folder: Path, sink_port: int) -> Batch:
    """Set up in this folder; acknowledges to the melder alone. May raise NotInstalled."""
    tools = installed(REQUIREMENT)
    folder.mkdir()
    home, box = folder / "tracker", folder / "box"
    admin = [str(tools / "roundup-admin"), "-i", str(home)]
    said = {
        "mail_domain": "stad.example",
        "mail_host": "127.0.0.1",
        "mail_port": str(sink_port),
        "tracker_email": "klachten",
        "tracker_web": "http://127.0.0.1/klachten/",
        "admin_email": "beheer@stad.example",
        "nosy_messages_to_author": "new",
    }
    pairs = ",".join(f"{key}={value}" for key, value in said.items())
    told([*admin, "install", "classic", "sqlite", pairs], {})
    with (home / "schema.py").open("a", encoding="utf-8") as schema:
        schema.write(STRANGERS)
    told([*admin, "initialise", "for the bench alone"], {})
    box.touch()

    def fill(mails: Sequence[bytes]) -> None:
        with box.open("wb") as file:
            for raw in mails:
                file.write(b"From melder@home.example Mon Mar  2 10:00:00 2026\n")
                file.write(raw.replace(b"\r\n", b"\n") + b"\n")

    def cases() -> int:
        with sqlite3.connect(home / "db" / "db") as tx:
            return int(tx.execute("SELECT count(*) FROM _issue").fetchone()[0])

    command = [str(tools / "roundup-mailgw"), str(home), "mailbox", str(box)]
    return Batch(command, {}, fill, cases, answers=1, mails=MAILS)
