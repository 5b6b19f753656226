"""Letters come in: by folder and by scanner, each a klacht like any other, with its own day of receipt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from desk import MONDAY, Desk, open_desk
from post_room import JAN, LETTER, SCANNER, page, paper

from mailagent.core.letter import CHECK, RETYPE, Letter
from mailagent.core.mail import Envelope
from mailagent.core.postroom import TO_RETYPE, Divided
from mailagent.flow import arrive, melder
from mailagent.flow.process import process_all
from mailagent.flow.world import PROCESS
from mailagent.store import arrivals, letters, retention
from mailagent.store.vault import Vault

ANNA = "anna@stad.example"
ADDRESS = '[letters]\naddress = "scans@stad.example"'


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Anna sorts the post, and does all the rest."""
    return open_desk(tmp_path, more=ADDRESS)


def verdicts(desk: Desk) -> list[str]:
    with desk.world.store.read() as tx:
        return [row.verdict for row in arrivals.told(tx)]


def test_kk_brief_c2138_a_letter_becomes_a_klacht_and_a_task(desk: Desk) -> None:
    desk.post_room.scans(paper())

    [klacht] = desk.klachten()
    assert (klacht.channel, klacht.melder, klacht.melder_name) == ("letter", "", "J. de Vries")
    assert str(klacht.postal) == "J. de Vries, Dorpsstraat 12, 1234 AB Voorbeeld"
    assert (klacht.category, klacht.subject) == ("afval", "gft-container")
    task = desk.agent(ANNA).gets("nieuw_voor_team")
    assert "drie weken niet geleegd" in task.text
    [file] = task.message.iter_attachments()
    assert file.get_filename() == "brief.pdf"
    assert file.get_content().startswith(b"%PDF-1.7 masked")


def test_kk_brief_c4374_an_address_read_from_paper_is_a_contact_and_gets_no_mail(desk: Desk) -> None:
    desk.post_room.scans(paper(**JAN, email="jan@home.example", phone="06-12345678"))

    [klacht] = desk.klachten()
    assert klacht.melder == ""
    desk.citizen("jan@home.example").gets_nothing()
    anna = desk.agent(ANNA)
    anna.replies(anna.gets("nieuw_voor_team"), "#status")
    told = " ".join(anna.gets("opdracht_uitgevoerd").text.split())
    assert "channel letter" in told
    assert "gelezen met zekerheid 94 van 100 (automatic), 1 bladzijden" in told
    assert "phone 06-12345678" in told
    assert "email jan" in told


def test_nw_06_the_original_is_kept_sealed_and_opens_with_our_key(desk: Desk) -> None:
    desk.post_room.scans(paper())

    with desk.world.store.read() as tx:
        kept = arrivals.raw(tx, 1)
    assert kept
    assert b"scan 0" not in kept
    assert desk.world.vault.open(kept) == b"%PDF-1.7 scan 0"


def test_nw_06_the_term_counts_from_the_postal_receipt_and_the_scan_is_kept_apart(desk: Desk) -> None:
    desk.post_room.scans(paper(), on=date(2026, 2, 20))

    [klacht] = desk.klachten()
    assert klacht.received_at.date() == date(2026, 2, 20)
    assert klacht.deadline == date(2026, 4, 7)
    read = next(one for one in desk.history(klacht.kenmerk) if one.kind == "letter_read")
    assert (read.data["received_on"], read.data["scanned_at"]) == ("2026-02-20", MONDAY.isoformat())


def test_a_day_of_receipt_that_cannot_be_is_the_day_of_the_scan(desk: Desk) -> None:
    desk.post_room.scans(paper(), on=date(2026, 3, 3))
    assert desk.klachten()[0].received_at == MONDAY


def test_nw_06_a_scanner_mails_two_letters_and_gets_no_answer(desk: Desk) -> None:
    other = paper(LETTER.replace("gft-container", "straatlantaarn"), name="P. Jansen", postcode="1234 AC")
    desk.post_room.mails(paper(), other, logo=b"\x89PNG of the scanner")

    assert verdicts(desk) == ["Scanned", "NewKlacht", "NewKlacht"]
    assert {k.melder_name for k in desk.klachten()} == {"J. de Vries", "P. Jansen"}
    desk.citizen(SCANNER).gets_nothing()


def test_a_mail_to_the_scanner_without_a_scan_waits_for_a_human(desk: Desk) -> None:
    desk.post_room.mails()

    assert "zonder PDF" in desk.agent(ANNA).gets("ter_beoordeling").text
    desk.citizen(SCANNER).gets_nothing()


def test_the_same_file_and_the_same_pages_are_one_letter(desk: Desk) -> None:
    raw = desk.post_room.lies(paper())
    desk.post_room.scans(raw)
    desk.post_room.scans(raw, "again.pdf")
    desk.post_room.scans(paper(), "scanned twice.pdf")
    desk.post_room.scans(paper(LETTER.replace("drie weken", "zes weken al")), "another.pdf")

    assert verdicts(desk) == ["NewKlacht", "Duplicate", "Duplicate", "NewKlacht"]


def test_a_file_that_nobody_can_read_waits_with_its_reason_and_is_tried_again(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    desk.post_room.scans(b"MZ not a scan", "factuur.pdf")

    asked = anna.gets("ter_beoordeling")
    assert "Dit is geen PDF, TIFF, JPEG, PNG of HEIC, wat de naam ook zegt. (factuur.pdf)" in asked.text
    assert "MZ" not in asked.text
    anna.replies(asked, "#aannemen\nMijn container is niet geleegd.\nP. Jansen")
    assert desk.klachten()[0].description == "Mijn container is niet geleegd.\nP. Jansen"


def pile() -> Letter:
    """Two letters in one file, of two pages and one."""
    first, other = LETTER, LETTER.replace("gft-container", "lantaarn").replace("J. de Vries", "P. Jansen")
    pages = (page(1, first), page(2, "Vervolg van mijn brief."), page(3, other))
    return Letter("\n".join(p.text for p in pages), 94, "automatic", pages=pages)


def test_nw_06_separator_sheets_divide_a_pile_and_say_when_it_came(desk: Desk) -> None:
    sheets = [Divided((1, 2), date(2026, 2, 20)), Divided((3, 3))]
    desk.post_room.scans(desk.post_room.lies(pile(), sheets))

    assert verdicts(desk) == ["Scanned", "NewKlacht", "NewKlacht"]
    later, first = desk.klachten()
    assert (first.received_at.date(), later.received_at) == (date(2026, 2, 20), MONDAY)
    assert "Vervolg" in first.description


def test_nw_06_without_sheets_a_pile_is_divided_by_a_human_alone(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    desk.post_room.scans(pile(), "stapel.pdf")

    assert desk.klachten() == []
    asked = anna.gets("ter_beoordeling")
    assert "#knippen 1-2 3" in asked.text
    assert [file.get_content_type() for file in asked.message.iter_attachments()] == ["image/jpeg"] * 3
    anna.replies(asked, "#knippen")
    assert len(desk.klachten()) == 2
    assert "geknipt door Anna" in _says_again(desk, asked)


def _says_again(desk: Desk, asked: object) -> str:
    anna = desk.agent(ANNA)
    anna.reads_all()
    anna.replies(asked, "#knippen 1 2-3")  # type: ignore[arg-type]
    return anna.gets("opdracht_niet_begrepen").text


def test_a_human_divides_it_otherwise_and_loses_no_page(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    desk.post_room.scans(pile(), "stapel.pdf")
    anna.replies(anna.gets("ter_beoordeling"), "#knippen 2-3")

    assert len(desk.klachten()) == 2
    assert desk.reader.asked[-2:] == ["read 1", "read 2"]


def test_what_is_no_pile_is_not_cut(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    desk.post_room.scans(b"MZ", "factuur.pdf")
    anna.replies(anna.gets("ter_beoordeling"), "#knippen 1 2")
    assert "geen stapel" in anna.gets("opdracht_niet_begrepen").text


def test_a_letter_with_our_kenmerk_goes_on_in_the_klacht_of_its_writer_alone(desk: Desk) -> None:
    desk.post_room.scans(paper())
    [first] = desk.klachten()
    more = "Geachte heer, ik wacht nog steeds op antwoord over mijn container. " + first.kenmerk

    desk.post_room.scans(paper(more, **JAN, our_kenmerk=first.kenmerk))
    desk.post_room.scans(
        paper(more + " P. Jansen", name="P. Jansen", postcode="1234 AB", our_kenmerk=first.kenmerk)
    )

    assert verdicts(desk) == ["NewKlacht", "Append", "NewKlacht"]
    [other, _] = desk.klachten()
    assert other.refers_to == first.kenmerk
    reacted = next(one for one in desk.history(first.kenmerk) if one.kind == "reacted")
    assert reacted.data["confirmed"] is True


def test_nw_06_a_doubtful_letter_is_a_klacht_and_the_clerk_corrects_it(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    bad = LETTER.replace("gft-container", "gtf-cantoiner")
    desk.post_room.scans(paper(bad, CHECK, doubtful=["gtf-cantoiner"], **JAN))

    [klacht] = desk.klachten()
    assert klacht.category is None or klacht.deadline
    asked = anna.gets("brief_controleren")
    assert "[gtf-cantoiner?]" in asked.text
    [picture] = asked.message.iter_attachments()
    assert (picture.get_content_type(), picture.get_filename()) == ("image/jpeg", "bladzijde-1.jpg")
    anna.reads_all()

    anna.replies(asked, "#tekst\nBetreft: gft-container niet geleegd\nNaam: J. de Fries\nDe [bak?] is vol.")

    after = desk.klacht(klacht.kenmerk)
    assert (after.category, after.melder_name) == ("afval", "J. de Fries")
    assert "De bak is vol." in after.description
    assert "De tekst van de brief is bewaard." in anna.gets("opdracht_uitgevoerd").text


def test_what_a_human_chose_is_not_derived_again(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    desk.post_room.scans(paper("Geachte heer, er is iets.", CHECK, **JAN))
    asked = anna.gets("brief_controleren")
    anna.replies(asked, "#categorie bejegening")
    chosen = desk.klachten()[0].category

    anna.replies(asked, "#tekst\nMijn gft-container is niet geleegd.")

    melder.correct(desk.klachten()[0].kenmerk, {"street": "Kerkplein 1"}, desk.world)
    anna.replies(asked, "#tekst\nJ. de Vries\nDorpsstraat 12\n1234 AC Voorbeeld\n\nGeachte heer,\nIets.")
    assert (desk.klachten()[0].street, desk.klachten()[0].postcode) == ("Kerkplein 1", "1234 AC")

    assert chosen is not None
    assert desk.klachten()[0].category == chosen != "afval"


def test_nw_06_a_letter_to_retype_runs_its_term_and_waits_for_its_text(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    desk.post_room.scans(paper("Gcachtc hccr, mjjn cntanr", RETYPE, **JAN))

    [klacht] = desk.klachten()
    assert (klacht.description, klacht.melder_name, klacht.postal) == (TO_RETYPE, "", None)
    assert klacht.deadline == date(2026, 4, 13)
    asked = anna.gets("brief_controleren")
    assert "Brief overtypen" in asked.subject
    anna.gets_nothing()

    anna.replies(asked, "#tekst\nNaam: J. de Vries\nMijn gft-container is niet geleegd.")

    assert "niet geleegd" in anna.gets("nieuw_voor_team").text


def test_kk_brief_the_clerk_gives_the_day_it_came(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    desk.post_room.scans(paper("Geachte heer, er is iets.", CHECK, **JAN))
    [klacht] = desk.klachten()
    asked = anna.gets("brief_controleren")

    anna.replies(asked, "#ontvangen 20 februari")
    after = desk.klacht(klacht.kenmerk)
    assert (after.received_at.date(), after.deadline) == (date(2026, 2, 20), date(2026, 4, 7))

    anna.reads_all()
    anna.replies(asked, "#ontvangen 3 maart")
    assert "geen dag van het afgelopen half jaar" in anna.gets("opdracht_niet_begrepen").text


def test_what_became_nothing_takes_its_pages_along(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    desk.post_room.scans(pile(), "stapel.pdf")
    anna.replies(anna.gets("ter_beoordeling"), "#afwijzen reclame")
    with desk.world.store.begin() as tx:
        assert letters.told(tx, 1)
        assert retention.destroy_arrivals(tx, desk.now().replace(year=2027)) == 1
        assert letters.told(tx, 1) is None
        assert arrivals.raw(tx, 1) is None


def test_nw_06_no_burgerservicenummer_of_a_mail_stands_in_a_task(desk: Desk) -> None:
    desk.citizen("jan@home.example").writes("Paspoort", "Mijn BSN is 111222333 en ik wacht al weken.")

    task = desk.agent(ANNA).gets("nieuw_voor_team")
    assert "Mijn BSN is [BSN] en ik wacht" in task.text
    assert b"111222333" not in task.raw


def test_a_letter_whose_key_is_gone_waits_with_that_reason(desk: Desk) -> None:
    desk.settle, settle = (lambda: None), desk.settle
    desk.post_room.scans(paper())
    world = desk.world
    desk.house = replace(desk.house, world=replace(world, vault=Vault([b"another key of 32 octets or more"])))
    desk.settle = settle
    desk.settle()

    assert "staat niet meer in [security] keys" in desk.agent(ANNA).gets("ter_beoordeling").text
    desk.house = replace(desk.house, world=world)
    with desk.world.store.begin() as tx:
        desk.world.store.enqueue(tx, PROCESS, arrivals.put_back(tx, None))
    assert len(desk.klachten()) == 0
    desk.settle()
    assert len(desk.klachten()) == 1


def test_two_letters_of_one_writer_may_go_on_as_one(desk: Desk) -> None:
    anna = desk.agent(ANNA)
    desk.post_room.scans(paper())
    first = anna.gets("nieuw_voor_team")
    desk.post_room.scans(paper("Geachte heer, nog steeds niet geleegd. J. de Vries", **JAN))
    second = anna.gets("nieuw_voor_team")
    desk.post_room.scans(paper("Geachte heer, de lantaarn is stuk. P. Jansen", name="P. Jansen"))
    third = anna.gets("nieuw_voor_team")

    anna.replies(third, f"#samenvoegen {first.kenmerk}")
    anna.replies(second, f"#samenvoegen {first.kenmerk}")

    assert desk.klacht(third.kenmerk).merged_into == ""
    assert desk.klacht(second.kenmerk).merged_into == first.kenmerk


BOX = """[[imap]]
name = "scan"
host = "imap.stad.example"
port = 993
username = "scan"
password = "geheim"
scanner = true
"""


def test_what_lies_in_the_mailbox_of_a_scanner_is_a_letter(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, more=BOX)
    mail = desk.citizen(SCANNER).composed("Scan", "Zie bijlage.", "klachten@stad.example")
    for box in ("scan", "elders"):
        arrive.keep([Envelope(mail + b"\n" + box.encode(), f"imap:{box}", MONDAY)], desk.world)
    desk.settle()

    assert verdicts(desk) == ["Review", "NewKlacht"]
    desk.citizen(SCANNER).gets("ontvangstbevestiging")
    desk.citizen(SCANNER).gets_nothing()


def test_nobody_waits_while_a_letter_is_read(desk: Desk) -> None:
    world = desk.world
    desk.house = replace(desk.house, world=replace(world, glance=lambda _: partial(world.parse)))
    desk.settle, settle = (lambda: None), desk.settle
    desk.post_room.scans(paper())
    desk.citizen("jan@home.example").writes("Container", "De gft-bak is niet geleegd.")

    process_all([1, 2], desk.world)
    assert [k.channel for k in desk.klachten()] == ["email"]
    settle()
    assert [k.channel for k in desk.klachten()] == ["letter", "email"]


def test_the_addresses_above_a_letter_say_nothing_of_what_it_is_about(desk: Desk) -> None:
    to = "Gemeente Voorbeeld\nTeam Klachten en Bezwaar\nPostbus 1\n\nGeachte"
    desk.post_room.scans(paper(LETTER.replace("Geachte", to)))

    [klacht] = desk.klachten()
    assert (klacht.category, klacht.priority) == ("afval", "normaal")
    assert "Team Klachten en Bezwaar" in klacht.description
