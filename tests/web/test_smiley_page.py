"""What the smiley page shows, what it counts, and what it says when something is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import FormData
from browser import ANSWERS, INVITATION, STAD, Browser, FakeFlow, Page, surfing

from mailagent.core.feedback import Answer, SmileyForm
from mailagent.core.organisation import StandardAnswer
from mailagent.web.form import TRAP

HAPPY, UNHAPPY = "/kto/goed/tevreden", "/kto/goed/ontevreden"
VILE = """<script>alert(1)</script>"><img src=x onerror=alert(1)>'"""


@pytest.mark.parametrize("word", ["tevreden", "ontevreden"])
def test_the_smiley_that_was_clicked_stands_chosen_and_the_other_can_be_chosen(word: str) -> None:
    with surfing(FakeFlow()) as browser:
        form = browser.get(f"/kto/goed/{word}").form
        assert form.of("keuze") == ["tevreden", "ontevreden"]
        assert ("keuze", word) in form.sends


def test_a_bare_link_lets_the_melder_choose() -> None:
    with surfing(FakeFlow()) as browser:
        page = browser.get("/kto/goed")
        assert page.status == 200
        assert "keuze" not in dict(page.form.sends)
        assert browser.press(page, ("keuze", "tevreden")).status == 200


def test_the_page_shows_kenmerk_category_and_until_when_the_link_works() -> None:
    with surfing(FakeFlow()) as browser:
        page = browser.get(HAPPY)
        for shown in ("KL26-00042", "Afval en inzameling", "dinsdag 7 april 2026 om 14.05 uur"):
            assert shown in page.html


def test_the_answers_of_both_smileys_are_there_as_ids() -> None:
    with surfing(FakeFlow()) as browser:
        form = browser.get(UNHAPPY).form
        assert form.of("tevreden") == ["duidelijk"]
        assert form.of("ontevreden") == ["vol", "anders"]


def test_every_field_has_a_label() -> None:
    with surfing(FakeFlow()) as browser:
        form = browser.get(UNHAPPY).form
        assert {each["id"] for each in form.inputs} == form.labels


def test_scanners_that_open_every_link_change_nothing() -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        for method in ("GET", "HEAD", "GET") * 10:
            assert browser.get(HAPPY, method).status == 200
            assert browser.get(UNHAPPY, method).status == 200
        assert browser.get(UNHAPPY, "HEAD").html == ""
    assert flow.counted == []


def test_an_answer_counts_when_the_button_is_pressed() -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        page = browser.press(
            browser.get(UNHAPPY),
            ("ontevreden", "vol"),
            ("toelichting", "Hij is\r\nnog vol."),
            ("geen_contact", "ja"),
        )
        assert (page.status, page.heading) == (200, "Bedankt voor uw reactie")
    assert flow.counted == [
        Answer(satisfied=False, reasons=("vol",), text="Hij is\nnog vol.", contact_refused=True)
    ]


def test_a_melder_who_changes_their_mind_is_believed() -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        browser.press(browser.get(UNHAPPY), ("keuze", "tevreden"))
    assert flow.counted == [Answer(satisfied=True)]


def test_what_stands_under_the_other_smiley_does_not_count() -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        ticked = [("ontevreden", "vol"), ("geen_contact", "ja"), ("tevreden", "duidelijk")]
        assert browser.press(browser.get(HAPPY), *ticked).status == 200
    assert flow.counted == [Answer(satisfied=True, reasons=("duidelijk",))]


def test_a_form_sent_as_multipart_counts_as_well() -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        form = FormData({"keuze": "ontevreden", "toelichting": "Hij is nog vol."}, default_to_multipart=True)
        assert browser.post(UNHAPPY, form).status == 200
    assert flow.counted == [Answer(satisfied=False, text="Hij is nog vol.")]


def test_thanks_say_what_happens_next() -> None:
    with surfing(FakeFlow()) as browser:
        happy = browser.press(browser.get(HAPPY))
        told = browser.press(browser.get(UNHAPPY), ("toelichting", "Nog vol."), ("geen_contact", "ja"))
        ticked = browser.press(browser.get(UNHAPPY), ("ontevreden", "vol"))
    assert "Fijn dat u tevreden bent" in happy.html
    assert "opnieuw moeten behandelen" in told.html
    assert "geen contact meer" in told.html
    assert "opnieuw moeten behandelen" in ticked.html
    assert "geen contact meer" not in ticked.html


def test_an_answer_that_needs_an_explanation_brings_the_form_back_with_what_was_typed() -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        page = browser.press(
            browser.get(HAPPY), ("keuze", "ontevreden"), ("ontevreden", "anders"), ("geen_contact", "ja")
        )
        assert page.status == 400
        sent = page.form.sends
        assert {("keuze", "ontevreden"), ("ontevreden", "anders"), ("geen_contact", "ja")} <= set(sent)
        assert flow.counted == []
        assert browser.press(page, ("toelichting", "Het deksel is stuk.")).status == 200
    assert flow.counted == [
        Answer(satisfied=False, reasons=("anders",), text="Het deksel is stuk.", contact_refused=True)
    ]


def test_a_mistake_is_named_first_and_leads_to_the_field() -> None:
    with surfing(FakeFlow()) as browser:
        page = browser.press(browser.get(UNHAPPY), ("ontevreden", "anders"))
    main = page.html.partition("<main")[2]
    assert main.index('role="alert"') < main.index("<h1>")
    assert "<title>Fout: " in page.html
    assert '<a href="#toelichting">Bij dit antwoord hoort een uitleg.' in main
    assert 'aria-invalid="true"' in main
    assert 'id="fout-toelichting"' in main


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ([], "tevreden"),
        ([("keuze", "misschien")], "tevreden"),
        ([("keuze", "ontevreden")], "antwoorden"),
        ([("keuze", "tevreden"), ("tevreden", "vol")], "toelichting"),
    ],
)
def test_what_no_melder_can_mean_is_asked_again(fields: list[tuple[str, str]], place: str) -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        page = browser.post("/kto/goed", fields)
        assert page.status == 400
        assert f'href="#{place}"' in page.html
        assert f'id="{place}"' in page.html
    assert flow.counted == []


def test_a_text_that_is_too_long_is_kept_to_be_made_shorter() -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        page = browser.press(browser.get(UNHAPPY), ("toelichting", "é" * 2001))
        assert page.status == 400
        assert ("toelichting", "é" * 2001) in page.form.sends
        assert browser.press(page, ("toelichting", "é" * 2000)).status == 200
    assert [len(answer.text) for answer in flow.counted] == [2000]


def test_a_robot_that_fills_in_every_field_is_thanked_and_forgotten() -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        page = browser.get(HAPPY)
        robot = browser.press(page, (TRAP, "Buy now"))
        person = browser.press(page)
    assert (robot.status, robot.html) == (person.status, person.html)
    assert flow.counted == [Answer(satisfied=True)]


def test_hidden_and_control_characters_are_not_kept() -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        browser.press(browser.get(UNHAPPY), ("toelichting", "\u202eVol\x00\u200b "))
    assert flow.counted == [Answer(satisfied=False, text="Vol")]


def test_nobody_reads_what_is_about_somebody_else() -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        first = browser.get(UNHAPPY)
        thanked = browser.press(first, ("ontevreden", "vol"), ("toelichting", "Hij is nog vol."))
        flow.invitation = replace(
            INVITATION, kenmerk="KL26-00043", until=datetime(2026, 5, 8, 12, 5, tzinfo=UTC)
        )
        second = browser.get(UNHAPPY)
        also_thanked = browser.press(second, ("ontevreden", "vol"))
    for page in (first, thanked):
        assert "KL26-00042" in page.html
    for page in (second, also_thanked):
        assert "KL26-00043" in page.html
        assert "KL26-00042" not in page.html
        assert "nog vol." not in page.html
    assert "vrijdag 8 mei 2026 om 14.05 uur" in second.html


def test_typed_text_organisation_and_category_stay_text() -> None:
    vile = FakeFlow(
        invitation=replace(
            INVITATION,
            kenmerk=VILE,
            category=VILE,
            form=SmileyForm((*ANSWERS, StandardAnswer(VILE, VILE, satisfied=False))),
        ),
        organisation=replace(STAD, name=VILE),
    )
    with surfing(vile) as browser:
        again = browser.post(UNHAPPY, [("keuze", VILE), ("toelichting", VILE), ("ontevreden", VILE)])
        pages = (again, browser.get(UNHAPPY), browser.press(browser.get(HAPPY)))
    assert ("toelichting", VILE) in again.form.sends
    for page in pages:
        assert "<script" not in page.html
        assert "<img" not in page.html


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("multipart/form-data; boundary=x", b"no boundary at all", 400),
        ("multipart/form-data", b"--x--", 400),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nno name\r\n--x--\r\n", 400),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n'
            b"Content-Transfer-Encoding: odd\r\n\r\na\r\n--x--\r\n",
            400,
        ),
        ("multipart/form-data; boundary=x", b"--x\r\nno header\r\n\r\na\r\n--x--\r\n", 400),
        ("application/x-www-form-urlencoded", b"keuze=%ff%fe", 400),
        ("application/x-www-form-urlencoded; charset=martian", b"keuze=tevreden", 400),
        ("application/x-www-form-urlencoded", b"\xff\xfe", 400),
        ("application/json", b'{"keuze": "tevreden"}', 400),
        ("application/x-www-form-urlencoded", b"&a=" * 5000, 413),
        ("application/x-www-form-urlencoded", b"toelichting=" + b"a" * 70_000, 413),
    ],
)
def test_what_no_form_of_ours_sends_is_refused_kindly(content_type: str, body: bytes, status: int) -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        page = browser.post(UNHAPPY, body, Content_Type=content_type)
        assert page.status == status
        assert "<h1>" in page.html
    assert flow.counted == []


def test_a_link_we_never_made_is_not_found() -> None:
    with surfing(FakeFlow()) as browser:
        for page in (_get(browser, "verzonnen"), _post(browser, "verzonnen")):
            assert (page.status, page.heading) == (404, "Deze pagina bestaat niet")


@pytest.mark.parametrize(
    ("token", "says"),
    [
        ("expired", "U kunt niet meer reageren met deze link"),
        ("answered", "U hebt al gereageerd"),
        ("older_round", "Er is een nieuwere mail"),
    ],
)
def test_a_link_that_no_longer_works_says_why(token: str, says: str) -> None:
    flow = FakeFlow()
    with surfing(flow) as browser:
        for page in (_get(browser, token), _post(browser, token)):
            assert (page.status, page.heading) == (410, says)
            assert "KL26-00042" in page.html
    assert flow.counted == []


def _get(browser: Browser, token: str) -> Page:
    return browser.get(f"/kto/{token}/tevreden")


def _post(browser: Browser, token: str) -> Page:
    return browser.post(f"/kto/{token}/tevreden", [("keuze", "tevreden")])
