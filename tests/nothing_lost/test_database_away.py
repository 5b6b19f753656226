"""NW-07: PostgreSQL is stopped while mail comes in and leaves, and started again; the service stays up."""

from __future__ import annotations

from pathlib import Path

from keeping_relay import KeepingRelay
from mail_servers import Load
from reckoning import reckon
from servers import PostgresServer
from serving import Service, install

from mailagent.inbound.smtp import TRY_LATER


def test_nw_07_a_database_that_goes_away_under_load_loses_and_repeats_nothing(tmp_path: Path) -> None:
    with PostgresServer() as server, KeepingRelay() as relay:
        installation = install(tmp_path, server.url(server.create()), relay.port)
        with Service(installation) as service:
            load = Load(installation, service, relay, mails=80, ahead=20)
            with load.at_work():
                load.when("offered", 20, server.stop)  # the relay says 250 when nobody can write it down
                load.swells(by=20)
                load.until(lambda: load.refused[TRY_LATER] > 10)
                server.start()
            reckoning = reckon(load)

    assert (reckoning.repeats, service.deaths) == (0, 0), reckoning
