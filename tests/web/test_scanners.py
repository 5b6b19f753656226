"""A mail scanner with a whole browser, before and after the person: what it opens changes not one row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from browser import doors_of, path_of
from chromium import opened, served
from desk import Desk, Got, open_desk
from playwright.sync_api import Browser, BrowserContext, Page
from states import send
from test_photos import picture

from mailagent.core.feedback import MAX_PHOTOS
from mailagent.store import photos, rounds
from mailagent.web.app import make_app

WORDS = ("tevreden", "ontevreden")
SAY = {"tevreden": "Ik ben tevreden", "ontevreden": "Ik ben niet tevreden"}
STATUS = {"tevreden": "gesloten", "ontevreden": "verzoek_tot_heropenen"}

STIRS = """for (const each of document.querySelectorAll('*')) {
  for (const kind of ['mouseover', 'focus', 'touchstart', 'scroll']) each.dispatchEvent(new Event(kind))
}
scrollTo(0, document.body.scrollHeight)"""
"""What a sandbox does to make a page show what it is up to."""

Rows = dict[str, list[str]]


@dataclass
class Town:
    """A desk whose pages are served, and the mail with which a klacht was handled."""

    desk: Desk
    mail: Got
    url: str

    def link(self, word: str) -> str:
        """A smiley of the mail, at the place where the pages are."""
        return self.url + path_of(self.mail.smiley(word))

    @property
    def links(self) -> set[str]:
        """Every link of the mail to a page of ours, at the place where the pages are."""
        own = self.desk.house.settings.organisation.web
        found = re.findall(rf"{re.escape(own)}(/[a-z]+/\S+)", self.mail.text)
        assert found
        return {self.url + path for path in found}

    @property
    def letter(self) -> str:
        """The HTML of the mail, with links to the place where the pages are."""
        return self.mail.html.replace(self.desk.house.settings.organisation.web, self.url)

    def rows(self) -> Rows:
        """Every row of every table."""
        with self.desk.world.store.read() as tx:
            names = sa.inspect(tx).get_table_names()
            return {name: sorted(map(repr, tx.execute(sa.text(f'SELECT * FROM "{name}"')))) for name in names}

    def answered(self, word: str, photographs: int = 0) -> None:
        """Exactly one answer is there, and the klacht has moved on as it should."""
        klacht = self.desk.klacht(self.mail.kenmerk)
        assert klacht.status == STATUS[word]
        assert self.desk.kinds(self.mail.kenmerk).count("feedback_given") == 1
        with self.desk.world.store.read() as tx:
            last = rounds.last_of(tx, klacht.id)
            assert last
            assert (last.number, last.state) == (1, "answered")
            assert photos.count(tx, last.id) == photographs


@pytest.fixture
def town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    """A town on either database."""
    desk = open_desk(tmp_path, database=database_url)
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes("Container", "De gft-bak is weer niet geleegd.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nDe bak is vanochtend geleegd.")
    with served(make_app(doors_of(desk))) as url:
        yield Town(desk, jan.gets("afgehandeld"), url)
    desk.house.close()


def scan(chrome: Browser, town: Town) -> None:
    """Open everything in the mail, twice, as a scanner that runs scripts, and then everything that opens."""
    with opened(chrome) as context:
        page = context.new_page()
        page.set_content(town.letter)
        links = _links(page)
        assert town.links <= set(links)
        for link in links * 2:
            context.request.head(link)
            context.request.get(link)
            _press_every_link(context, link)


def _press_every_link(context: BrowserContext, url: str) -> None:
    page = context.new_page()
    page.goto(url, wait_until="networkidle")
    page.evaluate(STIRS)
    links, places = _links(page), page.locator("a[href]:not([href^='mailto:'])")
    for place in range(places.count()):
        with page.expect_navigation(wait_until="commit"):
            places.nth(place).dispatch_event("click")
        page.goto(url)
    for link in links:
        context.request.get(link)
    page.close()


def _links(page: Page) -> list[str]:
    hrefs: list[str] = page.evaluate("[...document.querySelectorAll('a[href]')].map(each => each.href)")
    return [href for href in dict.fromkeys(hrefs) if href.startswith("http")]


def read(context: BrowserContext, town: Town) -> Page:
    """The mail, open in somebody's webmail."""
    page = context.new_page()
    page.set_content(town.letter)
    return page


@pytest.mark.parametrize(
    ("database_url", "word"),
    [("sqlite", "ontevreden"), ("postgresql", "tevreden")],
    indirect=["database_url"],
)
def test_nw_05_scanners_with_a_browser_change_nothing_before_and_after_the_person(
    chrome: Browser, town: Town, tmp_path: Path, word: str
) -> None:
    untouched = town.rows()
    scan(chrome, town)
    assert town.rows() == untouched

    with opened(chrome) as context:
        page = read(context, town)
        page.get_by_role("link", name=SAY[word]).click()
        assert page.locator(f"#{word}").is_checked()
        if word == "ontevreden":
            _complain(page, tmp_path)
        page.fill("#toelichting", "De bak is nog vol.\nKom nu echt.")
        send(page)
        assert page.locator("h1").text_content() == "Bedankt voor uw reactie"

        photographs = MAX_PHOTOS if word == "ontevreden" else 0
        town.answered(word, photographs)
        answered = town.rows()

        page.reload()
        assert page.locator("h1").text_content() == "Bedankt voor uw reactie"
        page.go_back()
        assert page.locator("h1").text_content() == "U hebt al gereageerd"
        assert town.rows() == answered

    scan(chrome, town)
    assert town.rows() == answered
    town.desk.settle()
    town.answered(word, photographs)


def _complain(page: Page, folder: Path) -> None:
    page.get_by_label("Het duurde te lang").check()
    page.get_by_label("Het probleem is niet opgelost").check()
    files = [folder / f"IMG_{number}.jpg" for number in range(MAX_PHOTOS)]
    for file in files:
        file.write_bytes(picture())
    page.get_by_label("Wilt u foto’s meesturen?").set_input_files(files)


@pytest.mark.parametrize("word", WORDS)
def test_an_answer_needs_no_script_and_no_mouse(chrome: Browser, town: Town, word: str) -> None:
    with opened(chrome, scripts=False) as context:
        page = context.new_page()
        page.goto(town.link(word))
        _tab_to(page, word)
        if word == "ontevreden":
            _tab_to(page, "antwoord-niet-opgelost")
            page.keyboard.press("Space")
        _tab_to(page, "toelichting")
        page.keyboard.type("Getypt.")
        _tab_to(page, "")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Bedankt voor uw reactie").wait_for()
    town.answered(word)
    given = next(event for event in town.desk.history(town.mail.kenmerk) if event.kind == "feedback_given")
    assert given.data["text"] == "Getypt."
    assert given.data["reasons"] == (["Het probleem is niet opgelost"] if word == "ontevreden" else [])


def _tab_to(page: Page, id: str) -> None:
    """Go on with the Tab key to this field, or to the button where it has no id."""
    for _ in range(40):
        page.keyboard.press("Tab")
        at = page.locator(":focus")
        if at.get_attribute("id") == id or (not id and at.get_attribute("type") == "submit"):
            return
    raise AssertionError(f"the keyboard does not reach {id or 'the button'}")


@pytest.mark.parametrize("word", WORDS)
def test_with_the_keyboard_one_can_still_choose_the_other_smiley(
    chrome: Browser, town: Town, word: str
) -> None:
    other = next(each for each in WORDS if each != word)
    with opened(chrome, scripts=False) as context:
        page = context.new_page()
        page.goto(town.link(other))
        _tab_to(page, other)
        page.keyboard.press("ArrowDown" if word == "ontevreden" else "ArrowUp")
        _tab_to(page, "toelichting")
        page.keyboard.type("Toch.")
        _tab_to(page, "")
        page.keyboard.press("Space")
        page.get_by_role("heading", name="Bedankt voor uw reactie").wait_for()
    town.answered(word)


def test_a_form_that_stood_open_in_another_tab_counts_no_more(chrome: Browser, town: Town) -> None:
    with opened(chrome) as context:
        first, second = (context.new_page() for _ in range(2))
        for page in (first, second):
            page.goto(town.link("ontevreden"))
        first.fill("#toelichting", "De bak is nog vol.")
        send(first)
        answered = town.rows()
        second.fill("#toelichting", "Nee, iets heel anders.")
        send(second)
        assert second.locator("h1").text_content() == "U hebt al gereageerd"
    assert town.rows() == answered
    town.answered("ontevreden")
