"""Surveys as they run: their state, what was answered, and who wants no more of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mailagent.core.surveys import DRAFT, SurveyAnswer
from mailagent.store.tables import opt_out, survey, survey_answer


@dataclass(frozen=True, slots=True)
class State:
    """Where a survey is in its life, and since when; `since` is None for a draft."""

    id: str
    state: str
    since: datetime | None = None


def states(tx: sa.Connection) -> dict[str, State]:
    """Every survey that is or was active, by its id."""
    return {row.id: State(*row) for row in tx.execute(sa.select(survey))}


def state_of(tx: sa.Connection, id: str) -> str:
    """The state of one survey; a draft where nothing is known of it."""
    return tx.execute(sa.select(survey.c.state).where(survey.c.id == id)).scalar() or DRAFT


def move(tx: sa.Connection, id: str, before: str, after: str, at: datetime) -> bool:
    """Move a survey on, where it is still in `before`; says whether it was."""
    if before == DRAFT:
        new = sa.text(
            "INSERT INTO survey (id, state, since) VALUES (:id, :state, :since) "
            "ON CONFLICT (id) DO NOTHING RETURNING id"
        ).bindparams(sa.bindparam("since", type_=survey.c.since.type))
        return tx.execute(new, {"id": id, "state": after, "since": at}).scalar() is not None
    where = (survey.c.id == id, survey.c.state == before)
    moved = sa.update(survey).where(*where).values(state=after, since=at).returning(survey.c.id)
    return tx.execute(moved).scalar() is not None


def keep_answers(tx: sa.Connection, invitation_id: int, answers: Sequence[SurveyAnswer]) -> None:
    """Keep what was answered to one invitation."""
    rows = [
        {
            "invitation_id": invitation_id,
            "question": one.question,
            "kind": one.kind,
            "score": one.score,
            "choices": list(one.choices),
            "text": one.text,
        }
        for one in answers
    ]
    if rows:
        tx.execute(sa.insert(survey_answer), rows)


def answers_of(tx: sa.Connection, invitation_id: int) -> tuple[SurveyAnswer, ...]:
    """What was answered to one invitation."""
    c = survey_answer.c
    query = sa.select(c.question, c.kind, c.score, c.choices, c.text)
    rows = tx.execute(query.where(c.invitation_id == invitation_id).order_by(c.id))
    return tuple(SurveyAnswer(r.question, r.kind, r.score, tuple(r.choices), r.text) for r in rows)


def opted_out(tx: sa.Connection, addresses: Collection[str]) -> frozenset[str]:
    """Which of these want no surveys and no reminders, in lower case."""
    some = sorted({address.lower() for address in addresses})
    query = sa.select(opt_out.c.address).where(opt_out.c.address.in_(some))
    return frozenset(tx.execute(query).scalars()) if some else frozenset()


def opt_out_of(tx: sa.Connection, address: str, at: datetime, origin: str) -> bool:
    """This address wants no more of them; says whether that is new."""
    new = sa.text(
        "INSERT INTO opt_out (address, at, origin) VALUES (:address, :at, :origin) "
        "ON CONFLICT (address) DO NOTHING RETURNING address"
    ).bindparams(sa.bindparam("at", type_=opt_out.c.at.type))
    return tx.execute(new, {"address": address.lower(), "at": at, "origin": origin}).scalar() is not None
