"""What a melder says of the handling: a smiley by mail, thanks, or an answer on the page."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.errors import LinkGone, NotUnderstood
from mailagent.core.feedback import (
    MAX_TEXT,
    Answer,
    Round,
    check_answer,
    check_open,
    is_only_thanks,
    next_moment,
    reopens,
    word_of_reply,
)
from mailagent.core.klacht import Klacht
from mailagent.core.organisation import StandardAnswer

# --- a smiley by plain reply


@pytest.mark.parametrize(
    "first",
    [
        "tevreden",
        "Tevreden",
        "TEVREDEN",
        "Tevreden.",
        "tevreden!",
        "Ik ben tevreden.",
        "satisfied",
        "Satisfait",
    ]
    + [
        "satisfaite",
        "🙂",
        "🙂\N{VARIATION SELECTOR-16}",
        "🙂\N{VARIATION SELECTOR-15}",
        "☺\ufe0f",
        "😊",
        ":-)",
        ":)",
    ]
    + [
        "🙂\N{EMOJI MODIFIER FITZPATRICK TYPE-4}",
        "🙂!",
        "“Tevreden”",
        "'tevreden'",
        "*Tevreden*",
        "„tevreden”.",
    ]
    + [
        " \tTevreden \t",
        "\N{NO-BREAK SPACE}tevreden\N{NO-BREAK SPACE}",
        "\N{ZERO WIDTH SPACE}tevreden",
        "\ufefftevreden",
    ]
    + ["Tevreden\r", "Tevreden .", "\u2003tevreden\u2003"],
)
def test_a_first_line_that_is_nothing_but_this_is_satisfied(first: str) -> None:
    assert word_of_reply(first) == (True, "")
    assert word_of_reply(f"\n\n{first}\n\nDank u wel.\nJan\n") == (True, "Dank u wel.\nJan")


@pytest.mark.parametrize(
    "first",
    [
        "ontevreden",
        "Ontevreden!",
        "Niet tevreden.",
        "ik ben niet tevreden",
        "Ik ben ontevreden",
        "dissatisfied",
    ]
    + ["unsatisfied", "Mécontent", "me\N{COMBINING ACUTE ACCENT}contente", "insatisfait", "Insatisfaite"]
    + ["☹", "☹\N{VARIATION SELECTOR-16}", "🙁", ":-(", ":(", '"Ontevreden"'],
)
def test_a_first_line_that_is_nothing_but_this_is_unsatisfied(first: str) -> None:
    assert word_of_reply(first) == (False, "")
    assert word_of_reply(f"{first}\r\nDe bak is nog vol.\r\n") == (False, "De bak is nog vol.")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\n",
        "...",
        "***",
        "Tevreden ben ik niet",
        "Tevreden ben ik niet.\nTevreden",
        "Niet echt tevreden",
        "Heel tevreden",
        "Tevreden, maar hij is weer vol",
        "Tevreden, dank u",
        "Tevreden?",
        "tevreden / ontevreden",
        "tevreden ontevreden",
        "> tevreden",
        "> 🙂",
        "#tevreden",
        "Hallo,\ntevreden",
        "De bak is leeg.\n🙂",
        "🙂🙁",
        "te vreden",
        "tevredenheid",
        "not satisfied at all",
        "👍",
    ],
)
def test_anything_else_is_an_ordinary_reply(text: str) -> None:
    assert word_of_reply(text) is None


def test_the_words_below_the_smiley_stay_as_they_were_written() -> None:
    below = "Dank! 👍\N{EMOJI MODIFIER FITZPATRICK TYPE-3} ❤\N{VARIATION SELECTOR-16}\n\n  Jan"
    assert word_of_reply(f"Tevreden\n{below}") == (True, below)


SIGNS = [
    "tevreden",
    "ontevreden",
    "groet",
    "beste",
    "dank",
    "\n",
    " ",
    ",",
    ".",
    "🙂",
    "\ufe0f",
    "@",
    "www.",
    "niet",
]


@given(st.lists(st.sampled_from(SIGNS), max_size=30).map("".join) | st.text(max_size=80))
def test_no_reply_is_too_strange_to_read(text: str) -> None:
    said = word_of_reply(text)
    assert said is None or said[1] == said[1].strip()
    assert is_only_thanks(text) in (True, False)


@pytest.mark.parametrize(
    "piece", ["dank ", "groet ", "groet\n", "a@", "@", "www.", "beste ", "x", "\n", "\ufe0f", "é"]
)
def test_a_long_reply_is_read_in_linear_time(piece: str) -> None:
    long = piece * (200_000 // len(piece))
    begun = time.process_time()
    for text in (long, f"dank, groet {long}", f"beste {long}"):
        is_only_thanks(text)
        word_of_reply(text)
    assert time.process_time() - begun < 4


# --- a round


OPENED = datetime(2026, 3, 9, 10, tzinfo=UTC)
KLACHT = Klacht(1, "KL26-00042", "Bak", "Vol.", "jan@home.example", OPENED, language="fr")
SENT = Round(7, 1, 2, "jan@home.example", "sent", OPENED, OPENED + timedelta(days=5))


@pytest.mark.parametrize(
    ("state", "days", "open"),
    [
        ("scheduled", 0, True),
        ("sent", 0, True),
        ("sent", 4.99, True),
        ("sent", 5, False),
        ("sent", 6, False),
        ("answered", 1, False),
        ("expired", 1, False),
        ("suppressed", 1, False),
        ("failed", 1, True),
        ("failed", 5, False),
    ],
)
def test_a_round_is_open_until_it_expires(state: str, days: float, *, open: bool) -> None:
    assert replace(SENT, state=state).is_open(OPENED + timedelta(days=days)) is open


@pytest.mark.parametrize(
    ("round", "latest", "days", "why"),
    [
        (SENT, 3, 1, "older_round"),
        (replace(SENT, state="answered"), 3, 1, "older_round"),
        (replace(SENT, state="answered"), 2, 1, "answered"),
        (replace(SENT, state="answered"), 2, 9, "answered"),
        (SENT, 2, 5, "expired"),
        (replace(SENT, state="expired"), 2, 1, "expired"),
        (replace(SENT, state="suppressed"), 2, 1, "expired"),
    ],
)
def test_a_link_that_no_longer_works_says_why(round: Round, latest: int, days: int, why: str) -> None:
    with pytest.raises(LinkGone) as gone:
        check_open(round, latest, KLACHT, OPENED + timedelta(days=days))
    assert (gone.value.why, gone.value.kenmerk) == (why, "KL26-00042")


def test_an_open_round_can_be_answered() -> None:
    check_open(SENT, 2, KLACHT, OPENED)


# --- an answer on the page


ANSWERS = (
    StandardAnswer("snel", "Snel opgelost", satisfied=True),
    StandardAnswer("anders-blij", "Anders", satisfied=True, open=True),
    StandardAnswer("traag", "Duurde te lang", satisfied=False),
    StandardAnswer("niet-weg", "Het probleem is er nog", satisfied=False, reopens=True),
    StandardAnswer("anders", "Anders, namelijk", satisfied=False, open=True),
    StandardAnswer("oud", "Niet meer op de pagina", satisfied=False, visible=False),
)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(satisfied=True),
        Answer(satisfied=True, reasons=("snel",)),
        Answer(satisfied=True, reasons=("snel",), text="Fijn."),
        Answer(satisfied=True, reasons=("anders-blij",), text="Aardig."),
        Answer(satisfied=False, reasons=("traag",)),
        Answer(satisfied=False, text="Nog vol."),
        Answer(satisfied=False, reasons=("traag", "anders"), text="Nog vol."),
        Answer(satisfied=False, text="x" * MAX_TEXT),
    ],
)
def test_an_answer_that_is_complete_counts(answer: Answer) -> None:
    check_answer(answer, ANSWERS)


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        (Answer(satisfied=False), "Kies een antwoord of schrijf waarom u niet tevreden bent."),
        (Answer(satisfied=False, text=" \n"), "Kies een antwoord of schrijf waarom u niet tevreden bent."),
        (Answer(satisfied=False, reasons=("anders",)), "Bij dit antwoord hoort een uitleg."),
        (
            Answer(satisfied=False, reasons=("traag", "anders"), text="  "),
            "Bij dit antwoord hoort een uitleg.",
        ),
        (Answer(satisfied=True, reasons=("anders-blij",)), "Bij dit antwoord hoort een uitleg."),
        (Answer(satisfied=True, reasons=("traag",)), "Kies een van de antwoorden op de pagina."),
        (Answer(satisfied=False, reasons=("snel",)), "Kies een van de antwoorden op de pagina."),
        (Answer(satisfied=False, reasons=("oud",)), "Kies een van de antwoorden op de pagina."),
        (Answer(satisfied=False, reasons=("Duurde te lang",)), "Kies een van de antwoorden op de pagina."),
        (
            Answer(satisfied=False, text="x" * (MAX_TEXT + 1)),
            "Uw tekst is te lang. Er passen 2000 tekens in.",
        ),
    ],
)
def test_an_answer_that_is_not_complete_says_what_is_missing(answer: Answer, missing: str) -> None:
    with pytest.raises(NotUnderstood) as mistake:
        check_answer(answer, ANSWERS)
    assert str(mistake.value).startswith(missing)


@pytest.mark.parametrize(
    ("answer", "asks"),
    [
        (Answer(satisfied=False, text="Nog vol."), True),
        (Answer(satisfied=False, reasons=("niet-weg",)), True),
        (Answer(satisfied=False, reasons=("traag", "niet-weg")), True),
        (Answer(satisfied=False, reasons=("anders",), text="Nog vol."), True),
        (Answer(satisfied=False, reasons=("traag",)), False),
        (Answer(satisfied=False, reasons=("traag",), text=" \n"), False),
        (Answer(satisfied=False), False),
        (Answer(satisfied=True, text="Nog vol."), False),
        (Answer(satisfied=True, reasons=("niet-weg",)), False),
    ],
)
def test_only_an_unhappy_answer_with_words_or_a_reopening_reason_asks_to_reopen(
    answer: Answer, *, asks: bool
) -> None:
    assert reopens(answer, ANSWERS) is asks


def test_the_same_answer_again_is_known_as_the_same() -> None:
    answer = Answer(satisfied=False, reasons=("traag", "anders"), text="Nog vol.")
    assert answer.digest == replace(answer, reasons=("anders", "traag"), text=" Nog vol.\n").digest
    for other in (
        replace(answer, satisfied=True),
        replace(answer, reasons=("traag",)),
        replace(answer, text="Vol."),
        replace(answer, contact_refused=True),
    ):
        assert answer.digest != other.digest


@given(st.text())
def test_any_text_has_a_digest(text: str) -> None:
    assert len(Answer(satisfied=True, text=text).digest) == 32


FIRST, LAST = OPENED + timedelta(days=3), OPENED + timedelta(days=5)


@pytest.mark.parametrize(
    ("states", "newest", "at"),
    [
        (("sent",), False, FIRST),
        (("scheduled",), False, FIRST),
        (("answered",), False, None),
        (("answered",), True, FIRST),
        (("suppressed", "suppressed"), True, LAST),
        (("sent", "answered"), True, FIRST),
        (("answered", "expired"), False, None),
        ((), True, None),
    ],
)
def test_a_klacht_is_looked_at_when_a_round_lapses(
    states: tuple[str, ...], *, newest: bool, at: datetime | None
) -> None:
    rounds = [
        replace(SENT, state=state, expires_at=end) for state, end in zip(states, (FIRST, LAST), strict=False)
    ]
    assert next_moment(rounds, newest=newest) == at


def test_a_klacht_is_looked_at_sooner_where_somebody_is_to_be_reminded() -> None:
    assert next_moment([replace(SENT, remind_at=FIRST)], newest=True) == FIRST
    assert next_moment([replace(SENT, state="answered", remind_at=FIRST)], newest=False) == FIRST
