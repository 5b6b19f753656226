"""The pages we ship, and what an admin is told about their own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browser import STAD

from mailagent.shipped import ROOT, search_path
from mailagent.web.pages import Pages
from mailagent.web.samples import SAMPLES, mistakes

SHIPPED = Pages(search_path("web", None), STAD)
SHOWN = [(name, number) for name, sets in SAMPLES.items() for number in range(len(sets))]

STIFF = ("betreffende", "onderhavige", "middels", "conform", "inzake", "derhalve", "alsmede", "dient te")
"""Words of letters nobody reads."""


def test_every_page_we_ship_has_samples_and_comes_out_whole() -> None:
    files = {path.name.partition(".")[0] for path in (ROOT / "web" / "pages").glob("[!_]*.html")}
    assert files == set(SAMPLES)
    assert mistakes(SHIPPED) == []


@pytest.mark.parametrize(("name", "number"), SHOWN)
def test_a_page_can_be_read_by_everyone(name: str, number: int) -> None:
    html = SHIPPED.render(name, SAMPLES[name][number])
    assert '<html lang="nl"' in html
    assert html.count("<h1>") == 1
    assert re.search(r"<title>\S.* \| Gemeente Stad</title>", html)
    assert '<a class="skip" href="#inhoud">' in html
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"|aria-labelledby="([^"]+)"', html)) <= {(i, "") for i in ids} | {
        ("", i) for i in ids
    }
    described = {id for all in re.findall(r'aria-describedby="([^"]*)"', html) for id in all.split()}
    assert described <= set(ids)


@pytest.mark.parametrize(("name", "number"), SHOWN)
def test_a_page_needs_no_script_and_obeys_its_own_policy(name: str, number: int) -> None:
    html = SHIPPED.render(name, SAMPLES[name][number])
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:|https?://(?!stad)", html)


@pytest.mark.parametrize(("name", "number"), SHOWN)
def test_a_page_speaks_plainly(name: str, number: int) -> None:
    main = SHIPPED.render(name, SAMPLES[name][number]).partition('tabindex="-1">')[2]
    text = re.sub(r"<[^>]+>", " ", re.sub(r"</(?:p|h1|h2|label|legend|dt|dd|pre)>", ". ", main))
    assert not [word for word in STIFF if word in text.lower()]
    assert not re.search(r"\b(?:je|jij|jouw)\b|%d", text.lower())
    for sentence in re.split(r"[.?!:]\s", text):
        assert len(sentence.split()) <= 20, sentence


def test_an_admin_hears_of_every_mistake_in_their_own_pages(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "later.html").write_text("{% if %}")
    (tmp_path / "pages" / "te_vaak.html").write_text("{{ kenmerk }}")
    (tmp_path / "pages" / "te_groot.html").write_text('{% extends "te_groot.html" %}')
    found = mistakes(Pages([tmp_path, *search_path("web", None)], STAD))
    assert {Path(mistake.file).name for mistake in found} == {"later.html", "te_vaak.html", "te_groot.html"}
    assert any("'kenmerk' is undefined" in mistake.what for mistake in found)
