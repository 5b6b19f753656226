"""The two smileys: who may answer, when, and what follows."""

from desk import Desk, Got


def _handled(desk: Desk, subject: str = "Balie") -> Got:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes(subject, "Ik werd onbeleefd behandeld.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nOnze excuses.")
    mail = jan.gets("afgehandeld")
    anna.reads_all()
    jan.reads_all()
    return mail


def test_si_01_a_satisfied_answer_closes_and_the_link_dies(desk: Desk) -> None:
    jan, mail = desk.citizen("jan@home.example"), _handled(desk)

    page = jan.clicks(mail.smiley("tevreden"))
    assert "onbeleefd" not in page.text
    page.answers("", "goed-geholpen")

    assert desk.klacht(mail.kenmerk).status == "gesloten"
    assert "answered" in jan.clicks(mail.smiley("ontevreden")).text
    jan.gets_nothing()


def test_nw_05_a_scanner_that_opens_every_link_changes_nothing(desk: Desk) -> None:
    scanner, mail = desk.citizen("scanner@safelinks.example"), _handled(desk)
    before = desk.kinds(mail.kenmerk)

    for _ in range(3):
        scanner.clicks(mail.smiley("tevreden"))
        scanner.clicks(mail.smiley("ontevreden"))

    assert desk.kinds(mail.kenmerk) == before
    assert desk.klacht(mail.kenmerk).status == "opgelost"


def test_the_identical_answer_again_is_welcome_and_stored_once(desk: Desk) -> None:
    jan, mail = desk.citizen("jan@home.example"), _handled(desk)
    page = jan.clicks(mail.smiley("ontevreden"))

    first, again = page.answers("Hij is nog vol."), page.answers("Hij is nog vol.")

    assert mail.kenmerk in first
    assert first == again
    assert desk.kinds(mail.kenmerk).count("feedback_given") == 1


def test_another_answer_after_the_first_is_too_late(desk: Desk) -> None:
    jan, mail = desk.citizen("jan@home.example"), _handled(desk)
    jan.clicks(mail.smiley("ontevreden")).answers("Hij is nog vol.")

    said = jan.clicks(mail.smiley("tevreden")).answers("Toch goed.")

    assert "answered" in said


def test_an_unhappy_answer_that_does_not_reopen_is_kept(desk: Desk) -> None:
    jan, mail = desk.citizen("jan@home.example"), _handled(desk)

    jan.clicks(mail.smiley("ontevreden")).answers("", "duurde-te-lang")

    assert desk.klacht(mail.kenmerk).status == "opgelost"
    jan.gets("feedback_ontvangen")


def test_an_unhappy_answer_needs_a_reason(desk: Desk) -> None:
    jan, mail = desk.citizen("jan@home.example"), _handled(desk)

    said = jan.clicks(mail.smiley("ontevreden")).answers()

    assert "AnswerWrong" in said
    assert "feedback_given" not in desk.kinds(mail.kenmerk)


def test_after_the_link_has_expired_the_klacht_closes(desk: Desk) -> None:
    jan, mail = desk.citizen("jan@home.example"), _handled(desk)

    desk.passes(days=5, minutes=1)

    assert desk.klacht(mail.kenmerk).status == "gesloten"
    assert "expired" in jan.clicks(mail.smiley("tevreden")).text
    jan.gets_nothing()


def test_a_link_of_an_older_round_no_longer_counts(desk: Desk) -> None:
    jan, anna, mail = desk.citizen("jan@home.example"), desk.agent("anna@stad.example"), _handled(desk)
    jan.replies(mail, "Het is niet opgelost.")
    request = anna.gets("verzoek_tot_heropenen")
    anna.replies(request, "#heropenen\nWij kijken opnieuw.")
    anna.replies(request, "#opgelost gegrond\nNu wel.")

    assert "older_round" in jan.clicks(mail.smiley("tevreden")).text
    newer = jan.gets("afgehandeld")
    jan.clicks(newer.smiley("tevreden")).answers()
    assert desk.klacht(mail.kenmerk).status == "gesloten"


def test_a_tampered_link_is_unknown(desk: Desk) -> None:
    jan, mail = desk.citizen("jan@home.example"), _handled(desk)
    url = mail.smiley("tevreden")

    assert "LinkUnknown" in jan.clicks(url.replace("/kto/", "/kto/x")).text


def test_si_03_left_handled_the_melder_hears_nothing(desk: Desk) -> None:
    jan, anna, mail = desk.citizen("jan@home.example"), desk.agent("anna@stad.example"), _handled(desk)
    jan.clicks(mail.smiley("ontevreden")).answers("Ik wil een ander antwoord.")
    jan.gets("feedback_ontvangen")

    anna.replies(anna.gets("verzoek_tot_heropenen"), "#opgelost\nEr is niets nieuws.")

    assert "intern" in anna.gets("opdracht_uitgevoerd").text
    jan.gets_nothing()
    assert desk.klacht(mail.kenmerk).status == "opgelost"


def test_who_wants_no_contact_gets_no_mail_and_the_agent_sees_why(desk: Desk) -> None:
    jan, anna, mail = desk.citizen("jan@home.example"), desk.agent("anna@stad.example"), _handled(desk)
    jan.clicks(mail.smiley("ontevreden")).answers("Laat maar.", no_contact=True)

    request = anna.gets("verzoek_tot_heropenen")
    anna.replies(request, "#heropenen\nWij kijken opnieuw.")
    anna.replies(request, "#antwoord\nWij kijken opnieuw.")

    assert "geen contact" in anna.gets("opdracht_niet_begrepen").text
    jan.gets_nothing()
    assert "mail_suppressed" in desk.kinds(mail.kenmerk)


def test_a_reply_of_nothing_but_the_word_counts_as_the_smiley(desk: Desk) -> None:
    jan, mail = desk.citizen("jan@home.example"), _handled(desk)

    jan.replies(mail, "Tevreden")

    assert desk.klacht(mail.kenmerk).status == "gesloten"


def test_tevreden_ben_ik_niet_is_no_smiley(desk: Desk) -> None:
    jan, mail = desk.citizen("jan@home.example"), _handled(desk)

    jan.replies(mail, "Tevreden ben ik niet")

    assert desk.klacht(mail.kenmerk).status == "verzoek_tot_heropenen"
    assert "feedback_given" not in desk.kinds(mail.kenmerk)
