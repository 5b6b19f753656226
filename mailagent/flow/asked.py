"""What the melder of a klacht was asked about it and answered: the smileys of each round, and surveys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from mailagent.core.calendar import AMSTERDAM
from mailagent.core.feedback import REPLY_WORDS
from mailagent.core.klacht import Klacht
from mailagent.core.surveys import Survey, SurveyAnswer, told
from mailagent.store import invitations, photos, rounds, surveys
from mailagent.store.store import Tx

_HAPPY, _UNHAPPY = REPLY_WORDS["nl"]


def smileys(tx: Tx, klacht: Klacht) -> list[dict[str, Any]]:
    """Every round of smileys: what became of it, and what was answered."""
    return [
        {"round": r.number, "state": r.state, "why": r.why, "until": r.expires_at, "satisfied": r.satisfied}
        | {"text": r.text, "photos": photos.count(tx, r.id)}
        for r in rounds.of_klacht(tx, klacht.id)
    ]


def about_klacht(tx: Tx, klacht: Klacht) -> list[dict[str, Any]]:
    """Every survey about this klacht: what became of its invitation, and each answer."""
    return [
        {
            "survey": each.survey,
            "state": each.state,
            "reason": each.reason,
            "sent_at": each.sent_at,
            "answered_at": each.answered_at,
            "answers": [asdict(answer) for answer in surveys.answers_of(tx, each.id)],
        }
        for each in invitations.of_klacht(tx, klacht.id)
    ]


def lines(dossier: Mapping[str, Any], of: Mapping[str, Survey], *, discreet: bool) -> Iterator[str]:
    """Both, as a dossier tells them; `discreet`: without the words of the melder."""
    for r in dossier["rounds"]:
        why = f" ({r['why']})" if r["why"] else ""
        verdict = "" if r["satisfied"] is None else f", {_HAPPY if r['satisfied'] else _UNHAPPY}"
        until = f"{r['until'].astimezone(AMSTERDAM):%Y-%m-%d %H:%M}"
        sent_along = f", foto’s: {r['photos']}" if r["photos"] else ""
        yield f"  smileys, ronde {r['round']}: {r['state']}{why}{verdict}, tot {until}{sent_along}"
    for each in dossier["surveys"]:
        why = f" ({each['reason']})" if each["reason"] else ""
        yield f"  enquête {each['survey']}: {each['state']}{why}"
        yield from () if discreet else (f"      {line}" for line in _answers(each, of.get(each["survey"])))


def _answers(each: Mapping[str, Any], survey: Survey | None) -> Iterator[str]:
    """Each question with what was answered; by its id, where the file of the survey is gone."""
    answers = [SurveyAnswer(**answer) for answer in each["answers"]]
    return iter(told(survey, answers)) if survey else map(_bare, answers)


def _bare(answer: SurveyAnswer) -> str:
    given = answer.text or ", ".join(answer.choices)
    return f"{answer.question}: {given if answer.score is None else answer.score}"
