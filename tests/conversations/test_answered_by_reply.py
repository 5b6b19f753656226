"""The smileys by plain reply: a word on the first line, to the mail that asked, by whom it asked, in time."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from desk import Desk, Got

JAN, ANNA = "jan@home.example", "anna@stad.example"


def handled(desk: Desk) -> Got:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.writes("Container", "De gft-bak is weer niet geleegd.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nDe bak is vanochtend geleegd.")
    return jan.gets("afgehandeld")


def answers(desk: Desk, kenmerk: str) -> list[tuple[object, object]]:
    """What was counted: satisfied, and the text."""
    given = [event for event in desk.history(kenmerk) if event.kind == "feedback_given"]
    return [(event.data["satisfied"], event.data["text"]) for event in given]


@pytest.mark.parametrize("word", ["tevreden", "Tevreden!", "🙂", "Satisfied", "satisfaite"])
def test_nw_05_a_happy_word_closes_the_klacht(desk: Desk, word: str) -> None:
    mail = handled(desk)
    desk.citizen(JAN).replies(mail, f"{word}\nSnel gedaan.")
    assert answers(desk, mail.kenmerk) == [(True, "Snel gedaan.")]
    assert desk.klacht(mail.kenmerk).status == "gesloten"


@pytest.mark.parametrize("word", ["ontevreden", "Niet tevreden.", "☹", "dissatisfied", "Mécontent"])
def test_nw_05_an_unhappy_word_with_a_reason_asks_to_reopen(desk: Desk, word: str) -> None:
    mail = handled(desk)
    desk.citizen(JAN).replies(mail, f"{word}\n\nHij is nog vol.")
    assert answers(desk, mail.kenmerk) == [(False, "Hij is nog vol.")]
    assert "Hij is nog vol." in desk.agent(ANNA).gets("verzoek_tot_heropenen").text


def test_nw_05_an_unhappy_word_alone_is_kept_and_the_agent_hears_of_it(desk: Desk) -> None:
    mail = handled(desk)
    desk.citizen(JAN).replies(mail, "ontevreden")
    assert answers(desk, mail.kenmerk) == [(False, "")]
    assert desk.klacht(mail.kenmerk).status == "opgelost"
    assert "De melder is: ontevreden" in desk.agent(ANNA).gets("reactie_melder").text


@pytest.mark.parametrize(
    "said", ["Tevreden ben ik niet", "Niet echt tevreden", "tevreden?", "Hallo,\nontevreden"]
)
def test_nw_05_anything_else_is_an_ordinary_reply(desk: Desk, said: str) -> None:
    mail = handled(desk)
    desk.citizen(JAN).replies(mail, said)
    assert answers(desk, mail.kenmerk) == []
    assert desk.klacht(mail.kenmerk).status == "verzoek_tot_heropenen"


def test_nw_05_a_word_to_a_mail_that_asked_for_none_is_an_ordinary_reply(desk: Desk) -> None:
    mail = handled(desk)
    desk.citizen(JAN).replies(desk.citizen(JAN).gets("ontvangstbevestiging"), "tevreden")
    assert answers(desk, mail.kenmerk) == []
    assert desk.klacht(mail.kenmerk).status == "opgelost", "thanks reopen nothing"
    assert "tevreden" in desk.agent(ANNA).gets("reactie_melder").text


def test_nw_05_a_word_to_the_mail_of_an_older_round_does_not_answer_the_newer_one(desk: Desk) -> None:
    jan, anna, first = desk.citizen(JAN), desk.agent(ANNA), handled(desk)
    order = anna.gets("opdracht_uitgevoerd")
    anna.replies(order, "#heropenen\nNog eens.")
    anna.replies(order, "#opgelost gegrond\nNu wel.")
    second = jan.gets("afgehandeld")
    assert first.reply_to != second.reply_to

    jan.replies(first, "tevreden")
    assert answers(desk, first.kenmerk) == []
    jan.replies(second, "tevreden")
    assert answers(desk, first.kenmerk) == [(True, "")]


def test_nw_05_a_word_from_another_address_answers_nothing(desk: Desk) -> None:
    mail = handled(desk)
    desk.citizen("eve@elsewhere.example").replies(mail, "tevreden")
    assert answers(desk, mail.kenmerk) == []
    assert desk.klacht(mail.kenmerk).status == "opgelost"


def test_nw_05_a_word_of_a_machine_answers_nothing(desk: Desk) -> None:
    mail = handled(desk)
    desk.citizen(JAN).replies(mail, "tevreden", Auto_Submitted="auto-replied")
    assert answers(desk, mail.kenmerk) == []


def test_nw_05_a_word_that_comes_too_late_is_an_ordinary_reply(desk: Desk) -> None:
    mail = handled(desk)
    desk.passes(days=5)
    desk.citizen(JAN).replies(mail, "ontevreden\nHij is nog vol.")
    assert answers(desk, mail.kenmerk) == []
    assert "Hij is nog vol." in desk.agent(ANNA).gets("reactie_melder").text


def test_nw_05_a_second_word_is_an_ordinary_reply(desk: Desk) -> None:
    mail = handled(desk)
    desk.citizen(JAN).replies(mail, "tevreden")
    desk.citizen(JAN).replies(mail, "ontevreden\nToch niet.")
    assert answers(desk, mail.kenmerk) == [(True, "")]
    assert "Toch niet." in desk.agent(ANNA).gets("reactie_melder").text


def ready_made(mail: Got, word: str) -> tuple[str, str, str]:
    """Where a ready-made reply goes, its subject and its text, as a mail program fills them in."""
    [link] = [
        urlsplit(unescape(one)) for one in re.findall(r'href="(mailto:[^"]+)"', mail.html) if word in one
    ]
    fields = parse_qs(link.query)
    return unquote(link.path), fields["subject"][0], fields["body"][0]


@pytest.mark.parametrize(("word", "status"), [("body=tevreden", "gesloten"), ("body=ontevreden", "opgelost")])
def test_nw_05_a_reply_that_only_has_to_be_sent(desk: Desk, word: str, status: str) -> None:
    mail, jan = handled(desk), desk.citizen(JAN)
    to, subject, text = ready_made(mail, word)
    assert to == mail.reply_to
    jan.writes(subject, text, to=to)
    assert answers(desk, mail.kenmerk) == [(word == "body=tevreden", "")]
    assert desk.klacht(mail.kenmerk).status == status


def test_nw_05_what_is_written_below_the_ready_made_word_is_its_reason(desk: Desk) -> None:
    mail, jan = handled(desk), desk.citizen(JAN)
    to, subject, text = ready_made(mail, "body=ontevreden")
    jan.writes(subject, f"{text}Hij is nog vol.\n\nVerstuurd vanaf mijn iPhone", to=to)
    assert answers(desk, mail.kenmerk) == [(False, "Hij is nog vol.")]


def test_nw_05_a_mail_that_asks_for_nothing_offers_no_reply(desk: Desk) -> None:
    handled(desk)
    assert "mailto:" not in desk.citizen(JAN).gets("ontvangstbevestiging").html


def test_nw_05_the_reply_address_is_shown_to_its_addressee_alone(desk: Desk) -> None:
    """Mail programs quote the link as text."""
    mail, jan = handled(desk), desk.citizen(JAN)
    to, _, _ = ready_made(mail, "body=tevreden")
    jan.replies(mail, f"Ik snap het niet: wat is tevreden<mailto:{to}>?")
    request = desk.agent(ANNA).gets("verzoek_tot_heropenen")
    secret = to.partition("-")[2].partition("@")[0]
    assert "Ik snap het niet" in request.text
    assert secret not in request.text + request.html
