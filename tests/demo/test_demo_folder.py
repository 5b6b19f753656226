"""What the demo keeps in its folder: the postbus, the clock, and settings as an admin writes them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mailagent.core.clocks import Colour
from mailagent.core.klacht import STATUSES
from mailagent.demo import words
from mailagent.demo.clock import DemoClock
from mailagent.demo.people import ANNA, BRAM, CARLA
from mailagent.demo.postbus import Postbus
from mailagent.demo.settings import free_ports, prepare
from mailagent.demo.stage import opened
from mailagent.house import wall_clock
from mailagent.store import notices

MAIL = b"Subject: =?utf-8?q?Caf=C3=A9?=\r\nFrom: a@b.example\r\n\r\nHallo\r\n"


def test_a_postbus_keeps_its_mails_newest_first(tmp_path: Path) -> None:
    postbus = Postbus(tmp_path)
    postbus.put("jan@thuis.example", "x@y.example", MAIL)
    postbus.put("anna@voorbeeld.example", "x@y.example", MAIL)
    again = Postbus(tmp_path)
    assert again.put("Jan@Thuis.example", "", MAIL) == 3
    newest, oldest = again.of("jan@thuis.example")
    assert (newest.number, oldest.number) == (3, 1)
    assert newest.subject == "Café"
    assert oldest.header("Return-Path") == "<x@y.example>"
    assert again.addresses() == ["anna@voorbeeld.example", "jan@thuis.example"]


@pytest.mark.parametrize("address", ["../jan@thuis.example", "a/b@c.example", "..@", "'\"@x.example"])
def test_no_address_leads_outside_the_postbus(tmp_path: Path, address: str) -> None:
    postbus = Postbus(tmp_path / "postbus")
    postbus.put(address, "", MAIL)
    assert [item.text for item in postbus.of(address)] == ["Hallo\n"]
    assert [path.name for path in tmp_path.iterdir()] == ["postbus"]


def test_what_is_no_address_has_no_postbus(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no mail address"):
        Postbus(tmp_path).put("..", "", MAIL)


def test_the_clock_never_goes_back_not_even_by_a_restart(tmp_path: Path) -> None:
    clock = DemoClock(tmp_path / "clock")
    clock.forward(timedelta(weeks=1))
    moved = clock.now()
    assert moved - wall_clock() > timedelta(days=6, hours=23)
    assert DemoClock(tmp_path / "clock").now() >= moved
    with pytest.raises(ValueError, match="forward"):
        clock.forward(timedelta(seconds=-1))


def test_the_demo_has_people_in_its_team_and_trusts_the_reply_token(tmp_path: Path) -> None:
    settings, rules = prepare(tmp_path, {})
    members = [member.address for team in rules.teams for member in team.members]
    assert members == [ANNA.address, BRAM.address]
    assert settings.organisation.coordinator == CARLA.address
    assert settings.agents.proof == "token"
    assert settings.feedback.mail_after_unhappy
    assert (settings.smtp.listen, settings.relay.port) == ("127.0.0.1:2525", 2526)


def test_the_demo_has_a_folder_for_scans_and_a_post_room_that_reads_them(tmp_path: Path) -> None:
    with opened(tmp_path, free_ports()) as stage:
        assert stage.house.settings.letters.folder == tmp_path / "scans"
        assert (tmp_path / "scans").is_dir()
        assert stage.world.post_room is not None


def test_links_follow_the_port_of_the_pages(tmp_path: Path) -> None:
    moved = {"MAILAGENT_WEB__LISTEN": "127.0.0.1:9999"}
    assert prepare(tmp_path, moved)[0].organisation.web == "http://127.0.0.1:9999"
    anywhere = {"MAILAGENT_WEB__LISTEN": "0.0.0.0:9999"}
    assert prepare(tmp_path, anywhere)[0].organisation.web == "http://127.0.0.1:9999"
    named = {**moved, "MAILAGENT_ORGANISATION__WEB": "http://demo.example"}
    assert prepare(tmp_path, named)[0].organisation.web == "http://demo.example"


def test_a_demo_never_reaches_a_real_database_or_relay(tmp_path: Path) -> None:
    real = {"MAILAGENT_DATABASE__URL": "postgresql://db/klachten", "MAILAGENT_RELAY__HOST": "mx.stad.example"}
    settings, _ = prepare(tmp_path, real)
    assert settings.database.url == f"sqlite:///{tmp_path}/mailagent.db"
    assert settings.relay.host == "127.0.0.1"


def test_what_someone_changed_in_the_settings_of_the_demo_stays(tmp_path: Path) -> None:
    key = prepare(tmp_path, {})[0].security.keys
    file = tmp_path / "mailagent.toml"
    file.write_text(file.read_text("utf-8").replace("Gemeente Voorbeeld", "Gemeente Elders"), "utf-8")
    again, _ = prepare(tmp_path, {})
    assert again.organisation.name == "Gemeente Elders"
    assert again.security.keys == key


def test_every_word_of_the_store_has_a_plain_one() -> None:
    assert set(words.STATUSES) == set(STATUSES)
    assert set(words.COLOURS) == {*Colour.__args__, ""}  # type: ignore[attr-defined]
    states = (notices.OWED, notices.ACCEPTED, notices.SUPPRESSED, notices.FAILED, notices.BOUNCED)
    assert set(words.MAIL_STATES) == set(states)
