"""The files in rules/surveys: what we ship is whole, and every mistake is named at its line."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from mailagent.config.files import load_rules
from mailagent.core.errors import Mistakes
from mailagent.core.surveys import KINDS, Survey

SOUND = """\
title: Hoe ging het?
sends:
  event: resolved
questions:
  - id: contact
    kind: rating
    text: Hoe was het contact?
"""


@pytest.fixture
def local(tmp_path: Path) -> Path:
    (tmp_path / "rules" / "surveys").mkdir(parents=True)
    return tmp_path


def write(local: Path, text: str, name: str = "balie.yaml") -> None:
    (local / "rules" / "surveys" / name).write_text(text, "utf-8")


def mistakes(local: Path) -> list[str]:
    """Each mistake as the admin reads it, without the folder of the test."""
    with pytest.raises(Mistakes) as refused:
        load_rules(local)
    return [str(mistake).replace(f"{local}/rules/surveys/", "") for mistake in refused.value.mistakes]


def survey(local: Path, id: str = "balie") -> Survey:
    return load_rules(local).surveys[id]


def test_kt_01_the_survey_we_ship_asks_in_every_way_and_in_three_languages() -> None:
    ours = load_rules(None).surveys["afhandeling"]
    assert {question.kind for question in ours.questions} == set(KINDS)
    assert [ours.speaks(language) for language in ("nl", "en", "fr")] == ["nl", "en", "fr"]
    assert (ours.event, ours.delay, ours.link_days) == ("resolved", timedelta(days=7), 14)


def test_kt_01_a_survey_of_the_admin_stands_beside_ours(local: Path) -> None:
    write(local, SOUND)
    assert set(load_rules(local).surveys) == {"afhandeling", "balie"}
    assert (survey(local).delay, survey(local).link_days, survey(local).channels) == (timedelta(0), 14, ())


def test_no_survey_can_be_taken_for_the_smileys(local: Path) -> None:
    write(local, SOUND, "smileys.yaml")
    [said] = mistakes(local)
    assert said.startswith("smileys.yaml")
    assert "another name" in said


def test_a_file_with_the_name_of_ours_replaces_it(local: Path) -> None:
    write(local, SOUND, "afhandeling.yaml")
    assert list(load_rules(local).surveys) == ["afhandeling"]
    assert survey(local, "afhandeling").title.nl == "Hoe ging het?"


def test_kt_01_everything_an_admin_may_say_counts(local: Path) -> None:
    write(
        local,
        """\
title: Hoe ging het?
intro: Kort.
en: {title: How did it go?, intro: Short.}
sends: {event: closed, days: 2, hours: 12}
channels: [email, counter]
categories: [afval]
statuses: [gesloten]
first_day: 2026-01-01
last_day: 2026-12-31
link_days: 21
questions:
  - {id: contact, kind: nps, text: Raadt u ons aan?, en: Would you?, required: false}
  - id: gemist
    kind: multiple
    many: true
    text: Wat?
    en: What?
    options:
      - {id: a, text: Dit, en: This}
      - {id: b, text: Dat, en: That}
""",
    )
    made = survey(local)
    assert (made.event, made.delay, made.link_days) == ("closed", timedelta(days=2, hours=12), 21)
    assert (made.channels, made.categories, made.statuses) == (
        ("email", "counter"),
        ("afval",),
        ("gesloten",),
    )
    assert (made.first_day, made.last_day) == (date(2026, 1, 1), date(2026, 12, 31))
    assert [question.required for question in made.questions] == [False, True]
    assert [option.text.said("en") for option in made.questions[1].options] == ["This", "That"]
    assert made.questions[1].many
    assert (made.speaks("en"), made.speaks("fr")) == ("en", "nl")


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("kind: rating", "kind: ster", "6: kind: should be 'nps', 'rating', 'multiple', 'open' or 'yes_no'"),
        ("event: resolved", "event: opgelost",
         "3: event: should be 'received', 'taken_up', 'answered', 'resolved', 'closed' or 'reopened'"),
        ("event: resolved", "event: resolved\n  days: -1", "4: days: should be 0 or more"),
        ("title: Hoe ging het?\n", "", "1: 'title' is missing"),
        ("sends:", "verzendt:", "1: 'sends' is missing; it needs event"),
        ("title: Hoe", "titel: x\ntitle: Hoe", "1: 'titel' is not known here; did you mean 'title'?"),
        ("id: contact", "id: Het contact", "5: id: should be small letters, digits, - and _, without spaces"),
        ("kind: rating", "kind: rating\n    options: [{id: a, text: A}]",
         "7: options go with kind multiple, not with rating"),
        ("kind: rating", "kind: rating\n    many: true", "7: many goes with kind multiple, not with rating"),
        ("kind: rating", "kind: multiple", "5: question 'contact' needs two options or more"),
        ("kind: rating", "kind: multiple\n    options:\n      - {id: a, text: A}\n      - {id: a, text: B}",
         "9: id 'a' is used before, on line 8"),
        ("questions:", "channels: [fax]\nquestions:",
         "4: channels, item 1: should be 'email', 'letter', 'message', 'web', 'phone' or 'counter'"),
        ("questions:", "statuses: [nieuw]\nquestions:",
         "4: after 'resolved' a klacht is opgelost: nobody would be invited"),
        ("questions:", "first_day: 2026-02-01\nlast_day: 2026-01-01\nquestions:",
         "5: 2026-01-01 lies before first_day, 2026-02-01"),
        ("questions:", "link_days: 0\nquestions:", "4: link_days: should be 1 or more"),
        ("questions:", "en: {title: How?}\nquestions:",
         "6: 'en' is missing here, and other parts of this survey have it"),
        ("text: Hoe was het contact?", "text: Hoe?\n    fr: Comment ?",
         "1: 'fr' is missing here, and other parts of this survey have it"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_survey_is_named_at_its_line(local: Path, old: str, new: str, wrong: str) -> None:
    assert old in SOUND
    write(local, SOUND.replace(old, new, 1))
    assert f"balie.yaml:{wrong}" in mistakes(local)


def test_an_unknown_category_is_named_with_those_that_are_there(local: Path) -> None:
    write(local, SOUND + "categories: [afvall]\n")
    assert any("balie.yaml:8: there is no category 'afvall'; there is" in one for one in mistakes(local))


def test_two_questions_with_one_id_are_a_mistake(local: Path) -> None:
    write(local, SOUND + "  - {id: contact, kind: open, text: En?}\n")
    assert mistakes(local) == ["balie.yaml:8: id 'contact' is used before, on line 5"]


def test_a_translation_of_the_intro_is_part_of_the_whole(local: Path) -> None:
    write(local, "intro: Kort.\nen: {title: How?}\n" + SOUND.replace("het contact?", "het?\n    en: How?"))
    assert mistakes(local) == ["balie.yaml:2: 'en' is missing here, and other parts of this survey have it"]


def test_no_question_is_no_survey(local: Path) -> None:
    write(local, "title: Hoe?\nsends: {event: closed}\nquestions: []\n")
    assert mistakes(local) == ["balie.yaml:3: questions: should hold at least one"]


def test_every_mistake_in_every_survey_is_named_at_once(local: Path) -> None:
    write(local, SOUND.replace("rating", "ster").replace("resolved", "klaar"))
    write(local, "title: [", "gebroken.yaml")
    write(local, SOUND, "Balie Noord.yaml")
    write(local, SOUND, "balie.yml")
    named = [one.partition(": ")[0] for one in mistakes(local)]
    assert sorted(named) == [
        "Balie Noord.yaml",
        "balie.yaml:3",
        "balie.yaml:6",
        "balie.yml",
        "gebroken.yaml:1",
    ]
