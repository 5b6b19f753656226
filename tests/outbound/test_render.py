"""Templates of an admin and ours, filled in: what wins, what is refused, and what a stranger cannot do."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailagent.core.errors import Mistakes
from mailagent.core.mails import Value
from mailagent.outbound.render import Templates
from mailagent.outbound.samples import samples
from mailagent.outbound.style import read_style, styled
from mailagent.shipped import search_path

OURS = [folder / "mail" for folder in search_path("templates", None)]


class Admin:
    """An admin who writes templates of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def writes(self, file: str, text: str) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    @property
    def templates(self) -> Templates:
        return Templates([self.folder, *OURS])

    def is_told(self) -> list[str]:
        """The mistakes, with the folder left off."""
        return [str(mistake).removeprefix(f"{self.folder}/") for mistake in self.templates.mistakes()]


@pytest.fixture
def admin(tmp_path: Path) -> Admin:
    return Admin(tmp_path / "mail")


@pytest.fixture(scope="module")
def ours() -> Templates:
    return Templates(OURS)


def filled(name: str, **values: Value) -> dict[str, Value]:
    return samples(name) | values


def test_a_same_named_file_of_the_admin_wins(admin: Admin) -> None:
    admin.writes("antwoord/subject.txt", "[{{ kenmerk }}] Post van {{ organisation }}\n")

    assert admin.templates.mistakes() == []
    mail = admin.templates.render("antwoord", "nl", filled("antwoord"))
    assert mail.subject == "[KL26-00042] Post van Gemeente Voorbeeld"
    assert "<h1" in mail.html


def test_an_override_may_extend_ours_and_change_one_block(admin: Admin) -> None:
    admin.writes(
        "afgehandeld/body.html",
        '{% extends "shipped/afgehandeld/body.html" %}{% block contact %}<p>Bel 14 000.</p>{% endblock %}',
    )
    admin.writes("_base/body.txt", '{% extends "shipped/_base/body.txt" %}{% block privacy %}{% endblock %}')

    assert admin.templates.mistakes() == []
    mail = admin.templates.render("afgehandeld", "nl", filled("afgehandeld"))
    assert "Bel 14 000." in mail.html
    assert "Wij hebben uw klacht afgehandeld</h1>" in mail.html
    assert "Wij gebruiken uw gegevens" not in mail.text


def test_a_house_style_of_the_admin_reaches_every_tag(admin: Admin) -> None:
    admin.writes("_base/style.css", 'h1 { color: #8a0000; font-family: "Stad Sans", sans-serif }')

    html = admin.templates.render("antwoord", "nl", filled("antwoord")).html
    assert "<h1 style=\"color: #8a0000; font-family: 'Stad Sans', sans-serif\">" in html


def test_an_unknown_variable_is_named_with_file_and_line(admin: Admin) -> None:
    admin.writes("antwoord/body.txt", "{{ text }}\n{{ kenmerk }}\n{% if 1 > 2 %}{{ naam }}{% endif %}\n")

    assert admin.is_told() == ["antwoord/body.txt:3: the mail antwoord knows no `naam`"]


def test_a_variable_of_another_mail_is_unknown_here(admin: Admin) -> None:
    admin.writes("herinnering/subject.txt", "[{{ kenmerk }}] Herinnering: {{ subject }}")

    assert admin.is_told() == ["herinnering/subject.txt:1: the mail herinnering knows no `subject`"]


def test_an_unknown_variable_in_a_shared_part_is_named_there(admin: Admin) -> None:
    admin.writes("_base/ombudsman.txt", "\n\n{{ ombudsvrouw }}{{ ombudsman }}{{ ombudsman_until }}")

    assert "_base/ombudsman.txt:3: the mail afgehandeld knows no `ombudsvrouw`" in admin.is_told()


def test_a_required_variable_that_is_not_shown_is_a_mistake(admin: Admin) -> None:
    admin.writes("antwoord/subject.txt", "Een bericht")
    admin.writes("antwoord/body.txt", "{% if kenmerk %}Klacht{% endif %}: {{ text }}")

    assert admin.is_told() == [
        "antwoord/subject.txt: has to show `kenmerk`",
        "antwoord/body.txt: has to show `kenmerk`",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ text }}\n{% if kenmerk %}", "antwoord/body.txt:2: "),
        ("\n{{ text|vertaal }}{{ kenmerk }}", "antwoord/body.txt:2: No filter named 'vertaal'."),
        ("{{ text }}\n{{ kenmerk + 1 }}", "antwoord/body.txt:2: "),
        ('{{ text }}\n{% include "weg.txt" %}', "antwoord/body.txt:2: there is no file weg.txt"),
        ('{% extends "antwoord/body.txt" %}', "antwoord/body.txt:1: goes round in circles"),
        ("{{ kenmerk }}\n{{ text.__class__.__mro__ }}", "antwoord/body.txt:2: access to attribute"),
        (
            "{{ text.format(1) }}\n{{ '{0.__class__}'.format(text) }}",
            "antwoord/body.txt:2: access to attribute",
        ),
        ("\n{{ text.naam }}", "antwoord/body.txt:2: 'str object' has no attribute 'naam'"),
    ],
)
def test_a_broken_override_is_a_mistake_with_file_and_line(admin: Admin, text: str, told: str) -> None:
    admin.writes("antwoord/body.txt", text)

    (mistake,) = admin.is_told()
    assert mistake.startswith(told)


def test_a_file_in_another_encoding_is_a_mistake(admin: Admin) -> None:
    admin.writes("antwoord/body.txt", "")
    (admin.folder / "antwoord/body.txt").write_bytes(b"{{ kenmerk }} caf\xe9 {{ text }}")

    assert admin.is_told() == ["antwoord/body.txt: is not UTF-8 from octet 17 on"]


def test_a_folder_or_file_that_no_mail_reads_is_a_mistake(admin: Admin) -> None:
    admin.writes("afgehandelt/subject.txt", "[{{ kenmerk }}]")
    admin.writes("afgehandeld/body.htm", "{{ text }}")
    admin.writes("README.md", "Dit zijn onze mails.")

    assert admin.is_told() == [
        "afgehandeld/body.htm: nobody reads it; a mail is subject.txt, body.txt, body.html",
        "afgehandelt/subject.txt: there is no mail afgehandelt; did you mean afgehandeld?",
    ]


def test_a_value_that_was_forgotten_stops_the_mail_and_says_where(ours: Templates) -> None:
    values = filled("antwoord")
    del values["text"]

    with pytest.raises(Mistakes, match=r"templates/mail/antwoord/body\.txt:3: 'text' is undefined"):
        ours.render("antwoord", "nl", values)


def test_a_subject_is_one_short_line_whatever_the_melder_wrote(ours: Templates) -> None:
    hostile = "Klacht\r\nBcc: all@stad.example\x00\n\n" + "lang " * 100
    mail = ours.render("nieuw_voor_team", "nl", filled("nieuw_voor_team", subject=hostile))

    assert mail.subject.startswith(
        "[KL26-00042] Nieuwe klacht voor Afval: Klacht Bcc: all[at]stad[.]example lang"
    )
    assert len(mail.subject) <= 200
    assert mail.subject.isprintable()


@pytest.mark.parametrize("language", ["nl", "en", "fr"])
def test_markup_of_a_melder_stays_words(ours: Templates, language: str) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>\" onclick='x' {{ kenmerk }}"
    for name, variable in (("ontvangstbevestiging", "quote"), ("nieuw_voor_team", "description")):
        values = filled(name, subject=attack, melder_name=attack, attachments=(attack,), **{variable: attack})
        mail = ours.render(name, language, values)
        assert "<script" not in mail.html
        assert "<img" not in mail.html
        assert mail.html.count("&lt;script&gt;") == 4
        assert "{{ kenmerk }}" in mail.text


def test_a_link_of_a_melder_cannot_be_clicked_in_any_mail_that_echoes_it(ours: Templates) -> None:
    link = "https://evil.example/x of mail jan@evil.example"
    for name in (
        "ontvangstbevestiging",
        "nieuw_voor_team",
        "toegewezen",
        "reactie_melder",
        "opdracht_bevestigen",
    ):
        echoed = ("subject", "melder_name", "quote", "description", "sender", "order")
        mail = ours.render(name, "nl", filled(name, **dict.fromkeys(echoed, link), attachments=(link,)))
        for words in (mail.subject, mail.text, mail.html):
            assert "evil.example" not in words
        assert "evil[.]example/x" in mail.text
        assert "evil[.]example/x" in mail.html


def test_a_link_of_an_agent_is_a_link_and_their_markup_is_not(ours: Templates) -> None:
    text = "Zie https://stad.example/afval?a=1&b=2 <b>snel</b>\nen\n\nbel ons."
    mail = ours.render("antwoord", "nl", filled("antwoord", text=text))

    assert text in mail.text
    assert '<a href="https://stad.example/afval?a=1&amp;b=2" rel="noopener" style=' in mail.html
    assert "&lt;b&gt;snel&lt;/b&gt;<br>en</p>" in mail.html


def test_the_same_values_give_the_same_mail(ours: Templates) -> None:
    assert ours.render("afgehandeld", "nl", filled("afgehandeld")) == ours.render(
        "afgehandeld", "nl", filled("afgehandeld")
    )


def test_a_style_sheet_goes_into_the_tags_and_moves_no_line() -> None:
    style = read_style("/* huis */ p, h1 { color: #111111; }\np.small { font-size: 14px; }\n")
    html = '<h1>\n</h1><p class="small" lang="nl">a</p><p style="color: #000">b</p><br>'

    assert styled(html, style) == (
        '<h1 style="color: #111111;">\n</h1><p lang="nl" style="color: #111111; font-size: 14px;">a</p>'
        '<p style="color: #000">b</p><br>'
    )


def test_a_subject_is_one_line_and_a_blank_that_holds_words_together_stays(admin: Admin) -> None:
    admin.writes("antwoord/subject.txt", "Votre avis\u00a0:\n  merci\u202f! {{ kenmerk }}\n")

    assert admin.templates.render("antwoord", "nl", samples("antwoord")).subject.startswith(
        "Votre avis\u00a0: merci\u202f! "
    )
