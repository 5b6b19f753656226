"""What figures are made of: invitations and answers, counted by the database, and never who gave them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailagent.core.figures import OUTSIDE, Answered, Invited
from mailagent.core.overview import BAD, CATEGORY, CHANNEL, GOOD, SATISFIED, SMILEYS
from mailagent.core.periods import Period
from mailagent.core.surveys import EXPIRED, MULTIPLE, NO, YES, YES_NO
from mailagent.store.columns import Moment
from mailagent.store.tables import invitation, klacht, survey_answer
from mailagent.store.tables import round as smileys


@dataclass(frozen=True, slots=True)
class Asked:
    """Which invitations count, and how they are told apart: by `group` (CHANNEL, CATEGORY, "") and period.

    An invitation counts at the moment it was sent, and so does its answer: a rate then never passes 100.
    One that was not sent counts at the moment that was decided. `until` itself lies outside.
    """

    until: datetime
    since: datetime | None = None
    periods: Sequence[Period] = ()
    group: str = ""
    survey: str = ""
    address: str = ""


def counted(tx: sa.Connection, asked: Asked) -> tuple[list[Invited], list[Answered]]:
    """How many invitations were in each state, and how often each answer was given."""
    invited: list[Invited] = []
    answered: list[Answered] = []
    for line in tx.execute(_counting(_invitations(asked), asked)):
        invited.append(Invited(line.survey, line.group, line.period, line.state, line.number))
    for line in tx.execute(_counting(_answers(asked), asked)):
        place, chosen = (line.survey, line.group, line.period), tuple(json.loads(line.choices))
        answered.append(Answered(*place, line.question, line.kind, line.score, chosen, line.number))
    for line in tx.execute(_counting(_rounds(asked), asked)):
        place = (line.survey, line.group, line.period)
        invited.append(Invited(*place, line.state, line.number))
        answered += _smiley(place, line)
    return invited, answered


def _smiley(place: tuple[str, str, int], line: sa.Row[Any]) -> Iterator[Answered]:
    """A smiley and the standard answers with it, as answers to questions."""
    if line.satisfied is not None:
        word = (YES if line.satisfied else NO,)
        yield Answered(*place, SATISFIED, YES_NO, None, word, line.number)
        if reasons := tuple(json.loads(line.choices)):
            below = GOOD if line.satisfied else BAD
            yield Answered(*place, below, MULTIPLE, None, reasons, line.number)


def _invitations(asked: Asked) -> sa.Select[Any]:
    own = invitation.c
    return sa.select(own.survey, *_said_of(own, own.decided_at, own, asked))


def _answers(asked: Asked) -> sa.Select[Any]:
    own = survey_answer.c
    return (
        _invitations(asked)
        .add_columns(own.question, own.kind, own.score, _as_text(own.choices))
        .join(survey_answer, own.invitation_id == invitation.c.id)
    )


def _rounds(asked: Asked) -> sa.Select[Any]:
    own = smileys.c
    return sa.select(
        sa.literal(SMILEYS).label("survey"),
        own.satisfied,
        _as_text(own.reasons),
        *_said_of(own, own.opened_at, klacht.c, asked),
    ).join(klacht, klacht.c.id == own.klacht_id)


def _as_text(choices: sa.Column[Any]) -> sa.ColumnElement[str]:
    """PostgreSQL does not group by json."""
    return sa.cast(choices, sa.Text).label("choices")


def _said_of(own: Any, decided_at: Any, about: Any, asked: Asked) -> tuple[sa.ColumnElement[Any], ...]:
    """What is asked of every invitation: `own` are its columns, `about` those with channel and category."""
    unsent = sa.and_(own.state == EXPIRED, own.sent_at.is_(None))
    moment = sa.func.coalesce(own.sent_at, decided_at, type_=Moment)
    groups = {CHANNEL: about.channel, CATEGORY: sa.func.coalesce(about.category, "")}
    return (
        own.address.label("address"),
        sa.case((unsent, "unsent"), else_=own.state).label("state"),
        moment.label("moment"),
        groups.get(asked.group, sa.literal("")).label("group"),
        _period(moment, asked.periods).label("period"),
    )


def _period(moment: sa.ColumnElement[Any], periods: Sequence[Period]) -> sa.ColumnElement[Any]:
    """The place of a moment in these periods. SQLite knows no Amsterdam, so their edges are spelt out."""
    if not periods:
        return sa.literal(OUTSIDE)
    edges = [periods[0].begin, *(period.moved(1).begin for period in periods)]
    return sa.case(*((moment < edge, place) for place, edge in enumerate(edges, OUTSIDE)), else_=OUTSIDE)


def _counting(lines: sa.Select[Any], asked: Asked) -> sa.Select[Any]:
    """One line for all that is alike; a subquery, so that what is grouped by is spelt only once."""
    found = lines.subquery()
    where = [found.c.moment < asked.until]
    if asked.since:
        where.append(found.c.moment >= asked.since)
    if asked.survey:
        where.append(found.c.survey == asked.survey)
    if asked.address:
        where.append(found.c.address == asked.address.lower())
    kept = [column for column in found.c if column.key not in ("address", "moment")]
    return sa.select(*kept, sa.func.count().label("number")).where(*where).group_by(*kept)
