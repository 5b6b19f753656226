"""Who hears of something where some are absent, and some are dead."""

from __future__ import annotations

import pytest

from mailagent.flow.reach import NOBODY, Hearer, heard_by

TEAM = ("anna", "bram")


@pytest.mark.parametrize(
    ("circles", "dead", "away", "heard"),
    [
        ([TEAM, ("carla",)], (), {}, ["anna", "bram"]),
        ([("anna",), TEAM, ("carla",)], ("anna",), {}, ["anna", "bram"]),
        ([TEAM, ("carla",)], ("anna", "bram"), {}, ["anna", "bram", "carla"]),
        ([TEAM], (), {"bram": "dirk"}, ["anna", "-bram", "dirk for bram"]),
        ([TEAM], (), {"bram": "anna"}, ["anna", "-bram"]),
        ([("bram",)], (), {"bram": "anna"}, ["-bram", "anna for bram"]),
        ([("bram",), TEAM], (), {"bram": ""}, ["-bram", "anna"]),
        ([("bram",), TEAM], ("anna",), {"bram": "anna"}, ["bram", "anna"]),
        ([TEAM, ("carla",)], (), {"anna": "", "bram": ""}, ["-anna", "-bram", "carla"]),
        ([TEAM], ("anna",), {"bram": ""}, ["anna", "bram"]),
        ([], (), {}, [NOBODY]),
    ],
)
def test_somebody_hears_of_it(
    circles: list[tuple[str, ...]], dead: tuple[str, ...], away: dict[str, str], heard: list[str]
) -> None:
    assert [_told(one) for one in heard_by(circles, dead, away)] == heard


def _told(one: Hearer) -> str:
    return ("-" if one.absent else "") + one.address + (f" for {one.instead_of}" if one.instead_of else "")
