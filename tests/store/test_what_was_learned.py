"""What was learned, and the klachten to learn from, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from mailagent.core.events import AGENT, Actor, Received, Resolved
from mailagent.core.klacht import Klacht
from mailagent.store import chain, klachten, learned
from mailagent.store.database import reading, writing

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANNA = Actor(AGENT, "anna@stad.example")


def test_what_was_learned_last_stands_in_place_of_what_was_learned_before(engine: sa.Engine) -> None:
    with reading(engine) as tx:
        assert learned.newest(tx) is None
    for number in (1, 2):
        with writing(engine) as tx:
            learned.keep(tx, NOON, 40, {"weights": {"w:gft": [float(number)]}})
    with reading(engine) as tx:
        newest = learned.newest(tx)
        assert newest
        assert learned.model(tx, newest) == {"weights": {"w:gft": [2.0]}}
        assert learned.model(tx, newest - 1) is None


@pytest.mark.parametrize(
    ("by_hand", "resolved", "category", "confidential", "wanted"),
    [
        (("category",), False, "afval", False, ("afval", True)),
        (("team", "category"), True, "afval", False, ("afval", True)),
        ((), True, "afval", False, ("afval", False)),
        (("priority",), False, "afval", False, None),
        (("category",), True, None, False, None),
        (("category",), True, "afval", True, None),
    ],
)
def test_what_a_human_chose_or_handled_so_is_learned_from(
    engine: sa.Engine,
    by_hand: tuple[str, ...],
    resolved: bool,  # noqa: FBT001
    category: str | None,
    confidential: bool,  # noqa: FBT001
    wanted: tuple[str, bool] | None,
) -> None:
    new = Klacht(0, "KL26-00001", "Container", "x" * 6_000, "jan@home.example", NOON, category=category)
    with writing(engine) as tx:
        klacht = klachten.add(tx, replace(new, by_hand=by_hand, confidential=confidential), b"salt")
        events = [Received(NOON, ANNA, ""), *([Resolved(NOON, ANNA, "", "")] if resolved else [])]
        chain.record(tx, klacht, events, "arrival:1", salt=b"salt")

    with reading(engine) as tx:
        found = learned.sorted_by_humans(tx)

    assert [(one.category, one.chosen) for one in found] == ([wanted] if wanted else [])
    assert all(len(one.description) == 5_000 for one in found)
