"""What leaves for others: forwarded (Awb 2:3), copied to whom it is about (Awb 9:9), or sent as a letter."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from desk import INTAKE, Desk, Got, open_desk
from mornings import at
from rule_files import write

JAN, ANNA, BRAM = "jan@home.example", "anna@stad.example", "bram@stad.example"
SCHAP, ELSE = "klachten@waterschap.example", "info@elders.example"
BODIES = f"bodies:\n  - {{name: Waterschap Voorbeeld, address: {SCHAP}, about: sloten}}\n"


@pytest.fixture
def known(tmp_path: Path) -> Iterator[Desk]:
    """A desk that knows one body."""
    write(tmp_path, doorsturen=BODIES)
    desk = open_desk(tmp_path, more=f'[paths]\nlocal = "{tmp_path}"')
    yield desk
    desk.house.close()


def complaint(desk: Desk) -> tuple[bytes, Got]:
    """What Jan sent, with a file, and Anna's task."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Jan <{JAN}>", INTAKE, "Sloot"
    message["Message-ID"] = "<1@home.example>"
    message.set_content("De sloot achter ons huis stinkt.\n\nKijk op https://sloot.example/foto")
    message.add_attachment(b"%PDF-1.4 sloot", maintype="application", subtype="pdf", filename="sloot.pdf")
    raw = message.as_bytes(policy=SMTP)
    desk.citizen(JAN).hands_in(raw)
    desk.citizen(JAN).reads_all()
    return raw, desk.agent(ANNA).gets("nieuw_voor_team")


def answered(desk: Desk, task: Got, order: str) -> str:
    desk.agent(ANNA).replies(task, order)
    return " ".join(desk.agent(ANNA).gets("opdracht_uitgevoerd").text.split())


def refused(desk: Desk, task: Got, order: str) -> str:
    desk.agent(ANNA).replies(task, order)
    return " ".join(desk.agent(ANNA).gets("opdracht_niet_begrepen").text.split())


def files(mail: Got) -> dict[str, bytes]:
    return {str(p.get_filename()): p.get_payload(decode=True) for p in mail.message.iter_attachments()}


# --- forwarded


@pytest.mark.parametrize("whom", [SCHAP, "Waterschap Voorbeeld", f"<{SCHAP}>", f"{SCHAP} <mailto:{SCHAP}>"])
def test_kk_route_c4390_a_melding_is_told_apart_and_forwarded_to_whom_it_is_for(
    known: Desk, whom: str
) -> None:
    raw, task = complaint(known)

    said = answered(known, task, f"#doorsturen {whom}\nSloten onderhoudt het waterschap.")

    assert f"gaat naar Waterschap Voorbeeld ({SCHAP})" in said
    sent = known.citizen(SCHAP).gets("doorgestuurd_extern")
    for words in (sent.text, sent.html):
        assert "De sloot achter ons huis stinkt." in words
        assert "Sloten onderhoudt het waterschap." in words
        assert "jan[at]home[.]example" in words
        assert "https://sloot.example" not in words
    assert files(sent) == {f"{task.kenmerk}.eml": raw}
    told = known.citizen(JAN).gets("doorgestuurd")
    for words in (told.text, told.html):
        assert f"Waterschap Voorbeeld ({SCHAP})" in words
        assert "Sloten onderhoudt het waterschap." in words
    assert known.klacht(task.kenmerk).status == "gesloten"
    assert {"forwarded", "closed"} <= set(known.kinds(task.kenmerk))


def test_kk_route_c3090_what_a_chain_partner_answers_reaches_the_team_and_proves_nothing(known: Desk) -> None:
    _, task = complaint(known)
    answered(known, task, f"#doorsturen {SCHAP}")
    known.citizen(JAN).reads_all()
    partner = known.citizen(SCHAP)

    partner.replies(partner.gets("doorgestuurd_extern"), "Wij pakken het op, nummer 77.")

    told = known.agent(ANNA).gets("reactie_melder")
    assert told.kenmerk == task.kenmerk
    assert "niet zeker" in told.text
    assert len(known.klachten()) == 1
    partner.gets_nothing()
    known.citizen(JAN).gets_nothing()


def test_an_address_nobody_wrote_down_waits_for_a_link_that_shows_all_that_leaves(known: Desk) -> None:
    raw, task = complaint(known)
    anna = known.agent(ANNA)

    anna.replies(task, f"#doorsturen {ELSE}\nDit is voor u.")

    known.citizen(ELSE).gets_nothing()
    asked = anna.gets("opdracht_bevestigen")
    assert "info[at]elders[.]example" in asked.text
    page = anna.clicks(asked.link(r"/bevestig/\S+"))
    for part in (
        ELSE,
        "De sloot achter ons huis stinkt.",
        "Dit is voor u.",
        "sloot.pdf",
        "de hele mail",
        JAN,
    ):
        assert part in page.text
    assert known.klacht(task.kenmerk).status == "nieuw"
    known.citizen(JAN).gets_nothing()

    page.confirms()

    assert files(known.citizen(ELSE).gets("doorgestuurd_extern")) == {f"{task.kenmerk}.eml": raw}
    assert ELSE in known.citizen(JAN).gets("doorgestuurd").text
    assert known.klacht(task.kenmerk).status == "gesloten"


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ("#doorsturen", "naar welk adres"),
        (f"#doorsturen {JAN}", "van de melder zelf"),
        (f"#doorsturen {INTAKE}", "ons eigen adres"),
        ("#doorsturen klachten+x@stad.example", "ons eigen adres"),
        (f"#doorsturen {ANNA}", "#toewijzen"),
        ("#doorsturen de provincie", "Daar staat: Waterschap Voorbeeld"),
        (f"#doorsturen {SCHAP}\n#doorsturen {SCHAP}", "heeft de status gesloten"),
        (f"#notitie weg ermee\n#doorsturen {JAN}", "van de melder zelf"),
    ],
)
def test_what_cannot_be_forwarded_is_refused_with_why_and_nothing_leaves(
    known: Desk, order: str, why: str
) -> None:
    _, task = complaint(known)
    assert why in refused(known, task, order)
    for address in (SCHAP, JAN):
        known.citizen(address).gets_nothing()
    assert known.klacht(task.kenmerk).status == "nieuw"
    assert "noted" not in known.kinds(task.kenmerk)


def test_what_an_agent_passed_on_or_split_off_is_forwarded_as_text(known: Desk) -> None:
    _, task = complaint(known)
    anna = known.agent(ANNA)
    answered(known, task, "#splitsen De brug\nDe brug is kapot.")
    second = anna.gets("nieuw_voor_team")

    answered(known, second, f"#doorsturen {SCHAP}")

    sent = known.citizen(SCHAP).gets("doorgestuurd_extern")
    assert "De brug is kapot." in sent.text
    assert files(sent) == {}


def test_a_line_of_a_report_forwards_too_and_what_is_not_in_the_list_waits_for_its_link(known: Desk) -> None:
    raw, task = complaint(known)
    anna = known.agent(ANNA)
    answered(known, task, "#in_behandeling")
    second = complaint_of(known, "piet@home.example")
    anna.replies(second, "#in_behandeling")
    anna.reads_all()
    known.citizen(JAN).reads_all()
    at(known, "2026-03-03 08:00")
    told = anna.gets("dagoverzicht")

    anna.replies(
        told,
        f"{task.kenmerk} #doorsturen Waterschap Voorbeeld\nSloten onderhoudt het waterschap.\n"
        f"{second.kenmerk} #doorsturen {ELSE}",
    )

    for address in (SCHAP, ELSE, JAN):
        known.citizen(address).gets_nothing()
    asked = anna.gets("opdracht_bevestigen")
    assert f"{task.kenmerk} #doorsturen Waterschap Voorbeeld" in asked.text
    anna.clicks(asked.link(r"/bevestig/\S+")).confirms()
    sent = known.citizen(SCHAP).gets("doorgestuurd_extern")
    assert files(sent) == {f"{task.kenmerk}.eml": raw}
    assert "Sloten onderhoudt het waterschap." in known.citizen(JAN).gets("doorgestuurd").text
    known.citizen(ELSE).gets("doorgestuurd_extern")
    assert [known.klacht(k).status for k in (task.kenmerk, second.kenmerk)] == ["gesloten", "gesloten"]


def complaint_of(desk: Desk, melder: str) -> Got:
    """Another klacht; Anna's task."""
    desk.citizen(melder).writes("Brug", "De brug is kapot.")
    return desk.agent(ANNA).gets("nieuw_voor_team")


# --- copied to whom it is about


@pytest.mark.parametrize(
    "order", [f"#beklaagde {BRAM}\n#afschrift", f"#afschrift {BRAM}", "#copy bram@stad.example"]
)
def test_whom_it_is_about_gets_a_copy_with_what_came_along(desk: Desk, order: str) -> None:
    _, task = complaint(desk)

    answered(desk, task, order)

    sent = desk.citizen(BRAM).gets("afschrift_beklaagde")
    for words in (sent.text, sent.html):
        assert "De sloot achter ons huis stinkt." in words
        assert JAN not in words
    assert files(sent) == {"sloot.pdf": b"%PDF-1.4 sloot"}
    assert desk.klacht(task.kenmerk).beklaagde == BRAM
    assert desk.klacht(task.kenmerk).status == "nieuw"
    desk.citizen(JAN).gets_nothing()


def test_a_copy_for_an_address_outside_waits_for_its_link(desk: Desk) -> None:
    _, task = complaint(desk)
    anna = desk.agent(ANNA)
    anna.replies(task, f"#afschrift {ELSE}")
    desk.citizen(ELSE).gets_nothing()
    page = anna.clicks(anna.gets("opdracht_bevestigen").link(r"/bevestig/\S+"))
    for part in (ELSE, "De sloot achter ons huis stinkt.", "sloot.pdf"):
        assert part in page.text
    page.confirms()
    desk.citizen(ELSE).gets("afschrift_beklaagde")


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ("#afschrift", "niet bij over wie"),
        (f"#afschrift {JAN}", "van de melder zelf"),
        (f"#afschrift {INTAKE}", "ons eigen adres"),
        (f"#beklaagde {ELSE}\n#afschrift", "Schrijf het erachter"),
        (f"#beklaagde {BRAM}\n#afschrift {ELSE}", "alleen die krijgt een afschrift"),
        ("#afschrift bram", "geen bekende collega"),
    ],
)
def test_a_copy_that_may_not_go_is_refused_with_why(desk: Desk, order: str, why: str) -> None:
    _, task = complaint(desk)
    assert why in refused(desk, task, order)
    for address in (BRAM, ELSE, JAN):
        desk.citizen(address).gets_nothing()
    assert desk.klacht(task.kenmerk).beklaagde == ""


# --- as a letter


def no_contact(desk: Desk) -> Got:
    """A klacht that is open again, of a melder who wants to hear nothing more; Anna's task."""
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    task = anna.gets("nieuw_voor_team")
    answered(desk, task, "#opgelost ongegrond\nDat is niet zo.")
    jan.clicks(jan.gets("afgehandeld").smiley("ontevreden")).answers("Laat maar.", no_contact=True)
    assert not desk.klacht(task.kenmerk).contact_allowed
    if desk.klacht(task.kenmerk).status != "heropend":
        answered(desk, task, "#heropenen\nToch niet goed.")
    jan.reads_all()
    anna.reads_all()
    return task


def test_what_the_law_asks_goes_as_a_task_for_a_human_where_no_mail_may_go(desk: Desk) -> None:
    task = no_contact(desk)

    said = answered(desk, task, "#opgelost gegrond\nOnze excuses.\nConclusie: wij trainen de balie.")

    assert "De wet vraagt wel een mededeling (Awb 9:12): stuur die als brief." in said
    desk.citizen(JAN).gets_nothing()
    letter = desk.agent(ANNA).gets("brief_nodig")
    for words in (letter.text, letter.html):
        assert "Onze excuses." in words
        assert "wij trainen de balie." in words
        assert "Awb 9:12" in words
        assert "de melder wil geen contact meer" in words
        assert "dinsdag 2 maart 2027" in words
    desk.agent(ANNA).gets_nothing()


def test_si_04_contact_is_allowed_again_by_the_melders_own_mail_alone(desk: Desk) -> None:
    jan, task = desk.citizen(JAN), no_contact(desk)
    assert "Dan kan het na #contact." in refused(desk, task, "#antwoord\nHoe gaat het?")
    assert "daarna niet zelf gemaild" in refused(desk, task, "#contact")
    assert not desk.klacht(task.kenmerk).contact_allowed

    desk.passes(minutes=5)
    handled = next(mail for mail in desk.mailboxes[JAN] if mail.kind == "afgehandeld")
    jan.replies(handled, "U mag mij toch weer mailen.")
    desk.agent(ANNA).reads_all()

    assert "Onze mails gaan weer naar de melder." in answered(desk, task, "#contact\n#antwoord\nDank u.")
    assert "Dank u." in jan.gets("antwoord").text
    assert desk.klacht(task.kenmerk).contact_allowed
    [told] = [e.data for e in desk.history(task.kenmerk) if e.kind == "field_set"]
    assert (told["name"], told["value"][:12], told["was"]) == ("contact_allowed", "ja (bericht ", "nee")
    assert "krijgt onze mails al" in refused(desk, task, "#contact")


def test_what_the_law_does_not_ask_makes_no_task(desk: Desk) -> None:
    task = no_contact(desk)
    answered(desk, task, "#in_behandeling")
    desk.agent(ANNA).gets_nothing()


def test_each_notice_of_the_law_is_a_task_of_its_own(desk: Desk) -> None:
    task = no_contact(desk)
    answered(desk, task, "#hoorzitting 16 maart 2026 10:00 Stadhuis kamer 2")
    invitation = desk.agent(ANNA).gets("brief_nodig")
    assert "maandag 16 maart 2026 om 10.00 uur" in invitation.text
    assert "Stadhuis kamer 2" in invitation.text
    answered(desk, task, "#sluiten niet_in_behandeling b\nTe lang geleden.")
    refusal = desk.agent(ANNA).gets("brief_nodig")
    assert "meer dan een jaar voor de klacht" in refusal.text
    assert "Nationale ombudsman" in refusal.text
    desk.citizen(JAN).gets_nothing()
