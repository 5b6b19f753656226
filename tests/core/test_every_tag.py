"""The closed list of tags: its words in Dutch and English, its help, and what a slip of the finger gets."""

from __future__ import annotations

import pytest

from mailagent.core.commands import EVERY, help_lines, read
from mailagent.core.orders.order import Order

WORDS = {
    "in_behandeling": "accept",
    "volgende": "next",
    "toewijzen": "assign",
    "team": "team",
    "verkeerd": "misrouted",
    "categorie": "category",
    "prioriteit": "priority",
    "complexiteit": "complexity",
    "label": "label",
    "vertrouwelijk": "confidential",
    "beklaagde": "accused",
    "contact": "contact",
    "notitie": "note",
    "antwoord": "reply",
    "vraag": "ask",
    "terugbellen": "callback",
    "niet_bereikt": "no_answer",
    "teruggebeld": "called",
    "opgelost": "resolved",
    "sluiten": "close",
    "ingetrokken": "withdrawn",
    "heropenen": "reopen",
    "verdagen": "extend",
    "instemming": "consent",
    "hoorzitting": "hearing",
    "afschrift": "copy",
    "doorsturen": "forward",
    "splitsen": "split",
    "samenvoegen": "merge",
    "zaak": "zaak",
    "brief": "letter",
    "gedrukt": "printed",
    "status": "status",
    "help": "help",
    "aannemen": "admit",
    "toevoegen": "append",
    "afwijzen": "dismiss",
    "namens": "behalf",
}
"""Dutch → English; written out here, for this is what agents learn by heart."""

EACH = pytest.mark.parametrize("order", EVERY, ids=lambda order: order.__name__)


def test_every_word_that_agents_know_is_in_the_list() -> None:
    every = {order.words[0]: order.words for order in EVERY}
    assert {dutch: english for dutch, english in WORDS.items() if english not in every.get(dutch, ())} == {}


def test_the_help_has_a_line_for_every_tag_with_all_its_words() -> None:
    for (usage, help), order in zip(help_lines(), EVERY, strict=True):
        assert usage.startswith(f"#{order.words[0]}")
        assert all(f"#{word}" in usage for word in order.words)
        assert help == order.help


@EACH
def test_a_letter_too_few_or_two_that_changed_places_gets_the_word_that_was_meant(order: type[Order]) -> None:
    for word in order.words:
        swapped = f"{word[0]}{word[2]}{word[1]}{word[3:]}"
        for typo in {word[:-1], f"{word[0]}{word[2:]}", swapped} - {w for o in EVERY for w in o.words}:
            said = " ".join(read(f"#{typo} x\ntekst").problems)
            assert any(f"#{meant}?" in said for meant in order.words), said
