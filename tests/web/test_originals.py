"""A page of a letter as it came in: for whom may see it, once, behind a button, and written down."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from browser import browsing, doors_of, path_of
from desk import Desk, Got, open_desk
from post_room import LETTER, page, paper

from mailagent.core.letter import CHECK
from mailagent.core.organisation import Agent
from mailagent.web.app import make_app

ANNA, BRAM = "anna@stad.example", "bram@stad.example"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Anna may see letters as they came in; Bram may not."""
    people = [Agent(ANNA, "Anna", may_see_original=True), Agent(BRAM, "Bram")]
    return open_desk(tmp_path, members=people)


def asked(desk: Desk, who: str) -> Got:
    """A letter of which one page may be mailed to nobody."""
    letter = paper(LETTER, CHECK)
    pages = (letter.pages[0], page(2, "Mijn nummer staat hier.", safe=False))
    desk.post_room.scans(replace(letter, pages=pages))
    return desk.agent(who).gets("brief_controleren")


def test_nw_06_a_page_that_cannot_be_masked_is_never_mailed(desk: Desk) -> None:
    mail = asked(desk, ANNA)
    assert [file.get_filename() for file in mail.message.iter_attachments()] == ["bladzijde-1.jpg"]
    assert "#origineel 2" in mail.text


def test_nw_06_it_is_shown_once_to_who_may_see_it_and_written_down(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    anna.replies(asked(desk, ANNA), "#origineel")
    path = path_of(anna.gets("inloglink").link(r"/origineel/\S+"))
    kenmerk = desk.klachten()[0].kenmerk

    with browsing(make_app(doors_of(desk))) as browser:
        for method in ("GET", "HEAD", "GET"):
            assert browser.get(path, method).status == 200
        assert "original_viewed" not in desk.kinds(kenmerk)
        assert "original 2" not in desk.reader.asked

        seen = browser.press(browser.get(path))
        assert (seen.status, seen.headers["Content-Type"]) == (200, "image/jpeg")
        assert seen.headers["Cache-Control"] == "no-store"
        again = browser.post(path, [])
        assert (again.status, again.heading) == (410, "Deze bladzijde is al bekeken")

    [viewed] = [one for one in desk.history(kenmerk) if one.kind == "original_viewed"]
    assert (viewed.who, viewed.data["page"]) == (ANNA, 2)
    assert desk.reader.asked.count("original 2") == 1


def test_the_link_works_for_a_quarter_of_an_hour(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    anna.replies(asked(desk, ANNA), "#origineel 1")
    path = path_of(anna.gets("inloglink").link(r"/origineel/\S+"))
    desk.passes(minutes=15)

    with browsing(make_app(doors_of(desk))) as browser:
        assert browser.get(path).heading == "Deze link werkt niet meer"
        assert browser.post(path, []).status == 410
        assert browser.get("/origineel/verzonnen").status == 404
    assert desk.reader.asked == ["read 2"]


@pytest.mark.parametrize(
    ("order", "said"),
    [("#origineel", "mag_origineel"), ("#origineel twee", "geen nummer")],
)
def test_who_may_not_see_it_gets_no_link(desk: Desk, order: str, said: str) -> None:
    bram = desk.agent(BRAM)
    bram.replies(asked(desk, BRAM), order)
    assert said in bram.gets("opdracht_niet_begrepen").text
    assert "original_asked" not in desk.kinds(desk.klachten()[0].kenmerk)


def test_a_page_that_is_not_there_is_asked_for_in_vain(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    anna.replies(asked(desk, ANNA), "#origineel 3")
    assert "heeft 2 bladzijden" in anna.gets("opdracht_niet_begrepen").text


def test_a_mail_has_no_original(desk: Desk) -> None:
    desk.citizen("jan@home.example").writes("Container", "Mijn gft-container is niet geleegd.")
    anna = desk.agent(ANNA)
    anna.replies(anna.gets("nieuw_voor_team"), "#origineel")
    assert "kwam niet als brief binnen" in anna.gets("opdracht_niet_begrepen").text
