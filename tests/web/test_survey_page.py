"""The page of a survey, and the one to opt out, before a whole desk."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from asking import HIGH, LOW, Asking, asking
from browser import Browser, browsing, doors_of, path_of
from desk import Got

from mailagent.flow import survey
from mailagent.store import surveys
from mailagent.web.app import make_app
from mailagent.web.form import TRAP
from mailagent.web.survey import FIELD
from mailagent.web.visitors import MOST_POSTS


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asking]:
    made = asking(tmp_path)
    yield made
    made.desk.house.close()


@pytest.fixture
def mail(asked: Asking) -> Got:
    """An invitation that went out."""
    return asked.out(asked.handled())


@pytest.fixture
def browser(asked: Asking) -> Iterator[Browser]:
    with browsing(make_app(doors_of(asked.desk))) as opened:
        yield opened


def questions(mail: Got) -> str:
    return path_of(mail.link(r"/enquete/\S+"))


def opting_out(mail: Got) -> str:
    return path_of(mail.link(r"/afmelden/\S+"))


def fields(given: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(FIELD + question, value) for question, value in given]


def state(asked: Asking, mail: Got) -> str:
    [one] = asked.invited(mail.kenmerk)
    return one.state


def test_kt_02_the_page_shows_every_question_and_nothing_of_the_klacht(mail: Got, browser: Browser) -> None:
    page = browser.get(questions(mail))

    assert (page.status, page.heading) == (200, "Hoe hebben wij uw klacht behandeld?")
    assert page.form.of("vraag-aanbevelen") == [str(score) for score in range(11)]
    assert page.form.of("vraag-contact") == ["1", "2", "3", "4", "5"]
    assert page.form.of("vraag-duidelijk") == ["ja", "nee"]
    assert page.form.of("vraag-beter") == ["sneller", "luisteren", "uitleg", "nakomen"]
    assert {str(each["id"]) for each in page.form.inputs} == page.form.labels
    assert page.form.sends == [("vraag-tip", ""), (TRAP, "")]
    assert mail.kenmerk in page.html
    assert "onbeleefd" not in page.html
    assert "jan@home.example" not in page.html
    [out] = re.findall(r'href="(/afmelden/[^"]+)"', page.html)
    assert browser.get(out).html == browser.get(opting_out(mail)).html


def test_kt_02_answers_count_at_the_button_once(asked: Asking, mail: Got, browser: Browser) -> None:
    page = browser.get(questions(mail))

    thanks = browser.press(page, *fields(HIGH))
    again = browser.press(page, *fields(HIGH))
    other = browser.press(page, *fields(LOW))

    assert (thanks.status, thanks.heading) == (200, "Bedankt voor uw antwoorden")
    assert (again.status, again.heading) == (200, thanks.heading)
    assert (other.status, other.heading) == (410, "U hebt al gereageerd")
    assert browser.get(questions(mail)).status == 410
    assert asked.desk.kinds(mail.kenmerk).count("survey_answered") == 1


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_kt_02_a_scanner_that_opens_every_link_changes_nothing(
    asked: Asking, mail: Got, browser: Browser, method: str
) -> None:
    before = asked.desk.kinds(mail.kenmerk)
    for path in (questions(mail), opting_out(mail)) * 3:
        assert browser.get(path, method).status == 200
    assert (asked.desk.kinds(mail.kenmerk), state(asked, mail)) == (before, "sent")
    with asked.desk.world.store.read() as tx:
        assert not surveys.opted_out(tx, ["jan@home.example"])
    assert browser.post(questions(mail), fields(HIGH)).status == 200
    for path in (questions(mail), opting_out(mail)):
        browser.get(path, method)
    assert state(asked, mail) == "answered"


def test_kt_02_what_is_wrong_stands_on_top_and_beside_its_question(
    asked: Asking, mail: Got, browser: Browser
) -> None:
    page = browser.post(
        questions(mail), fields([("contact", "9"), ("tip", "Bel <b>terug</b>"), ("aanbevelen", "7")])
    )

    assert page.status == 400
    assert "<title>Fout: " in page.html
    assert 'href="#antwoord-1"' in page.html
    assert 'href="#antwoord-2"' in page.html
    assert 'href="#antwoord-4' not in page.html
    assert 'aria-describedby="fout-antwoord-2"' in page.html
    assert "Bel &lt;b&gt;terug&lt;/b&gt;" in page.html
    assert ("vraag-aanbevelen", "7") in page.form.sends
    assert state(asked, mail) == "sent"
    assert browser.press(page, *fields([("contact", "4"), ("duidelijk", "ja")])).status == 200
    assert state(asked, mail) == "answered"


def test_kt_02_every_target_of_the_summary_is_on_the_page(mail: Got, browser: Browser) -> None:
    page = browser.post(questions(mail), [])
    targets = {part.partition('"')[0] for part in page.html.split('href="#')[1:]} - {"inhoud"}
    assert targets == {"antwoord-1", "antwoord-2", "antwoord-4"}
    assert targets <= {str(each["id"]) for each in page.form.inputs}


def test_kt_02_a_text_that_is_too_long_is_given_back_whole(mail: Got, browser: Browser) -> None:
    page = browser.post(questions(mail), fields([*HIGH, ("tip", "x" * 2001)]))
    assert (page.status, dict(page.form.sends)["vraag-tip"]) == (400, "x" * 2001)


@pytest.mark.parametrize("body", [b"", b"--x", b"\xff\xfe"])
def test_kt_02_what_is_no_form_gets_the_form_again(mail: Got, browser: Browser, body: bytes) -> None:
    page = browser.post(questions(mail), body, Content_Type="multipart/form-data; boundary=x")
    assert (page.status, page.heading) == (400, "Hoe hebben wij uw klacht behandeld?")


def test_kt_02_a_robot_that_fills_in_everything_is_thanked_and_forgotten(
    asked: Asking, mail: Got, browser: Browser
) -> None:
    page = browser.press(browser.get(questions(mail)), *fields(HIGH), (TRAP, "Buy now"))
    assert (page.status, page.heading) == (200, "Bedankt voor uw antwoorden")
    assert state(asked, mail) == "sent"


def test_kt_02_a_link_that_is_not_ours_opens_nothing(mail: Got, browser: Browser) -> None:
    for path in (questions(mail), opting_out(mail)):
        for wrong in (path[:-1], path + "a", path.replace("/enquete/", "/afmelden/") + "x", path.upper()):
            assert browser.get(wrong).status == 404
            assert browser.post(wrong, fields(HIGH)).status == 404
    swapped = questions(mail).replace("/enquete/", "/afmelden/")
    assert browser.get(swapped).status == 404


def test_kt_02_a_link_that_is_late_is_told_so(asked: Asking, mail: Got, browser: Browser) -> None:
    page = browser.get(questions(mail))
    asked.desk.passes(days=14)
    for late in (browser.get(questions(mail)), browser.press(page, *fields(HIGH))):
        assert (late.status, late.heading) == (410, "U kunt niet meer reageren met deze link")


def test_kt_01_a_closed_survey_says_that_it_is(asked: Asking, mail: Got, browser: Browser) -> None:
    survey.close("afhandeling", asked.desk.world)
    page = browser.post(questions(mail), fields(HIGH))
    assert (page.status, page.heading) == (410, "Deze vragenlijst is gesloten")


def test_kt_02_too_many_answers_from_one_place_have_to_wait(mail: Got, browser: Browser) -> None:
    codes = [browser.post(questions(mail), []).status for _ in range(MOST_POSTS + 2)]
    assert codes == [400] * MOST_POSTS + [429] * 2
    assert browser.get(questions(mail)).status == 200


@pytest.mark.parametrize("language", ["en", "fr"])
def test_kt_02_a_melder_reads_the_page_in_their_own_language(
    asked: Asking, mail: Got, browser: Browser, language: str
) -> None:
    asked.changed(mail.kenmerk, language=language)
    form, wrong = browser.get(questions(mail)), browser.post(questions(mail), [])
    out, done = browser.get(opting_out(mail)), browser.post(opting_out(mail), [])
    thanks = browser.post(questions(mail), fields(HIGH))
    for page in (form, wrong, out, done, thanks):
        assert f'<html lang="{language}"' in page.html
        assert "Versturen" not in page.html
        assert "Meld" not in page.html
    title = asked.desk.world.surveys["afhandeling"].title
    assert form.heading == title.said(language)


def test_kt_02_one_click_opts_out_without_a_cookie_or_a_second_page(
    asked: Asking, mail: Got, browser: Browser
) -> None:
    url = str(mail.message["list-unsubscribe"]).strip("<>")
    done = browser.post(path_of(url), [("List-Unsubscribe", "One-Click")])
    again = browser.post(path_of(url), b"List-Unsubscribe=One-Click")

    assert (done.status, done.heading) == (200, "U bent afgemeld")
    assert again.status == 200
    assert asked.desk.kinds(mail.kenmerk).count("opted_out") == 1
    assert asked.suppressed(asked.handled()) == [("kto_uitnodiging", "opt_out")]


def test_kt_02_a_person_opts_out_by_the_button_of_a_page(asked: Asking, mail: Got, browser: Browser) -> None:
    page = browser.get(opting_out(mail))
    assert "Over uw klachten zelf krijgt u nog wel mail." in page.html
    assert browser.press(page).heading == "U bent afgemeld"
    assert asked.desk.kinds(mail.kenmerk)[-1] == "opted_out"


def test_kt_02_who_opts_out_is_never_slowed_down(mail: Got, browser: Browser) -> None:
    codes = {browser.post(opting_out(mail), []).status for _ in range(MOST_POSTS + 5)}
    assert codes == {200}


def test_kt_02_of_many_at_the_same_moment_one_counts(tmp_path: Path, database_url: str) -> None:
    asked = asking(tmp_path, database=database_url)
    mail = asked.out(asked.handled())
    doors, said = doors_of(asked.desk).surveys, []
    id, ready = doors.read(questions(mail).split("/")[2]), threading.Barrier(6)

    def submit(number: int) -> None:
        ready.wait()
        try:
            doors.answer(id, LOW if number % 2 else HIGH)
            said.append(number % 2)
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is counted
            said.append(type(problem).__name__)

    people = [threading.Thread(target=submit, args=(number,)) for number in range(6)]
    for one in people:
        one.start()
    for one in people:
        one.join()

    asked.desk.settle()
    assert said.count("LinkGone") == 3
    assert len(set(said) - {"LinkGone"}) == 1
    assert asked.desk.kinds(mail.kenmerk).count("survey_answered") == 1
    [one_kept] = asked.invited(mail.kenmerk)
    with asked.desk.world.store.read() as tx:
        assert len(surveys.answers_of(tx, one_kept.id)) in (len(LOW), len(HIGH))
    asked.desk.house.close()
