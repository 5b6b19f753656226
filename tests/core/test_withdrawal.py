"""What sounds like a withdrawal, and what does not."""

from __future__ import annotations

import time

import pytest

from mailagent.core.withdrawal import looks_like_withdrawal


@pytest.mark.parametrize(
    "text",
    [
        "Ik trek mijn klacht in",
        "Hierbij trek ik mijn klacht in.",
        "Mijn klacht trek ik bij dezen in.",
        "Wij willen onze klacht intrekken.",
        "Kan ik de klacht nog intrekken?",
        "Graag wil ik u vragen om mijn\nklacht in te trekken.",
        "De klacht mag ingetrokken worden.",
        "Intrekking van mijn klacht",
        "Intrekken klacht KL26-00042",
        "Omdat het niet meer nodig is, trek ik mijn klacht in.",
        "Ik trek mijn klacht in want ik heb geen tijd.",
        "De bak is geleegd. Trek hem maar in.",
        "Mijn klacht hoeft niet meer behandeld te worden.",
        "De klacht kan komen te vervallen.",
        "Ik zie af van mijn klacht.",
        "Laat de klacht maar vallen.",
        "I would like to withdraw my complaint.",
        "Je retire ma plainte.",
    ],
)
def test_it_sounds_like_a_withdrawal(text: str) -> None:
    assert looks_like_withdrawal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Het was bij loket 3.",
        "Ik trek mijn klacht niet in.",
        "Ik wil niet dat mijn klacht wordt ingetrokken.",
        "Ik trek mijn klacht nooit in!",
        "Mijn uitkering is ingetrokken. Daar gaat deze klacht over.",
        "Ik ben het zat en trek aan de bel.",
        "Ik heb geen klachten meer gehoord.",
        "I will not withdraw my complaint.",
        "Wanneer behandelt u mijn klacht?",
    ],
)
def test_it_does_not_sound_like_a_withdrawal(text: str) -> None:
    assert not looks_like_withdrawal(text)


def test_a_long_text_costs_no_time() -> None:
    for text in ("klacht " * 20_000, "trek in " * 20_000, "a" * 200_000, ". " * 100_000, "\n \n" * 50_000):
        started = time.process_time()
        looks_like_withdrawal(text)
        assert time.process_time() - started < 2
