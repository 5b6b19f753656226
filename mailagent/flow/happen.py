"""What follows from an event: clocks, smiley rounds and invitations, the log, and the mails we owe, in one
transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mailagent.core.clocks import next_wake
from mailagent.core.events import (
    Event,
    MailSuppressed,
    Received,
    ReopenDeclined,
    Resolved,
)
from mailagent.core.klacht import OPGELOST, Klacht
from mailagent.core.paper import LetterPosted
from mailagent.core.ways import LETTER, MAIL
from mailagent.flow import paper, timing
from mailagent.flow.invite import invite, remind_at
from mailagent.flow.reach import CHANNEL_OFF, CONTACT_REFUSED, DEAD_ADDRESS, way_to
from mailagent.flow.tell import needs_letter, owed_for
from mailagent.flow.world import POST, Act
from mailagent.store import dead_addresses, klachten, notices, rounds, terms


def happen(act: Act, klacht: Klacht, events: Sequence[Event]) -> Klacht:
    """Let events take effect on a kept klacht: one commit holds them, the clocks and the mails they owe."""
    for event in events:
        timing.follow(act, klacht, event)
        _follow(act, klacht, event)
    klacht, changed = timing.recompute(act, klacht, events)
    changed += timing.follow_team(act, klacht, events)
    klacht, entered = timing.enter_state(act, klacht)
    # what is handled closes when its newest round is over, also one to which nobody was invited
    ends = rounds.next_moment(act.tx, klacht.id, newest=klacht.status == OPGELOST)
    klacht = timing.looked_at(act, klacht, ends)
    klachten.save(act.tx, klacht)
    events = [*events, *changed, *entered, *invite(act, klacht, events)]
    _tell(act, klacht, events, klachten.record(act.tx, klacht, events, act.origin))
    return klacht


def begin(act: Act, new: Klacht, received: Received) -> Klacht:
    """A klacht comes into being, with its clocks running."""
    world = act.world
    begun = timing.at_intake(new, world)
    wakes = [at for clock in begun if (at := next_wake(clock))]
    salt = world.salt()
    due = replace(new, deadline=begun[0].last_day, wake_at=min(wakes, default=None))
    klacht = klachten.add(act.tx, due, salt)
    terms.begin(act.tx, klacht.id, begun)
    events = [received, *invite(act, klacht, [received])]
    _tell(act, klacht, events, klachten.record(act.tx, klacht, events, act.origin, salt=salt))
    return klacht


def _tell(act: Act, klacht: Klacht, events: Sequence[Event], ids: Sequence[int]) -> None:
    """Owe the mails of these events; what may not be sent leaves an event with its reason."""
    happened = list(zip(events, ids, strict=True))
    owed = owed_for(act, klacht, happened)
    act.world.store.enqueue(act.tx, POST, notices.owe(act.tx, owed, act.at))
    actors = {id: event.actor for event, id in happened}
    silent = [
        MailSuppressed(act.at, actors[one.event_id], one.kind, str(one.values["suppressed"]), one.recipient)
        for one in owed
        if one.state == notices.SUPPRESSED and one.event_id
    ]
    if silent:
        _look_for_another_way(act, klacht, silent, klachten.record(act.tx, klacht, silent, act.origin))


def _look_for_another_way(
    act: Act, klacht: Klacht, silent: Sequence[MailSuppressed], ids: Sequence[int]
) -> None:
    """Whose address is dead is reached otherwise: somebody hears of it, once for each klacht; and of
    every notice that the law asks for and no mail carries."""
    dead = dead_addresses.among(act.tx, {one.recipient for one in silent if one.reason == DEAD_ADDRESS})
    for one, id in zip(silent, ids, strict=True):
        died = dead.get(one.recipient.lower()) if one.reason == DEAD_ADDRESS else None
        if needs_letter(one, klacht, act.world.policy) or (died and not _knows(act, klacht, died.since)):
            _tell(act, klacht, [one], [id])


def _knows(act: Act, klacht: Klacht, since: datetime) -> bool:
    """Has somebody heard since that the melder must be reached otherwise?"""
    return any(notices.told_since(act.tx, klacht.id, mail, since) for mail in ("niet_bezorgd", "brief_nodig"))


def _follow(act: Act, klacht: Klacht, event: Event) -> None:
    """What an event does to the smiley rounds, and to letters."""
    match event:
        case Resolved():
            _open_round(act, klacht, "afgehandeld", invited=act.world.policy.smileys)
        case ReopenDeclined():
            policy = act.world.policy
            asks = policy.smileys and policy.mail_after_unhappy
            _open_round(act, klacht, "afgehandeld_na_ontevreden", invited=asks)
        case LetterPosted():
            paper.posted(act, event)


def _open_round(act: Act, klacht: Klacht, mail: str, *, invited: bool) -> None:
    # without an invitation the round only counts the days until the klacht closes
    policy = act.world.policy
    way, silent = way_to(act, klacht, mail) if invited else (MAIL, CHANNEL_OFF)
    if invited and not klacht.contact_allowed:  # what the law asks for goes on paper, and asks for nothing
        silent = CONTACT_REFUSED
    until = act.at + timedelta(days=policy.link_days)
    opened = rounds.open_next(act.tx, klacht.id, klacht.melder, act.at, until, silent)
    if not silent and way == LETTER:
        paper.invite(act, opened)
    elif not silent:
        rounds.remind_at(act.tx, opened.id, remind_at(act.at, until, policy))
