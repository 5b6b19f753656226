"""A reply of nothing but thanks reopens nothing; where in doubt, it is more than thanks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.feedback import is_only_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Dank u wel!",
        "dank je wel",
        "Bedankt",
        "Hartelijk dank voor uw snelle reactie!",
        "Top, bedankt!",
        "Prima. Dank voor de moeite.",
        "Oké, duidelijk.",
        "Is opgelost, dank u wel.",
        "Het is geregeld. Fijne dag nog!",
        "Goed zo, fijn weekend!",
        "Thank you very much for your help",
        "Merci beaucoup pour votre réponse",
        "👍",
        "👍🏽",
        "Dank! 🙂",
        "❤\N{VARIATION SELECTOR-16}",
        "Dank u wel\r\n",
        "Dank\N{NO-BREAK SPACE}u\N{NO-BREAK SPACE}wel",
        "Bedankt!\n\nMet vriendelijke groet,\n\nJan de Vries",
        "Bedankt!\n\nMet vriendelijke groet,\nJan de Vries\nKerkstraat 12\n1234 AB Stad\nTel. 06-12345678",
        "Bedankt!\n\nMvg,\njan\njan@home.example\nhttps://www.home.example/jan",
        "Bedankt! Groetjes, Jan",
        "Bedankt, gr Jan",
        "Met vriendelijke groet,\nJan",
        "Beste Anna,\n\nHartelijk dank voor uw bericht.\n\nGroet, Jan",
        "Beste mevrouw De Vries, dank u wel!",
        "Hallo, bedankt!",
        "Tevreden",
        "Ik ben heel tevreden, dank u wel!",
        "Satisfied, thank you",
        "Satisfaite, merci beaucoup",
    ],
)
def test_thanks_alone_reopens_nothing(text: str) -> None:
    assert is_only_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "Dank, maar het is nog niet opgelost",
        "Dank u wel, maar nee.",
        "Het is niet opgelost.",
        "Niet opgelost",
        "Nog niet geregeld!",
        "Niet goed",
        "Dank voor niets",
        "Is het opgelost?",
        "Bedankt?",
        "Dank u wel. De bak is weer vol.",
        "Het is heel erg",
        "Het antwoord is helder, de bak is vol",
        "Geregeld is anders",
        "Bedankt :-(",
        "Dank :(",
        "🙁",
        "☹\N{VARIATION SELECTOR-16}",
        "👎",
        "😡",
        "Bedankt 😡",
        "Top 10!",
        "2x dank",
        "",
        " \n",
        "...",
        "Jan",
        "Pas opgelost",
        "Not resolved, thanks",
        "Thanks but no thanks",
        "Groeten Jan. De bak is nog steeds vol",
        "Groeten, Jan\nDe bak stinkt verschrikkelijk",
        "Dank.\nMet vriendelijke groet,\nJan\n\nPS: hij is weer vol",
        "Dank.\nGroet, Jan\nniet opgelost",
        "Dank.\nGroet, Jan\nWanneer komt u?",
        "Beste mensen die nooit iets doen, dank u wel",
        "Beste Anna,\nDe bak is weer vol.\nGroet, Jan",
        "Hallo! Nog vol.",
        "dank " * 30,
        "Tevreden ben ik niet",
        "Ben ik tevreden?",
        "Ontevreden",
        "Ik ben tevreden over de balie",
    ],
)
def test_more_than_thanks_asks_to_reopen(text: str) -> None:
    assert not is_only_thanks(text)


NO = ["niet", "geen", "nooit", "maar", "vol", "helaas", "weer", "kapot", "not", "never", "pas"]
POLITE = ["dank", "u", "wel", "bedankt", "het", "is", "opgelost", "nog", "goed", ".", ",", "\n", "👍"]


@given(st.lists(st.sampled_from(POLITE)), st.sampled_from(NO), st.lists(st.sampled_from(POLITE)))
def test_no_polite_words_hide_a_denial(before: list[str], no: str, after: list[str]) -> None:
    assert not is_only_thanks(" ".join([*before, no, *after]))
