"""A municipality drops in its design tokens, and our pages look like theirs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browser import STAD
from chromium import css, opened
from playwright.sync_api import Browser
from states import SEND, reached
from test_for_everyone import found_by_axe

from mailagent.shipped import ROOT
from mailagent.web.pages import Pages
from mailagent.web.samples import mistakes
from mailagent.web.theme import theme_class

ADMIN = Path(__file__).parent.parent.parent / "docs" / "admin.md"

TOKENS = """
  --stad-blauw: #24578f;
  --stad-inkt: hsl(215 30% 20%);
  --utrecht-document-color: var(--stad-inkt);
  --utrecht-document-font-family: "Stad Sans", Georgia, serif;
  --utrecht-heading-1-color: var(--stad-blauw);
  --utrecht-page-header-background-color: #ffffff;
  --utrecht-page-header-color: var(--stad-blauw);
  --utrecht-button-primary-action-background-color: #a4285d;
  --utrecht-button-primary-action-color: #ffffff;
  --utrecht-button-border-radius: 0;
  --utrecht-form-control-border-color: #595959;
  --utrecht-focus-outline-color: #663399;
"""
CLASSED = f"""@charset "UTF-8";
/*! .licence-theme {{ --not: this }} */
@font-face {{ font-family: "Stad Sans"; src: url(stad.woff2) format("woff2"); }}
@media (width >= 35em) {{
  .stad-theme--wide {{
    --utrecht-document-font-size: 1.125rem;
  }}
}}
.stad-theme .utrecht-page-footer {{ --utrecht-link-color: white; }}
.stad-theme {{{TOKENS}}}
.stad-theme--dark {{ --utrecht-document-color: #ffffff; }}
"""


def _brought(folder: Path, sheet: str) -> Path:
    (folder / "static").mkdir()
    (folder / "static" / "theme.css").write_text(sheet, "utf-8")
    (folder / "static" / "stad.woff2").write_bytes(b"")
    return folder


@pytest.mark.parametrize("sheet", [CLASSED, f":root {{{TOKENS}}}"], ids=["a class", "the root"])
def test_the_tokens_of_a_municipality_colour_our_pages(chrome: Browser, tmp_path: Path, sheet: str) -> None:
    own = _brought(tmp_path, sheet)
    with opened(chrome) as context, reached(context, "kto_ontevreden", "nl", own) as page:
        part = page.locator
        assert css(part("p").first, "font-family").startswith('"Stad Sans"')
        assert css(part("h1"), "color") == "rgb(36, 87, 143)"
        assert css(part("header"), "background-color") == "rgb(255, 255, 255)"
        assert css(part(SEND), "background-color") == "rgb(164, 40, 93)"
        assert css(part(SEND), "border-radius") == "0px"
        assert css(part("#ontevreden + label"), "border-top-color") == "rgb(164, 40, 93)"
        assert css(part("textarea"), "border-top-color") == "rgb(89, 89, 89)"
        page.keyboard.press("Tab")
        assert css(part(".skip"), "outline-color") == "rgb(102, 51, 153)"
        assert found_by_axe(page) == []


def test_what_a_theme_does_not_say_follows_from_what_it_does(chrome: Browser, tmp_path: Path) -> None:
    dark = "--utrecht-body-color: #ffffff; --utrecht-body-background-color: #101418;"
    links = "--utrecht-link-color: #9fd0ff; --utrecht-link-hover-color: #ffffff;"
    own = _brought(tmp_path, f".donker-theme {{ {dark} {links} }}")
    with opened(chrome) as context, reached(context, "kto_ontevreden", "nl", own) as page:
        assert css(page.locator("main"), "background-color") == "rgb(16, 20, 24)"
        assert found_by_axe(page) == []


@pytest.mark.parametrize(
    ("sheet", "bears"),
    [
        (CLASSED, "stad-theme"),
        (".rods-theme{--a:1}", "rods-theme"),
        (".a .b { --c: 1 }\n.ma-theme--lo-fi\n{\n--c: 1 }", "ma-theme--lo-fi"),
        (":root { --a: 1 }", ""),
        (".button { color: red }", ""),
        ("@media print { .druk-theme { --a: 1 } }", ""),
        ("", ""),
    ],
)
def test_pages_bear_the_class_under_which_the_tokens_stand(tmp_path: Path, sheet: str, bears: str) -> None:
    assert theme_class([_brought(tmp_path, sheet), ROOT / "web"]) == bears


def test_a_logo_stands_where_our_name_did(tmp_path: Path) -> None:
    [sample] = re.findall(r"^```html\n(.*?)^```", ADMIN.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "_base.html").write_text(sample, "utf-8")
    pages = Pages([tmp_path, ROOT / "web"], STAD)
    assert mistakes(pages) == []
    header = pages.render("niet_gevonden", {}).partition("<header>")[2].partition("</header>")[0]
    assert 'src="/static/logo.svg" alt="Gemeente Stad"' in header


def test_the_theme_we_ship_changes_nothing() -> None:
    sheet = (ROOT / "web" / "static" / "theme.css").read_text("utf-8")
    assert re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL).strip() == ""
    assert theme_class([ROOT / "web"]) == ""
