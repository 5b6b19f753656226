"""The code by which a letter invites to the smileys."""

from __future__ import annotations

import pytest

from mailagent.core import codes

KEY, OTHER = b"k" * 32, b"o" * 32


def test_each_round_has_a_code_of_its_own_that_only_the_key_makes() -> None:
    made = {codes.code(KEY, round, number) for round in range(1, 500) for number in (1, 2)}
    assert len(made) == 998
    assert codes.code(KEY, 7, 1) == codes.code(KEY, 7, 1) != codes.code(OTHER, 7, 1)
    assert {sign for code in made for sign in code} == set(codes.ALPHABET)
    assert not set(codes.ALPHABET) & set("ILOU01")


def test_what_is_kept_of_a_code_tells_it_to_nobody() -> None:
    code = codes.code(KEY, 7, 1)
    kept = codes.digest(KEY, code)
    assert code not in kept.upper()
    assert kept != codes.digest(OTHER, code)


@pytest.mark.parametrize("typed", ["k7qp-3mxd", " K7QP 3MXD ", "k7qp\u20133mxd", "K7QP3MXD"])
def test_a_code_however_it_was_typed(typed: str) -> None:
    assert codes.typed(typed) == "K7QP3MXD"
    assert codes.spaced("K7QP3MXD") == "K7QP-3MXD"


@pytest.mark.parametrize("typed", ["", "K7QP", "K7QP-3MXO", "K7QP-3MXDA", "ＫＬ７７ＱＱ８８", "\x00" * 8])
def test_what_is_no_code(typed: str) -> None:
    assert codes.typed(typed) == ""
