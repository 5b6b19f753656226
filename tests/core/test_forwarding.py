"""Who wrote a mail that was passed on: by the block a mail program put above it, and nothing else."""

from __future__ import annotations

import time

import pytest

from mailagent.core.forwarding import forwarded, says_forward

BODY = "Uw bak is niet geleegd.\n\nMet groet, Jan"

FORMS = {
    "outlook": "Zie onder.\n\n-----Oorspronkelijk bericht-----\nVan: Jan de Vries <jan@home.example> \n"
    "Verzonden: maandag 2 maart 2026 10:12\nAan: Anna <anna@stad.example>\nOnderwerp: Bak\n\n{body}",
    "outlook_new": "Zie onder.\n\n________________________________\nVan: Jan de Vries <jan@home.example>\n"
    "Verzonden: maandag 2 maart 2026 10:12\nAan: Anna <anna@stad.example>\nOnderwerp: Bak\n \n{body}",
    "gmail": "---------- Forwarded message ---------\nVan: Jan de Vries <jan@home.example>\n"
    "Date: ma 2 mrt 2026 om 10:12\nSubject: Bak\nTo: <anna@stad.example>\n\n\n{body}",
    "apple": "> Begin doorgestuurd bericht:\n> \n> Van: Jan de Vries <jan@home.example>\n> Onderwerp: Bak\n"
    "> Datum: 2 maart 2026 om 10:12:00 CET\n> Aan: anna@stad.example\n> \n{quoted}",
    "thunderbird": "-------- Doorgestuurd bericht --------\nOnderwerp: \tBak\nDatum: \tMon, 2 Mar 2026\n"
    "Van: \tJan de Vries <jan@home.example>\nAan: \tanna@stad.example\n\n{body}",
    "roundcube": "-------- Oorspronkelijke bericht --------\nOnderwerp: Bak\nDatum: 02-03-2026 10:12\n"
    "Afzender: Jan\nVan: Jan de Vries <jan@home.example>\nOntvanger: anna@stad.example\n\n{body}",
    "mailto": "Van: Jan de Vries [mailto:jan@home.example]\nVerzonden: maandag 2 maart 2026 10:12\n"
    "Aan: Anna\nOnderwerp: Bak\n\n{body}",
    "bold": "*Van:* Jan de Vries <jan@home.example>\n*Verzonden:* maandag 2 maart\n"
    "*Aan:* Anna <anna@stad.example>\n*Onderwerp:* Bak\n\n{body}",
    "english": "-----Original Message-----\nFrom: Jan de Vries <jan@home.example>\nSent: Monday, 2 March\n"
    "To: Anna\nSubject: Bak\n\n{body}",
    "bare": "Van: jan@home.example\nDatum: 2 maart 2026\nAan: anna@stad.example\nOnderwerp: Bak\n\n{body}",
}


@pytest.mark.parametrize("form", FORMS)
def test_the_first_writer_is_read_from_the_block(form: str) -> None:
    quoted = "\n".join(f"> {line}" for line in BODY.split("\n"))

    [mail] = forwarded(FORMS[form].format(body=BODY, quoted=quoted))

    assert (mail.sender, mail.subject, mail.text) == ("jan@home.example", "Bak", BODY)
    assert mail.sender_name == ("" if form == "bare" else "Jan de Vries")


def test_an_address_in_the_text_makes_nobody_a_writer() -> None:
    assert forwarded("Zie de mail van jan@home.example.\n\nVan: de buurt\nGroet") == ()


def test_a_block_without_an_address_names_nobody() -> None:
    text = "Van: Jan de Vries\nVerzonden: maandag 2 maart 2026\nAan: Anna\nOnderwerp: Bak\n\nHallo"
    [mail] = forwarded(text)
    assert (mail.sender, mail.sender_name) == ("", "Jan de Vries")


def test_a_forward_of_a_forward_shows_both_the_outermost_first() -> None:
    inner = FORMS["outlook"].format(body=BODY)
    outer = FORMS["gmail"].replace("jan@home", "bram@stad").format(body=inner)
    assert [mail.sender for mail in forwarded(outer)] == ["bram@stad.example", "jan@home.example"]


@pytest.mark.parametrize(
    "subject", ["FW: Bak", "Fwd: Bak", "Doorst: Bak", "WG: Bak", "TR: Bak", "[extern] FW: Bak"]
)
def test_a_subject_says_that_a_mail_was_passed_on(subject: str) -> None:
    assert says_forward(subject)


@pytest.mark.parametrize("subject", ["Re: Bak", "Bak", "Antw: Bak", "Fwedstrijd: nee", "Trein: te laat"])
def test_any_other_subject_does_not(subject: str) -> None:
    assert not says_forward(subject)


@pytest.mark.parametrize("line", ["Van: jan@home.example", "> > > > Van:", "*" * 400, "Van:" + "x" * 400])
def test_a_hostile_text_costs_no_more_than_its_length(line: str) -> None:
    began = time.process_time()
    forwarded("\n".join([line] * 5_000))
    assert time.process_time() - began < 5
