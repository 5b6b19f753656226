"""The tags that settle a message: what stands behind them, and what a hostile line costs."""

from __future__ import annotations

import time

import pytest

from mailagent.core import commands
from mailagent.core.rulings import Admit, AppendTo, Dismiss, OnBehalf


@pytest.mark.parametrize(
    ("written", "order"),
    [
        ("#aannemen", Admit("", "")),
        ("#aannemen Jan@Home.example", Admit("", "jan@home.example")),
        ("#aannemen <jan@home.example>\nHij belde.", Admit("Hij belde.", "jan@home.example")),
        ("#aannemen jan@home.example <mailto:jan@home.example>", Admit("", "jan@home.example")),
        ("#aannemen dit is een klacht", Admit("dit is een klacht", "")),
        ("#toevoegen kl26-00041\nHoort erbij.", AppendTo("Hoort erbij.", "KL26-00041")),
        ("#afwijzen reclame", Dismiss("reclame")),
        ("#namens jan@home.example.", OnBehalf("", "jan@home.example")),
        ("#behalf mailto:jan@home.example", None),
    ],
)
def test_a_ruling_is_read_as_it_was_written(written: str, order: object) -> None:
    read = commands.read(written)
    assert read.orders == ((order,) if order else ())
    assert bool(read.problems) == (order is None)


@pytest.mark.parametrize(
    "line", ["!" * 200_000, "a" * 200_000, "a@" * 100_000, "<" * 200_000, "@ " * 100_000]
)
@pytest.mark.parametrize("tag", ["#aannemen", "#namens"])
def test_a_hostile_line_costs_no_more_than_its_length(tag: str, line: str) -> None:
    began = time.process_time()
    commands.read(f"{tag} {line}\n{line}")
    assert time.process_time() - began < 5
