"""The names by which a mail finds its klacht again, through whatever mail servers do to them."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.reference import (
    BOUNCE,
    REPLY,
    Addressed,
    is_own_message_id,
    kenmerk,
    kenmerken,
    message_id,
    read_tokened,
    token,
    tokened,
)

OWN = "klachten@stad.example"
KEY = b"a key of thirty-two octets or so"
TOKEN = token(KEY, "reply", "KL26-00042", "melder", "jan@home.example")
REPLY_ADDRESS = tokened(OWN, REPLY, TOKEN)

# --- kenmerk


@pytest.mark.parametrize(
    ("prefix", "year", "number", "text"),
    [
        ("KL", 2026, 42, "KL26-00042"),
        ("KL", 2026, 1, "KL26-00001"),
        ("KL", 2026, 99_999, "KL26-99999"),
        ("KL", 2026, 123_456, "KL26-123456"),
        ("KL", 2005, 7, "KL05-00007"),
        ("KL", 2100, 7, "KL00-00007"),
        ("OMB", 2026, 7, "OMB26-00007"),
    ],
)
def test_a_kenmerk_is_prefix_year_and_number(prefix: str, year: int, number: int, text: str) -> None:
    assert kenmerk(prefix, year, number) == text
    assert kenmerken(text) == (text,)


def test_our_own_kenmerk_fits_the_ten_characters_of_open_klant() -> None:
    assert len(kenmerk("KL", 2026, 99_999)) == 10


@pytest.mark.parametrize(
    "subject",
    [
        "KL26-00042",
        "Re: [KL26-00042] Uw klacht",
        "RE: AW: Antw: [KL26-00042]",
        "Betreft (KL26-00042).",
        "kl26-00042",
        "Kl26-00042: nog vol",
        "klacht:KL26-00042,",
        "kenmerk=KL26-00042;",
        "_KL26-00042_",
        "*KL26-00042*",
        "#KL26-00042",
        "Re:KL26-00042",
        "KL26\N{NON-BREAKING HYPHEN}00042",
        "KL26\N{HYPHEN}00042",
        "KL26\N{EN DASH}00042",
        "\N{NO-BREAK SPACE}KL26-00042\N{NO-BREAK SPACE}",
        "KL26-00042\r\n",
        "KL26-00042 en KL26-00042",
    ],
)
def test_a_kenmerk_is_found_in_a_subject_however_it_stands_there(subject: str) -> None:
    assert kenmerken(subject) == ("KL26-00042",)


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "KL26",
        "KL26-42",
        "KL26-0042",
        "26-00042",
        "KL-00042",
        "KL2026-00042",
        "KL26-00042a",
        "KLACHT26-00042",
    ]
    + ["KL26 00042", "KL26- 00042", "KL26-0004\u0662", "4KL26-00042", "06-12345678", "1234 AB-00042"],
)
def test_what_only_looks_like_a_kenmerk_is_none(subject: str) -> None:
    assert kenmerken(subject) == ()


def test_several_kenmerken_come_in_the_order_of_the_text() -> None:
    text = "KL26-00007 hoort bij kl25-12345 en KL26-00007"
    assert kenmerken(text) == ("KL26-00007", "KL25-12345")


# --- token


def test_a_token_is_sixteen_letters_and_digits_that_survive_any_case() -> None:
    assert re.fullmatch(r"[a-z2-7]{16}", TOKEN)


def test_a_token_differs_for_every_key_purpose_klacht_role_and_person() -> None:
    parts = ("KL26-00042", "melder", "jan@home.example")
    others = {
        token(b"another key", "reply", *parts),
        token(KEY, "bounce", *parts),
        token(KEY, "reply", "KL26-00043", "melder", "jan@home.example"),
        token(KEY, "reply", "KL26-00042", "agent", "jan@home.example"),
        token(KEY, "reply", "KL26-00042", "melder", "piet@home.example"),
        token(KEY, "reply", "KL26-00042", "melderjan@home.example"),
    }
    assert token(KEY, "reply", *parts) == TOKEN
    assert len(others - {TOKEN}) == 6


# --- reply and bounce address


@pytest.mark.parametrize("kind", [REPLY, BOUNCE])
def test_an_address_of_ours_is_read_back(kind: str) -> None:
    assert read_tokened(tokened(OWN, kind, TOKEN), OWN) == Addressed(kind, TOKEN)


@pytest.mark.parametrize(
    "address",
    [
        REPLY_ADDRESS.upper(),
        REPLY_ADDRESS.title(),
        f"<{REPLY_ADDRESS}>",
        f" {REPLY_ADDRESS}\r\n",
        f"< {REPLY_ADDRESS} >",
        f"Gemeente Voorbeeld <{REPLY_ADDRESS}>",
        f'"Gemeente, Voorbeeld" <{REPLY_ADDRESS}> ',
        f"{REPLY_ADDRESS} <{REPLY_ADDRESS}>",
    ],
)
def test_a_reply_address_survives_case_brackets_and_a_name(address: str) -> None:
    assert read_tokened(address, OWN) == Addressed(REPLY, TOKEN)
    assert read_tokened(address, OWN.upper()) == Addressed(REPLY, TOKEN)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "<>",
        OWN,
        f"klachten+{TOKEN}@stad.example",
        f"klachten+x-{TOKEN}@stad.example",
        f"klachten-r-{TOKEN}@stad.example",
        f"klachten+r-{TOKEN}",
        f"klachten+r-{TOKEN}@",
        f"klachten+r-{TOKEN}@elders.example",
        f"klachten+r-{TOKEN}@mail.stad.example",
        f"klachten+r-{TOKEN}@stad.example.evil.example",
        f"klachten+r-{TOKEN}@stad.example@evil.example",
        f"klachten+r-{TOKEN}@evil.example@stad.example",
        f"info+r-{TOKEN}@stad.example",
        f"xklachten+r-{TOKEN}@stad.example",
        f"klachten+r-{TOKEN[:-1]}@stad.example",
        f"klachten+r-{TOKEN}a@stad.example",
        f"klachten+r-{TOKEN[:-1]}1@stad.example",
        f"klachten+r-{TOKEN[:-1]}\N{LATIN SMALL LETTER LONG S}@stad.example",
        f"klachten+r-{TOKEN}+r-{TOKEN}@stad.example",
        f"{REPLY_ADDRESS}, jan@home.example",
        f'"{REPLY_ADDRESS}" <jan@home.example>',
        f'"x <{REPLY_ADDRESS}>" <jan@home.example>',
    ],
)
def test_any_other_address_carries_no_token_of_ours(address: str) -> None:
    assert read_tokened(address, OWN) is None


def test_a_local_part_of_45_octets_leaves_room_for_a_token() -> None:
    # RFC 5321 4.5.3.1.1: 64 octets
    local = tokened(f"{'k' * 45}@stad.example", REPLY, TOKEN).partition("@")[0]
    assert len(local.encode()) == 64


ADDRESSES = st.sampled_from(
    ["klachten", "+", "r-", "b-", TOKEN, "@", "stad.example", "<", ">", '"', " ", "\n", "ſ", "K"]
)


@given(
    st.lists(ADDRESSES, max_size=12).map("".join) | st.text(max_size=60), st.just(OWN) | st.text(max_size=30)
)
def test_no_address_is_too_strange_to_read(address: str, own: str) -> None:
    read = read_tokened(address, own)
    assert read is None or re.fullmatch(r"[a-z2-7]{16}", read.token)


@given(st.binary(min_size=1, max_size=40), st.lists(st.text(st.characters(codec="utf-8"), max_size=20)))
def test_whatever_is_signed_comes_back_from_its_address(key: bytes, parts: list[str]) -> None:
    made = token(key, "reply", *parts)
    assert read_tokened(tokened(OWN, REPLY, made).upper(), OWN) == Addressed(REPLY, made)


@pytest.mark.parametrize(
    "piece", ["<", "<>", "<> ", "+", "@", "klachten+r-", "a", "KL26-", "K", "0", "KL26-0"]
)
def test_a_long_line_is_read_in_linear_time(piece: str) -> None:
    long = piece * (400_000 // len(piece))
    begun = time.process_time()
    read_tokened(long, OWN)
    kenmerken(long)
    is_own_message_id(long, "stad.example")
    assert time.process_time() - begun < 3


# --- Message-ID


def test_our_message_id_is_known_in_any_case() -> None:
    made = message_id(TOKEN, "stad.example")
    assert made == f"<{TOKEN}.mailagent@stad.example>"
    assert is_own_message_id(made, "Stad.Example")
    assert is_own_message_id(f" {made.upper()}\r\n", "stad.example")


@pytest.mark.parametrize(
    "id",
    [
        "",
        "<>",
        f"{TOKEN}.mailagent@stad.example",
        f"<{TOKEN}.mailagent@elders.example>",
        f"<{TOKEN}@stad.example>",
        f"<{TOKEN}.mailagent@stad.example> <x@y>",
        f"<x{TOKEN}.mailagent@stad.example>",
        f"<{TOKEN}.mailagent@stad.example.evil.example>",
    ],
)
def test_any_other_message_id_is_not_ours(id: str) -> None:
    assert not is_own_message_id(id, "stad.example")
