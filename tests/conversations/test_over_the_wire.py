"""Five conversations over real SMTP and HTTP, on each database we support."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import Desk
from wire import wired_desk


@pytest.fixture
def wired(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    """A whole service at work."""
    with wired_desk(tmp_path, database_url) as desk:
        yield desk


def test_si_03_a_whole_life_over_the_wire(wired: Desk) -> None:
    jan, anna = wired.citizen("jan@home.example"), wired.agent("anna@stad.example")
    jan.writes("Container", "De gft-bak is weer niet geleegd.")
    receipt, task = jan.gets("ontvangstbevestiging"), anna.gets("nieuw_voor_team")

    anna.replies(task, "#opgelost gegrond\nDe bak is vanochtend geleegd.")
    jan.clicks(jan.gets("afgehandeld").smiley("ontevreden")).answers("Hij is nog vol.")
    anna.replies(anna.gets("verzoek_tot_heropenen"), "#heropenen\nDe bak is overgeslagen.")
    jan.gets("heropend")
    anna.replies(task, "#opgelost gegrond\nNu is hij leeg.")
    jan.clicks(jan.gets("afgehandeld").smiley("tevreden")).answers()

    assert wired.klacht(receipt.kenmerk).status == "gesloten"


def test_nw_05_a_scanner_over_http_changes_nothing_and_a_person_counts_once(wired: Desk) -> None:
    jan, anna = wired.citizen("jan@home.example"), wired.agent("anna@stad.example")
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nOnze excuses.")
    mail = jan.gets("afgehandeld")

    for word in ("tevreden", "ontevreden", "tevreden"):
        page = jan.clicks(mail.smiley(word)).text
        assert mail.kenmerk in page
        assert "onbeleefd" not in page
    assert "feedback_given" not in wired.kinds(mail.kenmerk)

    page = jan.clicks(mail.smiley("tevreden"))
    assert not page.answers().startswith("4")
    assert not page.answers().startswith("4")
    assert jan.clicks(mail.smiley("ontevreden")).text.startswith("410")
    assert wired.kinds(mail.kenmerk).count("feedback_given") == 1


def test_a_tampered_link_is_404_over_the_wire(wired: Desk) -> None:
    jan = wired.citizen("jan@home.example")

    page = jan.clicks(f"{wired.world.organisation.web}/kto/WzEsMV0.abc.def/tevreden")

    assert page.text.startswith("404")


def test_nw_01_an_agent_from_elsewhere_executes_nothing_over_the_wire(wired: Desk) -> None:
    jan, anna = wired.citizen("jan@home.example"), wired.agent("anna@stad.example")
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    task = anna.gets("nieuw_voor_team")

    wired.citizen("mallory@evil.example").replies(task, "#sluiten geen_klacht")
    assert wired.klacht(task.kenmerk).status == "nieuw"

    anna.replies(task, "#sluiten geen_klacht")
    anna.gets("opdracht_uitgevoerd")
    assert wired.klacht(task.kenmerk).status == "gesloten"


def test_a_typo_of_an_agent_is_answered_over_the_wire(wired: Desk) -> None:
    jan, anna = wired.citizen("jan@home.example"), wired.agent("anna@stad.example")
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")

    anna.replies(anna.gets("nieuw_voor_team"), "#opgelsot\nKlaar.")

    assert "#opgelost" in anna.gets("opdracht_niet_begrepen").text
