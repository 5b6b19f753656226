"""NW-07: the relay is cut, hangs up with a mail in its hands, says later, and is well again."""

from __future__ import annotations

from pathlib import Path

from keeping_relay import HANGS_UP, LATER, TAKES, KeepingRelay
from mail_servers import PATIENCE, Load
from reckoning import Books, opened, reckon
from serving import Service, install


def offered_more(load: Load, books: Books, mails: int) -> None:
    """Until so many more were offered; between two tries, time passes."""
    enough = load.counts["offered"] + mails
    for _ in range(int(PATIENCE / 0.2)):
        if load.waited(lambda: load.counts["offered"] >= enough, seconds=0.2):
            return
        books.an_hour_passes()
    raise AssertionError(load.counts)


def test_nw_07_a_relay_that_is_cut_under_load_gets_every_mail_when_it_is_back(tmp_path: Path) -> None:
    with KeepingRelay() as relay:
        installation = install(tmp_path, f"sqlite:///{tmp_path}/mailagent.db", relay.port)
        with Service(installation) as service, opened(installation.database) as books:
            load = Load(installation, service, relay, mails=60, ahead=20)
            with load.at_work():
                load.when("promised", 15, relay.cut)
                load.swells(by=20)
                load.until(lambda: load.counts["promised"] >= 35)  # mail comes in all the same
                for mood, mails in ((HANGS_UP, 3), (LATER, 5), (TAKES, 1)):
                    relay.mood = mood
                    if mood == HANGS_UP:
                        relay.opens()
                    offered_more(load, books, mails)
            reckoning = reckon(load)

    assert service.deaths == 0
    assert reckoning.repeats == relay.answers[HANGS_UP] > 0, "only what it had and could not say that it had"
    assert not load.refused
