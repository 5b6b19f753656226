"""An agent passes on a complaint that reached their own mailbox: it is the klacht of whoever wrote it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from desk import INTAKE, Desk, open_desk

OWN_MX = """\
authserv_id = "mx.stad.example"
[intake]
own_hosts = ["mx.stad.example"]
behind_own_mx = ["192.0.2.0/24"]
"""
PROVEN = {"Authentication_Results": "mx.stad.example; dmarc=pass header.from=stad.example"}
JAN = "jan@home.example"
FORWARDED = """\
{above}

-----Oorspronkelijk bericht-----
Van: Jan de Vries <jan@home.example>
Verzonden: maandag 2 maart 2026 08:12
Aan: Anna <anna@stad.example>
Onderwerp: Onbeleefd aan de balie

Ik werd vanochtend onbeleefd behandeld aan de balie.

Jan de Vries
"""


@pytest.fixture
def proven(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose own mail server says who wrote a mail."""
    desk = open_desk(tmp_path, proof="strict", more=OWN_MX)
    yield desk
    desk.house.close()


def test_an_agent_forwards_a_klacht_on_behalf_of_its_writer(proven: Desk) -> None:
    anna = proven.agent("anna@stad.example")

    anna.writes("FW: Onbeleefd aan de balie", FORWARDED.format(above="#namens jan@home.example"), **PROVEN)

    [klacht] = proven.klachten()
    assert (klacht.melder, klacht.melder_name) == (JAN, "Jan de Vries")
    assert klacht.subject == "Onbeleefd aan de balie"
    assert klacht.description.startswith("Ik werd vanochtend")
    assert "#namens" not in klacht.description
    proven.citizen(JAN).gets("ontvangstbevestiging")
    task = anna.gets("nieuw_voor_team")
    assert "Anna stuurde dit bericht door" in task.text


def test_a_bare_forward_is_confirmed_by_the_agent_who_sees_whose_klacht_it_is(proven: Desk) -> None:
    anna = proven.agent("anna@stad.example")

    anna.writes("FW: Onbeleefd aan de balie", FORWARDED.format(above="Zie hieronder."), **PROVEN)

    assert proven.klachten() == []
    proven.citizen(JAN).gets_nothing()
    asked = anna.gets("opdracht_bevestigen")
    assert "#namens jan[at]home[.]example" in asked.text
    anna.clicks(asked.link(r"/bevestig/[\w.-]+")).confirms()

    [klacht] = proven.klachten()
    assert klacht.melder == JAN
    assert klacht.description.startswith("Ik werd vanochtend")
    proven.citizen(JAN).gets("ontvangstbevestiging")


def test_a_forward_that_is_not_proven_waits_for_its_confirm_link(desk: Desk) -> None:
    anna = desk.agent("anna@stad.example")

    anna.writes("FW: Onbeleefd aan de balie", FORWARDED.format(above="#namens jan@home.example"))

    assert desk.klachten() == []
    anna.clicks(anna.gets("opdracht_bevestigen").link(r"/bevestig/[\w.-]+")).confirms()
    [klacht] = desk.klachten()
    assert klacht.melder == JAN


def test_the_term_runs_from_the_forward_also_when_it_is_confirmed_later(desk: Desk) -> None:
    anna, received = desk.agent("anna@stad.example"), desk.now()
    anna.writes("FW: Onbeleefd aan de balie", FORWARDED.format(above="Zie hieronder."))
    link = anna.gets("opdracht_bevestigen").link(r"/bevestig/[\w.-]+")
    desk.passes(hours=40)

    anna.clicks(link).confirms()

    assert desk.klachten()[0].received_at == received


def test_a_forward_that_nobody_confirms_is_put_before_the_sorting_team(desk: Desk) -> None:
    anna = desk.agent("anna@stad.example")
    anna.writes("FW: Onbeleefd aan de balie", FORWARDED.format(above="Zie hieronder."))
    anna.gets("opdracht_bevestigen")

    desk.passes(hours=49)

    anna.gets("opdracht_niet_begrepen")
    asked = anna.gets("ter_beoordeling")
    assert "onbeleefd behandeld" in asked.text
    anna.replies(asked, "#aannemen jan@home.example")
    assert desk.klachten()[0].melder == JAN


def test_a_forward_whose_writer_cannot_be_seen_is_put_before_the_sorting_team(proven: Desk) -> None:
    anna = proven.agent("anna@stad.example")
    text = FORWARDED.format(above="Zie hieronder.").replace(" <jan@home.example>", "")

    anna.writes("FW: Onbeleefd aan de balie", text, **PROVEN)

    assert proven.klachten() == []
    anna.gets("ter_beoordeling")


def test_a_mail_forwarded_as_an_attachment_is_read_from_the_attachment(proven: Desk) -> None:
    inner = EmailMessage()
    inner["Received"] = "from home.example by mx.stad.example; Fri, 27 Feb 2026 10:00:00 +0000"
    inner["From"], inner["To"], inner["Subject"] = f"Jan de Vries <{JAN}>", "anna@stad.example", "Balie"
    inner.set_content("Ik werd onbeleefd behandeld.")
    inner.add_attachment(b"foto", maintype="image", subtype="jpeg", filename="balie.jpg")
    outer = EmailMessage()
    outer["Authentication-Results"] = PROVEN["Authentication_Results"]
    outer["From"], outer["To"], outer["Subject"] = "Anna <anna@stad.example>", INTAKE, "Doorst: Balie"
    outer["Message-ID"] = "<doorgestuurd@stad.example>"
    outer.set_content(f"#namens {JAN}")
    outer.add_attachment(inner)

    proven.agent("anna@stad.example").hands_in(outer.as_bytes())

    [klacht] = proven.klachten()
    assert (klacht.subject, klacht.description) == ("Balie", "Ik werd onbeleefd behandeld.")
    # it reached the organisation when our own server took it in for the agent
    assert klacht.received_at == datetime(2026, 2, 27, 10, tzinfo=UTC)
    assert "balie.jpg" in proven.agent("anna@stad.example").gets("nieuw_voor_team").text


def test_a_citizen_who_forwards_something_is_the_melder_themself(desk: Desk) -> None:
    desk.citizen("piet@home.example").writes(
        "FW: Onbeleefd aan de balie", FORWARDED.format(above="#namens jan@home.example")
    )

    assert desk.klachten()[0].melder == "piet@home.example"


def test_a_forged_forward_opens_nothing(proven: Desk) -> None:
    forged = {"Authentication_Results": "mx.stad.example; dmarc=fail header.from=stad.example"}
    anna = proven.agent("anna@stad.example")

    anna.writes("FW: Balie", FORWARDED.format(above="#namens jan@home.example"), **forged)

    assert proven.klachten() == []
    anna.gets("ter_beoordeling")
    anna.gets_nothing()


def test_a_forward_of_a_forward_is_the_klacht_of_its_first_writer(proven: Desk) -> None:
    first = FORWARDED.format(above="Kun jij dit oppakken?")
    text = (
        "#namens jan@home.example\n\n-----Oorspronkelijk bericht-----\nVan: Bram <bram@stad.example>\n"
        f"Verzonden: maandag 2 maart 2026 09:00\nAan: Anna\nOnderwerp: FW: Onbeleefd\n\n{first}"
    )

    proven.agent("anna@stad.example").writes("FW: FW: Onbeleefd aan de balie", text, **PROVEN)

    [klacht] = proven.klachten()
    assert klacht.description.startswith("Ik werd vanochtend")


def test_what_an_agent_was_told_is_taken_in_on_behalf_of_the_melder(proven: Desk) -> None:
    anna = proven.agent("anna@stad.example")

    anna.writes(
        "Klacht van de heer De Vries", "#namens jan@home.example\nHij belde: de bak is vol.", **PROVEN
    )

    [klacht] = proven.klachten()
    assert (klacht.melder, klacht.description) == (JAN, "Hij belde: de bak is vol.")


@pytest.mark.parametrize("address", ["klachten@stad.example", "jan"])
def test_a_melder_that_cannot_be_one_is_asked_for_again(proven: Desk, address: str) -> None:
    anna = proven.agent("anna@stad.example")

    anna.writes("FW: Balie", FORWARDED.format(above=f"#namens {address}"), **PROVEN)

    assert proven.klachten() == []
    assert {mail.kind for mail in proven.mailboxes["anna@stad.example"]} <= {
        "opdracht_bevestigen",
        "opdracht_niet_begrepen",
        "ter_beoordeling",
    }
