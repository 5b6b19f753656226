"""The bytes that leave: whole, foldable by no relay, and saying nothing a stranger put there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest

from mailagent.core.mail import Attachment
from mailagent.outbound.envelope import MOST_REFERENCES, BadHeader, Headers, build
from mailagent.outbound.render import Rendered, Templates
from mailagent.outbound.samples import samples
from mailagent.shipped import search_path

HEADERS = Headers(
    sender="klachten@stad.example",
    sender_name="Gemeente Stad",
    to="jan@home.example",
    to_name="Jan de Vries",
    date=datetime(2026, 3, 2, 8, 14, tzinfo=UTC),
    message_id="<abcdefghijklmnop.mailagent@stad.example>",
    reply_to="klachten+r-abcdefghijklmnop@stad.example",
    in_reply_to="<1@home.example>",
    references=("<0@home.example>", "<1@home.example>"),
    automatic="auto-replied",
)
MAIL = Rendered(
    "[KL26-00042] Eén bericht 🙂", "Beste Jan,\n\nHet is één dag later.\n", "<p>Hé 🙂</p>\n", "nl"
)


def read(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    return mail


def test_a_reader_gets_back_what_was_put_in() -> None:
    mail = read(build(MAIL, HEADERS))

    assert mail["From"] == "Gemeente Stad <klachten@stad.example>"
    assert mail["To"] == "Jan de Vries <jan@home.example>"
    assert mail["Subject"] == MAIL.subject
    assert mail["Reply-To"] == HEADERS.reply_to
    assert mail["Message-ID"] == HEADERS.message_id
    assert mail["In-Reply-To"] == "<1@home.example>"
    assert mail["References"] == "<0@home.example> <1@home.example>"
    assert mail["Date"].datetime == HEADERS.date
    assert mail["Content-Language"] == "nl"
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().replace("\r\n", "\n") == MAIL.text
    assert html.get_content().replace("\r\n", "\n") == MAIL.html


def test_it_says_that_a_machine_sent_it_but_keeps_its_right_to_a_bounce() -> None:
    mail = read(build(MAIL, HEADERS))

    assert mail["Auto-Submitted"] == "auto-replied"
    suppressed = {word.strip() for word in mail["X-Auto-Response-Suppress"].split(",")}
    assert {"OOF", "AutoReply"} <= suppressed
    assert not {"NDR", "All"} & suppressed


def test_every_shipped_mail_comes_through_whole() -> None:
    templates = Templates([folder / "mail" for folder in search_path("templates", None)])
    for name in ("ontvangstbevestiging", "afgehandeld", "nieuw_voor_team"):
        rendered = templates.render(name, "nl", samples(name))
        mail = read(build(rendered, HEADERS))
        text, html = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
        assert (mail["Subject"], text, html) == (rendered.subject, rendered.text, rendered.html)


def test_every_line_ends_in_crlf_and_is_ascii_and_short() -> None:
    long = replace(MAIL, text="woord" * 5_000 + "\r\nFrom hier\n.\n" + "é" * 3_000, html="<p>" + "x" * 90_000)
    raw = build(long, HEADERS)

    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    text, _ = read(raw).iter_parts()
    assert text.get_content().replace("\r\n", "\n").rstrip("\n") == long.text.replace("\r\n", "\n")


def test_the_same_mail_gives_the_same_bytes() -> None:
    assert build(MAIL, HEADERS) == build(MAIL, HEADERS)


def test_a_name_outside_ascii_is_encoded_and_one_with_a_comma_is_quoted() -> None:
    name = "Gemeente Súdwest-Fryslân, team Klachten van burgers en bedrijven in de hele gemeente"
    raw = build(MAIL, replace(HEADERS, sender_name=name, to_name='Vries, Jan "de" <x@evil.example>'))

    # the newer reader of the standard library keeps the space between two encoded words of a name
    sender = str(make_header(decode_header(message_from_bytes(raw)["From"])))
    assert sender == f"{name} <klachten@stad.example>"
    (to,) = read(raw)["To"].addresses
    assert to.addr_spec == "jan@home.example"
    assert max(map(len, raw.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    "bad",
    [
        {"to": "jan@home.example\r\nBcc: all@stad.example"},
        {"to": "jan@home.example, all@stad.example"},
        {"to": "jan"},
        {"to": "jan@münchen.example"},
        {"to": ""},
        {"reply_to": "klachten@stad.example>\n"},
        {"message_id": "<a@b>\nBcc: all@stad.example"},
        {"message_id": "a@b"},
        {"date": datetime(2026, 3, 2)},  # noqa: DTZ001 - that is the mistake
    ],
)
def test_a_header_that_would_become_two_or_reach_another_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(BadHeader):
        replace(HEADERS, **bad)  # type: ignore[arg-type]


def test_a_subject_with_a_line_end_is_refused() -> None:
    with pytest.raises(BadHeader):
        build(replace(MAIL, subject="Klacht\nBcc: all@stad.example"), HEADERS)


def test_a_melder_with_a_hostile_name_gets_an_answer_and_no_header_of_their_own() -> None:
    for name in (
        "Jan\r\nBcc: all@stad.example",
        "Jan\udcff\x00\u2028Bcc: é",
        "=?utf-8?q?Jan=0ABcc?=",
        "x" * 9_999,
    ):
        raw = build(MAIL, replace(HEADERS, to_name=name))
        mail = read(raw)
        assert mail["Bcc"] is None
        assert [to.addr_spec for to in mail["To"].addresses] == ["jan@home.example"]
        assert max(map(len, raw.split(b"\r\n"))) <= 200


def test_words_that_look_encoded_are_shown_as_they_were_written() -> None:
    subject = "[KL26-00042] Nieuwe klacht: =?utf-8?q?a=0D=0ABcc=3A?="
    assert read(build(replace(MAIL, subject=subject), HEADERS))["Subject"] == subject


def test_a_message_id_that_is_none_keeps_nobody_from_getting_an_answer() -> None:
    headers = replace(
        HEADERS, in_reply_to="no brackets", references=("<a b@c>", "<ok@home.example>", "é", "")
    )
    mail = read(build(MAIL, headers))

    assert mail["In-Reply-To"] is None
    assert mail["References"] == "<ok@home.example>"


def test_of_a_long_thread_the_first_and_the_last_ones_stay_in_folded_lines() -> None:
    ids = tuple(f"<{n}.{'x' * 40}@home.example>" for n in range(500))
    raw = build(MAIL, replace(HEADERS, references=ids + ids))

    kept = read(raw)["References"].split()
    assert kept == [ids[0], *ids[1 - MOST_REFERENCES :]]
    assert max(map(len, raw.split(b"\r\n"))) <= 78


FILES = {
    "foto.jpg": ("image/jpeg", "foto.jpg", "image/jpeg"),
    "Brief van café.pdf": ("application/pdf", "Brief van café.pdf", "application/pdf"),
    'x"; filename="y.exe\r\nBcc: all@x.example': ("text/plain", None, "text/plain"),
    "../../etc/passwd": ("text/plain", "-.-etc-passwd", None),
    "klacht": ("message/rfc822", "klacht.eml", "application/octet-stream"),
    "text/calendar": ("text/calendar", "text-calendar", "text/calendar"),
    "a" * 300 + ".pdf": ("image/png; name=x", None, "application/octet-stream"),
    ".": ("", "bijlage", "application/octet-stream"),
    "\N{SMILING FACE WITH OPEN MOUTH}.png": (
        "image/png",
        "\N{SMILING FACE WITH OPEN MOUTH}.png",
        "image/png",
    ),
}


@pytest.mark.parametrize("name", FILES, ids=lambda name: ascii(name[:20]))
def test_a_file_goes_along_byte_for_byte_under_its_name(name: str) -> None:
    kind, shown, shown_kind = FILES[name]
    content = bytes(range(256)) * 5
    raw = build(MAIL, HEADERS, [Attachment(name, kind, content)])
    mail = read(raw)
    assert mail["Bcc"] is None
    [file] = [part for part in mail.walk() if part.get_content_disposition() == "attachment"]
    assert file.get_payload(decode=True) == content
    assert shown is None or file.get_filename() == shown
    assert shown_kind is None or file.get_content_type() == shown_kind
    assert len(str(file.get_filename())) <= 82
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert mail.get_body(("plain",)) is not None
