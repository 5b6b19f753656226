"""A rule drafted from a klacht: which words, which sentences, and YAML that holds whatever was written."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from mailagent.core import drafting


def test_rare_words_come_first_and_small_ones_never() -> None:
    others = drafting.stems(["De gemeente en de containers.", "Weer een container van de gemeente."])
    text = "De lantaarns bij de container van de gemeente zijn stuk."
    words = drafting.rare_words("Lantaarns", text, others)
    assert words[0] == "lantaarns"
    assert set(words) == {"lantaarns", "container", "gemeente"}
    assert words[1:] == ["container", "gemeente"], "as many hold them, so the longer one comes first"


def test_forms_of_one_word_are_one() -> None:
    assert drafting.rare_words("", "container containers", {}) == ["container"]


def test_the_example_is_as_many_sentences_as_are_easy_to_read() -> None:
    assert drafting.example("Een. Twee!\n\nDrie? " + "Vier is te lang " * 20) == "Een. Twee! Drie?"
    assert drafting.example("x" * 500) == "x" * 200


@pytest.mark.parametrize("said", ['Hij zei: "nee".', "C:\\pad\\", "dubbel: punt # en meer", "{a} [b] & *c"])
def test_whatever_was_written_is_yaml(said: str) -> None:
    [rule] = YAML(typ="safe").load(drafting.rule("bij-kl26-00001", "afval", ["container"], said))
    assert rule["voorbeelden"]["wel"] == [said]
    assert (rule["id"], rule["status"], rule["dan"]) == ("bij-kl26-00001", "schaduw", {"categorie": "afval"})
