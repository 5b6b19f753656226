"""`mailagent demo` as a newcomer has it: up in a moment, real mail in, and still there the next day."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import PATIENCE, Demo, Outline, command, environment, own_ports

JAN, ANNA = "jan@thuis.example", "anna@voorbeeld.example"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with Demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


def test_a_mail_over_smtp_becomes_a_klacht_with_an_answer_in_the_postbus(demo: Demo) -> None:
    demo.mail("fatima@elders.example", "Lantaarnpaal stuk", "De lantaarnpaal voor mijn deur is stuk.")
    until = time.monotonic() + PATIENCE
    while not (mails := demo.mails("fatima@elders.example")) and time.monotonic() < until:
        time.sleep(0.1)
    assert "Wij hebben uw klacht ontvangen" in mails[0][1]
    assert "Lantaarnpaal stuk" in demo.look("/beheer")[1]
    assert "fatima@elders.example" in demo.look()[1], "the start page names everyone who got mail"


def test_a_newcomer_plays_melder_and_behandelaar_in_the_postbus(demo: Demo) -> None:
    fields = {"onderwerp": "Stoep <b>kapot</b>", "tekst": "De stoep ligt los.\nIk ben gevallen."}
    status, page = demo.press(f"/post/{JAN}/nieuw", fields)
    assert status == 200
    assert "Uw mail is verstuurd" in page
    task, subject = next(mail for mail in demo.mails(ANNA) if "Nieuwe klacht" in mail[1])
    assert "Stoep &lt;b&gt;kapot&lt;/b&gt;" in subject
    assert "#opgelost" in demo.look(task)[1], "the tags that make sense stand beside the form"
    demo.press(task, {"tekst": "#opgelost gegrond\nDe stoep is recht gelegd."})
    handled, _ = next(mail for mail in demo.mails(JAN) if "afgehandeld" in mail[1])
    page = demo.look(handled)[1]
    assert "De stoep is recht gelegd." in page
    assert "/ontevreden" in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page


def test_the_beheerder_sees_what_happened_and_why(demo: Demo) -> None:
    page = demo.look(f"/beheer/{demo.kenmerk()}")[1]
    for words in (
        "De klacht kwam binnen",
        "Afgehandeld (oordeel: gegrond)",
        "De melder vraagt om de klacht opnieuw te openen",
        "Opnieuw geopend",
        "De klacht is gesloten (tevreden)",
        "Dit is een nieuwe klacht",
        "Dit is een mail van een behandelaar",
        "gestuurd aan het antwoordadres dat deze behandelaar van ons kreeg",
        "verzoek tot heropenen aan Anna Bakker",
    ):
        assert words in page, words


def test_the_clock_moves_on_and_the_team_is_reminded(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        demo.press(f"/post/{JAN}/nieuw", {"onderwerp": "Boom", "tekst": "Er ligt een boom op de weg."})
        assert "op schema" in demo.look("/beheer")[1]
        status, page = demo.press("/klok", {"naar": "laatste_dag"})
        assert status == 200
        assert "De klok is vooruitgezet" in page
        assert "bijna te laat" in page
        demo.press("/klok", {"naar": "week"})
        assert '"colour te_laat"' in demo.look("/beheer")[1]
        assert [subject for _, subject in demo.mails(ANNA) if "Herinnering" in subject]
        assert demo.press("/klok", {"naar": "gisteren"})[0] == 400


PAGES = ("", f"/post/{JAN}", f"/post/{JAN}/nieuw", "/beheer", "a mail of Anna", "the klacht of the play")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_works_without_script_and_can_be_heard(demo: Demo, path: str) -> None:
    if path == "a mail of Anna":
        path = demo.mails(ANNA)[-1][0]
    elif path == "the klacht of the play":
        path = f"/beheer/{demo.kenmerk()}"
    status, html = demo.look(path)
    page = Outline(html)
    assert status == 200
    assert page.language == "nl"
    assert "script" not in page.tags
    assert not [name for _, name in page.attributes if name.startswith("on")]
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert page.fields <= page.named, "every field has a label"
    assert "Dit is een demo" in html


def test_an_empty_form_comes_back_with_what_is_missing(demo: Demo) -> None:
    status, page = demo.press(f"/post/{JAN}/nieuw", {"onderwerp": "Bewaard", "tekst": "  "})
    assert status == 400
    assert "Schrijf eerst wat er aan de hand is." in page
    assert 'value="Bewaard"' in page
    answered = demo.press(demo.mails(ANNA)[0][0], {"tekst": ""})
    assert answered[0] == 400
    assert "Schrijf eerst een antwoord." in answered[1]


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://elders.example"}, {"Origin": "null"}, {"Host": "elders.example"}]
)
def test_no_other_site_can_drive_the_postbus(demo: Demo, headers: dict[str, str]) -> None:
    before = demo.mails(JAN)
    status, _ = demo.press(f"/post/{JAN}/nieuw", {"onderwerp": "Vals", "tekst": "Vals"}, **headers)
    assert status in (403, 421)
    assert demo.mails(JAN) == before


@pytest.mark.parametrize(
    "path", ["/post/niemand", "/post/..", f"/post/{JAN}/999999", "/beheer/KL00-00000", "/x"]
)
def test_what_is_not_there_is_not_found(demo: Demo, path: str) -> None:
    assert demo.look(path)[0] == 404


def test_a_demo_stopped_by_sigterm_is_there_again_with_all_it_had(tmp_path: Path) -> None:
    with Demo(tmp_path) as first:
        mails = first.mails(JAN)
        assert mails
        first.press("/klok", {"naar": "week"})
        assert first.stop() == (0, "")
    with Demo(tmp_path) as second:
        assert [mail for mail in second.mails(JAN) if mail in mails] == mails
        page = second.look("/beheer")[1]
        assert first.kenmerk() in page
        assert second.kenmerk() != first.kenmerk()
        assert len(second.mails(JAN)) == 2 * len(mails), "each start plays a klacht of its own"


def test_a_busy_port_is_named_with_how_to_choose_another(tmp_path: Path) -> None:
    ports = own_ports()
    with socket.create_server(("127.0.0.1", int(ports["MAILAGENT_RELAY__PORT"]))):
        ran = subprocess.run(
            command("--folder", str(tmp_path)),
            env=environment(ports),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert ran.returncode == 2
    assert f"Poort {ports['MAILAGENT_RELAY__PORT']} is bezet" in ran.stderr
    assert "MAILAGENT_RELAY__PORT=" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
