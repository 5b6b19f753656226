"""What every answer has in common, whatever goes wrong."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from browser import STAD, Browser, FakeFlow, Page, browsing, surfing

from mailagent.core.errors import TryLater
from mailagent.core.organisation import Organisation
from mailagent.flow.vote import Invitation
from mailagent.web.app import make_app
from mailagent.web.manners import HEADERS
from mailagent.web.visitors import MOST_POSTS

FORM = [("keuze", "tevreden")]


def _everything(browser: Browser) -> dict[str, Page]:
    return {
        "200": browser.get("/kto/goed"),
        "thanks": browser.post("/kto/goed", FORM),
        "400": browser.post("/kto/goed", []),
        "404": browser.get("/niets"),
        "405": browser.post("/gezond", []),
        "410": browser.get("/kto/expired/tevreden"),
        "413": browser.post("/kto/goed", [("toelichting", "x" * 100_000)]),
        "500": browser.get("/kto/crash/tevreden"),
        "ok": browser.get("/gezond"),
        "css": browser.get("/static/style.css"),
        "429": [browser.post("/kto/goed", FORM) for _ in range(MOST_POSTS)][-1],
    }


def test_every_answer_is_private_and_asks_for_no_cookie() -> None:
    with surfing(FakeFlow()) as browser:
        pages = _everything(browser)
    for name, page in pages.items():
        assert not name.isdigit() or page.status == int(name)
        assert {header: page.headers.get(header) for header in HEADERS} == HEADERS, name
        assert "Set-Cookie" not in page.headers
    assert "script" not in HEADERS["Content-Security-Policy"]
    assert HEADERS["Content-Security-Policy"].startswith("default-src 'none'")


def test_every_problem_we_know_has_a_page_in_plain_dutch() -> None:
    with surfing(FakeFlow()) as browser:
        pages = _everything(browser)
    for name in ("400", "404", "405", "410", "413", "429"):
        assert 'lang="nl"' in pages[name].html
        assert pages[name].html.count("<h1>") == 1


def test_a_crash_tells_a_visitor_nothing_and_no_log_holds_a_link(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with surfing(FakeFlow()) as browser:
        page = browser.get("/kto/crash/tevreden", Accept="text/html")
        browser.get("/kto/goed/tevreden")
        browser.post("/kto/goed/tevreden", FORM)
    assert page.status == 500
    assert "internals" not in page.html
    assert "secret internals" in caplog.text
    assert "/kto/" not in caplog.text


def test_a_database_that_is_away_asks_to_come_back_later() -> None:
    def full(*_: object) -> Invitation:
        raise TryLater

    with browsing(make_app(replace(FakeFlow().doors(), cast=full))) as browser:
        page = browser.post("/kto/goed", FORM)
    assert (page.status, page.heading) == (503, "Het lukt nu even niet")
    assert page.headers["Retry-After"] == "60"


def test_a_method_we_do_not_know_is_told_which_we_do() -> None:
    with surfing(FakeFlow()) as browser:
        page = browser.get("/kto/goed", "DELETE")
    assert (page.status, page.headers["Allow"]) == (405, "GET,HEAD,POST")


def test_whoever_watches_over_us_hears_ok() -> None:
    with surfing(FakeFlow()) as browser:
        assert browser.get("/gezond").html == "ok"


def test_kt_02_too_many_answers_from_one_place_have_to_wait_and_looking_is_free() -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        pages = [browser.post("/kto/goed", FORM) for _ in range(MOST_POSTS + 5)]
        assert [page.status for page in pages] == [200] * MOST_POSTS + [429] * 5
        assert 0 < int(pages[-1].headers["Retry-After"]) <= 60
        assert browser.get("/kto/goed").status == 200
    assert len(flow.counted) == MOST_POSTS


def test_visitors_behind_a_trusted_proxy_are_told_apart() -> None:
    with surfing(FakeFlow(), trusted_proxies=["127.0.0.0/8"]) as browser:
        many = [
            browser.post("/kto/goed", FORM, X_Forwarded_For=f"203.0.{n}.1").status
            for n in range(MOST_POSTS + 1)
        ]
    assert set(many) == {200}


def test_nobody_else_may_say_where_they_come_from() -> None:
    with surfing(FakeFlow(), trusted_proxies=["192.0.2.0/24"]) as browser:
        many = [
            browser.post("/kto/goed", FORM, X_Forwarded_For=f"203.0.{n}.1").status
            for n in range(MOST_POSTS + 1)
        ]
    assert many[-1] == 429


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/nothing.css",
        "/static/.hidden.css",
        "/static/../pages/kto.html",
        "/static/%2e%2e/pages/kto.html",
        "/static/..%2fpages%2fkto.html",
        "/static/..%5cpages%5ckto.html",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/style.css/../../pages/kto.html",
        "/static/notes.txt",
        "/static/style.css%00",
    ],
)
def test_no_name_leads_out_of_the_list_of_files(path: str, tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "notes.txt").write_text("not for the public")
    with surfing(FakeFlow(), tmp_path) as browser:
        page = browser.get(path)
        assert (page.status, page.heading) == (404, "Deze pagina bestaat niet")


def test_a_municipality_brings_files_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "theme.css").write_text(":root { --utrecht-link-color: #24578f; }")
    (tmp_path / "static" / "logo.svg").write_text("<svg/>")
    with surfing(FakeFlow(), tmp_path) as browser:
        assert "#24578f" in browser.get("/static/theme.css").html
        assert browser.get("/static/logo.svg").headers["Content-Type"] == "image/svg+xml"
        assert browser.get("/static/style.css").headers["Content-Type"] == "text/css; charset=utf-8"


def test_pages_below_a_path_find_their_stylesheet() -> None:
    below = FakeFlow(organisation=Organisation(STAD.name, STAD.address, "https://stad.example/klachten/"))
    with surfing(below) as browser:
        assert 'href="/klachten/static/style.css"' in browser.get("/kto/goed").html
        assert 'href="/klachten/static/style.css"' in browser.get("/niets").html
