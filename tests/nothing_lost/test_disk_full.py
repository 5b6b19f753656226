"""NW-07: the disk is full while mail comes in and leaves, and then has room again; the service stays up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from keeping_relay import KeepingRelay
from mail_servers import Load
from reckoning import reckon
from serving import Service, install

from mailagent.inbound.smtp import TRY_LATER
from mailagent.store.tables import metadata

FULL = """
CREATE TABLE full_disk ();
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT FROM full_disk) THEN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
  END IF;
  RETURN NULL;
END $$;
"""
"""While this table has a row PostgreSQL has no room for any other."""
WATCHED = "CREATE TRIGGER full_disk AFTER INSERT OR UPDATE ON {} EXECUTE FUNCTION full_disk()"


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


def test_nw_07_a_server_whose_disk_is_full_under_load_loses_and_repeats_nothing(
    tmp_path: Path, postgres_url: str
) -> None:
    with KeepingRelay() as relay, psycopg.connect(postgres_url, autocommit=True) as admin:
        installation = install(tmp_path, postgres_url, relay.port)
        with Service(installation) as service:
            admin.execute(FULL + ";".join(WATCHED.format(name) for name in metadata.tables if name != "job"))
            load = Load(installation, service, relay, mails=60, ahead=10)
            with load.at_work():
                load.when("offered", 10, lambda: admin.execute("INSERT INTO full_disk DEFAULT VALUES"))
                load.swells(by=40)
                load.until(lambda: load.refused[TRY_LATER] > 10)
                admin.execute("DELETE FROM full_disk")
            reckoning = reckon(load)

    assert (reckoning.repeats, service.deaths) == (0, 0), reckoning
