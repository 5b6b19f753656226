"""Every mail of the corpora, sent over SMTP, gets a klacht or a verdict that can be explained."""

from __future__ import annotations

import os
import smtplib
import time
from pathlib import Path

import pytest
from desk import Desk
from wire import Wire, wired_desk

from mailagent.core.evidence import KINDS
from mailagent.house import wall_clock
from mailagent.store import arrivals

pytestmark = pytest.mark.corpus


def corpora() -> list[Path]:
    """The mails people really sent; CI must have them."""
    beside = Path(__file__).parents[3] / "shared" / "corpora"
    root = Path(os.environ.get("MAILAGENT_CORPORA", beside)) / "mails"
    found = [path for name in ("decode", "structure") for path in sorted((root / name).rglob("*.eml"))]
    if not found:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"NOT CHECKED: no corpus at {root}")
    return found


def on_the_wire(raw: bytes) -> bytes:
    """Lines end in CRLF, as SMTP has it."""
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


def test_no_mail_is_lost_or_stuck_and_each_fate_is_explained(tmp_path: Path) -> None:
    mails = corpora()
    with wired_desk(tmp_path, f"sqlite:///{tmp_path}/mailagent.db") as desk:
        ids = _send(desk, mails)
        _all_judged(desk)
        with desk.world.store.read() as tx:
            told = {row.id: row for row in arrivals.told_of(tx)}

    assert sorted(told) == sorted(ids)
    for id, path in zip(ids, mails, strict=True):
        row = told[id]
        assert row.state == "done", (path.name, row.reason)
        assert row.kenmerk or row.verdict in ("Duplicate", "Review", "BounceNote", "AutoMail"), path.name
        assert row.reason, path.name
        assert all(evidence["kind"] in KINDS for evidence in row.trace["evidence"])


def _all_judged(desk: Desk) -> None:
    """Until every arrival has its verdict. Mails may stay owed: the caps hold what goes to one address."""
    until = time.monotonic() + 240
    while time.monotonic() < until:
        with desk.world.store.read() as tx:
            if not arrivals.waiting(tx, wall_clock()):
                return
        time.sleep(0.1)
    pytest.fail("some arrival is still without a verdict")


def _send(desk: Desk, mails: list[Path]) -> list[int]:
    """The arrival id stands in each 250."""
    wire = desk.carrier
    assert isinstance(wire, Wire)
    ids: list[int] = []
    with smtplib.SMTP("127.0.0.1", wire.port, timeout=20) as smtp:
        smtp.ehlo()
        for path in mails:
            smtp.mail("iemand@elders.example")
            smtp.rcpt("klachten@stad.example")
            code, said = smtp.data(on_the_wire(path.read_bytes()))
            assert code == 250, (path.name, code, said)
            ids.append(int(said.rsplit(b" ", 1)[1]))
    return ids
