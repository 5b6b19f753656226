"""Lines that were broken to fit a screen are whole again; those that somebody broke stay so."""

from __future__ import annotations

import time

import pytest

from mailagent.inbound.flowed import unflowed
from mailagent.inbound.parse import parse


@pytest.mark.parametrize(
    ("flowed", "whole"),
    [
        ("Een zin die \nverder gaat.\nEen regel.", "Een zin die verder gaat.\nEen regel."),
        ("Een \r\nzin.\r\n\r\nNog een.", "Een zin.\n\nNog een."),
        ("Groet,\n-- \nAnna", "Groet,\n-- \nAnna"),
        ("Tot morgen \n-- \nAnna", "Tot morgen \n-- \nAnna"),
        ("> Een zin \n> van haar. \nEen van mij.", "> Een zin van haar. \nEen van mij."),
        (">> diep \n> minder", ">> diep \n> minder"),
        (" >geen citaat\n From hier", ">geen citaat\nFrom hier"),
        ("#opgelost gegrond\nBeste Jan,", "#opgelost gegrond\nBeste Jan,"),
        ("tot het eind ", "tot het eind "),
        ("", ""),
    ],
)
def test_a_paragraph_is_whole_again(flowed: str, whole: str) -> None:
    assert unflowed(flowed, {}) == whole


def test_a_blank_that_only_says_that_it_goes_on_is_dropped() -> None:
    assert unflowed("gft-\nbak en con \ntainer", {"delsp": "yes"}) == "gft-\nbak en container"


def test_only_what_says_that_it_flows_does() -> None:
    head = b"From: jan@home.example\r\nContent-Type: text/plain; charset=utf-8"
    body = b"\r\n\r\nEen zin die \r\nverder gaat.\r\n"
    assert parse(head + b"; format=flowed" + body).text.strip() == "Een zin die verder gaat."
    assert parse(head + body).text.strip() == "Een zin die \nverder gaat."


@pytest.mark.parametrize("piece", ["a \n", "> \n", ">", " ", "-- \n", "> a \n"])
def test_a_long_text_takes_no_longer_than_it_is_long(piece: str) -> None:
    started = time.monotonic()
    unflowed(piece * 200_000, {})
    assert time.monotonic() - started < 8
