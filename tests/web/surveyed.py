"""A survey for the pages, of which nothing is kept."""

from __future__ import annotations

from datetime import UTC, datetime

from ready_made import shipped_rules

from mailagent.core.errors import LinkGone, LinkUnknown
from mailagent.core.surveys import read_answers
from mailagent.flow.survey import Asked, Given
from mailagent.web.doors import SurveyDoors

_WRONG = ("goed", "expired", "answered", "closed")


def fake_surveys(language: str) -> SurveyDoors:
    """Doors to the survey we ship. A token is the word for what is wrong with it, or `goed`."""
    survey = shipped_rules().surveys["afhandeling"]

    def known(token: str) -> int:
        if token not in _WRONG:
            raise LinkUnknown
        return _WRONG.index(token)

    def ask(id: int) -> Asked:
        if id:
            raise LinkGone(_WRONG[id], "KL26-00042", language)
        until = datetime(2026, 4, 7, 12, 5, tzinfo=UTC)
        return Asked("KL26-00042", "Afval en inzameling", language, until, survey)

    def answer(id: int, given: Given) -> Asked:
        asked = ask(id)
        read_answers(survey, given)
        return asked

    return SurveyDoors(
        read=known,
        ask=ask,
        answer=answer,
        opt_out_link=lambda *_: "/afmelden/goed",
        read_opt_out=lambda token: ("invitation", known(token)),
        opting_out=lambda *_: language,
        opt_out=lambda *_: language,
    )
