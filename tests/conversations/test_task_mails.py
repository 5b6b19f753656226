"""What an agent gets is enough to act on: why it is here, how it stands, what went before, in one thread."""

from __future__ import annotations

import email.policy
from email.message import EmailMessage
from email.utils import make_msgid
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import sqlalchemy as sa
from desk import INTAKE, Desk, Got, open_desk

from mailagent.flow.files import MOST_OCTETS
from mailagent.service import handlers
from mailagent.store.tables import arrival

ANNA, BRAM, JAN = "anna@stad.example", "bram@stad.example", "jan@home.example"
JPEG = b"\xff\xd8" + bytes(range(256)) * 20


@pytest.fixture
def two(tmp_path: Path) -> Desk:
    """Anna and Bram share the work."""
    return open_desk(tmp_path, members=[ANNA, BRAM])


def facts(mail: Got) -> dict[str, str]:
    """The lines of a mail that name a fact."""
    return dict(line.split(": ", 1) for line in mail.text.splitlines() if ": " in line[:20])


def below(mail: Got, heading: str) -> list[str]:
    """The points under a heading."""
    _, found, rest = mail.text.partition(f"\n{heading}\n{'-' * len(heading)}\n")
    assert found, mail.text
    points = rest.strip().split("\n\n")[0].splitlines()
    return [line.removeprefix("* ") for line in points]


def test_a_new_klacht_comes_with_how_it_was_sorted_and_what_the_melder_brought_before(two: Desk) -> None:
    jan, anna = two.citizen(JAN), two.agent(ANNA)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    first = anna.gets("nieuw_voor_team")
    anna.replies(first, "#opgelost gegrond\nExcuses.")
    jan.writes("Balie", "En nu weer, zo onbeleefd.")

    task = anna.gets("nieuw_voor_team")

    assert "Eerdere klachten" not in first.text
    assert below(task, "Eerdere klachten van deze melder") == [f"{first.kenmerk} (opgelost, geen antwoord)"]
    assert facts(task)["Termijn"] == "op schema"
    assert "“onbeleefd” (bejegening, 4)" in facts(task)["Waarom bij u"]
    assert f"{first.kenmerk} (opgelost, geen antwoord)" in task.html


def test_who_gets_a_klacht_later_reads_what_went_before(two: Desk) -> None:
    jan, anna, bram = two.citizen(JAN), two.agent(ANNA), two.agent(BRAM)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    task = anna.gets("nieuw_voor_team")
    anna.replies(task, "#in_behandeling")
    two.passes(days=36)
    anna.replies(task, "#categorie overig\n#vraag Wanneer was dat?")

    anna.replies(task, "#toewijzen bram")

    given = bram.gets("toegewezen")
    assert "Anna heeft de klacht toegewezen." in given.text
    assert facts(given)["Termijn"] == "bijna te laat"
    assert "Gezien: “onbeleefd”" in facts(given)["Sortering"]
    assert facts(given)["Sortering"].endswith("Een mens koos de categorie.")
    history = below(given, "Wat er eerder gebeurde")
    assert history[0] == "02-03-2026 10.00: De klacht kwam binnen."
    assert history[1] == "02-03-2026 10.00: In behandeling genomen"
    assert history[-1].endswith("Vraag gestuurd aan de melder")
    assert not [line for line in history if "Toegewezen aan bram" in line], "that is what this mail is about"
    jan.replies(jan.gets("vraag"), "Dinsdag.")
    assert "Toegewezen aan bram" in below(bram.gets("aanvulling"), "Wat er eerder gebeurde")[-1]


def test_what_an_agent_gets_about_a_klacht_is_one_thread(two: Desk) -> None:
    jan, anna = two.citizen(JAN), two.agent(ANNA)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    task = anna.gets("nieuw_voor_team")
    sent = anna.replies(task, "#vraag Wanneer was dat?")
    done = anna.gets("opdracht_uitgevoerd")
    jan.replies(jan.gets("vraag"), "Dinsdag.")

    reaction = anna.gets("aanvulling")

    first = str(task.message["message-id"])
    assert str(done.message["in-reply-to"]) in (first, str(sent["message-id"]))
    assert str(reaction.message["references"]).split()[:2] == [str(sent["message-id"]), first]
    assert str(done.message["message-id"]) in str(reaction.message["references"])
    answers = [mail for mail in two.mailboxes[ANNA] if mail.kind.startswith("opdracht_")]
    assert len(answers) == 1


def held_back(desk: Desk) -> None:
    """Whatever is owed from now on waits."""
    desk.settle = lambda: desk.world.store.jobs.drain(handlers(desk.house, ["worker"]))


def let_go(desk: Desk) -> None:
    """What waits leaves."""
    desk.settle = lambda: desk.world.store.jobs.drain(handlers(desk.house))
    desk.settle()


def test_a_task_that_waited_tells_of_what_came_before_it_and_of_nothing_since(two: Desk) -> None:
    jan, anna, bram = two.citizen(JAN), two.agent(ANNA), two.agent(BRAM)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    task = anna.gets("nieuw_voor_team")
    bram.reads_all()
    held_back(two)
    anna.replies(task, "#toewijzen bram")
    anna.replies(task, "#categorie overig")

    let_go(two)

    given = bram.gets("toegewezen")
    assert "Een mens koos de categorie" not in given.text
    assert below(given, "Wat er eerder gebeurde") == ["02-03-2026 10.00: De klacht kwam binnen."]


def test_a_task_of_what_became_confidential_meanwhile_says_nothing_of_the_past(two: Desk) -> None:
    jan, anna, bram = two.citizen(JAN), two.agent(ANNA), two.agent(BRAM)
    jan.writes("Fiets", "Mijn fiets is weg.")
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    anna.gets("nieuw_voor_team")
    task = anna.gets("nieuw_voor_team")
    bram.reads_all()
    held_back(two)
    anna.replies(task, "#toewijzen bram")
    anna.replies(task, "#vertrouwelijk")

    let_go(two)

    given = bram.gets("toegewezen")
    assert "Eerdere klachten" in task.text
    assert "“onbeleefd” (bejegening" in task.text
    for past in ("Eerdere klachten", "Wat er eerder gebeurde", "“onbeleefd”"):
        assert past not in given.text + given.html


# --- files


def with_files(desk: Desk, reply_to: str = INTAKE, **files: bytes) -> None:
    """Jan sends these files; `_` in a name stands for `.`."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = JAN, reply_to, "Bak"
    message["Message-ID"] = make_msgid(domain="home.example")
    message.set_content("Zie de bijlagen.")
    for name, content in files.items():
        kind = ("image", "jpeg") if name.endswith("jpg") else ("application", "octet-stream")
        message.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=name.replace("_", "."))
    desk.citizen(JAN).hands_in(message.as_bytes(policy=email.policy.SMTP), reply_to)


def files_in(mail: Got) -> dict[str, bytes]:
    return {
        str(part.get_filename()): bytes(part.get_payload(decode=True) or b"")  # type: ignore[arg-type]
        for part in mail.message.iter_attachments()
    }


def test_files_go_along_as_they_came_and_what_stays_behind_is_named(two: Desk) -> None:
    anna, bram, jan = two.agent(ANNA), two.agent(BRAM), two.citizen(JAN)
    with_files(two, foto_jpg=JPEG, virus_exe=b"MZ", film_mp4=b"x" * (MOST_OCTETS + 1))
    task = anna.gets("nieuw_voor_team")

    assert files_in(task) == {"foto.jpg": JPEG}
    assert "* virus[.]exe\n* film.mp4" in task.text.partition("gaan niet mee")[2]
    assert "gaan niet mee" in task.html

    anna.replies(task, "#toewijzen bram")
    assert files_in(bram.gets("toegewezen")) == {"foto.jpg": JPEG}
    with_files(two, jan.gets("ontvangstbevestiging").reply_to, bon_pdf=b"%PDF")
    more = bram.gets("aanvulling")
    assert files_in(more) == {"bon.pdf": b"%PDF"}
    assert "gaan niet mee" not in more.text


def test_files_of_a_confidential_klacht_stay_here(two: Desk) -> None:
    anna, bram = two.agent(ANNA), two.agent(BRAM)
    with_files(two, foto_jpg=JPEG)
    anna.replies(anna.gets("nieuw_voor_team"), "#vertrouwelijk\n#toewijzen bram")

    given = bram.gets("toegewezen")

    assert files_in(given) == {}
    assert "foto.jpg" not in given.text + given.html


def test_a_mail_with_files_that_cannot_be_read_any_more_goes_without_them(two: Desk) -> None:
    anna, bram = two.agent(ANNA), two.agent(BRAM)
    with_files(two, foto_jpg=JPEG)
    task = anna.gets("nieuw_voor_team")
    with two.world.store.begin() as tx:
        tx.execute(sa.update(arrival).values(raw=None))
    anna.replies(task, "#toewijzen bram")

    given = bram.gets("toegewezen")

    assert files_in(given) == {}
    assert "* foto.jpg" in given.text.partition("gaan niet mee")[2]


# --- tags that are ready to be sent


class Links(HTMLParser):
    """Where a page leads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep every link."""
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def test_a_tag_is_a_link_that_begins_a_reply_with_it(two: Desk) -> None:
    jan, anna = two.citizen(JAN), two.agent(ANNA)
    jan.writes("Café & balie", "Ik werd onbeleefd behandeld.")
    task = anna.gets("nieuw_voor_team")

    links = [urlsplit(link) for link in Links(task.html).found if link.startswith("mailto:")]
    said = {parse_qs(link.query)["body"][0].strip(): link for link in links}
    assert {"#in_behandeling", "#opgelost", "#toewijzen", "#help"} <= set(said)
    assert {unquote(link.path) for link in links} == {task.reply_to}
    take = said["#in_behandeling"]
    anna.writes(parse_qs(take.query)["subject"][0], parse_qs(take.query)["body"][0], unquote(take.path))

    assert parse_qs(take.query)["subject"] == [f"Re: [{task.kenmerk}] Café & balie"]
    assert two.klacht(task.kenmerk).assigned_to == ANNA
    anna.gets("opdracht_uitgevoerd")
