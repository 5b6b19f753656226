"""More time for a klacht: verdaagd once, and longer with the melder's consent (Awb 9:11)."""

from __future__ import annotations

import pytest
from desk import Desk, Got

from mailagent.store import terms

JAN, ANNA, BRAM = "jan@home.example", "anna@stad.example", "bram@stad.example"


def complaint(desk: Desk) -> Got:
    """Anna's task: a klacht of Monday 2 March 2026, last day 13 April."""
    desk.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld.")
    desk.citizen(JAN).reads_all()
    return desk.agent(ANNA).gets("nieuw_voor_team")


def answered(desk: Desk, task: Got, order: str) -> str:
    """The result of an order, in one line."""
    desk.agent(ANNA).replies(task, order)
    return " ".join(desk.agent(ANNA).gets("opdracht_uitgevoerd").text.split())


def refused(desk: Desk, task: Got, order: str) -> str:
    """Why it was refused, in one line."""
    desk.agent(ANNA).replies(task, order)
    return " ".join(desk.agent(ANNA).gets("opdracht_niet_begrepen").text.split())


def deadline(desk: Desk, kenmerk: str) -> str:
    return str(desk.klacht(kenmerk).deadline)


def test_nw_02_extend_moves_the_last_day_once_and_tells_melder_and_beklaagde(desk: Desk) -> None:
    jan, bram = desk.citizen(JAN), desk.citizen(BRAM)
    task = complaint(desk)

    said = answered(desk, task, f"#beklaagde {BRAM}\n#verdagen\nDe getuige is ziek.\n\nWij wachten op haar.")

    assert "De laatste dag is nu 11-05-2026; dat was 13-04-2026." in said
    told = jan.gets("verdaging")
    for words in (told.text, told.html):
        assert "maandag 11 mei 2026" in words
        assert "maandag 13 april 2026" in words
        assert "De getuige is ziek." in words
        assert "Wij wachten op haar." in words
    accused = bram.gets("verdaging_beklaagde")
    for words in (accused.text, accused.html):
        assert "maandag 11 mei 2026" in words
        assert "getuige" not in words
    assert deadline(desk, task.kenmerk) == "2026-05-11"
    jan.gets_nothing()


def test_nw_02_extend_keeps_the_old_clock_in_the_log_and_its_uncrossed_levels_fire(desk: Desk) -> None:
    task = complaint(desk)
    desk.passes(days=22)  # half-way of the six weeks
    answered(desk, task, "#verdagen De getuige is ziek.")

    klacht = desk.klacht(task.kenmerk)
    with desk.world.store.read() as tx:
        every = terms.versions(tx, klacht.id)
    law = [(v, str(c.last_day), bool(s)) for v, c, s in every if c.name == "statutory"]
    assert law == [(1, "2026-04-13", True), (2, "2026-05-11", False)]
    event = next(e for e in desk.history(task.kenmerk) if e.kind == "extended")
    assert (event.data["was"], event.data["last_day"], event.data["weeks"]) == ("2026-04-13", "2026-05-11", 4)

    desk.passes(days=52)  # 16 May, five days too late
    levels = [e.data for e in desk.history(task.kenmerk) if e.kind == "level_crossed"]
    crossed = [data["level"] for data in levels if data["clock"] == "awb"]
    assert crossed == ["halverwege", "halverwege", "bijna", "te_laat"]  # the first of the old clock


def test_nw_02_extend_by_fewer_weeks(desk: Desk) -> None:
    task = complaint(desk)
    assert "De laatste dag is nu 28-04-2026" in answered(desk, task, "#verdagen 2 weken De getuige is ziek.")
    assert "De getuige is ziek." in desk.citizen(JAN).gets("verdaging").text


@pytest.mark.parametrize(
    ("received_days", "last_day", "extended"),
    [(14, "2026-04-28", "2026-05-26"), (22, "2026-05-06", "2026-06-02"), (31, "2026-05-18", "2026-06-11")],
)
def test_nw_02_extend_counts_from_the_day_before_it_rolled(
    desk: Desk, received_days: int, last_day: str, extended: str
) -> None:
    desk.passes(days=received_days)
    task = complaint(desk)
    assert deadline(desk, task.kenmerk) == last_day
    answered(desk, task, "#extend The witness is ill.")
    assert deadline(desk, task.kenmerk) == extended


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ("#verdagen", "schrijf erachter waarom"),
        ("#verdagen 2 weken", "schrijf erachter waarom"),
        ("#verdagen 6 weken De getuige is ziek.", "hoogstens 4"),
        ("#verdagen Ziek.\n#verdagen Nog eens ziek.", "al een keer verdaagd"),
        ("#opgelost gegrond\nExcuses.\n#verdagen Ziek.", "zolang een klacht niet is afgehandeld"),
    ],
)
def test_nw_02_extend_that_cannot_be_is_refused_with_why(desk: Desk, order: str, why: str) -> None:
    task = complaint(desk)
    assert why in refused(desk, task, order)
    assert deadline(desk, task.kenmerk) == "2026-04-13"
    desk.citizen(JAN).gets_nothing()


def test_nw_02_extend_is_refused_the_second_time(desk: Desk) -> None:
    task = complaint(desk)
    answered(desk, task, "#verdagen Ziek.")
    assert "al een keer verdaagd" in refused(desk, task, "#verdagen Nog steeds ziek.")
    assert deadline(desk, task.kenmerk) == "2026-05-11"


def test_nw_02_extend_is_possible_on_the_last_day_and_not_after_it(desk: Desk) -> None:
    task = complaint(desk)
    desk.passes(days=43)
    assert "Verdagen kan alleen vóór die voorbij is" in refused(desk, task, "#verdagen Ziek.")
    desk.citizen(JAN).writes("Nog iets", "Een tweede klacht.")
    second = desk.agent(ANNA).gets("nieuw_voor_team")
    desk.passes(days=42)
    assert "De laatste dag is nu" in answered(desk, second, "#verdagen Ziek.")


def test_nw_02_extend_is_possible_no_more_when_the_law_was_served(desk: Desk) -> None:
    task = complaint(desk)
    answered(desk, task, "#opgelost gegrond\nExcuses.")
    answered(desk, task, "#heropenen\nToch niet.")
    assert "al geëindigd" in refused(desk, task, "#verdagen Ziek.")


def test_nw_02_consent_needs_the_melders_mail_and_says_which_one_it_is(desk: Desk) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    task = complaint(desk)
    assert "schriftelijk goedvinden" in refused(desk, task, "#instemming 1 juni 2026")

    answered(desk, task, "#vraag\nMag het tot 1 juni?")
    jan.replies(jan.gets("vraag"), "Ja hoor, dat is goed.")
    anna.gets("aanvulling")
    said = answered(desk, task, "#instemming 1 juni 2026")

    assert "De laatste dag is nu 01-06-2026; dat was 13-04-2026." in said
    assert "de mail van de melder van 02-03-2026" in said
    event = next(e for e in desk.history(task.kenmerk) if e.kind == "delay_agreed")
    reaction = next(e for e in desk.history(task.kenmerk) if e.kind == "reacted")
    assert f"arrival:{event.data['proof']}" == reaction.origin
    jan.gets("aanvulling_ontvangen")
    told = jan.gets("instemming")
    for words in (told.text, told.html):
        assert "maandag 1 juni 2026" in words
    assert deadline(desk, task.kenmerk) == "2026-06-01"


def test_nw_02_consent_of_somebody_else_is_none(desk: Desk) -> None:
    jan = desk.citizen(JAN)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    receipt, task = jan.gets("ontvangstbevestiging"), desk.agent(ANNA).gets("nieuw_voor_team")
    desk.citizen("piet@elders.example").replies(receipt, "Ja hoor, dat is goed.")
    assert "schriftelijk goedvinden" in refused(desk, task, "#consent 1 juni 2026")


@pytest.mark.parametrize(
    ("order", "last_day"),
    [
        ("#instemming tot en met 30 mei 2026", "2026-06-01"),  # a Saturday
        ("#instemming 2 weken", "2026-04-28"),  # 27 April is King's day
        ("#consent by 3 weeks", "2026-05-04"),
    ],
)
def test_nw_02_consent_for_a_day_or_some_weeks(desk: Desk, order: str, last_day: str) -> None:
    jan = desk.citizen(JAN)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    task = desk.agent(ANNA).gets("nieuw_voor_team")
    jan.replies(jan.gets("ontvangstbevestiging"), "U mag er langer over doen.")
    answered(desk, task, order)
    assert deadline(desk, task.kenmerk) == last_day


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ("#instemming", "tot en met welke dag"),
        ("#instemming ja hoor", "geen dag en geen aantal weken"),
        ("#instemming 31 april 2026", "bestaat niet"),
        ("#instemming 1 februari 2026", "is voorbij"),
        ("#instemming 1 juni 2036", "meer dan een jaar"),
        ("#instemming 10 maart 2026", "Die kan alleen later worden"),
    ],
)
def test_nw_02_consent_to_no_day_is_refused_with_why(desk: Desk, order: str, why: str) -> None:
    jan = desk.citizen(JAN)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    task = desk.agent(ANNA).gets("nieuw_voor_team")
    jan.replies(jan.gets("ontvangstbevestiging"), "U mag er langer over doen.")
    assert why in refused(desk, task, order)
    assert deadline(desk, task.kenmerk) == "2026-04-13"
