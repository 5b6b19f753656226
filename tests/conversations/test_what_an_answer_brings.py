"""What comes with an answer, or of it, on both databases: photos, a survey, a mail that is not told twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from desk import Desk, Got, open_desk
from reports import comes_back

from mailagent.core.feedback import Answer
from mailagent.flow import survey, vote
from mailagent.store import invitations, photos

JAN, ANNA = "jan@home.example", "anna@stad.example"
UNHAPPY, HAPPY = Answer(satisfied=False, text="Nog vol."), Answer(satisfied=True)


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    desk = open_desk(tmp_path, database=database_url)
    yield desk
    desk.house.close()


def handled(desk: Desk) -> Got:
    jan, anna = desk.citizen(JAN), desk.agent(ANNA)
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nOnze excuses.")
    anna.reads_all()
    return jan.gets("afgehandeld")


def votes(desk: Desk, mail: Got, answer: Answer) -> int:
    """The round that was answered."""
    id, number = desk.house.links.read_smiley(mail.smiley("tevreden").split("/")[4])
    assert vote.cast(id, number, answer, desk.world).kenmerk == mail.kenmerk
    desk.settle()
    return id


@pytest.mark.parametrize("count", [1, 2, 3])
def test_si_02_every_photo_is_kept_however_many_there_are(desk: Desk, count: int) -> None:
    sent = tuple(b"photo %d" % n for n in range(count))

    round_id = votes(desk, handled(desk), replace(UNHAPPY, photos=sent))

    with desk.world.store.read() as tx:
        assert tuple(photos.of_round(tx, round_id)) == sent


def test_kt_02_an_answer_that_ends_a_klacht_brings_the_survey_that_is_sent_then(desk: Desk) -> None:
    at_the_end = replace(desk.world.surveys["afhandeling"], event="closed", statuses=(), delay=timedelta(0))
    desk.world.surveys["afhandeling"] = at_the_end
    survey.activate("afhandeling", desk.world)
    mail = handled(desk)

    votes(desk, mail, HAPPY)

    with desk.world.store.read() as tx:
        [invited] = invitations.of_klacht(tx, desk.klacht(mail.kenmerk).id)
    assert (invited.survey, invited.address) == ("afhandeling", JAN)


def test_si_03_an_answer_from_a_dead_address_is_no_news_of_that_address(desk: Desk) -> None:
    mail, anna = handled(desk), desk.agent(ANNA)
    comes_back(desk, mail, "5.1.1")
    anna.reads_all()
    told = [one.kind for one in desk.mailboxes[ANNA] if one.kind in ("brief_nodig", "niet_bezorgd")]
    assert told, "somebody knows that it is dead"

    votes(desk, mail, UNHAPPY)

    assert [one.kind for one in desk.mailboxes[ANNA] if one.kind in ("brief_nodig", "niet_bezorgd")] == told
    assert desk.kinds(mail.kenmerk).count("mail_suppressed") == 1
    anna.gets("verzoek_tot_heropenen")
