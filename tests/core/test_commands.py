"""What an agent writes, as real mail programs send it, and what we read in it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.commands import Written, read
from mailagent.core.orders import ORDERS, Assign, Help, Note, Reopen, Reply, Resolve, TakeUp
from mailagent.core.orders.closing import Close
from mailagent.core.orders.order import Order

CLEARED = "De bak is vanochtend geleegd."


def orders(text: str) -> tuple[Order, ...]:
    written = read(text)
    assert not written.problems, written.problems
    return written.orders


def problem(text: str) -> str:
    (only,) = read(text).problems
    return only


# --- words


@pytest.mark.parametrize(
    ("dutch", "english", "order"),
    [
        ("#in_behandeling", "#accept", TakeUp()),
        ("#toewijzen anna", "#assign anna", Assign("anna")),
        ("#notitie let op", "#note let op", Note("let op")),
        ("#antwoord morgen", "#reply morgen", Reply("morgen")),
        ("#opgelost gegrond klaar", "#resolved gegrond klaar", Resolve("gegrond", "klaar")),
        ("#sluiten dubbel", "#close dubbel", Close("dubbel", "", "")),
        ("#heropenen nog vol", "#reopen nog vol", Reopen("nog vol")),
        ("#help", "#hulp", Help()),
    ],
)
def test_a_tag_may_be_written_in_dutch_and_in_english(dutch: str, english: str, order: Order) -> None:
    assert orders(dutch) == orders(english) == (order,)


def test_no_word_means_two_things() -> None:
    words = [word for order in ORDERS for word in order.words]
    assert len(words) == len(set(words))
    assert all(word == word.casefold() and "-" not in word for word in words)


@pytest.mark.parametrize(
    "tag",
    [
        "#opgelost",
        "#Opgelost",
        "#OPGELOST",
        "#oPGELOST",
        "#Resolved",
        "#Opgelost:",
        "#opgelost :",
        "#opgelost.",
        "#opgelost,",
        "#opgelost -",
        "#opgelost \N{EN DASH}",
        "# opgelost",
        "#\N{NO-BREAK SPACE}opgelost",
        "\N{NO-BREAK SPACE}#opgelost",
        "\N{NO-BREAK SPACE} #opgelost\N{NO-BREAK SPACE}",
        "   #opgelost",
        "\t#opgelost",
        "\N{FULLWIDTH NUMBER SIGN}opgelost",
        "\N{SMALL NUMBER SIGN}opgelost",
        "\N{ZERO WIDTH SPACE}#opgelost",
        "\N{ZERO WIDTH NO-BREAK SPACE}#opgelost",
        "#\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP} opgelost",
        "#\N{ZERO WIDTH SPACE}opgelost",
        "#opgelost\r",
    ],
)
def test_a_tag_is_known_however_the_mail_program_wrote_it(tag: str) -> None:
    assert orders(f"{tag}\n{CLEARED}") == (Resolve("geen_oordeel", CLEARED),)


@pytest.mark.parametrize("tag", ["#in_behandeling", "#in-behandeling", "#In_Behandeling", "#in_behandeling."])
def test_a_hyphen_stands_for_an_underscore(tag: str) -> None:
    assert orders(tag) == (TakeUp(),)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_any_mail_program_ends_them(newline: str) -> None:
    text = newline.join(["Hallo,", "", "#opgelost gegrond", "Beste Jan,", "", CLEARED, "#toewijzen anna", ""])
    assert orders(text) == (Resolve("gegrond", f"Beste Jan,\n\n{CLEARED}"), Assign("anna"))


@pytest.mark.parametrize(
    "above", ["", "\n\n", " \n\t\n", "\N{ZERO WIDTH SPACE}\n", "\N{NO-BREAK SPACE}\n\r\n", "\ufeff\n"]
)
def test_empty_lines_above_the_first_tag_do_not_count(above: str) -> None:
    assert orders(f"{above}#in_behandeling") == (TakeUp(),)


# --- typos


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("#opgelsot", "opgelost"),
        ("#oplgelost", "opgelost"),
        ("#antword", "antwoord"),
        ("#in behandeling", "in_behandeling"),
        ("#inbehandeling", "in_behandeling"),
        ("#resolve", "resolved"),
        ("#sluit", "sluiten"),
        ("#heropen", "heropenen"),
        ("#toewijzing anna", "toewijzen"),
        ("#opgelostgegrond", "opgelost"),
    ],
)
def test_a_typo_gets_a_suggestion_and_nothing_is_done(written: str, meant: str) -> None:
    assert problem(f"{written}\n{CLEARED}").endswith(f" ken ik niet. Bedoelde u #{meant}?")
    assert read(f"{written}\n{CLEARED}").orders == ()


def test_a_word_like_none_of_ours_gets_the_way_to_the_list() -> None:
    assert problem("#wegwerkzaamheden") == "#wegwerkzaamheden ken ik niet. Stuur #help voor de lijst."


def test_an_unknown_tag_takes_the_text_below_it_so_that_one_mistake_is_named_once() -> None:
    assert read(f"#opgelsot\n{CLEARED}\n\nGroet").problems == (
        "#opgelsot ken ik niet. Bedoelde u #opgelost?",
    )


def test_all_mistakes_are_named_at_once_but_not_without_end() -> None:
    written = read("#opgelsot a\n#notitie goed\n#sluiten\n#opgelsot b\n#heropenen")
    assert len(written.problems) == 3
    assert written.orders == (Note("goed"),)
    assert len(read("\n".join(f"#q{'x' * n}" for n in range(500))).problems) == 10


# --- greeting


@pytest.mark.parametrize(
    "greeting",
    [
        "Hallo,",
        "Hoi!",
        "Hi Anna,",
        "Dag collega's,",
        "Beste collega,",
        "Beste collega",
        "Geachte heer/mevrouw J. de Vries,",
        "Geachte mw. Bos,",
        "Goedemorgen,",
        "Goede middag,",
        "Goedendag,",
        "Goeiemiddag Anna!",
        "L.S.,",
        "LS",
        "Dear all,",
        "Good morning,",
        "Anna,",
        "Hallo,\n\n",
        "Dag allen,\N{NO-BREAK SPACE}",
    ],
)
def test_one_greeting_line_may_stand_above_the_tags(greeting: str) -> None:
    assert orders(f"{greeting}\n#in_behandeling") == (TakeUp(),)


@pytest.mark.parametrize(
    "above",
    [
        "Ik heb de melder gebeld.",
        "Ik heb de melder net gebeld over de bak,",
        "Hallo Anna, ik heb de melder gebeld.",
        "Hallo,\nBeste Anna,",
        "Hallo, zie #42",
        "> Hallo,",
        "1,",
    ],
)
def test_any_other_line_above_the_tags_makes_the_mail_a_note(above: str) -> None:
    text = f"{above}\n#in_behandeling"
    assert read(text) == Written((Note(text),), (), ("#in_behandeling",), ("",))


def test_a_greeting_without_a_tag_below_it_is_part_of_the_note() -> None:
    assert orders("Hallo,\n\nIk heb gebeld.") == (Note("Hallo,\n\nIk heb gebeld."),)
    assert orders("Hallo,") == (Note("Hallo,"),)


# --- text


def test_text_below_a_tag_belongs_to_it_blank_lines_included() -> None:
    text = f"#opgelost gegrond\n\nBeste Jan,\n\n{CLEARED}\n\n\nGroet, Anna\n\n"
    assert orders(text) == (Resolve("gegrond", f"Beste Jan,\n\n{CLEARED}\n\n\nGroet, Anna"),)


def test_text_beside_a_tag_comes_before_the_text_below_it() -> None:
    assert orders("#antwoord Beste Jan,\nMorgen.") == (Reply("Beste Jan,\nMorgen."),)


def test_text_ends_at_the_next_tag() -> None:
    text = "#notitie\nGebeld met Jan.\n\n#antwoord\nBeste Jan,\n\nMorgen.\n#in_behandeling"
    assert orders(text) == (Note("Gebeld met Jan."), Reply("Beste Jan,\n\nMorgen."), TakeUp())


def test_text_below_a_tag_that_takes_none_belongs_to_the_last_one_above_that_does() -> None:
    text = f"#opgelost gegrond\n#toewijzen anna\n#in_behandeling\n{CLEARED}"
    assert orders(text) == (Resolve("gegrond", CLEARED), Assign("anna"), TakeUp())


def test_text_that_belongs_to_no_tag_is_kept_as_a_note() -> None:
    assert orders("#in_behandeling\nIk bel morgen.") == (TakeUp(), Note("Ik bel morgen."))
    assert orders("#in_behandeling\nIk bel.\n#antwoord\nTot morgen.") == (
        TakeUp(),
        Reply("Tot morgen."),
        Note("Ik bel."),
    )


@pytest.mark.parametrize("tag", ["#in_behandeling", "#help"])
def test_words_beside_a_tag_that_takes_none_are_not_lost_in_silence(tag: str) -> None:
    assert problem(f"{tag} ik bel morgen") == (
        f"{tag}: wat bedoelt u met “ik bel morgen”? Hier hoort niets achter."
    )


@pytest.mark.parametrize(
    "line",
    [
        "Uw nummer is #42 bij ons.",
        "Zie #opgelost in de handleiding.",
        "#42 is uw nummer.",
        "# 42",
        "#",
        "##",
        "#!",
        "# Bevindingen",
        "    #opgelost vier spaties diep",
        "> #opgelost",
        "- #opgelost",
        "c#opgelost",
        "&#35;opgelost",
    ],
)
def test_a_hash_in_running_text_is_no_tag(line: str) -> None:
    assert orders(f"#antwoord\nBeste Jan,\n{line}\nGroet") == (Reply(f"Beste Jan,\n{line}\nGroet"),)
    assert read(f"Beste Jan,\n{line}").ignored == ()


# --- late tags, empty text


def test_a_tag_further_down_is_named_but_not_obeyed() -> None:
    text = f"Gebeld met Jan.\n#opgelost gegrond\n{CLEARED}\n# Toewijzen anna\n#OPGELOST\n#blijfthuis"
    assert read(text) == Written((Note(text),), (), ("#opgelost", "#toewijzen"), ("",))
    assert read(text).untagged


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "\r\n\t", "\N{NO-BREAK SPACE}\n\N{ZERO WIDTH SPACE}\n\ufeff"]
)
def test_a_mail_without_words_orders_nothing_and_notes_nothing(text: str) -> None:
    assert read(text) == Written()


def test_only_a_mail_without_an_obeyed_tag_is_untagged() -> None:
    assert read("Gebeld.").untagged
    assert not read("#in_behandeling").untagged
    assert not read("#in_behandeling\nGebeld.").untagged
    assert not read("#opgelsot").untagged


def test_the_order_of_the_mail_is_the_order_of_the_orders() -> None:
    assert orders("#toewijzen anna\n#in_behandeling\n#toewijzen bob") == (
        Assign("anna"),
        TakeUp(),
        Assign("bob"),
    )


# --- whatever comes


PIECES = [
    "#",
    "\uff03",
    "opgelost",
    "gegrond",
    "in_behandeling",
    "toewijzen",
    " ",
    "\n",
    "\r",
    "\N{NO-BREAK SPACE}",
]
PIECES += [
    "Hallo,",
    "Beste ",
    "-",
    ":",
    ".",
    "<",
    "a@b",
    "\ufe0f",
    "\u200b",
    "niet_in_behandeling",
    "a",
    "ß",
    "ǅ",
]
mails = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=80)


@given(mails)
def test_no_mail_is_too_strange_to_read(text: str) -> None:
    written = read(text)
    assert isinstance(written, Written)
    assert all(isinstance(order, Order) for order in written.orders)
    assert all(len(line) < 600 for line in written.problems)


@given(st.text(st.characters(blacklist_characters="#\uff03\ufe5f"), max_size=80))
def test_without_a_hash_nothing_is_ever_ordered(text: str) -> None:
    written = read(text)
    assert written.untagged
    assert written.ignored == ()


@given(st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")), max_size=60))
def test_no_word_for_the_melder_is_lost(words: str) -> None:
    (order,) = orders(f"#antwoord\nBeste Jan,\nx{words}\nGroet")
    assert isinstance(order, Reply)
    assert order.text == f"Beste Jan,\nx{words}\nGroet"


@pytest.mark.parametrize(
    "piece",
    [
        "#",
        "#a\n",
        "#in_behandeling\n",
        "#in_behandeling\nx\n",
        "#opgelsot\n",
        "# ",
        " ",
        "\n",
        "a",
        "a,",
        "Hallo ",
    ]
    + [
        "#opgelost gegrond\n",
        "#sluiten niet_in_behandeling ",
        "#toewijzen <\n",
        "KL26-00042 #",
        "KL26-00042 #help\n",
        "KL26-",
        "-",
        "a-",
        "\N{ZERO WIDTH SPACE}",
    ],
)
def test_a_long_mail_is_read_in_linear_time(piece: str) -> None:
    long = piece * (200_000 // len(piece))
    begun = time.process_time()
    for text in (long, f"#{long}", f"#opgelost {long}", f"#in_behandeling\n{long}", f"Hallo {long},\n#help"):
        read(text)
    assert time.process_time() - begun < 8


def test_more_orders_than_a_person_writes_are_none_at_all() -> None:
    assert len(orders("#notitie Gebeld.\n" * 200)) == 200
    assert problem("#notitie Gebeld.\n" * 201) == "In één mail passen hoogstens 200 opdrachten."
