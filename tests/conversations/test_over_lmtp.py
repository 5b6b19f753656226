"""A whole service behind our own mail server: a klacht comes in over LMTP and is answered."""

from __future__ import annotations

import smtplib
from pathlib import Path

from desk import INTAKE
from servers import free_port
from wire import wired_desk

KLACHT = b"From: Jan <jan@home.example>\r\nTo: %s\r\nSubject: Container\r\n\r\nDe bak is niet geleegd.\r\n"


def test_a_klacht_that_our_own_mail_server_brings_is_acknowledged_once(tmp_path: Path) -> None:
    port = free_port()
    lmtp = f'[lmtp]\nlisten = "127.0.0.1:{port}"\n'
    with wired_desk(tmp_path, f"sqlite:///{tmp_path}/mailagent.db", more=lmtp) as desk:
        jan = desk.citizen("jan@home.example")
        with smtplib.LMTP("127.0.0.1", port, local_hostname="mx.stad.example") as server:
            recipients = [INTAKE, INTAKE.replace("@", "+website@")]
            assert server.sendmail(jan.address, recipients, KLACHT % INTAKE.encode()) == {}
            assert server.getreply() == (250, b"kept as 1")  # sendmail reads the first answer alone
        desk.settle()
        jan.gets("ontvangstbevestiging")
        jan.gets_nothing()
