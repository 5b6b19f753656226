"""A complaint in a mailbox of a real IMAP server takes the same way as one by SMTP."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from dovecot import Dovecot
from wire import wired_desk

MAILBOX = """
[[imap]]
name = "klachten"
host = "127.0.0.1"
port = {port}
username = "klachten"
password = "geheim"
tls = false
every_seconds = 1
"""

MAIL = (
    b"From: Jan <jan@home.example>\r\nTo: klachten@stad.example\r\nSubject: Container\r\n"
    b"Message-ID: <1@home.example>\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\n\r\n"
    b"De gft-bak is weer niet geleegd.\r\n"
)


def test_a_mail_in_a_mailbox_becomes_a_klacht_once(tmp_path: Path) -> None:
    dovecot = Dovecot({"klachten": "geheim"}).start()
    try:
        with dovecot.client("klachten") as client:
            client.append("INBOX", MAIL, flags=(b"\\Seen",))
            more = MAILBOX.format(port=dovecot.port)
            with wired_desk(tmp_path, f"sqlite:///{tmp_path}/mailagent.db", more=more) as desk:
                jan = desk.citizen("jan@home.example")
                _wait(lambda: bool(desk.klachten()))
                receipt = jan.gets("ontvangstbevestiging")
                time.sleep(2.5)

                assert [klacht.kenmerk for klacht in desk.klachten()] == [receipt.kenmerk]
                jan.gets_nothing()
    finally:
        dovecot.stop()


def _wait(came: Callable[[], bool]) -> None:
    until = time.monotonic() + 15
    while time.monotonic() < until:
        if came():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come")
