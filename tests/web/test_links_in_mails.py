"""The links in our mails, opened in a browser, with the whole flow behind them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser, browsing, doors_of, path_of
from desk import Desk, open_desk

from mailagent.web.app import make_app


@pytest.fixture
def browser(desk: Desk) -> Iterator[Browser]:
    """A browser before the pages of the desk."""
    with browsing(make_app(doors_of(desk))) as browser:
        yield browser


def _smiley(desk: Desk, word: str) -> tuple[str, str]:
    """The kenmerk of a klacht that was handled, and the path of one of its smileys."""
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes("Container", "De gft-bak is weer niet geleegd.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nDe bak is vanochtend geleegd.")
    mail = jan.gets("afgehandeld")
    return mail.kenmerk, path_of(mail.smiley(word))


def test_si_01_a_satisfied_melder_answers_and_the_link_dies(desk: Desk, browser: Browser) -> None:
    kenmerk, path = _smiley(desk, "tevreden")
    page = browser.get(path)
    assert ("keuze", "tevreden") in page.form.sends
    assert "gft-bak" not in page.html

    thanks = browser.press(page, ("tevreden", "snel-geholpen"))

    assert (thanks.status, thanks.heading) == (200, "Bedankt voor uw reactie")
    assert desk.klacht(kenmerk).status == "gesloten"
    assert browser.get(path).status == 410
    assert browser.get(path).heading == "U hebt al gereageerd"


def test_nw_05_scanners_open_both_smileys_and_the_melder_still_has_the_say(
    desk: Desk, browser: Browser
) -> None:
    kenmerk, path = _smiley(desk, "tevreden")
    before = desk.kinds(kenmerk)
    for word in ("tevreden", "ontevreden") * 5:
        for method in ("HEAD", "GET"):
            assert browser.get(path.replace("/tevreden", f"/{word}"), method).status == 200
    assert desk.kinds(kenmerk) == before

    browser.press(browser.get(path.replace("/tevreden", "/ontevreden")), ("toelichting", "Hij is nog vol."))

    assert desk.klacht(kenmerk).status == "verzoek_tot_heropenen"


def test_the_same_answer_twice_is_thanked_twice_and_counted_once(desk: Desk, browser: Browser) -> None:
    kenmerk, path = _smiley(desk, "ontevreden")
    page = browser.get(path)
    said = (("ontevreden", "niet-opgelost"), ("toelichting", "Hij is nog vol."))
    thanks = browser.press(page, *said)
    counted = desk.kinds(kenmerk)

    assert browser.press(page, *said).html == thanks.html
    assert browser.press(page, ("toelichting", "Iets anders.")).status == 410
    assert desk.kinds(kenmerk) == counted


def test_a_link_of_an_older_round_points_to_the_newest_mail(desk: Desk, browser: Browser) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    _, old = _smiley(desk, "ontevreden")
    browser.press(browser.get(old), ("toelichting", "Hij is nog vol."))
    request = anna.gets("verzoek_tot_heropenen")
    anna.replies(request, "#heropenen\nDe bak is overgeslagen.")
    anna.replies(request, "#opgelost gegrond\nNu is hij leeg.")

    assert browser.get(old).heading == "Er is een nieuwere mail"
    assert browser.get(path_of(jan.gets("afgehandeld").smiley("tevreden"))).status == 200


def test_a_link_lives_as_long_as_the_mail_said(desk: Desk, browser: Browser) -> None:
    _, path = _smiley(desk, "tevreden")
    desk.passes(days=4, hours=23)
    assert browser.get(path).status == 200
    desk.passes(hours=2)
    assert browser.get(path).heading == "U kunt niet meer reageren met deze link"
    assert browser.post(path, [("keuze", "tevreden")]).status == 410


def test_a_tampered_link_is_unknown(desk: Desk, browser: Browser) -> None:
    _, path = _smiley(desk, "tevreden")
    for wrong in (path.replace("/kto/", "/kto/A"), path.replace("/kto/", "/bevestig/").rpartition("/")[0]):
        assert browser.get(wrong).status == 404


def test_an_order_without_proof_waits_for_its_button(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, proof="strict")
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes("Container", "De gft-bak is weer niet geleegd.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nDe bak is vanochtend geleegd.")
    asked = anna.gets("opdracht_bevestigen")
    with browsing(make_app(doors_of(desk))) as browser:
        page = browser.get(path_of(asked.link(r"/bevestig/\S+")))
        assert "#opgelost gegrond\nDe bak is vanochtend geleegd." in page.html
        assert desk.klacht(asked.kenmerk).status == "nieuw"

        assert browser.press(page).heading == "Uw opdracht is bevestigd"
        assert desk.klacht(asked.kenmerk).status == "opgelost"
        assert browser.press(page).heading == "U hebt deze opdracht al bevestigd"
        assert browser.get(page.path).status == 410
    jan.gets("afgehandeld")
    desk.house.close()


def test_an_order_nobody_confirmed_in_time_is_not_carried_out(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, proof="strict")
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes("Container", "De gft-bak is weer niet geleegd.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nDe bak is vanochtend geleegd.")
    asked = anna.gets("opdracht_bevestigen")
    path = path_of(asked.link(r"/bevestig/\S+"))
    with browsing(make_app(doors_of(desk))) as browser:
        desk.passes(hours=49)
        for page in (browser.get(path), browser.post(path, [])):
            assert (page.status, page.heading) == (410, "De tijd om te bevestigen is voorbij")
    assert desk.klacht(asked.kenmerk).status == "nieuw"
    desk.house.close()
