"""A stranger's words in our mail: all of them readable, none of them clickable."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailagent.core.echo import inert, readable, veiled

SHOWN = {
    "https://evil.example/x": "evil[.]example/x",
    "HTTPS://EVIL.EXAMPLE": "EVIL[.]EXAMPLE",
    "zie:https://evil.example": "zie: evil[.]example",
    "www.evil.com": "www[.]evil[.]com",
    "www.evil.pdf": "www[.]evil.pdf",
    "evil.nl": "evil[.]nl",
    "evil.nl/foto.jpg": "evil[.]nl/foto.jpg",
    "mail.evil.co.uk.": "mail[.]evil[.]co[.]uk.",
    "xn--80ak6aa92e.com": "xn--80ak6aa92e[.]com",
    "evil.xn--p1ai": "evil[.]xn--p1ai",
    "café.été": "café[.]été",
    "evil。com": "evil[.]com",
    "ev\u200bil.\u200bcom": "evil[.]com",
    "\u202emoc.live": "moc[.]live",
    "jan@evil.example": "jan[at]evil[.]example",
    "jan@localhost": "jan[at]localhost",
    "mailto:jan@evil.example": "mailto: jan[at]evil[.]example",
    "javascript:alert(1)": "javascript: alert(1)",
    "tel:+31612345678": "tel: +31612345678",
    "http://evil/abc": "evil/abc",
    "[klik hier](http://evil/abc)": "[klik hier](evil/abc)",
    "https://1.2.3.4/x": "1.2.3.4/x",
    "http:http:////evil.com": "http: evil[.]com",
    "h://ttp://evil": "evil",
    "http:/evil.nl": "http: /evil[.]nl",
    "\\\\server\\share": "\\server\\share",
}

LEFT_ALONE = (
    "Op 12.03.2026 om 15.30 uur betaalde ik 1.250,00 euro.",
    "Bel a.u.b. terug, o.a. over nr.12 en d.d. 3 mei.",
    "Om 10:30 uur: niemand. En/of later?",
    "Zie foto.jpg en brief.pdf.",
    "Klacht KL26-00042, 50% korting, 21%btw",
    "Één regel\n\nen nog één 🙂",
)


@pytest.mark.parametrize(("written", "shown"), SHOWN.items())
def test_what_looks_like_an_address_is_shown_but_cannot_be_clicked(written: str, shown: str) -> None:
    assert inert(written) == shown


@pytest.mark.parametrize("written", LEFT_ALONE)
def test_ordinary_dutch_stays_as_it_was_written(written: str) -> None:
    assert inert(written) == written


def test_a_forgotten_space_after_a_full_stop_costs_no_words() -> None:
    assert inert("De bak is kapot.De hele straat klaagt.") == "De bak is kapot. De hele straat klaagt."


def test_control_and_turning_characters_and_half_characters_are_gone() -> None:
    assert readable("a\x00b\x1b[0m\u202ec\ud800d\re\u2028f", 99) == "ab[0mcd\ne\nf"


def test_many_empty_lines_become_one() -> None:
    assert readable("\n\neen\n \n\t\n\n\ntwee\n\n", 99) == "een\n\ntwee"


def test_a_long_text_is_cut_and_shows_that_it_was() -> None:
    assert readable("woord " * 100, 20) == "woord woord woord w…"
    assert len(readable("x" * 21, 20)) == 20


CLICKABLE = re.compile(r"\w\.[^\W\d_]{2}|\w:[/\\]{2}|(?<![^\W_])www\.|\S@\S", re.IGNORECASE)


@example("WWW.")
@given(st.text(st.sampled_from("ehtp.:/\\@wW[]1 -\n。：Nl\u200b"), max_size=60))
def test_no_mix_of_address_signs_comes_out_clickable_and_doing_it_twice_changes_nothing(text: str) -> None:
    shown = inert(text)

    assert not CLICKABLE.search(shown)
    assert inert(shown) == shown


@pytest.mark.parametrize("part", ["a", "a.", ":", "http:", "//", "@", "a:", "\\", "www.", "\n "])
def test_a_hostile_text_takes_no_longer_than_any_other(part: str) -> None:
    begun = time.process_time()
    inert(part * 200_000, 20_000)
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("klachten+r-aaaabbbbccccdddd@stad.example", "klachten+r-…@stad.example"),
        ("klachten+R-AAAABBBBCCCCDDDD@stad.example", "klachten+R-…@stad.example"),
        ("https://stad.example/kto/WzEsMV0.aZ-x_y.abcdefgh/tevreden", "https://stad.example/kto/…/tevreden"),
        ("https://stad.example/bevestig/WzEsMV0.aZ-x_y.abcdefgh", "https://stad.example/bevestig/…"),
        ("https://stad.example/enquete/WzEsMV0.aZ-x_y.abcdefgh", "https://stad.example/enquete/…"),
        ("https://stad.example/afmelden/WzEsMV0.aZ-x_y.abcdefgh", "https://stad.example/afmelden/…"),
        (
            "https://safe.example/?url=https%3A%2F%2Fstad.example%2Fkto%2FWzEsMV0.aZ-x_y.abcdefgh%2Ftevreden",
            "https://safe.example/?url=https%3A%2F%2Fstad.example%2Fkto%2F…%2Ftevreden",
        ),
        ("mailto%3Aklachten%2Br-aaaabbbbccccdddd%40stad.example", "mailto%3Aklachten%2Br-…%40stad.example"),
        ("jan+r-eader@home.example en /kto/", "jan+r-eader@home.example en /kto/"),
    ],
)
def test_what_is_secret_in_an_address_or_a_link_of_ours_is_shown_to_nobody_else(
    written: str, shown: str
) -> None:
    assert veiled(written) == shown
    assert inert(written) == inert(shown)
