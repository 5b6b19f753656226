"""Mails in Dutch, English and French: the same mail, each in words of its own."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest
from test_render import OURS, Admin
from test_templates import TO_AGENT, TO_MELDER, seen

from mailagent.core.feedback import REPLY_WORDS, word_of_reply
from mailagent.core.klacht import GROUNDS, OORDELEN
from mailagent.core.mails import AGENT, MAILS
from mailagent.outbound.render import Templates
from mailagent.outbound.samples import samples
from mailagent.shipped import search_path

LANGUAGES, FOREIGN = ("nl", "en", "fr"), ("en", "fr")
DUTCH = re.compile(r"\b(?:het|een|wij|uw|klacht|niet|van|ons|dat|antwoord)\b", re.IGNORECASE)
ENGLISH = re.compile(r"\b(?:the|we|your|complaint|not|of|us|that|answer)\b", re.IGNORECASE)

IN_ONE_TWIN = {"title", "by_reply_tap", "survey_button", "survey", "kenmerk", "dear"}
"""Words that stand in one of the twins alone, or inside other words."""


class Words:
    """The words of a mail, or those that mails share, as a template sees them."""

    def __init__(self, templates: Templates, name: str, language: str) -> None:
        suffix = "" if language == "nl" else f".{language}"
        values = samples(name) if name in MAILS else {}
        module = templates._jinja.get_template(f"{name}/words{suffix}.txt").make_module(values)
        self.by_name = {key: value for key, value in vars(module).items() if not key.startswith("_")}

    def sentences(self) -> dict[str, str]:
        """Each by its name, on one line."""
        found = {}
        for name, value in self.by_name.items():
            for number, one in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(one, str):
                    found[f"{name}{number}" if isinstance(value, list) else name] = " ".join(one.split())
        return found


@pytest.fixture(scope="module")
def ours() -> Templates:
    return Templates(OURS)


@pytest.fixture
def admin(tmp_path: Path) -> Admin:
    return Admin(tmp_path / "mail")


@pytest.mark.parametrize(("name", "language"), list(product(TO_MELDER, LANGUAGES)))
def test_every_mail_to_a_melder_speaks_three_languages(ours: Templates, name: str, language: str) -> None:
    assert ours.language(name, language) == language
    assert ours.render(name, language, samples(name)).language == language


@pytest.mark.parametrize("name", TO_AGENT)
def test_an_agent_is_written_to_in_dutch_whatever_the_melder_speaks(ours: Templates, name: str) -> None:
    assert ours.language(name, "en") == "nl"
    assert ours.render(name, "en", samples(name)).language == "nl"


def test_a_language_we_do_not_speak_is_answered_in_dutch(ours: Templates) -> None:
    assert ours.language("antwoord", "de") == "nl"
    assert 'lang="nl"' in ours.render("antwoord", "de", samples("antwoord") | {"language": "de"}).html


OF_A_REPORT = {"status", "colour"}
"""Words in the rows of a report, which stand among the parts of every mail."""


def read_by_melders() -> set[str]:
    """The words that mails to a melder share; agents read others beside them, in Dutch alone."""
    templates = OURS[-1].parent
    files = [file for name in (*TO_MELDER, "_base") for file in templates.glob(f"*/{name}/*.*")]
    asked = [re.findall(r"\bword\.(\w+)", file.read_text("utf-8")) for file in files]
    return {word for words in asked for word in words} - OF_A_REPORT


@pytest.mark.parametrize(("name", "language"), list(product(["_base", *TO_MELDER], FOREIGN)))
def test_no_word_is_missing_or_left_in_dutch(ours: Templates, name: str, language: str) -> None:
    dutch, other = Words(ours, name, "nl"), Words(ours, name, language)
    needed = read_by_melders() if name == "_base" else dutch.by_name.keys()
    assert needed == other.by_name.keys()
    assert other.by_name.keys() <= dutch.by_name.keys()
    assert not [key for key, value in other.sentences().items() if value == dutch.sentences()[key]]


@pytest.mark.parametrize(("name", "language"), list(product(TO_MELDER, FOREIGN)))
def test_a_mail_is_in_one_language(ours: Templates, name: str, language: str) -> None:
    neutral = {key: "Xyz" if isinstance(value, str) else () for key, value in samples(name).items()}
    mail = ours.render(name, language, neutral)
    assert not DUTCH.findall(mail.subject + mail.text + seen(mail.html).text.replace("bezwaar", ""))
    if language == "fr":
        assert not ENGLISH.findall(mail.subject + mail.text + seen(mail.html).text)


@pytest.mark.parametrize(("name", "language"), list(product(TO_MELDER, LANGUAGES)))
def test_the_twins_say_the_same(ours: Templates, name: str, language: str) -> None:
    mail = ours.render(name, language, samples(name))
    text, html = " ".join(mail.text.split()).replace("* ", ""), seen(mail.html).text
    for words in (Words(ours, name, language), Words(ours, "_base", language)):
        for key, sentence in words.sentences().items():
            if key not in IN_ONE_TWIN and len(sentence.split()) > 2:
                assert (sentence in text) == (sentence in html), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_we_ask_for_are_the_words_that_count(ours: Templates, language: str) -> None:
    shared = SimpleNamespace(**Words(ours, "_base", language).by_name)
    assert (shared.happy_word, shared.unhappy_word) == REPLY_WORDS[language]
    assert word_of_reply(shared.happy_word) == (True, "")
    assert word_of_reply(shared.unhappy_word) == (False, "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_store_calls_something_has_a_word(ours: Templates, language: str) -> None:
    shared = Words(ours, "_base", language).by_name
    assert tuple(shared["oordeel"]) == OORDELEN
    assert tuple(shared["ground"]) == tuple(GROUNDS)
    assert tuple(shared["by_channel"]) == ("email", "letter", "message", "web", "phone", "counter")


def test_the_agent_chooses_a_ground_by_the_words_that_the_melder_reads(ours: Templates) -> None:
    assert Words(ours, "_base", "nl").by_name["ground"] == GROUNDS


def test_words_are_names_and_no_macros() -> None:
    """What a macro of a text file says would go into HTML unescaped."""
    assert not [
        file for file in OURS[-1].glob("*/words*.txt") if "macro" in file.read_text("utf-8").split("#}")[-1]
    ]


# --- what an admin changes


def test_words_of_the_admin_reach_both_twins_and_no_other_language(admin: Admin) -> None:
    admin.writes("antwoord/words.txt", '{% set title = "Post van uw gemeente" %}')

    assert admin.templates.mistakes() == []
    dutch, english = (admin.templates.render("antwoord", one, samples("antwoord")) for one in ("nl", "en"))
    assert dutch.subject == "[KL26-00042] Post van uw gemeente"
    assert "Post van uw gemeente</h1>" in dutch.html
    assert english.subject == "[KL26-00042] A message about your complaint"


def test_a_mail_that_is_written_out_in_dutch_is_for_who_reads_dutch(admin: Admin) -> None:
    admin.writes("antwoord/body.txt", "Klacht {{ kenmerk }}.\n\n{{ text }}")

    assert admin.templates.mistakes() == []
    dutch, english = (admin.templates.render("antwoord", one, samples("antwoord")) for one in ("nl", "en"))
    assert dutch.text.startswith("Klacht KL26-00042.")
    assert "Reference: KL26-00042" in english.text


def test_a_mail_that_takes_its_words_is_for_everybody(admin: Admin) -> None:
    admin.writes(
        "antwoord/body.txt",
        '{% extends "shipped/antwoord/body.txt" %}{% block privacy %}{{ say.title }}!{% endblock %}',
    )

    english = admin.templates.render("antwoord", "en", samples("antwoord"))
    assert english.text.strip().endswith("A message about your complaint!")


def test_a_translation_may_lie_beside_the_dutch_mail(admin: Admin) -> None:
    admin.writes("antwoord/subject.en.txt", "[{{ kenmerk }}] Post")
    admin.writes("antwoord/body.en.txt", "{{ kenmerk }}: {{ text }}")

    assert admin.templates.mistakes() == []
    mail = admin.templates.render("antwoord", "en", samples("antwoord"))
    assert (mail.language, mail.subject) == ("en", "[KL26-00042] Post")
    assert mail.text.startswith("KL26-00042: ")
    assert "A message about your complaint</h1>" in mail.html


def test_half_a_translation_is_a_mistake(admin: Admin) -> None:
    admin.writes("antwoord/subject.de.txt", "[{{ kenmerk }}] Ihre Beschwerde")

    assert admin.is_told() == ["antwoord/words.de.txt: there is no file antwoord/words.de.txt"]


def test_a_word_that_is_missing_is_named_with_file_and_line(admin: Admin) -> None:
    admin.writes("antwoord/words.en.txt", "{% set titel = 'A message' %}")

    [told, *_] = admin.is_told()
    assert "has no attribute 'title'" in told


@pytest.mark.parametrize("name", [name for name, kind in MAILS.items() if kind.audience == AGENT])
def test_a_mail_to_an_agent_takes_no_words(name: str) -> None:
    assert not [file for file in (OURS[-1] / name).iterdir() if file.name.startswith("words")]


LOOSE = re.compile(r"[ \n][?!;»](?!=)|« | :(?=[\s\"<{]|$)", re.MULTILINE)
"""A sign that a line may begin with: in French a blank stands before it, and one that does not break."""


def french() -> list[tuple[str, str]]:
    """Each of our texts in French, with where it stands."""
    files = [
        file
        for kind in ("templates", "web")
        for folder in search_path(kind, None)
        for file in folder.rglob("*.fr.*")
    ]
    [surveys] = (folder / "surveys" for folder in search_path("rules", None))
    lines = [
        (file.name, line.split("fr:")[1])
        for file in (*surveys.glob("*.yaml"), surveys.parent / "answers.yaml")
        for line in file.read_text("utf-8").splitlines()
        if line.strip().startswith("fr:")
    ]
    return [(str(file), file.read_text("utf-8")) for file in files] + lines


def test_no_french_line_begins_with_a_sign_that_belongs_to_the_word_before() -> None:
    texts = french()
    assert len(texts) > 40
    assert [(where, found[0]) for where, text in texts for found in LOOSE.finditer(text)] == []
