"""A klacht that is handled with a real mail program, which fetches and sends through real mail servers."""

from __future__ import annotations

import email
import email.policy
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from desk import INTAKE, Desk
from dovecot import Dovecot
from neomutt import NeoMutt
from postfix import Postfix
from wire import PATIENCE, wired_desk

ANNA, JAN = "anna@stad.example", "jan@home.example"
PASSWORD = "een-wachtwoord"


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """Where Anna and Jan have their mail."""
    server = Dovecot({"anna": PASSWORD, "jan": PASSWORD}).start()
    yield server
    server.stop()


@pytest.fixture
def postfix(dovecot: Dovecot) -> Iterator[Postfix]:
    """The mail server of the municipality: what is for Anna and Jan falls into their mailboxes."""
    with Postfix() as server:
        server.drop(ANNA, dovecot.box("anna"))
        server.drop(JAN, dovecot.box("jan"))
        yield server


@pytest.fixture
def wired(tmp_path: Path, postfix: Postfix) -> Iterator[Desk]:
    """The service between them, which gets what else is for stad.example."""
    database = f"sqlite:///{tmp_path}/mailagent.db"
    with wired_desk(tmp_path, database, mail_server=postfix.port) as desk:
        postfix.hand_over("smtp", desk.carrier.port)  # type: ignore[attr-defined]
        yield desk


def mails_of(dovecot: Dovecot, name: str, count: int) -> list[EmailMessage]:
    """So many mails as they lie in a mailbox, the oldest first."""
    until = time.monotonic() + PATIENCE
    while len(files := dovecot.files(name)) < count and time.monotonic() < until:
        time.sleep(0.1)
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]
    assert len(found) == count, [str(mail["subject"]) for mail in found]
    return [mail for mail in found if isinstance(mail, EmailMessage)]


def subjects(mails: list[EmailMessage]) -> list[str]:
    return [str(mail["subject"]).partition("] ")[2].partition(":")[0] for mail in mails]


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_nw_01_a_klacht_is_handled_with_neomutt_over_dovecot_and_postfix(
    tmp_path: Path, wired: Desk, dovecot: Dovecot, postfix: Postfix
) -> None:
    complaint = wired.citizen(JAN).composed("Container", "De gft-bak is weer niet geleegd.", INTAKE)
    postfix.give(JAN, [INTAKE], complaint)
    [task] = mails_of(dovecot, "anna", 1)
    [receipt] = mails_of(dovecot, "jan", 1)
    kenmerk = str(task["subject"])[1:11]
    anna = NeoMutt(tmp_path / "anna", ANNA, PASSWORD, dovecot.port, postfix.port)

    anna.replies("#in_behandeling")
    assert "gft-bak" in anna.shown
    done = mails_of(dovecot, "anna", 2)[1]
    assert f"{kenmerk} is in behandeling" in text_of(done)
    assert wired.klacht(kenmerk).assigned_to == ANNA

    written = "Beste Jan,\n\nU had gelijk: de bak is overgeslagen. Wij hebben hem geleegd."
    anna.replies(f"#opgelost gegrond\n{written}")
    done = mails_of(dovecot, "anna", 3)[2]
    assert f"{kenmerk} is opgelost (gegrond)" in text_of(done)
    klacht = wired.klacht(kenmerk)
    assert (klacht.status, klacht.oordeel) == ("opgelost", "gegrond")

    [resolved] = [event for event in wired.history(kenmerk) if event.kind == "resolved"]
    assert (resolved.who, resolved.data["text"]) == (ANNA, written)
    _, taken_up, handled = mails_of(dovecot, "jan", 3)
    assert written in text_of(handled)
    assert "Gemeente Voorbeeld wrote" not in text_of(handled)
    assert str(receipt["message-id"]) in str(handled["references"])
    assert str(taken_up["message-id"]) in str(handled["references"])
