"""Where other systems go wrong with feedback: each test is named by what is right."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from desk import Desk, Got, open_desk

from mailagent.core.errors import TryLater
from mailagent.core.feedback import Answer
from mailagent.core.organisation import StandardAnswer
from mailagent.flow import vote
from mailagent.store.store import Store


@pytest.fixture
def talkative(tmp_path: Path) -> Iterator[Desk]:
    """A desk that answers an unhappy melder by mail."""
    desk = open_desk(tmp_path, more="[feedback]\nmail_after_unhappy = true")
    yield desk
    desk.house.close()


def _handled(desk: Desk) -> Got:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nOnze excuses.")
    return jan.gets("afgehandeld")


def _round_of(desk: Desk, mail: Got) -> tuple[int, int]:
    return desk.house.links.read_smiley(mail.smiley("tevreden").split("/")[4])


def test_si_03_the_newest_answer_is_told_and_its_wish_for_contact_counts(talkative: Desk) -> None:
    jan, anna = talkative.citizen("jan@home.example"), talkative.agent("anna@stad.example")
    first = _handled(talkative)
    jan.clicks(first.smiley("ontevreden")).answers("Eerste ronde.", "niet-opgelost")
    anna.replies(anna.gets("verzoek_tot_heropenen"), "#opgelost\nWij blijven hierbij.")
    again = jan.gets("afgehandeld_na_ontevreden")

    jan.clicks(again.smiley("ontevreden")).answers("Tweede ronde.", "onduidelijk-antwoord", no_contact=True)

    request = anna.gets("verzoek_tot_heropenen")
    assert "Tweede ronde." in request.text
    assert "Ik begrijp het antwoord niet" in request.text
    assert "Eerste ronde." not in request.text
    jan.reads_all()
    anna.replies(request, "#opgelost\nWij blijven hierbij.")
    jan.gets_nothing()
    assert talkative.history(first.kenmerk)[-1].data["reason"] == "contact_refused"


def test_si_01_an_answer_counts_by_its_id_whatever_its_last_sign(desk: Desk) -> None:
    mail = _handled(desk)
    organisation = desk.world.organisation
    odd = tuple(
        StandardAnswer(f"odd-{n}", f"Te laat{sign}", satisfied=False) for n, sign in enumerate(".?)é")
    )
    world = replace(desk.world, organisation=replace(organisation, answers=odd))

    vote.cast(*_round_of(desk, mail), Answer(satisfied=False, reasons=tuple(a.id for a in odd)), world)

    assert desk.klacht(mail.kenmerk).status == "opgelost"
    assert desk.history(mail.kenmerk)[-1].data["reasons"] == [answer.text for answer in odd]


def test_si_01_an_answer_that_is_not_complete_uses_up_nothing(desk: Desk) -> None:
    jan, mail = desk.citizen("jan@home.example"), _handled(desk)
    page = jan.clicks(mail.smiley("ontevreden"))

    for reasons in ((), ("verzonnen",), ("anders-ontevreden",)):
        assert "AnswerWrong" in page.answers("", *reasons)

    assert mail.kenmerk in page.answers("Hij is nog vol.")
    assert desk.kinds(mail.kenmerk).count("feedback_given") == 1


class _AwayForAWhile(Store):
    """A store that fails on its way to the commit."""

    def owe(self, *_: object) -> None:
        raise TryLater


def test_si_03_an_answer_is_kept_with_all_that_follows_or_not_at_all(desk: Desk) -> None:
    mail, answer = _handled(desk), Answer(satisfied=False, text="Hij is nog vol.")
    before, store = desk.kinds(mail.kenmerk), desk.world.store
    broken = replace(desk.world, store=_AwayForAWhile(store.engine, store.jobs))

    with pytest.raises(TryLater):
        vote.cast(*_round_of(desk, mail), answer, broken)
    assert desk.kinds(mail.kenmerk) == before

    vote.cast(*_round_of(desk, mail), answer, desk.world)
    assert desk.klacht(mail.kenmerk).status == "verzoek_tot_heropenen"


def test_si_03_an_answer_reaches_the_team_also_when_the_klacht_has_moved_on(desk: Desk) -> None:
    jan, anna, mail = desk.citizen("jan@home.example"), desk.agent("anna@stad.example"), _handled(desk)
    anna.replies(anna.gets("opdracht_uitgevoerd"), "#heropenen\nWij kijken zelf nog eens.")

    jan.clicks(mail.smiley("ontevreden")).answers("Hij is nog vol.", "niet-opgelost")

    told = anna.gets("reactie_melder")
    assert "Hij is nog vol." in told.text
    assert "Het probleem is niet opgelost" in told.text
    assert desk.klacht(mail.kenmerk).status == "heropend"


def test_si_03_an_answer_that_comes_too_late_is_told_the_way_that_still_works(desk: Desk) -> None:
    jan, anna, mail = desk.citizen("jan@home.example"), desk.agent("anna@stad.example"), _handled(desk)
    desk.passes(days=6)

    assert "expired" in jan.clicks(mail.smiley("ontevreden")).answers("Hij is nog vol.")
    jan.replies(mail, "ontevreden\nHij is nog vol.")

    assert "Hij is nog vol." in anna.gets("reactie_melder").text
    assert "feedback_given" not in desk.kinds(mail.kenmerk)


def test_si_03_only_the_newest_invitation_can_be_answered(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    mails = [_handled(desk)]
    order = anna.gets("opdracht_uitgevoerd")
    for _ in range(2):
        anna.replies(order, "#heropenen\nNog eens.")
        anna.replies(order, "#opgelost gegrond\nNu wel.")
        mails.append(jan.gets("afgehandeld"))

    said = [jan.clicks(mail.smiley("tevreden")).answers() for mail in mails]

    assert ["older_round" in one for one in said] == [True, True, False]
    assert desk.klacht(mails[0].kenmerk).status == "gesloten"


def test_si_04_a_satisfied_melder_still_hears_of_a_klacht_that_is_reopened(desk: Desk) -> None:
    jan, anna, mail = desk.citizen("jan@home.example"), desk.agent("anna@stad.example"), _handled(desk)
    jan.clicks(mail.smiley("tevreden")).answers()

    anna.replies(anna.gets("opdracht_uitgevoerd"), "#heropenen\nEr is een fout gevonden.")

    jan.gets("heropend")


def test_si_06_where_satisfied_ends_contact_each_mail_that_stays_away_says_why(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, more="[feedback]\nsatisfied_ends_contact = true")
    jan, anna, mail = desk.citizen("jan@home.example"), desk.agent("anna@stad.example"), _handled(desk)
    jan.clicks(mail.smiley("tevreden")).answers()
    jan.reads_all()

    anna.replies(anna.gets("opdracht_uitgevoerd"), "#heropenen\nEr is een fout gevonden.")

    jan.gets_nothing()
    last = desk.history(mail.kenmerk)[-1]
    assert (last.kind, last.data["mail"], last.data["reason"]) == (
        "mail_suppressed",
        "heropend",
        "contact_refused",
    )
    desk.house.close()


def test_si_03_a_note_leaves_the_request_to_reopen_as_it_is(desk: Desk) -> None:
    jan, anna, mail = desk.citizen("jan@home.example"), desk.agent("anna@stad.example"), _handled(desk)
    jan.clicks(mail.smiley("ontevreden")).answers("Hij is nog vol.")

    anna.replies(anna.gets("opdracht_uitgevoerd"), "#notitie\nIk bel morgen.")

    assert desk.klacht(mail.kenmerk).status == "verzoek_tot_heropenen"


def test_si_06_feedback_ontvangen_can_be_switched_off(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, more="[feedback]\nmail_feedback_received = false")
    jan, mail = desk.citizen("jan@home.example"), _handled(desk)
    jan.reads_all()
    jan.clicks(mail.smiley("ontevreden")).answers("Hij is nog vol.")
    jan.gets_nothing()
    desk.house.close()
