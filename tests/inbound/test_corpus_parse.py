"""Real mail from the shared corpora: everything is read, and nearly everything as others read it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from mailagent.core.mail import Mail
from mailagent.core.quoting import new_text
from mailagent.core.screening import screened
from mailagent.inbound.parse import parse

pytestmark = pytest.mark.corpus

CHECKOUT = Path(__file__).parents[2]

RIGHT_SUBJECTS = {
    # the expectation lost two letters that stand there as raw Windows-1252
    "error_emails__invalid_subject_characters": (
        "Formação FrenetikPolis: Mega Campanha Final Verão | Cursos de Setembro"
    ),
    # its head was given up at a line that lost its leading blank
    "plain_emails__raw_email_incorrect_header": "Stop adware/spyware once and for all.",
    # and at a blank before the colon, which RFC 2822 4.5 has in use
    "rfc2822__example13": "Saying Hello",
    # RFC 2047 6.2: the blank between plain text and an encoded word belongs to the text
    "rfc2822__example14": "Re: TEST テストテスト",
}
RIGHT_SENDERS = {
    # `From: Big Bug bb@bug.com`: a sender is a bare address
    "plain_emails__mix_caps_content_type": "bb@bug.com",
    "plain_emails__raw_email_incorrect_header": "xxx@xxx.xxx",
}


def corpus(folder: str) -> Path:
    """A folder of the shared corpora, which CI must have."""
    shared = CHECKOUT.parent / "shared" / "corpora"
    found = Path(os.environ.get("MAILAGENT_CORPORA", shared)) / "mails" / folder
    if not found.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"NOT CHECKED: no corpus at {found}")
        pytest.skip(f"NOT CHECKED: no corpus at {found}")
    return found


def decoded() -> list[tuple[str, dict[str, Any], Mail]]:
    """Name, expectation and reading of each mail in the decode corpus."""
    return [
        (path.stem, json.loads(path.with_suffix(".json").read_text("utf-8")), parse(path.read_bytes()))
        for path in sorted(corpus("decode").glob("*.eml"))
    ]


def squeezed(text: str | None) -> str:
    """A text with every run of white space as one blank."""
    return " ".join((text or "").split())


@pytest.mark.parametrize("folder", ["decode", "structure", "bounces"])
def test_every_mail_is_read_and_holds_nothing_a_store_refuses(folder: str) -> None:
    for path in sorted(corpus(folder).rglob("*.*")):
        if path.suffix != ".json":
            mail = parse(path.read_bytes())
            text = "".join((mail.subject, mail.text, mail.new_text, *(value for _, value in mail.headers)))
            assert "\0" not in text.encode().decode()
            assert bool(mail.text.strip()) == bool(mail.new_text.strip())


def test_subjects_are_decoded() -> None:
    wrong = [
        name
        for name, expected, mail in decoded()
        if squeezed(mail.subject) != squeezed(RIGHT_SUBJECTS.get(name, expected["subject"]))
    ]
    assert wrong == []


def test_senders_are_found() -> None:
    wrong = [
        name
        for name, expected, mail in decoded()
        if (mail.sender or "").lower() != RIGHT_SENDERS.get(name, expected["sender"]).lower()
    ]
    assert wrong == []


def test_named_attachments_come_out_byte_for_byte() -> None:
    missing = [
        (name, part["filename"])
        for name, expected, mail in decoded()
        for part in expected["attachments"]
        if part["filename"]
        and (part["filename"], part["sha256"]) not in {(a.filename, a.sha256) for a in mail.attachments}
    ]
    # one expectation looks inside an attached message, which we keep as one attachment
    assert missing == [("attachment_emails__attachment_message_rfc822", "broken.pdf")]


def test_all_parts_that_are_not_text_are_attachments() -> None:
    for path in sorted(corpus("structure").rglob("*.eml")):
        expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
        assert len(parse(path.read_bytes()).attachments) == len(expected["attachments"]), path.name


def test_replies_are_cut_as_a_person_would() -> None:
    folder = corpus("reply")
    right = 0
    for path in sorted((folder / "emails").glob("*.txt")):
        expected = (folder / "trimmed" / path.name).read_text("utf-8")
        right += new_text(path.read_text("utf-8")).strip() == expected.strip()
        assert lost(new_text(path.read_text("utf-8")), expected) == [], path.name
    # two of the other five are never empty here, and two keep text that stands below the quoted lines
    assert right >= 59


def lost(cut: str, expected: str) -> list[str]:
    """The lines of a text that did not survive."""
    kept = {line.strip() for line in cut.split("\n")}
    return [line for line in expected.split("\n") if line.strip() and line.strip() not in kept]


def test_bounces_are_told_from_reports_of_abuse_and_vacations() -> None:
    folder = corpus("bounces") / "sisimai"
    mails = {path.name: parse(path.read_bytes()) for path in folder.glob("*.eml")}
    others = {name for name in mails if name.startswith(("arf-", "rfc3834-"))}
    assert not [name for name in others if mails[name].bounce or not screened(mails[name], None)]
    expected = set(json.loads((folder / "expected.json").read_text("utf-8")))
    missed = {name for name in expected - others if not mails[name].bounce}
    # Amazon tells in JSON, to a machine that asked for it, that a mail was delivered: no bounce, and not ours
    assert missed == {"lhost-amazonses-12.eml"}
    assert len(missed) <= 0.02 * len(expected)


def test_a_bounce_tells_whom_or_what_it_is_about() -> None:
    folder = corpus("bounces") / "sisimai"
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    names = [name for name in expected if not name.startswith(("arf-", "rfc3834-"))]
    told = [parse((folder / name).read_bytes()).bounce for name in names]
    found = [bounce for bounce in told if bounce and (bounce.recipients or bounce.original_message_id)]
    assert len(found) >= 0.98 * len(names)


def test_most_bounces_without_an_expectation_are_known_too() -> None:
    folder = corpus("bounces")
    flufl = [parse(path.read_bytes()) for path in (folder / "flufl").glob("*.txt")]
    sisimai = [parse(path.read_bytes()) for path in (folder / "sisimai").glob("*.eml")]
    assert sum(bool(mail.bounce) for mail in sisimai) >= 150
    assert sum(bool(mail.bounce) for mail in flufl) >= 106
    assert sum(bool(screened(mail, None)) for mail in (*sisimai, *flufl)) >= 267
