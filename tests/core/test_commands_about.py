"""A kenmerk before a tag: which klacht an order is about, where one mail is about several."""

from __future__ import annotations

import pytest

from mailagent.core.commands import Written, read
from mailagent.core.orders.asking import Help
from mailagent.core.orders.handling import TakeUp
from mailagent.core.orders.order import Order
from mailagent.core.orders.routing import Assign
from mailagent.core.orders.writing import Note, Reply


def told(text: str) -> list[tuple[str, Order]]:
    written = read(text)
    assert not written.problems, written.problems
    return list(zip(written.about, written.orders, strict=True))


@pytest.mark.parametrize(
    "line",
    [
        "KL26-00042 #in_behandeling",
        "kl26-00042 #In_behandeling",
        "KL26-00042: #in_behandeling",
        "[KL26-00042] #in_behandeling",
        "(KL26-00042), #in_behandeling",
        "KL26\N{NON-BREAKING HYPHEN}00042 #in_behandeling",
        "KL26\N{EN DASH}00042 #in_behandeling",
        "KL26-00042\N{NO-BREAK SPACE}#in_behandeling",
        "  KL26-00042#in_behandeling",
        "\N{ZERO WIDTH SPACE}KL26-00042 # in_behandeling.",
    ],
)
def test_a_kenmerk_before_a_tag_says_which_klacht_it_is_about(line: str) -> None:
    assert told(line) == [("KL26-00042", TakeUp())]


def test_the_lines_below_are_about_the_same_until_the_next_kenmerk() -> None:
    text = (
        "Goedemorgen,\n\nKL26-00042 #in_behandeling\n#toewijzen anna\nKL26-00041 #antwoord\nBeste Jan,\n\n"
        "Morgen.\nKL26-00040 #in_behandeling\nLet op."
    )
    assert told(text) == [
        ("KL26-00042", TakeUp()),
        ("KL26-00042", Assign("anna")),
        ("KL26-00041", Reply("Beste Jan,\n\nMorgen.")),
        ("KL26-00040", TakeUp()),
        ("KL26-00040", Note("Let op.")),
    ]
    written = read(text)
    assert written.named == ("KL26-00042", "KL26-00041", "KL26-00040")
    apart = written.apart()
    assert list(apart) == list(written.named)
    assert apart["KL26-00042"] == Written((TakeUp(), Assign("anna")), about=("KL26-00042", "KL26-00042"))


def test_without_a_kenmerk_an_order_is_about_whatever_the_mail_is_about() -> None:
    text = "#in_behandeling\nKL26-00041 #help"
    assert told(text) == [("", TakeUp()), ("KL26-00041", Help())]
    assert read(text).apart()[""].orders == (TakeUp(),)
    assert read("Gebeld.").apart() == {"": read("Gebeld.")}


def test_a_klacht_that_is_named_twice_is_one() -> None:
    text = "KL26-00042 #in_behandeling\nKL26-00041 #in_behandeling\nKL26-00042 #notitie Gebeld."
    assert read(text).apart()["KL26-00042"].orders == (TakeUp(), Note("Gebeld."))


@pytest.mark.parametrize(
    "line",
    [
        "KL26-00042",
        "KL26-00042 in_behandeling",
        "KL26-00042 #1 van 3",
        "Zie KL26-00042 #in_behandeling",
        "KL26-42 #in_behandeling",
        "KL26-00042 en KL26-00041 #in_behandeling",
    ],
)
def test_a_sentence_that_names_a_kenmerk_is_a_sentence(line: str) -> None:
    assert told(line) == [("", Note(line))]
    assert told(f"#antwoord\n{line}") == [("", Reply(line))]


def test_a_typo_behind_a_kenmerk_is_named_as_any() -> None:
    assert read("KL26-00042 #in_behandelign").problems == (
        "#in_behandelign ken ik niet. Bedoelde u #in_behandeling?",
    )
    assert read("Zomaar.\nKL26-00042 #in_behandeling").ignored == ("#in_behandeling",)
