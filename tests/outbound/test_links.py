"""Links are ours or they are unknown, whichever way someone bends them."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from mailagent.core.echo import veiled
from mailagent.core.errors import LinkUnknown
from mailagent.outbound.links import Links

OLD, NEW = b"an-old-key-of-at-least-thirty-two", b"a-new-key-of-at-least-thirty-two!"
LINKS = Links("https://klachten.stad.example/", [OLD])


def token(url: str) -> str:
    return url.split("/")[4]


def test_what_was_made_is_read() -> None:
    happy, unhappy = LINKS.smiley(7, 2, satisfied=True), LINKS.smiley(7, 2, satisfied=False)

    assert happy.startswith("https://klachten.stad.example/kto/")
    assert (happy.split("/")[5], unhappy.split("/")[5]) == ("tevreden", "ontevreden")
    assert LINKS.read_smiley(token(happy)) == LINKS.read_smiley(token(unhappy)) == (7, 2)
    assert LINKS.read_confirm(token(LINKS.confirm(9))) == 9


def test_a_link_for_one_purpose_is_none_for_another() -> None:
    with pytest.raises(LinkUnknown):
        LINKS.read_confirm(token(LINKS.smiley(9, 1, satisfied=True)))
    with pytest.raises(LinkUnknown):
        LINKS.read_smiley(token(LINKS.confirm(9)))


def test_an_old_key_is_read_and_the_first_one_signs() -> None:
    both = Links("https://stad.example", [NEW, OLD])

    assert both.read_confirm(token(LINKS.confirm(9))) == 9
    with pytest.raises(LinkUnknown):
        LINKS.read_confirm(token(both.confirm(9)))
    assert Links("https://stad.example", [NEW]).read_confirm(token(both.confirm(9))) == 9


def test_a_key_that_was_taken_away_opens_nothing() -> None:
    with pytest.raises(LinkUnknown):
        Links("https://stad.example", [NEW]).read_confirm(token(LINKS.confirm(9)))


@given(st.integers(0, 200), st.characters(codec="utf-8"))
def test_no_sign_of_a_token_can_be_changed(place: int, sign: str) -> None:
    made = token(LINKS.smiley(7, 2, satisfied=True))
    place %= len(made)
    bent = made[:place] + sign + made[place + 1 :]

    if bent != made:
        with pytest.raises(LinkUnknown):
            LINKS.read_smiley(bent)


def test_another_way_to_write_the_same_signature_is_unknown() -> None:
    made = token(LINKS.smiley(7, 2, satisfied=True))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(made[-1])
    for bent in (made[:-1] + alphabet[last ^ 1], made.replace("_", "/"), made.replace("-", "+"), f"{made}="):
        if bent != made:
            with pytest.raises(LinkUnknown):
                LINKS.read_smiley(bent)


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "\ud800", "é", "\0", "x" * 100_000, "W10.W10.W10"])
def test_nonsense_is_unknown(token: str) -> None:
    with pytest.raises(LinkUnknown):
        LINKS.read_smiley(token)
    with pytest.raises(LinkUnknown):
        LINKS.read_confirm(token)


@pytest.mark.parametrize("said", [[7], [7, 2, 1], ["7", "2"], {"id": 7}, "7", None, [7, 2.5]])
def test_something_else_under_our_own_signature_is_unknown(said: object) -> None:
    signer = URLSafeTimedSerializer(
        OLD, salt="mailagent.kto", signer_kwargs={"digest_method": hashlib.sha256}
    )
    with pytest.raises(LinkUnknown):
        LINKS.read_smiley(str(signer.dumps(said)))


def test_no_link_of_ours_is_shown_to_anybody_else() -> None:
    made = (LINKS.smiley(1, 1, satisfied=True), LINKS.confirm(1), LINKS.survey(1), LINKS.opt_out("round", 1))
    for link in made:
        assert veiled(f"> {link}") == f"> {link}".replace(token(link), "…")
