"""A mail scanner with a whole browser before a survey; and a person who has no more than a keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from asking import Asking, asking
from browser import doors_of
from chromium import opened, served
from playwright.sync_api import Browser, Page
from test_scanners import Town, scan

from mailagent.core.surveys import SurveyAnswer
from mailagent.store import surveys
from mailagent.web.app import make_app


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asking]:
    made = asking(tmp_path, database=f"sqlite:///{tmp_path}/mailagent.db")
    yield made
    made.desk.house.close()


@pytest.fixture
def town(asked: Asking) -> Iterator[Town]:
    """A town that invited a melder to a survey."""
    mail = asked.out(asked.handled())
    with served(make_app(doors_of(asked.desk))) as url:
        yield Town(asked.desk, mail, url)


def tab_to(page: Page, id: str) -> None:
    """Press Tab until one is there."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id || document.activeElement.type") == id:
            return
    raise AssertionError(f"the keyboard does not lead to {id}")


def fill_in(page: Page) -> None:
    """Answer every question, and press the button, with the keyboard alone."""
    tab_to(page, "antwoord-1")
    page.keyboard.press("ArrowRight")
    tab_to(page, "antwoord-2")
    page.keyboard.press("ArrowDown")
    tab_to(page, "antwoord-3-luisteren")
    page.keyboard.press("Space")
    tab_to(page, "antwoord-4")
    page.keyboard.press("ArrowLeft")
    tab_to(page, "antwoord-5")
    page.keyboard.type("Bel terug.")
    tab_to(page, "submit")
    page.keyboard.press("Enter")


@pytest.mark.parametrize("scripts", [True, False])
def test_kt_02_a_person_answers_between_two_visits_of_a_scanner(
    chrome: Browser,
    asked: Asking,
    town: Town,
    scripts: bool,  # noqa: FBT001
) -> None:
    before = town.rows()
    scan(chrome, town)
    assert town.rows() == before

    [link] = [link for link in town.links if "/enquete/" in link]
    with opened(chrome, scripts=scripts) as context:
        page = context.new_page()
        page.goto(link)
        with page.expect_navigation():
            fill_in(page)
        assert page.locator("h1").text_content() == "Bedankt voor uw antwoorden"
    [one] = asked.invited(town.mail.kenmerk)
    with asked.desk.world.store.read() as tx:
        assert surveys.answers_of(tx, one.id) == (
            SurveyAnswer("contact", "rating", 2),
            SurveyAnswer("duidelijk", "yes_no", choices=("nee",)),
            SurveyAnswer("beter", "multiple", choices=("luisteren",)),
            SurveyAnswer("aanbevelen", "nps", 10),
            SurveyAnswer("tip", "open", text="Bel terug."),
        )

    after = town.rows()
    scan(chrome, town)
    assert town.rows() == after
