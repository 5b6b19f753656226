"""Every mail we ship: whole, readable, honest, and the same in its text as in its HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import product

import pytest

from mailagent.core.errors import Mistakes
from mailagent.core.mails import AGENT, MAILS, MELDER, Value
from mailagent.core.quoting import MARKER
from mailagent.outbound.render import Rendered, Templates
from mailagent.outbound.samples import SAMPLES, samples
from mailagent.shipped import search_path

SHIPPED = [folder / "mail" for folder in search_path("templates", None)]
TO_MELDER = [name for name, kind in MAILS.items() if kind.audience == MELDER]
TO_AGENT = [name for name, kind in MAILS.items() if kind.audience == AGENT]
TO_OTHERS = [name for name, kind in MAILS.items() if kind.audience != MELDER]

VOID = {"meta", "br"}
HARD_WORDS = re.compile(
    r"\b(?:betreffende|onderhavige?|hieromtrent|desbetreffende|teneinde|middels|alsmede|derhalve|indien|conform"
    r"|omtrent|inzake|tevens|jegens|dient u|gaarne|je|jij|jouw|jullie)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates(SHIPPED)


@pytest.fixture(
    params=[*product(TO_MELDER, ("nl", "en", "fr")), *product(TO_OTHERS, ("nl",))], scope="module"
)
def asked(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A mail and a language."""
    name, language = request.param
    return name, language


@pytest.fixture(scope="module")
def mail(templates: Templates, asked: tuple[str, str]) -> Rendered:
    return templates.render(*asked, samples(asked[0]))


@dataclass
class Seen(HTMLParser):
    """A mail's HTML as a reader meets it: its words, with the colours and the sizes in which they stand."""

    open: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    words: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    crooked: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        style = dict(self.open[-1][1]) if self.open else {}
        for declaration in given.get("style", "").split(";"):
            key, _, value = declaration.partition(":")
            style[key.strip()] = value.strip()
        self.tags.append((tag, given))
        if tag not in VOID:
            self.open.append((tag, style))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop()[0] != tag:
            self.crooked.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += "" if self.open and self.open[-1][0] == "title" else data
        if data.strip() and self.open and self.open[-1][0] != "title":
            self.words.append((data.strip(), self.open[-1][1]))


def seen(html: str) -> Seen:
    reader = Seen()
    reader.feed(html)
    reader.close()
    reader.text = " ".join(reader.text.split())
    return reader


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.1)."""
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    """Contrast ratio (WCAG 2.1 1.4.3), from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(two)))
    return (light + 0.05) / (dark + 0.05)


def parts_of(value: Value) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [] if isinstance(value, bool) else [part for line in value for part in parts_of(line)]


def test_every_mail_has_its_folder_and_every_folder_its_mail() -> None:
    folders = {path.name for path in SHIPPED[-1].iterdir() if path.is_dir()}
    assert folders == {*MAILS, "_base"}


def test_every_variable_has_a_sample() -> None:
    assert {variable for kind in MAILS.values() for variable in kind.variables} == set(SAMPLES)


def test_the_shipped_mails_have_no_mistakes(templates: Templates) -> None:
    assert templates.mistakes() == []


def test_every_subject_carries_the_kenmerk(mail: Rendered) -> None:
    assert mail.subject.startswith("[KL26-00042] ")


def test_what_must_be_said_is_said_in_the_text_and_in_the_html(
    asked: tuple[str, str], templates: Templates
) -> None:
    name, language = asked
    plain = {
        variable: value for variable, value in samples(name).items() if variable not in ("quote", "text")
    }
    mail = templates.render(name, language, plain | {"quote": "Niemand belde mij.", "text": "Het is klaar."})
    html = seen(mail.html)
    links = {given["href"] for tag, given in html.tags if tag == "a"}
    for variable in set(MAILS[name].must) - {"oordeel", "ground", "quote", "text", "description", "order"}:
        for part in parts_of(SAMPLES[variable]):
            assert part in mail.text
            assert part in html.text or part in links
    assert ("Niemand belde mij." in mail.text) == ("Niemand belde mij." in html.text)
    assert ("Het is klaar." in mail.text) == ("Het is klaar." in html.text)


def test_the_text_and_the_html_say_the_same_under_the_same_headings(mail: Rendered) -> None:
    text, html = " ".join(mail.text.split()), seen(mail.html)
    headings = [words for words, style in html.words if style.get("font-size") == "18px"][1:]
    assert all(" ".join(heading.split()) in text for heading in headings)
    assert text.count("---") or not headings


def test_the_html_is_well_formed_and_says_its_language(mail: Rendered) -> None:
    html = seen(mail.html)
    assert html.crooked == []
    assert html.open == []
    assert ("html", {"lang": mail.language}) in html.tags
    assert [tag for tag, _ in html.tags].count("h1") == 1


def test_the_html_needs_nothing_from_outside_and_no_style_sheet(mail: Rendered) -> None:
    html = seen(mail.html)
    assert not {"img", "link", "style", "script", "iframe", "form"} & {tag for tag, _ in html.tags}
    assert not [given for _, given in html.tags if "class" in given]
    assert "var(" not in mail.html
    assert "url(" not in mail.html


def test_every_word_can_be_read_against_its_ground(mail: Rendered) -> None:
    for words, style in seen(mail.html).words:
        assert contrast(style["color"], style["background-color"]) >= 4.5, words


def test_running_text_is_at_least_16_px(mail: Rendered) -> None:
    small = {"14px", "15px"}  # the small print, and tags in a type that runs wide
    for words, style in seen(mail.html).words:
        assert style["font-size"] in small or int(style["font-size"].removesuffix("px")) >= 16, words


def test_a_button_is_large_enough_for_a_thumb(templates: Templates) -> None:
    mail = templates.render("afgehandeld", "nl", samples("afgehandeld"))
    buttons = [
        given["style"] for tag, given in seen(mail.html).tags if tag == "a" and "padding" in given["style"]
    ]
    assert len(buttons) == 2
    for style in buttons:
        padding, line = re.search(r"padding: (\d+)px", style), re.search(r"line-height: (\d+)px", style)
        assert padding
        assert line
        assert 2 * int(padding[1]) + int(line[1]) >= 44


def test_a_mail_is_plain(mail: Rendered) -> None:
    assert mail.language != "nl" or not HARD_WORDS.findall(mail.text)
    sentences = re.split(r"[.?!:]\s|\n\n|\n[*\d#]", mail.text.replace(MARKER, ""))
    assert max(len(sentence.split()) for sentence in sentences if "KL26" not in sentence) <= 28


@pytest.mark.parametrize("name", TO_AGENT)
def test_a_mail_to_an_agent_opens_with_the_marker(templates: Templates, name: str) -> None:
    mail = templates.render(name, "nl", samples(name))
    assert mail.text.split("\n")[0] == MARKER
    assert seen(mail.html).text.startswith(MARKER)


@pytest.mark.parametrize("name", TO_MELDER)
def test_a_mail_to_the_melder_has_no_marker_and_no_tags(templates: Templates, name: str) -> None:
    mail = templates.render(name, "nl", samples(name))
    assert MARKER not in mail.text + mail.html
    assert not re.search(r"(?m)^\s*#\w", mail.text)


def test_a_smiley_never_stands_without_its_words(templates: Templates) -> None:
    mail = templates.render("afgehandeld", "nl", samples("afgehandeld"))
    assert "🙂 Ik ben tevreden" in mail.text
    assert "🙁 Ik ben niet tevreden" in mail.text
    assert "🙂 Ik ben tevreden" in seen(mail.html).text
    assert "🙁 Ik ben niet tevreden" in seen(mail.html).text


def test_without_an_open_invitation_there_are_no_smileys(templates: Templates) -> None:
    closed = dict.fromkeys(("satisfied_url", "unsatisfied_url", "link_until"), "")
    mail = templates.render("afgehandeld", "nl", samples("afgehandeld") | closed)
    assert "tevreden" not in mail.text.lower()
    assert "tevreden" not in mail.html.lower()


def test_the_result_mail_says_so_when_there_is_no_oordeel(templates: Templates) -> None:
    mail = templates.render("afgehandeld", "nl", samples("afgehandeld") | {"oordeel": "geen_oordeel"})
    assert "Wij geven geen oordeel over uw klacht." in mail.text
    assert "Wij geven geen oordeel over uw klacht." in seen(mail.html).text


def test_a_reminder_knows_nothing_of_what_the_melder_wrote(templates: Templates) -> None:
    assert not MAILS["herinnering"].variables & {"subject", "description", "quote", "melder_name", "sender"}
    values = samples("herinnering") | {"subject": "Mijn scheiding", "description": "Mijn verhaal"}
    mail = templates.render("herinnering", "nl", values)
    assert "Mijn" not in mail.subject + mail.text + mail.html


def test_a_reaction_that_may_not_be_the_melders_says_so(templates: Templates) -> None:
    values = samples("reactie_melder") | {"confirmed": False}
    assert "niet zeker" in templates.render("reactie_melder", "nl", values).text
    del values["confirmed"]
    assert "niet zeker" in templates.render("reactie_melder", "nl", values).text


def test_a_mail_does_without_all_that_may_be_left_out(asked: tuple[str, str], templates: Templates) -> None:
    name, language = asked
    bare = {key: value for key, value in samples(name).items() if key not in MAILS[name].optional}
    try:
        mail = templates.render(name, language, bare)
    except Mistakes as error:  # the message names file and line, the traceback does not
        pytest.fail(str(error))
    assert "\n\n\n" not in mail.text
    assert seen(mail.html).crooked == []
