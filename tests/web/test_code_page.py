"""The page on which the code of a letter is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import FakeFlow, browsing, doors_of, surfing
from desk import Got, open_desk
from printer import PRINTING, Printer, lives

from mailagent.web.app import make_app
from mailagent.web.form import TRAP
from mailagent.web.visitors import MOST_POSTS

CODE = "K7QP-3MXD"


@pytest.mark.parametrize("typed", [CODE, "k7qp 3mxd", " K7QP3MXD "])
def test_the_code_leads_to_the_smileys_of_its_letter(typed: str) -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        page = browser.press(browser.get("/s"), ("code", typed))
        assert page.heading == "Wat vindt u van de behandeling van uw klacht?"
    assert flow.tried == ["K7QP3MXD"]


def test_the_square_fills_the_code_in_and_looks_nothing_up() -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        for method in ("GET", "HEAD"):
            assert browser.get("/s/K7QP3MXD", method).status == 200
        [field] = browser.get("/s/K7QP3MXD").form.inputs
        assert field["value"] == CODE
        assert browser.get("/s/%3Cscript%3E").form.of("code") == [""]
    assert flow.tried == []
    assert flow.counted == []


def test_a_code_that_is_none_is_asked_again_and_stands_there() -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        page = browser.press(browser.get("/s"), ("code", '"><b>AAAA-BBBB'))
        assert page.status == 400
        assert "Wij kennen deze code niet" in page.html
        assert "<b>" not in page.html
        assert browser.post("/s", [("code", CODE), (TRAP, "robot")]).status == 400
        assert browser.post("/s", b"\xff", Content_Type="multipart/form-data; boundary=x").status == 400


def test_who_tries_many_codes_has_to_wait() -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        seen = [
            browser.post("/s", [("code", f"AAAA-{n:04}")]).status for n in range(2222, 2222 + MOST_POSTS + 3)
        ]
        assert seen == [400] * MOST_POSTS + [429] * 3
    assert len(flow.tried) == MOST_POSTS


def test_a_letter_is_answered_by_its_code_once(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, more=PRINTING)
    printer, anna = Printer(desk), desk.agent("anna@stad.example")
    desk.citizen("greet@home.example").writes("Stoep", "De stoep ligt open.")
    task: Got = anna.gets("nieuw_voor_team")
    lives(desk, task.kenmerk, prefers="letter")
    anna.replies(task, "#opgelost gegrond\nDe stoep is dicht.")
    printer.morning()
    [letter] = printer.letters
    assert "http://127.0.0.1:8080/s" in letter.text

    with browsing(make_app(doors_of(desk))) as browser:
        page = browser.press(browser.get("/s"), ("code", letter.code))
        assert task.kenmerk in page.html
        assert "De stoep" not in page.html
        thanks = browser.press(page, ("keuze", "ontevreden"), ("toelichting", "Hij ligt weer open."))
        assert thanks.status == 200
        assert browser.post("/s", [("code", letter.code)]).status == 410
    assert "Hij ligt weer open." in anna.gets("verzoek_tot_heropenen").text
