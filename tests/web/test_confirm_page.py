"""An order in full, one button, and a page for each end it can have."""

from __future__ import annotations

from dataclasses import replace

import pytest
from browser import ORDER, FakeFlow, surfing

PATH = "/bevestig/goed"


def test_an_agent_sees_the_order_in_full_and_nothing_happens_yet() -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        for method in ("GET", "HEAD", "GET") * 5:
            page = browser.get(PATH, method)
            assert page.status == 200
        assert "#opgelost\nDe bak is leeg.</pre>" in page.html
        assert "anna@stad.example" in page.html
        assert "KL26-00042" in page.html
    assert flow.confirmed == []


def test_the_button_carries_the_order_out_once() -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        page = browser.get(PATH)
        done, again = browser.press(page), browser.press(page)
        assert (done.status, done.heading) == (200, "Uw opdracht is bevestigd")
        assert (again.status, again.heading) == (200, "U hebt deze opdracht al bevestigd")
        assert "al uitgevoerd" in again.html
        assert browser.get(PATH).status == 410
    assert flow.confirmed == [0]


@pytest.mark.parametrize(
    ("state", "says"),
    [("refused", "Deze opdracht is niet uitgevoerd"), ("expired", "De tijd om te bevestigen is voorbij")],
)
def test_an_order_that_can_no_longer_be_confirmed_says_why(state: str, says: str) -> None:
    flow = FakeFlow(order=replace(ORDER, state=state))
    with surfing(flow) as browser:
        for page in (browser.get(PATH), browser.post(PATH, [])):
            assert (page.status, page.heading) == (410, says)
    assert flow.confirmed == []


def test_an_old_link_and_a_made_up_one_each_get_a_page() -> None:
    with surfing(FakeFlow()) as browser:
        assert browser.get("/bevestig/expired").heading == "De tijd om te bevestigen is voorbij"
        assert browser.post("/bevestig/expired", []).status == 410
        assert browser.get("/bevestig/verzonnen").status == 404
        assert browser.post("/bevestig/verzonnen", []).status == 404


def test_a_long_order_is_shown_to_its_last_word() -> None:
    with surfing(FakeFlow(order=replace(ORDER, text="#antwoord " + "lang " * 50_000 + "einde"))) as browser:
        assert "lang einde</pre>" in browser.get(PATH).html


def test_an_order_is_shown_as_text_and_reads_in_the_order_it_is_written() -> None:
    order = replace(ORDER, text="#antwoord <b>\u202e</b><script>alert(1)</script>")
    with surfing(FakeFlow(order=order)) as browser:
        html = browser.get(PATH).html
    assert "#antwoord &lt;b&gt;&lt;/b&gt;&lt;script&gt;" in html
    assert "\u202e" not in html
