"""What `mail check` finds in a mail of an admin, each at its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_render import Admin

from mailagent.outbound.proofread import Plain, read_plain_words, wrong_in
from mailagent.shipped import search_path

PLAIN = {"nl": [Plain("teneinde", "om"), Plain("in het kader van", "voor")]}
BODY = '{% extends "shipped/antwoord/body.EXT" %}{% block message %}\nWORDS\n{% endblock %}\n'


@pytest.fixture
def admin(tmp_path: Path) -> Admin:
    return Admin(tmp_path / "mail")


def told(admin: Admin, name: str) -> list[str]:
    """The mistakes in one mail, with the admin's folder left off."""
    found = wrong_in(name, admin.templates, PLAIN)
    return [str(mistake).replace(f"{admin.folder}/", "") for mistake in found]


def test_a_difficult_word_is_named_on_its_line_with_a_plain_one(admin: Admin) -> None:
    ours = search_path("templates", None)[0] / "mail" / "antwoord" / "words.txt"
    admin.writes(
        "antwoord/words.txt",
        f"{ours.read_text('utf-8')}{{% set title %}}\nTeneinde u te helpen{{% endset %}}",
    )

    [mistake] = told(admin, "antwoord")

    line = len(ours.read_text("utf-8").splitlines()) + 2
    assert mistake == f"antwoord/words.txt:{line}: “Teneinde” is difficult; write: om"


def test_what_no_reader_sees_is_not_difficult(admin: Admin) -> None:
    admin.writes("antwoord/body.txt", '{# teneinde #}{% extends "shipped/antwoord/body.txt" %}')
    admin.writes("_base/body.html", '{% extends "shipped/_base/body.html" %}{# in het\nkader van #}')

    assert told(admin, "antwoord") == []


def test_an_agent_may_read_difficult_words(admin: Admin) -> None:
    admin.writes("hulp/subject.txt", "[{{ kenmerk }}] teneinde te helpen")
    assert told(admin, "hulp") == []


def test_a_variable_that_one_twin_shows_is_named_where_it_stands(admin: Admin) -> None:
    admin.writes(
        "heropend/body.txt",
        '{% extends "shipped/heropend/body.txt" %}\n{% block privacy %}\n{{ handler }}{% endblock %}',
    )

    assert "heropend/body.txt:3: heropend (nl): shows `handler` here, and not in the HTML" in told(
        admin, "heropend"
    )


def test_a_sentence_that_one_twin_says_is_quoted(admin: Admin) -> None:
    more = "Onze wethouder wenst iedereen namens het hele college prettige feestdagen vandaag"
    admin.writes(
        "antwoord/body.html",
        f'{{% extends "shipped/antwoord/body.html" %}}{{% block contact %}}{more}{{% endblock %}}',
    )

    assert any(
        "words that the text does not: college, feestdagen" in mistake for mistake in told(admin, "antwoord")
    )


def test_a_link_that_cannot_be_clicked_is_told(admin: Admin) -> None:
    admin.writes(
        "opdracht_bevestigen/body.html", "<p>{{ kenmerk }} {{ order }} {{ confirm_url }} {{ link_until }}</p>"
    )
    admin.writes(
        "opdracht_bevestigen/body.txt", "{{ kenmerk }} {{ order }} ({{ confirm_url }}) {{ link_until }}"
    )

    found = told(admin, "opdracht_bevestigen")

    assert any(
        one.startswith("opdracht_bevestigen/body.html:1:") and "`confirm_url` has to be a link" in one
        for one in found
    )
    assert any(
        one.startswith("opdracht_bevestigen/body.txt:1:") and "has to stand by itself" in one for one in found
    )


def test_a_mail_that_is_too_large_says_how_large(admin: Admin) -> None:
    picture = "<!-- " + "x" * 40_000 + " -->"
    admin.writes(
        "hulp/body.html",
        f'{{% extends "shipped/hulp/body.html" %}}{{% block foot %}}{picture}{{% endblock %}}',
    )

    [mistake] = [one for one in told(admin, "hulp") if "large" in one]
    assert mistake.startswith("hulp/body.html: hulp (nl): is 4")
    assert mistake.endswith("40000 is the most")


def test_a_template_that_is_broken_is_one_mistake(admin: Admin) -> None:
    admin.writes("hulp/body.txt", "{% if %}")
    assert told(admin, "hulp") == ["hulp/body.txt:1: Expected an expression, got 'end of statement block'"]


def test_a_line_of_the_word_list_that_is_no_pair_is_told(tmp_path: Path) -> None:
    file = tmp_path / "plain_words.txt"
    file.write_text("# ours\nteneinde: om  # often\n\nmiddels\n: met\n", "utf-8")

    words, wrong = read_plain_words(file)

    assert words == [Plain("teneinde", "om")]
    assert [str(mistake).removeprefix(f"{tmp_path}/") for mistake in wrong] == [
        "plain_words.txt:4: 'middels' should be a difficult word, a colon, and a plain word",
        "plain_words.txt:5: ': met' should be a difficult word, a colon, and a plain word",
    ]
