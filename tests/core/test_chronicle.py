"""What happened to a klacht, in sentences."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime

import pytest

from mailagent.core import awb, events, paper, postroom
from mailagent.core.chronicle import EVENTS, QUIET, told
from mailagent.core.events import THE_CLOCK, Event

THINGS = [thing for room in (events, awb, paper, postroom) for thing in vars(room).values()]
KINDS = list(dict.fromkeys(kind for kind in THINGS if isinstance(kind, type) and issubclass(kind, Event)))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not Event], ids=lambda k: k.__name__)
def test_every_event_can_be_told(kind: type[Event]) -> None:
    said = {field.name: "ja" for field in fields(kind) if field.name not in ("at", "actor")}
    event = kind(datetime(2026, 3, 2, tzinfo=UTC), THE_CLOCK, **said)
    assert told(event.kind, event.data)
    assert told(event.kind, {}), "also after erasure"


def test_what_is_left_out_of_a_short_history_is_an_event() -> None:
    assert set(EVENTS) > QUIET
    assert set(EVENTS) == {kind.word() for kind in KINDS if kind is not Event}
