"""What would leave with our own words in it is shown to the agent first, and to nobody else."""

from __future__ import annotations

import pytest
from desk import Desk, Got

from mailagent.core.quoting import MARKER

JAN, ANNA = "jan@home.example", "anna@stad.example"


@pytest.fixture
def task(desk: Desk) -> Got:
    desk.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld.\nDat was bij loket 3.\nOp maandag.")
    desk.citizen(JAN).reads_all()
    return desk.agent(ANNA).gets("nieuw_voor_team")


def lines_of(mail: Got, first: str, count: int) -> str:
    """So many lines of a mail that hold words, from the one that begins so."""
    lines = [line for line in mail.text.splitlines() if line.strip()]
    at = next(n for n, line in enumerate(lines) if line.startswith(first))
    return "\n".join(lines[at : at + count])


LEAKS = {
    "what the melder wrote": lambda _task: "Ik werd onbeleefd behandeld.\nDat was bij loket 3.\nOp maandag.",
    "the facts above it": lambda task: lines_of(task, "Kenmerk", 3),
    "the melder's words as we show them": lambda task: lines_of(task, "  | Ik werd", 3),
    "what a tag does": lambda task: lines_of(task, "Schrijft u geen tag?", 3),
    "its reply address": lambda task: f"Schrijf naar {task.reply_to}.",
    "its reply address in capitals": lambda task: f"Schrijf naar {task.reply_to.upper()}.",
}


@pytest.mark.parametrize("what", LEAKS)
@pytest.mark.parametrize("tag", ["#antwoord", "#vraag", "#opgelost gegrond", "#sluiten doorgestuurd"])
def test_an_order_whose_text_holds_our_own_mail_waits_and_leaves_as_it_was_shown(
    desk: Desk, task: Got, what: str, tag: str
) -> None:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    before = desk.klacht(task.kenmerk).status

    anna.replies(task, f"{tag}\nBeste heer,\n{LEAKS[what](task)}", quote=False)

    asked = anna.gets("opdracht_bevestigen")
    jan.gets_nothing()
    assert desk.klacht(task.kenmerk).status == before
    assert "regels uit een mail van ons" in asked.text
    secret = task.reply_to.partition("+r-")[2].partition("@")[0]
    assert secret not in asked.text + asked.html, "an agent may pass on this mail too"
    page = anna.clicks(asked.link(r"/bevestig/\S+"))
    assert "Beste heer" in page.text
    page.confirms()
    [sent] = [mail for mail in desk.mailboxes[JAN] if not mail.read]
    assert "Beste heer," in sent.text
    assert secret not in sent.text + sent.html


@pytest.mark.parametrize(
    "text",
    [
        "Dat was bij loket 3.\nDaar stond een collega.",
        "Ik werd onbeleefd behandeld.\nZo schreef u.\nDat was bij loket 3.\nJa?\nOp maandag.",
        "Met vriendelijke groet,\nAnna\nGemeente Voorbeeld",
    ],
)
def test_a_line_or_two_of_the_melder_is_no_reason_to_wait(desk: Desk, task: Got, text: str) -> None:
    desk.agent(ANNA).replies(task, f"#antwoord\n{text}")

    desk.citizen(JAN).gets("antwoord")


def test_what_stands_below_the_marker_never_leaves(desk: Desk, task: Got) -> None:
    desk.agent(ANNA).replies(
        task, f"#antwoord\nWij zoeken het uit.\n{MARKER}\nGeheim.\nNogmaals.", quote=False
    )

    told = desk.citizen(JAN).gets("antwoord")
    assert "Wij zoeken het uit." in told.text
    assert "Geheim" not in told.text + told.html


def test_a_note_may_hold_whatever_it_likes(desk: Desk, task: Got) -> None:
    desk.agent(ANNA).replies(task, f"#notitie\n{lines_of(task, 'Kenmerk', 3)}", quote=False)

    desk.agent(ANNA).gets("opdracht_uitgevoerd")
    assert desk.kinds(task.kenmerk)[-1] == "noted"
