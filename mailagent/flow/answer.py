"""What an agent typed, and the one mail that answers it: what was done, what was not, or what waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from mailagent.core import quoting
from mailagent.core.echo import veiled
from mailagent.core.events import AGENT, Actor, MailSuppressed
from mailagent.core.klacht import Klacht
from mailagent.core.organisation import Agent
from mailagent.flow.content import discreet, facts
from mailagent.flow.world import POST, Act
from mailagent.store import chain, notices, pending
from mailagent.store.notices import Owed
from mailagent.store.pending import Pending

CONFIRM_HOURS = 48
MOST_WAITING = 10
"""More orders than this wait for no agent: whoever forges mail cannot fill an agent's inbox."""

TOO_MANY_WAIT = f"Er wachten al {MOST_WAITING} opdrachten op uw bevestiging. Bevestig die eerst."

MOST_ANSWERS = 20
"""More result mails than this go to no agent about one klacht in an hour: a robot that answers each of them,
and does not say that it is one, stops here."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What an agent's mail is about: a klacht, a message that is none, or what a report lists. `facts` fills
    in the answer."""

    facts: Mapping[str, Any]
    klacht: Klacht | None = None
    message: int | None = None
    report: int | None = None


def about(act: Act, klacht: Klacht) -> Topic:
    """A klacht, as it is now."""
    return Topic(discreet(klacht, facts(klacht, act.world)), klacht)


def newly_written(text: str, new_text: str, agent: Agent) -> str:
    """What the agent typed: above the marker line, without quotes and signature."""
    above = quoting.cut_marker(text)
    own = new_text if len(above) == len(text) else above
    return quoting.drop_signature(quoting.new_text(quoting.cut_marker(own)), agent.signature)


def answer(act: Act, topic: Topic, agent: Agent, mail: str, values: Mapping[str, object]) -> None:
    """The one result mail of a command mail; none to what mails on and on."""
    owed = Owed(
        mail,
        agent.address,
        f"{act.origin}:{mail}:{agent.address}",
        {**topic.facts, **values},
        topic.klacht.id if topic.klacht else None,
        arrival_id=origin_of(act),
    )
    hour = act.at - timedelta(hours=1)
    if notices.answered_since(act.tx, hour, agent.address, owed.klacht_id) >= MOST_ANSWERS:
        owed = replace(owed, state=notices.SUPPRESSED)
        if topic.klacht:
            silent = MailSuppressed(act.at, Actor(AGENT, agent.address), mail, "too_many", agent.address)
            chain.record(act.tx, topic.klacht, [silent], act.origin)
    act.world.store.owe(act.tx, POST, [owed], act.at)


def origin_of(act: Act) -> int:
    """The arrival of the agent's own mail: `arrival:7`, or `confirmed:7` when its link was used later."""
    return int(act.origin.partition(":")[2])


def may_wait(act: Act, agent: Agent) -> bool:
    """Is there room for one more order of this agent that waits?"""
    return pending.open_of(act.tx, agent.address) < MOST_WAITING


def park(act: Act, topic: Topic, agent: Agent, text: str, why: str) -> None:
    """Keep an order until its confirm link is used, and mail that link to the agent's registered address.
    What is secret in it is taken out now: what is shown is what will be done."""
    text = veiled(text)
    until = act.at + timedelta(hours=CONFIRM_HOURS)
    parked = Pending(
        id=0,
        arrival_id=origin_of(act),
        klacht_id=topic.klacht.id if topic.klacht else None,
        agent=agent.address,
        text=text,
        asked_at=act.at,
        expires_at=until,
        state="open",
        about_arrival=topic.message,
        about_report=topic.report,
    )
    id = pending.park(act.tx, parked)
    values = {"order": text, "why": why, "pending": id, "link_until": until.isoformat()}
    answer(act, topic, agent, "opdracht_bevestigen", values)
