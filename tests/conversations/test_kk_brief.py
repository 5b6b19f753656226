"""A letter out (VNG C4374, C9750, C1924): for whom no mail reaches, for who asked for it, and by an agent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from desk import Desk, Got, open_desk
from printer import PRINTING, Printer, lives

from mailagent.core.events import AGENT, Actor
from mailagent.flow import melder, print_queue
from mailagent.outbound.letters import Letters
from mailagent.store import notices, printing, terms
from mailagent.store.notices import Notice

JAN, ANNA, CARLA = "jan@home.example", "anna@stad.example", "carla@stad.example"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return open_desk(tmp_path, more=PRINTING)


@pytest.fixture
def printer(desk: Desk) -> Printer:
    return Printer(desk)


def complained(desk: Desk) -> Got:
    desk.citizen(JAN).writes("Stoep", "De stoep ligt al weken open.")
    desk.citizen(JAN).reads_all()
    return desk.agent(ANNA).gets("nieuw_voor_team")


def answered(desk: Desk, task: Got, text: str) -> str:
    desk.agent(ANNA).replies(task, text)
    answer = desk.mailboxes[ANNA][-1]
    answer.read = True
    return answer.text


def proof(desk: Desk, kenmerk: str, kind: str) -> list[str]:
    klacht = desk.klacht(kenmerk)
    with desk.world.store.read() as tx:
        [one] = [n for n in notices.of_klacht(tx, klacht.id) if n.kind == kind and n.way != "mail"]
        return [line.what for line in notices.proofs(tx, one)]


def test_kk_brief_c9750_an_agent_writes_a_letter_that_is_printed_and_confirmed(
    desk: Desk, printer: Printer
) -> None:
    task = complained(desk)
    lives(desk, task.kenmerk)

    said = answered(desk, task, "#brief\nBeste mevrouw Bakker,\n\nDe aannemer begint maandag.")
    assert "Uw brief aan Greet Bakker, Dorpsstraat 12a, 1234 AB Voorbeeld staat in de afdrukwachtrij." in said
    desk.citizen(JAN).gets_nothing()
    assert proof(desk, task.kenmerk, "antwoord") == ["owed"]

    printer.morning()
    mail = desk.agent(CARLA).gets("brieven")
    assert f"{task.kenmerk}: antwoord, aan Greet Bakker" in mail.text
    [pdf] = mail.message.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content_type()) == ("brieven-1.pdf", "application/pdf")
    [letter] = printer.letters
    for words in ("De aannemer begint maandag.", "Greet Bakker", "1234 AB VOORBEELD", "Postbus 1, 1234 ZZ"):
        assert words in letter.text
    assert "mail antwoorden" not in letter.text
    assert proof(desk, task.kenmerk, "antwoord") == ["owed", "printed"]

    desk.agent(CARLA).replies(mail, "#gedrukt")
    assert "De brief is op de post gedaan." in desk.agent(CARLA).gets("opdracht_uitgevoerd").text
    assert proof(desk, task.kenmerk, "antwoord") == ["owed", "printed", "posted"]
    assert desk.kinds(task.kenmerk)[-2:] == ["letter_written", "letter_posted"]


def test_kk_brief_who_has_a_dead_address_gets_the_lost_mail_as_a_letter(desk: Desk, printer: Printer) -> None:
    task = complained(desk)
    lives(desk, task.kenmerk)
    answered(desk, task, "#opgelost gegrond\nDe stoep is dicht.")
    lost = desk.citizen(JAN).gets("afgehandeld")
    desk.citizen(JAN).hands_in(bounce_of(lost), lost.sender, "")

    told = desk.agent(ANNA).gets("niet_bezorgd")
    assert "Hij gaat nu als brief" in told.text
    printer.morning()
    [letter] = printer.letters
    assert "De stoep is dicht." in letter.text
    assert "/kto/" not in letter.text
    assert letter.code


def test_kk_brief_who_asked_for_paper_gets_every_mail_on_paper(desk: Desk, printer: Printer) -> None:
    task = complained(desk)
    lives(desk, task.kenmerk)
    melder.correct(task.kenmerk, {"prefers": "letter"}, desk.world)
    said = answered(desk, task, "#in_behandeling")
    assert "De melder krijgt dit als brief" in said
    printer.morning()
    [letter] = printer.letters
    assert "Wij behandelen uw klacht" in letter.text


def test_kk_zaak_c1924_the_channel_that_was_asked_for_counts_for_this_klacht_alone(
    desk: Desk, printer: Printer
) -> None:
    task = complained(desk)
    lives(desk, task.kenmerk, prefers="letter")
    answered(desk, task, "#antwoord\nWij komen kijken.")
    desk.citizen(JAN).gets_nothing()
    desk.citizen(JAN).writes("Iets anders", "De lantaarn is stuk.")
    desk.citizen(JAN).gets("ontvangstbevestiging")
    printer.morning()
    assert ["Wij komen kijken." in letter.text for letter in printer.letters] == [True]


def test_what_the_law_asks_goes_on_paper_where_no_contact_is_wanted(desk: Desk, printer: Printer) -> None:
    task = complained(desk)
    lives(desk, task.kenmerk)
    answered(desk, task, "#opgelost\nKlaar.")
    page = desk.citizen(JAN).clicks(desk.citizen(JAN).gets("afgehandeld").smiley("ontevreden"))
    page.answers("Laat maar.", no_contact=True)
    desk.citizen(JAN).reads_all()
    answered(desk, task, "#heropenen\nToch niet goed.")

    said = answered(desk, task, "#opgelost gegrond\nOnze excuses.")
    assert "De melder krijgt dit als brief" in said
    assert "Mogelijk is" not in said
    refused = answered(desk, task, "#brief\nNog één ding.")
    assert "De melder wil geen contact meer." in refused

    printer.morning()
    assert ["Onze excuses." in letter.text for letter in printer.letters] == [True]
    assert "Bent u tevreden" not in printer.letters[0].text
    desk.citizen(JAN).gets_nothing()
    assert not [mail for mail in desk.mailboxes[ANNA] if mail.kind == "brief_nodig"]


def test_without_a_queue_or_an_address_nothing_is_promised(tmp_path: Path, desk: Desk) -> None:
    task = complained(desk)
    assert "weten wij geen postadres" in answered(desk, task, "#brief\nWij komen.")
    bare = open_desk(tmp_path)
    task = complained(bare)
    lives(bare, task.kenmerk)
    assert "Er is geen afdrukwachtrij" in answered(bare, task, "#brief\nWij komen.")
    assert "is geen brief afgedrukt" in answered(bare, task, "#gedrukt")
    assert "er staat geen tekst bij" in answered(bare, task, "#brief")


def test_letters_are_confirmed_each_or_all_and_once(desk: Desk, printer: Printer) -> None:
    tasks = [complained(desk) for _ in range(3)]
    for task in tasks:
        lives(desk, task.kenmerk)
        answered(desk, task, f"#brief\nOver {task.kenmerk}.")
    printer.morning()
    mail = desk.agent(CARLA).gets("brieven")
    assert len(printer.letters) == 3
    assert all(task.kenmerk in printer.batches[-1][0].text for task in tasks)

    answered(desk, tasks[0], "#gedrukt")
    desk.agent(CARLA).replies(mail, f"{tasks[1].kenmerk} #gedrukt")
    assert proof(desk, tasks[0].kenmerk, "antwoord")[-1] == "posted"
    assert proof(desk, tasks[1].kenmerk, "antwoord")[-1] == "posted"
    assert proof(desk, tasks[2].kenmerk, "antwoord")[-1] == "printed"
    desk.agent(CARLA).replies(mail, "#gedrukt")
    assert proof(desk, tasks[2].kenmerk, "antwoord")[-1] == "posted"
    with desk.world.store.read() as tx:
        assert printing.unposted(tx) == []
    assert print_queue.confirm(1, Actor(AGENT), desk.world) == []


def test_a_batch_printed_again_says_the_same(desk: Desk, printer: Printer) -> None:
    task = complained(desk)
    lives(desk, task.kenmerk)
    answered(desk, task, "#brief\nWij komen.")
    batch = print_queue.begin(desk.world)
    desk.house.letters.pdf(batch)
    lives(desk, task.kenmerk, street="Elders 1")
    desk.passes(days=3)
    desk.house.letters.pdf(batch)
    first, again = printer.batches
    assert [page.html for page in first] == [page.html for page in again]
    assert print_queue.begin(desk.world) == 0


@dataclass(frozen=True)
class Slow(Letters):
    """Somebody who writes letters, before whose first one another writes the whole batch."""

    before: list[Callable[[], object]] = field(default_factory=list)

    def words(self, notice: Notice) -> str:
        while self.before:
            self.before.pop()()
        return super().words(notice)


class Otherwise(Letters):
    """Somebody with other templates: one letter says something else, and another cannot be written."""

    def words(self, notice: Notice) -> str:
        found = super().words(notice)
        if "kraan" in found:
            raise ValueError("a mistake in their template")
        return found.replace("ladder", "trap")


def test_two_who_write_a_batch_at_once_say_the_same_and_no_letter_is_in_two(
    desk: Desk, printer: Printer
) -> None:
    for what in ("kraan", "ladder"):
        task = complained(desk)
        lives(desk, task.kenmerk)
        answered(desk, task, f"#brief\nWij nemen een {what} mee.")
    batch, ours = print_queue.begin(desk.world), desk.house.letters
    other = Otherwise(ours.world, ours.templates, ours.filling, ours.press)
    Slow(ours.world, ours.templates, ours.filling, ours.press, [lambda: other.pdf(batch)]).pdf(batch)
    theirs, mine = printer.batches
    assert [page.html for page in theirs] == [page.html for page in mine]
    assert "trap" in printer.letters[0].text

    ours.pdf(print_queue.begin(desk.world))
    assert ["kraan" in letter.text for letter in printer.letters] == [True]


def test_the_term_of_the_law_runs_until_the_letter_is_posted(desk: Desk, printer: Printer) -> None:
    task = complained(desk)
    lives(desk, task.kenmerk, prefers="letter")
    answered(desk, task, "#opgelost ongegrond\nWij deden wat wij moesten doen.")
    printer.morning()
    assert running(desk, task.kenmerk) == ["awb"]
    answered(desk, task, "#gedrukt")
    assert running(desk, task.kenmerk) == []


def running(desk: Desk, kenmerk: str) -> list[str]:
    klacht = desk.klacht(kenmerk)
    with desk.world.store.read() as tx:
        return [clock.preset.id for _, clock in terms.running(tx, klacht.id)]


def bounce_of(mail: Got) -> bytes:
    """The report of a mail server that knows no such mailbox."""
    return (
        f"From: MAILER-DAEMON@home.example\r\nTo: {mail.sender}\r\nSubject: Undelivered\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; home.example\r\n\r\n"
        f"Final-Recipient: rfc822; {JAN}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    ).encode()
