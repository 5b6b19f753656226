"""Mails are written out in a process beside ours, word for word as here, and none of them holds another."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailagent.core.mail import Attachment
from mailagent.core.mails import MAILS
from mailagent.flow.receipt import Receipt
from mailagent.outbound import writer as written_by
from mailagent.outbound.envelope import Headers
from mailagent.outbound.render import Templates
from mailagent.outbound.samples import samples
from mailagent.outbound.writer import Draft, Writer, write_here
from mailagent.shipped import search_path

HEADERS = Headers(
    sender="klachten@stad.example",
    sender_name="Gemeente Voorbeeld",
    to="jan@home.example",
    date=datetime(2026, 3, 2, 9, tzinfo=UTC),
    message_id="<a.b@stad.example>",
    reply_to="klachten+r-1@stad.example",
)


@pytest.fixture(scope="module")
def writer() -> Iterator[Writer]:
    writer = Writer()
    yield writer
    writer.close()


def shipped() -> Templates:
    return Templates([folder / "mail" for folder in search_path("templates", None)])


def draft(kind: str) -> Draft:
    return Draft(kind, "nl", samples(kind), HEADERS)


def test_every_mail_is_the_same_there_as_here(writer: Writer) -> None:
    templates = shipped()
    drafts = [draft(kind) for kind in MAILS]
    drafts.append(replace(drafts[0], files=[Attachment("foto.jpg", "image/jpeg", b"\xff\xd8" * 100_000)]))
    assert writer.write(drafts, templates)() == write_here(drafts, templates)()
    assert writer._child


def test_what_cannot_be_made_says_why_and_holds_no_other(writer: Writer, tmp_path: Path) -> None:
    folder = tmp_path / "ontvangstbevestiging"
    folder.mkdir()
    (folder / "body.txt").write_text("{{ kenmerk.nothing() }}")
    broken = Templates([tmp_path, *(folder.path for folder in shipped().folders)])
    nameless = replace(draft("aanvulling"), values={})
    made = writer.write([draft("ontvangstbevestiging"), draft("afgehandeld"), nameless], broken)()
    assert isinstance(made[0], Receipt)
    assert "ontvangstbevestiging/body.txt:1" in made[0].text
    assert isinstance(made[1], bytes)
    assert isinstance(made[2], Receipt)


def test_changed_templates_are_read_anew(writer: Writer, tmp_path: Path) -> None:
    folder = tmp_path / "afgehandeld"
    folder.mkdir()
    (folder / "subject.txt").write_text("Geregeld: {{ kenmerk }}")
    templates = Templates([tmp_path, *(folder.path for folder in shipped().folders)])
    [made] = writer.write([draft("afgehandeld")], templates)()
    assert isinstance(made, bytes)
    assert b"\r\nSubject: Geregeld: KL26-" in made


def test_a_mail_that_never_ends_ends_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "vraag"
    folder.mkdir()
    endless = "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}"
    (folder / "body.txt").write_text(endless)
    monkeypatch.setattr(written_by, "SECONDS", 1.0)
    templates, writer = Templates([tmp_path, *(folder.path for folder in shipped().folders)]), Writer()
    made = writer.write([draft("afgehandeld"), draft("vraag"), draft("antwoord")], templates)()
    writer.close()
    assert [isinstance(one, bytes) for one in made] == [True, False, True]
    assert isinstance(made[1], Receipt)
    assert "too_slow" in made[1].text


def test_a_process_that_was_killed_is_started_again(writer: Writer) -> None:
    templates = shipped()
    [before] = writer.write([draft("vraag")], templates)()
    assert writer._child
    os.kill(writer._child._process.pid, signal.SIGKILL)
    writer._child._process.wait()
    assert writer.write([draft("vraag")], templates)() == [before]


def test_what_nobody_asked_for_is_not_taken_for_the_next(writer: Writer) -> None:
    templates = shipped()
    writer.write([draft("afgehandeld")], templates)
    assert writer.write([draft("vraag")], templates)() == write_here([draft("vraag")], templates)()
