"""NW-07: kill -9, again and again, while mail comes in and leaves."""

from __future__ import annotations

from pathlib import Path

from keeping_relay import KeepingRelay
from mail_servers import Load
from reckoning import opened, reckon
from serving import Service, install

from mailagent.outbound.post import LINES

MOMENTS = (("promised", 15), ("offered", 40), ("taken", 80))
"""Right after a 250 of ours; while the relay has a mail and we wait for its word; right after its word."""


def test_nw_07_kill_9_under_load_loses_nothing(tmp_path: Path, database_url: str) -> None:
    with KeepingRelay() as relay:
        installation = install(tmp_path, database_url, relay.port)
        with Service(installation) as service:
            load = Load(installation, service, relay, mails=60, ahead=30)
            with load.at_work():
                for what, count in MOMENTS:
                    load.when(what, count, service.kill)
                    service.buried()
                    with opened(database_url) as books:
                        books.an_hour_passes(after_a_death=True)
                    service.starts()
            reckoning = reckon(load)

    assert 0 < reckoning.repeats <= service.deaths * LINES, reckoning
