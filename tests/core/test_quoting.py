"""What the writer of a reply added: the forms Dutch mail programs use, and what must never be lost."""

from __future__ import annotations

import time

import pytest

from mailagent.core.quoting import MARKER, cut_marker, drop_signature, new_text

ANSWER = "Dank u, dat is goed."
QUOTED = "> Geachte heer,\n> Uw klacht KL26-00042 is afgehandeld."
PASTED = "Geachte heer,\nUw klacht KL26-00042 is afgehandeld."
HEADS = "Van: Stad <k@stad.example>\nVerzonden: maandag 3 februari 2025 10:12\nAan: Jan\nOnderwerp: Bak\n\n"

FORMS = {
    "gmail": f"Op ma 3 feb 2025 om 10:12 schreef Gemeente Stad <klachten@stad.example>:\n\n{QUOTED}",
    "gmail wrapped": f"Op ma 3 feb 2025 om 10:12 schreef Stad, loket <\nk@stad.example>:\n\n{QUOTED}",
    "gmail without a name": f"Op di 4 feb 2025 om 11:00 schreef <klachten@stad.example>:\n{QUOTED}",
    "thunderbird": f"Op 03-02-2025 om 10:12 schreef Gemeente Stad:\n{QUOTED}",
    "name before the verb": f"Op 03-02-2025 10:12, Gemeente Stad schreef:\n{QUOTED}",
    "apple": f"> Op 3 feb 2025 om 10:12 heeft Stad <k@s.example> het volgende geschreven:\n>\n{QUOTED}",
    "apple wrapped": f"Op 3 feb. 2025 10:12 heeft Stad <k@s.example> het\nvolgende geschreven:\n\n{QUOTED}",
    "roundcube": f"Gemeente Stad schreef op 2025-02-03 10:12:\n{QUOTED}",
    "ziggo": f"Op maandag 3 februari 2025 10:12:33 CET schreef Stad <k@stad.example>: \n\n\n{PASTED}",
    "outlook": HEADS + PASTED,
    "outlook with a ruler": f"________________________________\n{HEADS}{PASTED}",
    "outlook in bold": f"*Van:* Stad\n*Verzonden:* maandag\n*Aan:* Jan\n*Onderwerp:* Bak\n\n{PASTED}",
    "outlook with tabs": f"Van:\tStad\nVerzonden:\tmaandag\nAan:\tJan\nOnderwerp:\tBak\n\n{PASTED}",
    "outlook in english": f"From: Stad\nSent: Monday\nTo: Jan\nSubject: Bak\n\n{PASTED}",
    "original message": f"-----Oorspronkelijk bericht-----\n{HEADS}{PASTED}",
    "iphone": f"Verstuurd vanaf mijn iPhone\n\n> Op 3 feb om 10:12 heeft Stad <k@s.nl> geschreven:\n{QUOTED}",
    "android": f"Verzonden vanaf Outlook voor Android<https://aka.ms/x>\n_______________\n{HEADS}{PASTED}",
    "samsung": f"Verzonden vanaf mijn Galaxy\n\n-------- Oorspronkelijk bericht --------\n{HEADS}{PASTED}",
    "forwarded below": f"Begin doorgestuurd bericht:\n\n> Van: Stad\n> Onderwerp: Bak\n{QUOTED}",
    "english": f"On 03/02/2025 10:12, Gemeente Stad wrote:\n{QUOTED}",
    "german": f"Am 03.02.2025 um 10:12 schrieb Stadt <k@stad.example>:\n{QUOTED}",
    "french": f'Le 3 févr. 2025 10:12, "Ville"\n<k@stad.example>\na écrit :\n\n{QUOTED}',
    "signature": "-- \nJan Jansen\n06-12345678",
    "marker": f"{MARKER}\n{PASTED}",
    "marker quoted and wrapped": f"> {MARKER[:40]}\n> {MARKER[40:]}\n{QUOTED}",
}


@pytest.mark.parametrize("gap", ["\n\n", "\n"], ids=["after a blank line", "at once"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_only_what_the_writer_added_is_left(form: str, gap: str) -> None:
    assert new_text(ANSWER + gap + form) == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "Op maandag 3 februari schreef ik u al het volgende:\nDe bak is vol.",
        "Ik schreef u op 3-2-2025 om 10:12:\nde bak is vol.",
        "In uw brief van 3 maart schreef u:\nde bak wordt geleegd.",
        "Van: Utrecht\nNaar: Zwolle\nDe trein reed niet.",
        "> Alleen een citaat.",
        "Op ma 3 feb 2025 om 10:12 schreef Stad <k@stad.example>:",
        "",
    ],
)
def test_what_only_looks_like_a_quote_stays(text: str) -> None:
    assert new_text(text) == text


def test_an_answer_below_the_quote_is_found() -> None:
    assert new_text(f"Op 3-2-2025 10:12 schreef Stad:\n{QUOTED}\n\n{ANSWER}") == ANSWER


def test_answers_between_the_quoted_lines_are_kept_with_them() -> None:
    below = f"> Is de bak leeg?\n\nNee.\n\n> Echt niet?\n\n{ANSWER}"
    assert new_text(f"Zie hieronder.\n\nOp 3-2-2025 10:12 schreef Stad:\n{below}").endswith(below)


def test_a_mail_that_is_nothing_but_an_older_mail_stays_whole() -> None:
    assert PASTED in new_text(HEADS + PASTED)


@pytest.mark.parametrize(
    "line",
    [
        MARKER,
        f"> {MARKER}",
        f">> > {MARKER}",
        f"  {MARKER}",
        f"> {MARKER[:30]}\n> {MARKER[30:]}",
        f"*{MARKER}*",
    ],
)
def test_everything_from_the_marker_down_is_cut(line: str) -> None:
    assert cut_marker(f"#opgelost\nKlaar.\n{line}\n#sluiten dubbel").strip() == "#opgelost\nKlaar."


def test_text_on_the_line_of_the_marker_stays() -> None:
    assert cut_marker(f"Klaar. {MARKER}").startswith("Klaar.")


def test_a_text_without_the_marker_is_left_alone() -> None:
    assert cut_marker("Klaar.\n--- streep ---\nEcht.") == "Klaar.\n--- streep ---\nEcht."


def test_a_signature_is_dropped_by_its_dashes_or_by_its_words() -> None:
    assert drop_signature("Klaar.\n\n-- \nAnna") == "Klaar."
    assert drop_signature("Klaar.\n\nAnna Jansen\nTeam  Afval", "Anna Jansen\nTeam Afval\n") == "Klaar."
    assert (
        drop_signature("Klaar.\nAnna Jansen belt u.", "Anna Jansen\nTeam Afval")
        == "Klaar.\nAnna Jansen belt u."
    )
    assert drop_signature("Klaar.\n\nAnna Jansen\n\n\nTeam Afval\n", "Anna Jansen\nTeam Afval") == "Klaar."


@pytest.mark.parametrize(
    "text",
    ["Van: \n" * 60_000, "Op 3 mei 12:12 schreef\n" * 60_000, "-- \n" * 60_000, "-" * 500_000, "> " * 500_000,
     ("-" * 400 + "a\n") * 2_000, "Schrijf uw antwoord " * 40_000, "a\n" + "> \n" * 60_000],
)  # fmt: skip
def test_a_hostile_text_takes_no_longer_than_it_is_long(text: str) -> None:
    started = time.process_time()
    new_text(text)
    assert time.process_time() - started < 3
