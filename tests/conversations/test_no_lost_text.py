"""Whatever a mail program does to a text: who must handle it reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import INTAKE, Desk

MAILS = Path(__file__).parent.parent / "mails"
JAN, ANNA = "jan@home.example", "anna@stad.example"
HEAD = f"From: Jan <{JAN}>\r\nTo: {INTAKE}\r\nSubject: Bak\r\nMIME-Version: 1.0\r\n".encode()
INNER = b"From: Jan <jan@home.example>\r\nSubject: Oude klacht\r\n\r\nDe bak is al een jaar vol.\r\n"


def part(kind: str, content: bytes, name: str = "") -> bytes:
    """A mail of nothing but this one file."""
    named = f'; name="{name}"' if name else ""
    disposed = f'Content-Disposition: attachment; filename="{name}"\r\n' if name else ""
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
        + f"Content-Type: {kind}{named}\r\n{disposed}\r\n".encode()
        + content
        + b"\r\n--m--\r\n"
    )


def html(body: str) -> bytes:
    return HEAD + f"Content-Type: text/html; charset=utf-8\r\n\r\n{body}\r\n".encode()


TEXTS = {
    "before <html>": (html("Mijn bak is vol.<html><body>Groet</body></html>"), "Mijn bak is vol."),
    "after </html>": (html("<html><body>Hallo</body></html>Mijn bak is vol."), "Mijn bak is vol."),
    "in a comment of Word": (html("<!--[if mso]>x<![endif]--><p>Mijn bak is vol.</p>"), "Mijn bak is vol."),
    "embedded message alone": (part("message/rfc822", INNER), "De bak is al een jaar vol."),
    "the mail is a message": (HEAD + b"Content-Type: message/rfc822\r\n\r\n" + INNER, "al een jaar vol"),
    "calendar alone": (
        part("text/calendar", b"BEGIN:VCALENDAR\r\nSUMMARY:Gesprek over de bak\r\nEND:VCALENDAR"),
        "Gesprek over de bak",
    ),
    "a text file alone": (part("text/plain", b"Mijn bak is vol.", "klacht.txt"), "Mijn bak is vol."),
}


@pytest.mark.parametrize("where", TEXTS)
def test_a_text_in_an_odd_place_is_read_by_the_team(desk: Desk, where: str) -> None:
    raw, text = TEXTS[where]

    desk.citizen(JAN).hands_in(raw)

    assert text in " ".join(desk.agent(ANNA).gets("nieuw_voor_team").text.split())
    desk.citizen(JAN).gets("ontvangstbevestiging")


@pytest.mark.parametrize(
    ("mail", "seen"),
    [
        ("winmail_dat_alone", ("De bak is vol.", "dagen[.]csv")),
        ("winmail_dat", ("",)),
        ("photo_without_a_word", ("image/jpeg",)),
        ("calendar_beside_the_text", ("Uitnodiging", "text/calendar")),
        ("embedded_message", ("Zie bijlage.", "Oude klacht")),
        ("multipart_without_its_boundary", ("",)),
        ("text_in_two_parts_around_a_photo", ("",)),
    ],
)
def test_an_odd_mail_becomes_a_klacht_and_what_came_along_is_named(
    desk: Desk, mail: str, seen: tuple[str, ...]
) -> None:
    desk.citizen(JAN).hands_in((MAILS / f"{mail}.eml").read_bytes())

    task = desk.agent(ANNA).gets("nieuw_voor_team").text.replace("[.]", ".")
    assert all(words.replace("[.]", ".") in task for words in seen)
    assert len(desk.klachten()) == 1


def test_answers_between_the_quoted_lines_reach_the_team_with_what_they_answer(desk: Desk) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.writes("Bak", "Mijn bak is vol.")
    anna.replies(anna.gets("nieuw_voor_team"), "#antwoord\nIs de bak nu leeg?\nMogen wij u bellen?")
    asked = jan.gets("antwoord")
    lines = [f"> {line}" for line in asked.text.splitlines()]
    at = lines.index("> Mogen wij u bellen?")

    quoted = "\n".join(
        [*lines[:at], "", "Nee, nog vol.", "", lines[at], "", "Ja, op 0612345678.", *lines[at + 1 :]]
    )
    jan.replies(asked, f"Op ma 2 mrt 2026 om 10:00 schreef Gemeente <{INTAKE}>:\n\n{quoted}", quote=False)

    told = anna.gets("aanvulling").text
    assert "Nee, nog vol." in told
    assert "Ja, op 0612345678." in told
    assert "Is de bak nu leeg?" in told


def test_a_photo_without_a_word_after_the_handling_is_named_in_the_request(desk: Desk) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.writes("Bak", "Mijn bak is vol.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nDe bak is geleegd.")

    photo = part("image/jpeg", b"\xff\xd8\xff", "nog vol.jpg")
    jan.hands_in(photo, to=jan.gets("afgehandeld").reply_to)

    assert "nog vol.jpg" in anna.gets("verzoek_tot_heropenen").text


def test_a_reaction_of_nothing_but_a_forwarded_message_is_read_too(desk: Desk) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.writes("Bak", "Mijn bak is vol.")

    jan.hands_in(part("message/rfc822", INNER), to=jan.gets("ontvangstbevestiging").reply_to)

    assert "De bak is al een jaar vol." in anna.gets("aanvulling").text


def test_what_an_agent_forwards_as_a_file_is_no_order(desk: Desk) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.writes("Bak", "Mijn bak is vol.")
    task = anna.gets("nieuw_voor_team")
    order = INNER.replace(b"De bak is al een jaar vol.", b"#sluiten geen_klacht")

    anna.hands_in(part("message/rfc822", order).replace(JAN.encode(), ANNA.encode()), to=task.reply_to)

    assert desk.klacht(task.kenmerk).status == "nieuw"
    anna.gets("opdracht_niet_begrepen")
