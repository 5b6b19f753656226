"""Signs that no database keeps, and more of everything than anyone needs: each becomes a klacht."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import INTAKE, Desk, open_desk
from wire import wired_desk

from mailagent.core.mail import Envelope
from mailagent.flow import arrive
from mailagent.house import wall_clock
from mailagent.inbound.limits import Limits
from mailagent.store import arrivals, audit
from tests.inbound.hostile import HOSTILE

HEAD = f"To: {INTAKE}\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\n".encode()
JAN = b"From: Jan <jan@home.example>\r\n"

MAILS = {
    "NUL in the subject": JAN + HEAD + b"Subject: Ba\0lie\r\n\r\nIk klaag.\r\n",
    "NUL encoded": JAN + HEAD + b"Subject: =?utf-8?b?AGJhbGll?=\r\n\r\nIk klaag.\r\n",
    "NUL in the text": JAN + HEAD + b"Subject: Balie\r\n\r\nIk\0klaag.\r\n",
    "half a character": JAN + HEAD + b"Subject: =?utf-8?b?7aCA?=\r\n\r\n\xed\xa0\x80 klaag.\r\n",
    "eight bits in a header": JAN + HEAD + b"Subject: caf\xe9 \xff\xfe\r\n\r\nIk klaag.\r\n",
    "eight bits in the name": b"From: J\xe4n \xff <jan@home.example>\r\n" + HEAD + b"\r\nIk klaag.\r\n",
    "a name with a line in it": b"From: =?utf-8?q?Jan=0D=0ABcc=3A_x=40evil=2Eexample?= <jan@home.example>\r\n"
    + HEAD
    + b"Subject: x\r\n\r\nIk klaag.\r\n",
    "a subject with a line in it": JAN
    + HEAD
    + b"Subject: =?utf-8?q?x=0D=0ABcc=3A_y=40e=2Eexample?=\r\n\r\nHoi\r\n",
    "a very long subject": JAN + HEAD + b"Subject: " + b"lang " * 20_000 + b"\r\n\r\nIk klaag.\r\n",
    "a very long name": b"From: "
    + b"Jan " * 9_000
    + b"<jan@home.example>\r\n"
    + HEAD
    + b"\r\nIk heet zo.\r\n",
    "a very long Message-ID": JAN
    + HEAD
    + b"Message-ID: <"
    + bytes(range(48, 58)) * 900
    + b"@x>\r\n\r\nHoi\r\n",
    "a very long text": JAN + HEAD + b"Subject: Balie\r\n\r\n" + b"Ik klaag heel erg lang.\r\n" * 40_000,
    "one very long line": JAN + HEAD + b"Subject: Balie\r\n\r\n" + b"a" * 900_000 + b"\r\n",
    "an odd file name": JAN
    + HEAD
    + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nZie foto.\r\n--b\r\n'
    + b'Content-Type: image/png; name="../\0\xff\r\n foto.png"\r\n'
    + b"Content-Disposition: attachment\r\n\r\nx\r\n--b--\r\n",
    "an odd Message-ID": JAN + HEAD + b"Message-ID: <\0\xff@x>\r\nReferences: <\0@y> <\xff@z>\r\n\r\nHoi\r\n",
}


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    desk = open_desk(tmp_path, database=database_url)
    yield desk
    desk.house.close()


def nothing_stuck(desk: Desk) -> None:
    with desk.world.store.read() as tx:
        assert [row.reason for row in arrivals.told(tx) if row.state != "done"] == []
        assert not [broken for _, _, found in audit.verify(tx) for broken in found]


def test_odd_mails_become_klachten_on_both_databases(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    for oddity, raw in MAILS.items():
        jan.hands_in(raw)
        desk.passes(hours=2)

        receipt, task = jan.gets("ontvangstbevestiging"), anna.gets("nieuw_voor_team")
        for mail in (receipt, task):
            assert mail.message["bcc"] is None, oddity
            assert len(mail.raw) < 200_000, oddity
            assert all(len(line) <= 998 for line in mail.raw.split(b"\r\n")), oddity
        anna.replies(task, "#antwoord\nWij zoeken het uit.")
        jan.gets("antwoord")
    nothing_stuck(desk)


@pytest.mark.parametrize("sender", ["j\0n@home.example", "j\udcffn@home.example"])
def test_an_envelope_no_database_keeps_is_kept_all_the_same(desk: Desk, sender: str) -> None:
    raw = MAILS["NUL in the text"]
    arrive.keep([Envelope(raw, "smtp", desk.now(), "email", sender, (sender,), "192.0.2.1")], desk.world)

    desk.settle()

    assert len(desk.klachten()) == 1
    nothing_stuck(desk)


def test_what_stands_beyond_the_description_sorts_nothing(desk: Desk) -> None:
    """The rules take their time by the word, and whoever writes to us waits for them."""
    told = b"De gft-container is weer niet geleegd.\r\n"
    filler = b"".join(b"w%x\r\n" % number for number in range(20_000))
    for text in (told + filler, filler + told):
        desk.citizen("jan@home.example").hands_in(JAN + HEAD + b"Subject: Kastje naar de muur\r\n\r\n" + text)

    assert [klacht.category for klacht in reversed(desk.klachten())] == ["afval", "dienstverlening"]


def test_a_mail_that_takes_long_to_read_holds_up_no_other(tmp_path: Path, database_url: str) -> None:
    with wired_desk(tmp_path, database_url, limits=Limits(seconds=6.0)) as desk:
        jan, settle, desk.settle = desk.citizen("jan@home.example"), desk.settle, lambda: None
        for number in range(2):
            raw = HOSTILE["a parameter of semicolons"] + b"%d" % number
            desk.citizen(f"eve{number}@elsewhere.example").hands_in(raw)
        jan.writes("Balie", "Ik werd onbeleefd behandeld.")
        until = time.monotonic() + 90
        while not desk.mailboxes[jan.address] and time.monotonic() < until:
            time.sleep(0.05)
        with desk.world.store.read() as tx:
            waiting = arrivals.waiting(tx, wall_clock())
        assert desk.mailboxes[jan.address][0].kind == "ontvangstbevestiging"
        assert len(waiting) == 2, "nobody has judged those that came first"
        settle()
        with desk.world.store.read() as tx:
            verdicts = sorted((row.verdict, row.reason) for row in arrivals.told(tx))
    assert verdicts[1:] == [("Quarantine", "too_slow")] * 2
