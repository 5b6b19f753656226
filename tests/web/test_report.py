"""The page of the figures: whole by itself, in three languages, in the colours of its municipality."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import STAD
from chromium import DESKTOP, PHONE, css, opened
from playwright.sync_api import Browser
from test_for_everyone import RULES, TOO_WIDE

from mailagent.config.files import load_rules
from mailagent.core.figures import Answered, Invited
from mailagent.core.organisation import Category
from mailagent.core.overview import CATEGORY, PERIOD, Overview, Wanted, overview
from mailagent.web.report import report

DAY = date(2026, 3, 15)
AXE = {"runOnly": {"type": "tag", "values": list(RULES)}}
HOSTILE = "<script>alert(1)</script>&\"'"


def seen(by: str = "") -> Overview:
    """The survey we ship: the last month has one more who recommends us than the month before."""
    place = ("afhandeling", "afval")
    states = ((10, "sent", 2), (10, "answered", 3), (11, "failed", 1), (11, "answered", 4))
    invited = [Invited(*place, *state) for state in states]
    scores = ((10, 10, 2), (10, 3, 1), (11, 10, 2), (11, 9, 1), (11, 3, 1))
    answered = [Answered(*place, at, "aanbevelen", "nps", score, (), count) for at, score, count in scores]
    answered.append(Answered(*place, 11, "contact", "rating", 4, (), 4))
    answered.append(Answered(*place, 11, "beter", "multiple", None, ("sneller", "uitleg"), 2))
    answered.append(Answered(*place, 11, "tip", "open", None, (), 1))
    survey = load_rules(None).surveys["afhandeling"]
    return overview(Wanted(DAY, by=by), [survey], (invited, answered))


def text_of(html: str) -> str:
    """What one reads, in one line."""
    body = re.sub(r"<(style|svg|details).*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


@pytest.mark.parametrize(
    ("language", "response", "kpi", "moved"),
    [
        (
            "nl",
            "Respons: 77,8% (7 van 9 bezorgd).",
            "43 NPS, 7 antwoorden",
            "↑ Maart 2026: 50. Dat is 17 punten hoger dan",
        ),
        (
            "en",
            "Response: 77.8% (7 of 9 delivered).",
            "43 NPS, 7 answers",
            "↑ March 2026: 50. That is 17 points higher",
        ),
        (
            "fr",
            "77,8 % (7 sur 9 remises).",
            "43 NPS, 7 réponses",
            "↑ Mars 2026 : 50. C’est 17 points de plus",
        ),
    ],
)
def test_kt_03_the_page_tells_response_nps_and_where_it_is_going(
    language: str, response: str, kpi: str, moved: str
) -> None:
    html = report(seen(), STAD, language, None)
    text = text_of(html).replace("\u00a0", " ")
    assert f'<html lang="{language}"' in html
    for sentence in (response, kpi, moved):
        assert sentence in text
    assert html.count("<svg") == html.count("<details>") == 3


def test_what_was_answered_to_each_kind_of_question_is_there() -> None:
    text = text_of(report(seen(), STAD, "nl", None))
    assert "4 gemiddeld, van 1 tot 5, 4 antwoorden; 100% geeft een 4 of een 5" in text
    assert "Sneller antwoorden 100% 2 Beter luisteren 0% 0 Beter uitleggen 100% 2" in text
    assert "Hebt u nog een tip voor ons? 1 antwoord" in text
    assert "Mislukt: 1." in text


@pytest.mark.parametrize(("by", "name"), [(CATEGORY, "Afval &amp; co"), (PERIOD, "maart 2026")])
def test_groups_stand_in_a_table_by_their_names(by: str, name: str) -> None:
    stad = replace(STAD, categories=(Category("afval", "Afval & co", "team"),))
    html = report(seen(by), stad, "nl", None)
    assert re.search(rf'<th scope="row">{name}</th>\s*<td>(77,8% \(7/9\)|100% \(4/4\))</td>', html)


def test_it_needs_nothing_beside_it_and_no_script(tmp_path: Path) -> None:
    (tmp_path / "web" / "static").mkdir(parents=True)
    theme = ":root { --utrecht-link-color: #551a8b } </style><script>alert(1)</script>"
    (tmp_path / "web" / "static" / "theme.css").write_text(theme)
    html = report(seen(), replace(STAD, name=HOSTILE), "nl", tmp_path)
    assert "--utrecht-link-color: #551a8b" in html
    assert html.count("</style>") == 1
    page = html.partition("</style>")[2]
    assert not re.search(r"<script|<link|<img|\ssrc=|\shref=|\son\w+=", page)


def test_what_an_admin_named_is_only_words() -> None:
    stad = replace(STAD, categories=(Category("afval", HOSTILE, "team"),))
    html = report(seen(CATEGORY), stad, "nl", None)
    assert "<script" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("by", ["", CATEGORY])
def test_everyone_can_read_it_on_a_phone_and_on_a_desk(chrome: Browser, tmp_path: Path, by: str) -> None:
    (tmp_path / "kto.html").write_text(report(seen(by), STAD, "nl", None), "utf-8")
    for window in (PHONE, DESKTOP):
        with opened(chrome, window) as context:
            page = context.new_page()
            page.goto((tmp_path / "kto.html").as_uri())
            for details in page.locator("summary").all():
                details.click()
            # what axe is not sure of is left out: it cannot tell the contrast of words in a drawing
            assert Axe().run(page, options=AXE).response["violations"] == []
            assert not page.evaluate(TOO_WIDE)


def test_the_tokens_of_a_municipality_colour_the_charts(chrome: Browser, tmp_path: Path) -> None:
    (tmp_path / "web" / "static").mkdir(parents=True)
    tokens = "--utrecht-link-color: #551a8b; --utrecht-document-color: #102030;"
    (tmp_path / "web" / "static" / "theme.css").write_text(f".stad-theme {{ {tokens} }}")
    with opened(chrome) as context:
        page = context.new_page()
        page.set_content(report(seen(), STAD, "nl", tmp_path))
        assert css(page.locator("circle").first, "fill") == "rgb(85, 26, 139)"
        assert css(page.locator("svg text").first, "fill") == "rgb(16, 32, 48)"


def test_every_name_on_the_page_is_there_once_and_leads_somewhere() -> None:
    html = report(seen(CATEGORY), STAD, "nl", None)
    ids = re.findall(r'\sid="([^"]+)"', html)
    named = " ".join(re.findall(r'aria-labelledby="([^"]+)"', html)).split()
    assert len(ids) == len(set(ids))
    assert set(named) <= set(ids)
    assert html.count("<h1>") == 1


def test_a_page_about_nothing_says_so() -> None:
    assert "geen uitnodigingen" in report(overview(Wanted(DAY), [], ([], [])), STAD, "nl", None)
