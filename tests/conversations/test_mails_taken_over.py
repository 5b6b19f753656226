"""A running service writes mails by templates that were changed, and only where they are right."""

from __future__ import annotations

import re
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from desk import Desk, open_desk
from servers import free_port
from wire import wired_desk

from mailagent import service
from mailagent.outbound.rewritten import Rewritten
from mailagent.service import mail_changes, take_over_mails

CARLA, JAN = "carla@stad.example", "jan@home.example"
SUBJECT = "[{{ kenmerk }}] WORDS"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    writes(tmp_path, "Fijn dat u schrijft")
    return open_desk(tmp_path, more=f'[paths]\nlocal = "{tmp_path}"')


@pytest.fixture
def rewritten(desk: Desk) -> Rewritten:
    return mail_changes(desk.house)


def writes(local: Path, words: str, name: str = "subject.txt") -> None:
    """The admin's own ontvangstbevestiging."""
    file = local / "templates" / "mail" / "ontvangstbevestiging" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(SUBJECT.replace("WORDS", words), "utf-8")


def looked(desk: Desk, rewritten: Rewritten) -> None:
    for _ in range(2):
        take_over_mails(desk.house, rewritten)
    desk.settle()


def subject_now(desk: Desk) -> str:
    """Of the mail that the next melder gets."""
    jan = desk.citizen(JAN)
    jan.writes("Bak", f"De gft-bak, voor de {len(desk.klachten())}e keer.")
    return jan.gets("ontvangstbevestiging").subject.partition("] ")[2]


def test_a_mail_that_was_rewritten_is_sent_so_from_now_on(
    desk: Desk, rewritten: Rewritten, tmp_path: Path
) -> None:
    assert subject_now(desk) == "Fijn dat u schrijft"
    writes(tmp_path, "Dank voor uw bericht")
    assert subject_now(desk) == "Fijn dat u schrijft", "nobody looked yet"
    looked(desk, rewritten)
    assert subject_now(desk) == "Dank voor uw bericht"


def test_a_mail_that_is_broken_is_sent_as_it_was_and_the_coordinator_hears_of_it_once(
    desk: Desk, rewritten: Rewritten, tmp_path: Path
) -> None:
    writes(tmp_path, "{% if %}")
    looked(desk, rewritten)
    looked(desk, mail_changes(desk.house))  # another process, to which nothing has changed
    assert subject_now(desk) == "Fijn dat u schrijft"

    carla = desk.agent(CARLA)
    told = carla.gets("mails_geweigerd")
    assert "ontvangstbevestiging/subject.txt:1: Expected an expression" in told.text
    assert "Wat daarvoor gold, blijft gelden" in told.text
    assert len(rewritten.mistakes) == 1

    writes(tmp_path, "Weer goed")
    looked(desk, rewritten)
    assert subject_now(desk) == "Weer goed"
    assert rewritten.mistakes == ()
    carla.reads_all()
    carla.gets_nothing()


def test_a_file_that_goes_away_gives_ours_back(desk: Desk, rewritten: Rewritten, tmp_path: Path) -> None:
    (tmp_path / "templates" / "mail" / "ontvangstbevestiging" / "subject.txt").unlink()
    looked(desk, rewritten)
    assert subject_now(desk) == "Wij hebben uw klacht ontvangen"


def test_a_mail_that_was_never_written_out_before_is_as_it_was_when_read(desk: Desk, tmp_path: Path) -> None:
    """A broken file that nobody has taken over harms no mail, also one that is made for the first time."""
    writes(tmp_path, "{% if %}", "body.txt")
    assert subject_now(desk) == "Fijn dat u schrijft"


def test_a_service_at_work_writes_by_what_is_right_and_tells_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CHANGES_SECONDS", 0.05)
    writes(tmp_path, "Fijn dat u schrijft")
    port = free_port()
    more = f'[paths]\nlocal = "{tmp_path}"\n[metrics]\nlisten = "127.0.0.1:{port}"\n'
    with wired_desk(tmp_path, f"sqlite:///{tmp_path}/mailagent.db", more=more) as desk:
        before = desk.house.templates
        writes(tmp_path, "Dank voor uw bericht")
        wait(lambda: desk.house.templates is not before)
        assert subject_now(desk) == "Dank voor uw bericht"
        writes(tmp_path, "{% if %}")
        wait(lambda: any(got.kind == "mails_geweigerd" for got in desk.mailboxes[CARLA]))
        assert mistakes_at(port) == 1
        assert subject_now(desk) == "Dank voor uw bericht"


def wait(until: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def mistakes_at(port: int) -> float:
    """What Prometheus would read."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
        text = page.read().decode()
    return float(re.findall(r"(?m)^mailagent_templates_mistakes (\S+)$", text)[0])
