"""Everyone can use every page, in each state and language: WCAG 2.2 AA, by axe and by what axe cannot see."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import DESKTOP, PHONE, css, opened, size
from playwright.sync_api import Browser, Page
from states import SEND, SHOWN, STATES, reached

ZOOMED_IN = size(320, 256)
"""What 1280 by 1024 pixels show at 400 % (WCAG 2.2, 1.4.10)."""

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
SPACED_OUT = """
  const set = (each, name, value) => each.style.setProperty(name, value, 'important')
  set(document.documentElement, 'letter-spacing', '0.12em')
  set(document.documentElement, 'word-spacing', '0.16em')
  for (const each of document.querySelectorAll('*')) set(each, 'line-height', '1.5')
  for (const each of document.querySelectorAll('p')) set(each, 'margin-block-end', '2em')"""
"""What someone who reads with difficulty sets (WCAG 2.2, 1.4.12)."""

SMALL_TARGETS = """[...document.querySelectorAll('a, button, input, textarea, label')]
  .filter(each => each.checkVisibility() && !each.closest('[aria-hidden], .skip'))
  .filter(each => each.getBoundingClientRect().width < 24 || each.getBoundingClientRect().height < 24)
  .map(each => each.outerHTML)"""
"""What is hard to hit with a thumb (WCAG 2.2, 2.5.8)."""

FOCUSED = """() => {
  const at = document.activeElement
  if (at === document.body) return null
  const shown = at.matches('.choice input') ? at.nextElementSibling : at
  const box = shown.getBoundingClientRect(), style = getComputedStyle(shown)
  const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
  return [at.id || at.textContent.trim(), seen && ring]
}"""

MOST_STOPS = 60
SKIP = {"nl": "Naar de inhoud", "en": "Go to the content", "fr": "Aller au contenu"}
MISTAKE = {"nl": "Fout: ", "en": "Error: ", "fr": "Erreur\u00a0: "}
MISTAKEN = [(name, language) for name, language in SHOWN if STATES[name].status == 400]


def found_by_axe(page: Page) -> list[str]:
    """What axe holds against a page as it stands now, what it is not sure of included."""
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": list(RULES)}}).response
    faults = [*results["violations"], *results["incomplete"]]
    return [f"{fault['id']}: {node['html']} {node['any']}" for fault in faults for node in fault["nodes"]]


def stops_of(page: Page) -> dict[str, bool]:
    """Where the Tab key leads, and whether one sees that one is there."""
    stops: dict[str, bool] = {}
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if stop := page.evaluate(FOCUSED):
            where, seen = stop
            if where in stops:
                return stops
            stops[where] = seen
    raise AssertionError(f"the keyboard never comes back: {stops}")


@pytest.mark.parametrize(("name", "language"), SHOWN)
def test_everyone_can_use_a_page(chrome: Browser, name: str, language: str) -> None:
    with opened(chrome, DESKTOP) as context, reached(context, name, language) as page:
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("h1").count() == 1
        if (
            language == "nl"
        ):  # the same page in other words: on a phone, where room is scarce, each is looked at
            assert found_by_axe(page) == []

        page.set_viewport_size(PHONE)
        assert found_by_axe(page) == []
        assert page.evaluate(SMALL_TARGETS) == []

        stops = stops_of(page)
        assert [where for where, seen in stops.items() if not seen] == []
        assert {SKIP[language], "klachten@stad.example"} <= set(stops)
        assert "onderwerp" not in stops

        page.set_viewport_size(ZOOMED_IN)
        assert not page.evaluate(TOO_WIDE)
        page.evaluate(SPACED_OUT)
        assert not page.evaluate(TOO_WIDE)


@pytest.mark.parametrize(("name", "language"), MISTAKEN)
def test_a_mistake_is_heard_first_and_leads_to_its_field(chrome: Browser, name: str, language: str) -> None:
    with opened(chrome, scripts=False) as context, reached(context, name, language) as page:
        assert page.title().startswith(MISTAKE[language])
        summary = page.get_by_role("alert")
        assert summary.evaluate("each => each === document.activeElement")
        assert summary.bounding_box()["y"] < page.locator("h1").bounding_box()["y"]

        page.keyboard.press("Tab")
        page.keyboard.press("Enter")

        place = page.evaluate("location.hash.slice(1)")
        assert page.locator(f"#{place}").is_visible()
        assert page.evaluate("document.activeElement.id") == place
        said = page.locator(f"#fout-{place}")
        assert str(said.text_content()) in str(summary.get_by_role("link").first.text_content())
        assert page.locator(f"[aria-describedby~='fout-{place}']").count() >= 1


def test_a_screen_with_colours_of_its_own_still_shows_what_is_chosen(chrome: Browser) -> None:
    with opened(chrome) as context, reached(context, "kto_ontevreden", "nl") as page:
        page.emulate_media(forced_colors="active")
        chosen, other = (page.locator(f"#{word} + label") for word in ("ontevreden", "tevreden"))
        for line in ("border-style", "border-width"):
            assert css(chosen, line) != css(other, line)
        assert css(page.locator(SEND), "border-color") != css(page.locator(SEND), "background-color")
        assert css(page.locator(".face").first, "color") == css(chosen, "color")


def test_a_page_stays_readable_where_everything_is_dark_and_under_the_mouse(chrome: Browser) -> None:
    with opened(chrome) as context, reached(context, "kto_zonder_uitleg", "nl") as page:
        page.emulate_media(color_scheme="dark")
        assert css(page.locator("main"), "background-color") == "rgb(255, 255, 255)"
        for place in (SEND, "footer a", ".alert a", "#antwoord-duurde-te-lang + label"):
            page.locator(place).first.hover()
            assert found_by_axe(page) == []
