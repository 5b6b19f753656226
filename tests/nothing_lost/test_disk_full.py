"""NW-07: the disk is full while mail comes in and leaves, and then has room again; the service stays up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from keeping_relay import KeepingRelay
from mail_servers import Load
from reckoning import reckon
from serving import Service, install

from mailagent.inbound.smtp import TRY_LATER


def beyond_the_largest_file(folder: Path) -> int:
    """So that what fails is not the first write but one in the middle of a commit."""
    return 100_000 + max(file.stat().st_size for file in folder.glob("mailagent.db*"))


def nothing(_folder: Path) -> int:
    """So that every write fails."""
    return 0


@pytest.mark.parametrize(("offered", "room"), [(10, nothing), (1, beyond_the_largest_file)])
def test_nw_07_a_disk_that_is_full_under_load_loses_and_repeats_nothing(
    tmp_path: Path, offered: int, room: Callable[[Path], int]
) -> None:
    with KeepingRelay() as relay:
        installation = install(tmp_path, f"sqlite:///{tmp_path}/mailagent.db", relay.port)
        with Service(installation) as service:
            load = Load(installation, service, relay, mails=60, ahead=10)
            with load.at_work():
                load.when("offered", offered, lambda: service.may_write(room(tmp_path)))
                load.swells(by=40)
                load.until(lambda: load.refused[TRY_LATER] > 10)
                service.may_write(None)
            reckoning = reckon(load)

    assert (reckoning.repeats, service.deaths) == (0, 0), reckoning
