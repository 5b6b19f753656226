"""Each behaviour of the smileys has a switch of its own: on, it happens; off, it does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from browser import Page, browsing, doors_of, path_of
from desk import Desk, Got, open_desk

from mailagent.config.feedback import FeedbackSettings
from mailagent.store import rounds
from mailagent.web.app import make_app

JAN, ANNA = "jan@home.example", "anna@stad.example"
RESOLVE = "#opgelost gegrond\nOnze excuses."


def complain(desk: Desk) -> Got:
    desk.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld.")
    return desk.agent(ANNA).gets("nieuw_voor_team")


def handle(desk: Desk) -> Got:
    desk.agent(ANNA).replies(complain(desk), RESOLVE)
    return desk.citizen(JAN).gets("afgehandeld")


def unhappy(desk: Desk, text: str = "Nog vol.") -> Got:
    mail = handle(desk)
    desk.citizen(JAN).clicks(mail.smiley("ontevreden")).answers(text)
    return mail


def came(desk: Desk, address: str, kind: str) -> bool:
    """Did a mail of this kind come?"""
    return any(mail.kind == kind for mail in desk.mailboxes[address])


def page(desk: Desk) -> Page:
    with browsing(make_app(doors_of(desk))) as browser:
        return browser.get(path_of(handle(desk).smiley("ontevreden")))


def asks_how_satisfied(desk: Desk) -> bool:
    return "/kto/" in handle(desk).text


def counts_a_reply(desk: Desk) -> bool:
    mail = handle(desk)
    desk.citizen(JAN).replies(mail, "tevreden")
    offered, counted = "de eerste regel" in mail.text, "feedback_given" in desk.kinds(mail.kenmerk)
    assert offered == counted == ("mailto:" in mail.html)
    return counted


def reopens_when_unhappy(desk: Desk) -> bool:
    mail = unhappy(desk)
    assert "feedback_given" in desk.kinds(mail.kenmerk)
    assert any("Nog vol." in told.text for told in desk.mailboxes[ANNA])
    return desk.klacht(mail.kenmerk).status == "verzoek_tot_heropenen"


def promises_to_look_again(desk: Desk) -> bool:
    return "opnieuw moeten behandelen" in page(desk).html


def mails_after_unhappy(desk: Desk) -> bool:
    unhappy(desk)
    anna = desk.agent(ANNA)
    anna.replies(anna.gets("verzoek_tot_heropenen"), "#opgelost\nEr is niets nieuws.")
    return came(desk, JAN, "afgehandeld_na_ontevreden")


def ends_contact_when_satisfied(desk: Desk) -> bool:
    mail = handle(desk)
    desk.citizen(JAN).clicks(mail.smiley("tevreden")).answers()
    return not desk.klacht(mail.kenmerk).contact_allowed


def tells_of_taking_up(desk: Desk) -> bool:
    desk.agent(ANNA).replies(complain(desk), "#in_behandeling")
    return came(desk, JAN, "in_behandeling")


def tells_of_a_supplement(desk: Desk) -> bool:
    complain(desk)
    jan = desk.citizen(JAN)
    jan.replies(jan.gets("ontvangstbevestiging"), "Het was op maandag om drie uur.")
    return came(desk, JAN, "aanvulling_ontvangen")


def tells_of_feedback(desk: Desk) -> bool:
    unhappy(desk)
    return came(desk, JAN, "feedback_ontvangen")


def asks_for_photos(desk: Desk) -> bool:
    return 'name="fotos"' in page(desk).html


def takes_many_answers(desk: Desk) -> bool:
    mail = handle(desk)
    said = desk.citizen(JAN).clicks(mail.smiley("ontevreden")).answers("", "duurde-te-lang", "niet-eens")
    return "AnswerWrong" not in said


def asks_for_contact(desk: Desk) -> bool:
    return bool(page(desk).form.of("geen_contact"))


def counts_klachten_of_a_melder(desk: Desk) -> bool:
    handle(desk)
    return "Alles bij elkaar" in complain(desk).text


SWITCHES: dict[str, tuple[Callable[[Desk], bool], ...]] = {
    "smileys": (asks_how_satisfied,),
    "by_reply": (counts_a_reply,),
    "unhappy_reopens": (reopens_when_unhappy, promises_to_look_again),
    "mail_after_unhappy": (mails_after_unhappy,),
    "satisfied_ends_contact": (ends_contact_when_satisfied,),
    "mail_in_behandeling": (tells_of_taking_up,),
    "mail_aanvulling": (tells_of_a_supplement,),
    "mail_feedback_received": (tells_of_feedback,),
    "photos": (asks_for_photos,),
    "many_answers": (takes_many_answers,),
    "ask_contact": (asks_for_contact,),
    "melder_counts": (counts_klachten_of_a_melder,),
}
OF_SURVEYS = {"mail_kto_uitnodiging", "mail_kto_herinnering", "mail_opvolgtaak"}
"""Surveys and reminders have tests of their own."""


def test_si_06_every_switch_is_walked() -> None:
    on_or_off = {name for name, field in FeedbackSettings.model_fields.items() if field.annotation is bool}
    assert on_or_off == SWITCHES.keys() | OF_SURVEYS


@pytest.mark.parametrize("setting", ["true", "false"])
@pytest.mark.parametrize("switch", SWITCHES)
def test_si_06_a_switch_does_what_it_says(switch: str, setting: str, tmp_path: Path) -> None:
    for happens in SWITCHES[switch]:
        desk = open_desk(tmp_path, more=f"[feedback]\n{switch} = {setting}")
        assert happens(desk) == (setting == "true"), happens.__name__
        desk.house.close()


def test_si_06_with_all_of_it_off_a_klacht_is_handled_and_closes(tmp_path: Path) -> None:
    off = "\n".join(f"{switch} = false" for switch in (*SWITCHES, *OF_SURVEYS))
    desk = open_desk(tmp_path, more=f"[feedback]\n{off}")
    mail = handle(desk)
    assert "tevreden" not in mail.text
    [klacht] = desk.klachten()
    with desk.world.store.read() as tx:
        assert [(one.state, one.why) for one in rounds.of_klacht(tx, klacht.id)] == [
            ("suppressed", "channel_off")
        ]

    desk.citizen(JAN).replies(mail, "Het is niet opgelost.")
    anna = desk.agent(ANNA)
    anna.replies(anna.gets("verzoek_tot_heropenen"), "#heropenen\nWij kijken opnieuw.")
    desk.citizen(JAN).gets("heropend")
    anna.replies(anna.gets("opdracht_uitgevoerd"), RESOLVE)
    desk.passes(days=5)
    assert desk.klacht(mail.kenmerk).status == "gesloten"
    desk.house.close()
