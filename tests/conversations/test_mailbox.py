"""Klachten in mailboxes of a real IMAP server take the same way as by SMTP; silence does not go unnoticed."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from desk import CONFIG, MONDAY, Desk, open_desk
from dovecot import Dovecot
from servers import free_port
from tokens import TokenServer
from wire import wired_desk

from mailagent import service
from mailagent.cli.inspect import inspect
from mailagent.core.mail import Envelope, Slot
from mailagent.core.organisation import Absence, Agent
from mailagent.flow import mailboxes as listening
from mailagent.house import wall_clock
from mailagent.store import arrivals, mailboxes, tables
from mailagent.store.database import connect, reading, upgrade, writing

MAILBOX = """
[[imap]]
name = "{name}"
host = "127.0.0.1"
port = {port}
username = "{name}"
password = "geheim"
tls = false
every_seconds = 1
"""

TOKENS = """
[[imap]]
name = "{name}"
host = "127.0.0.1"
port = {port}
username = "klachten"
tls = false
auth = "oauth"
token_url = "{url}"
client_id = "mailagent"
client_secret = "client-geheim"
refresh_token = "{refresh_token}"
"""

CARLA = "carla@stad.example"


def mail(number: int = 1) -> bytes:
    return (
        f"From: Jan <jan@home.example>\r\nTo: klachten@stad.example\r\nSubject: Container {number}\r\n"
        f"Message-ID: <{number}@home.example>\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\n\r\n"
        f"De gft-bak is al {number} weken niet geleegd.\r\n"
    ).encode()


def wait(came: Callable[[], bool], seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if came():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come")


def has_mail(desk: Desk, address: str, kind: str) -> bool:
    return any(got.kind == kind and not got.read for got in desk.mailboxes[address])


def states_of(desk: Desk) -> dict[str, mailboxes.Mailbox]:
    with desk.world.store.read() as tx:
        return mailboxes.states(tx)


def figures(port: int) -> dict[str, float]:
    """What Prometheus would read of the mailbox klachten."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
        lines = re.findall(r'(?m)^mailagent_mailbox_(\w+){mailbox="klachten"} (\S+)$', page.read().decode())
    return {name: float(value) for name, value in lines}


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    server = Dovecot({"klachten": "geheim", "balie": "geheim"})
    yield server
    server.stop()


def test_a_mail_in_a_mailbox_becomes_a_klacht_once(tmp_path: Path, dovecot: Dovecot) -> None:
    dovecot.start()
    with dovecot.client("klachten") as client:
        client.append("INBOX", mail(), flags=(b"\\Seen",))
        more = MAILBOX.format(name="klachten", port=dovecot.port)
        with wired_desk(tmp_path, f"sqlite:///{tmp_path}/mailagent.db", more=more) as desk:
            jan = desk.citizen("jan@home.example")
            wait(lambda: bool(desk.klachten()))
            receipt = jan.gets("ontvangstbevestiging")
            time.sleep(2.5)

            assert [klacht.kenmerk for klacht in desk.klachten()] == [receipt.kenmerk]
            jan.gets_nothing()


def test_a_mailbox_that_was_made_anew_repeats_no_klacht_and_its_repeats_are_recorded(
    tmp_path: Path, dovecot: Dovecot
) -> None:
    dovecot.start()
    more = MAILBOX.format(name="klachten", port=dovecot.port) + 'mailbox = "Intake"\n'
    with dovecot.client("klachten") as client:
        client.create_folder("Intake")
        client.append("Intake", mail(1))
        with wired_desk(tmp_path, f"sqlite:///{tmp_path}/mailagent.db", more=more) as desk:
            wait(lambda: len(desk.klachten()) == 1)
            time.sleep(1.1)  # Dovecot makes the UIDVALIDITY from the clock, in seconds
            client.delete_folder("Intake")
            client.create_folder("Intake")
            client.append("Intake", mail(1))
            client.append("Intake", mail(2))
            wait(lambda: len(desk.klachten()) == 2)
            desk.settle()
            with desk.world.store.read() as tx:
                verdicts = [row.verdict for row in arrivals.told(tx)]
    assert sorted(verdicts) == ["Duplicate", "NewKlacht", "NewKlacht"]


def test_a_mailbox_elsewhere_under_the_same_name_is_read_from_its_first_mail_on(tmp_path: Path) -> None:
    """Many servers give every INBOX the same UIDVALIDITY, and each counts its mails from 1."""
    world = open_desk(tmp_path).world
    with world.store.begin() as tx:
        arrivals.keep(tx, [Envelope(mail(), "imap:post", MONDAY, slot=Slot("post", 1, 1))], MONDAY)

    assert listening.known_uids("post", "oud INBOX imap.stad.example", 1, world) == {1}
    assert listening.known_uids("post", "nieuw INBOX imap.stad.example", 1, world) == set()
    assert listening.known_uids("post", "oud INBOX imap.stad.example", 1, world) == {1}


def test_mailboxes_without_a_token_or_a_password_that_counts_hold_up_no_other(
    tmp_path: Path, dovecot: Dovecot
) -> None:
    dovecot.start()
    with TokenServer("klachten") as giving:
        more = (
            TOKENS.format(name="dicht", port=dovecot.port, url=giving.url, refresh_token="onbekend")
            + MAILBOX.format(name="balie", port=dovecot.port).replace("geheim", "verkeerd")
            + MAILBOX.format(name="klachten", port=dovecot.port)
        )
        with wired_desk(tmp_path, f"sqlite:///{tmp_path}/mailagent.db", more=more) as desk:
            with dovecot.client("klachten") as client:
                client.append("INBOX", mail())
            wait(lambda: bool(desk.klachten()))
            wait(lambda: len(states_of(desk)) == 3)
            states = states_of(desk)
    assert "invalid_grant" in states["dicht"].error
    assert (states["balie"].good_at, bool(states["balie"].error)) == (None, True)
    assert (states["klachten"].good_at is None, states["klachten"].error) == (False, "")


def test_a_mailbox_that_opens_with_a_token_is_read_and_its_new_refresh_token_is_kept(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/mailagent.db"
    with TokenServer("klachten") as giving:
        dovecot = Dovecot({"klachten": "geheim"}, introspection=giving.introspection).start()
        try:
            with dovecot.client("klachten") as client:
                client.append("INBOX", mail())
            more = TOKENS.format(
                name="klachten", port=dovecot.port, url=giving.url, refresh_token="vernieuw-0"
            )
            for _ in range(2):  # the second time only the token in the store is worth something
                with wired_desk(tmp_path, database, more=more) as desk:
                    wait(lambda desk=desk: len(desk.klachten()) == 1)  # type: ignore[misc]
                    wait(lambda: bool(giving.asked))
                giving.asked.clear()
            with reading(connect(database)) as tx:
                kept = tx.scalar(sa.select(tables.mailbox.c.refresh_token))
        finally:
            dovecot.stop()
    assert {kept} == giving.refresh_tokens


def test_the_coordinator_hears_once_of_a_silence_and_once_of_its_end(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    carla, limit = desk.agent(CARLA), {"klachten": timedelta(minutes=30)}
    listening.good("klachten", 0, desk.world)
    listening.failed("klachten", "zie https://imap.stad.example", desk.world)

    desk.passes(minutes=29)
    assert listening.sound_alarm(limit, desk.world) == []
    desk.passes(minutes=1)
    assert listening.sound_alarm(limit, desk.world) == ["klachten"]
    told = carla.gets("postbus_stil")
    assert told.subject == "De postbus klachten is stil"
    assert "Sinds maandag 2 maart 2026 om 10.00 uur" in told.text
    assert "https://imap.stad.example" not in told.text + told.html

    desk.passes(days=3)
    assert listening.sound_alarm(limit, desk.world) == []
    carla.gets_nothing()
    listening.good("klachten", 0, desk.world)
    listening.good("klachten", 0, desk.world)
    assert carla.gets("postbus_hersteld").subject == "De postbus klachten werkt weer"
    carla.gets_nothing()
    desk.passes(minutes=31)
    assert listening.sound_alarm(limit, desk.world) == ["klachten"]
    carla.gets("postbus_stil")
    desk.house.close()


def test_while_the_coordinator_is_absent_their_deputy_hears_of_a_silence(tmp_path: Path) -> None:
    away = (Absence(date(2026, 3, 1), date(2026, 3, 6), "anna@stad.example"),)
    desk = open_desk(tmp_path, members=["anna@stad.example", Agent(CARLA, "Carla", absent=away)])
    limit = {"klachten": timedelta(minutes=30)}
    listening.sound_alarm(limit, desk.world)
    desk.passes(minutes=30)
    listening.sound_alarm(limit, desk.world)
    desk.agent("anna@stad.example").gets("postbus_stil")
    desk.agent(CARLA).gets_nothing()
    desk.house.close()


def test_a_mailbox_that_nobody_ever_read_is_silent_too(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    limit = {"klachten": timedelta(minutes=30)}
    assert listening.sound_alarm(limit, desk.world) == []
    desk.passes(minutes=30)
    assert listening.sound_alarm(limit, desk.world) == ["klachten"]
    desk.agent(CARLA).gets("postbus_stil")
    desk.house.close()


def test_a_service_that_cannot_reach_a_mailbox_says_so_and_says_when_it_can(
    tmp_path: Path, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "FIRST_ROUNDS_SECONDS", 1.0)
    monkeypatch.setattr(service, "ALARM_SECONDS", 0.2)
    database = f"sqlite:///{tmp_path}/mailagent.db"
    engine = connect(database)
    upgrade(engine)
    with writing(engine) as tx:
        mailboxes.begin(tx, ["klachten"], wall_clock() - timedelta(hours=1))
    engine.dispose()
    port = free_port()
    more = MAILBOX.format(name="klachten", port=dovecot.port) + f'[metrics]\nlisten = "127.0.0.1:{port}"\n'
    with wired_desk(tmp_path, database, more=more) as desk:
        wait(lambda: has_mail(desk, CARLA, "postbus_stil"))
        said = [str(finding.text) for finding in inspect(tmp_path / "mailagent.toml", {}) if finding.wrong]
        assert any("klachten: no successful round since" in text for text in said)
        assert figures(port)["silent"] == figures(port)["failing"] == 1
        dovecot.start()
        wait(lambda: has_mail(desk, CARLA, "postbus_hersteld"))
        found = [finding.text for finding in inspect(tmp_path / "mailagent.toml", {})]
        assert not [text for text in found if "imap" in text]
        told = figures(port)
        assert (told["silent"], told["failing"], told["mails_aside"]) == (0, 0, 0)
        assert wall_clock().timestamp() - told["last_success_timestamp_seconds"] < 60


def test_two_processes_that_watch_one_mailbox_keep_each_mail_once(
    tmp_path: Path, postgres_url: str, dovecot: Dovecot
) -> None:
    dovecot.start()
    config = tmp_path / "mailagent.toml"
    more = MAILBOX.format(name="klachten", port=dovecot.port)
    config.write_text(CONFIG.format(database=postgres_url, proof="token", more=more), "utf-8")
    engine = connect(postgres_url)

    def kept() -> list[str]:
        with reading(engine) as tx:
            return sorted(arrival.sha256 for arrival in arrivals.told_of(tx))

    command = [sys.executable, "-m", "mailagent", "serve", "--config", str(config), "--role", "imap"]
    watchers = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
    try:
        with dovecot.client("klachten") as client:
            for number in range(40):
                client.append("INBOX", mail(number))
                time.sleep(0.1)
        wait(lambda: len(kept()) >= 40)
        time.sleep(1.5)
    finally:
        for watching in watchers:
            watching.terminate()
        ends = [watching.wait(30) for watching in watchers]
    assert ends == [0, 0]
    assert len(kept()) == len(set(kept())) == 40
    engine.dispose()
