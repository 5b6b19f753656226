"""The klachten we invented: enough of them, in every category, and none in both halves."""

from __future__ import annotations

from collections import Counter

from invented import klachten

from mailagent.config.files import load_rules


def test_there_are_enough_invented_klachten_and_they_are_dealt_out_evenly() -> None:
    train, test = klachten("train"), klachten("test")

    assert len(train) + len(test) >= 320
    assert not {k.text for k in train} & {k.text for k in test}
    assert len({k.id for k in train + test}) == len(train + test)
    for half in (train, test):
        counts = Counter(k.category for k in half)
        assert len(counts) == 10
        assert min(counts.values()) >= 16


def test_each_is_of_a_category_that_we_ship() -> None:
    shipped = {category.id for category in load_rules().categories}
    assert {k.category for k in klachten("train")} == shipped - {"overig"}
