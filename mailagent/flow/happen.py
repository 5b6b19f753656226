"""What follows from an event: clocks, smiley rounds and invitations, the log, and the mails we owe, in one
transaction."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType

from mailagent.core.clocks import Clock, next_wake
from mailagent.core.events import (
    Event,
    MailSuppressed,
    Received,
    ReopenDeclined,
    Resolved,
)
from mailagent.core.feedback import Round, next_moment
from mailagent.core.klacht import OPGELOST, Klacht
from mailagent.core.paper import LetterPosted
from mailagent.core.ways import LETTER, MAIL
from mailagent.flow import paper, timing
from mailagent.flow.invite import invite, remind_at
from mailagent.flow.reach import CHANNEL_OFF, CONTACT_REFUSED, DEAD_ADDRESS, way_to
from mailagent.flow.tell import Kept, needs_letter, owed_for
from mailagent.flow.world import POST, Act
from mailagent.store import chain, dead_addresses, klachten, notices, rounds, terms
from mailagent.store.notices import Owed
from mailagent.store.prepared import Later
from mailagent.store.store import Tx
from mailagent.store.terms import Terms


@dataclass(frozen=True, slots=True)
class Happening:
    """What is to happen to one klacht. `rounds` are all of its rounds as they are then, oldest first; None
    where they are to be looked up."""

    act: Act
    klacht: Klacht
    events: Sequence[Event]
    rounds: Sequence[Round] | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How klachten stand before anything happens to them: their clocks and the ends of their chains, asked
    for and not waited for yet; and `klachten`, by id, those that were read and locked in this transaction."""

    running: Later[dict[int, Terms]]
    ends: Later[chain.Ends]
    klachten: Mapping[int, Klacht]


def standing(
    tx: Tx, klacht_ids: Collection[int], read: Mapping[int, Klacht] = MappingProxyType({})
) -> Standing:
    """Ask how these klachten stand, which nobody else changes any more; `read` are those as they were read
    and locked in this transaction."""
    return Standing(terms.of(tx, klacht_ids), chain.ends_of(tx, klacht_ids), read)


def happen(act: Act, klacht: Klacht, events: Sequence[Event]) -> Klacht:
    """Let events take effect on a kept klacht: one commit holds them, the clocks and the mails they owe."""
    [after] = happen_all([Happening(act, klacht, events)])
    return after


def happen_all(happenings: Sequence[Happening], before: Standing | None = None) -> list[Klacht]:
    """The same for many klachten in one transaction, each of another klacht, and held: what they need is
    looked up for all of them at once, and so it is written. `before` is how they stood, if that was asked."""
    if not happenings:
        return []
    tx = happenings[0].act.tx
    for one in happenings:
        for event in one.events:
            _follow(one.act, one.klacht, event)
    about = [one.klacht.id for one in happenings]
    before = before or standing(tx, about)
    asked = rounds.of_klachten(tx, [one.klacht.id for one in happenings if one.rounds is None])
    every = before.running()
    timed = [_timed(one, every[one.klacht.id]) for one in happenings]
    found = asked()
    done = [_to_be_kept(one, found.get(one.klacht.id, ()), every[one.klacht.id]) for one in timed]
    terms.keep(tx, (every[id] for id in about))
    klachten.save(tx, *(one.klacht for one in done), was=before.klachten)
    _tell(_record([(one, every[one.klacht.id].running) for one in done], ends=before.ends))
    return [one.klacht for one in done]


def _timed(one: Happening, own: Terms) -> Happening:
    klacht, changed = timing.follow(one.act, one.klacht, one.events, own)
    return Happening(one.act, klacht, [*one.events, *changed], one.rounds)


def _to_be_kept(one: Happening, found: Sequence[Round], own: Terms) -> Happening:
    # what is handled closes when its newest round is over, also one to which nobody was invited
    rounds = found if one.rounds is None else one.rounds
    over = next_moment(rounds, newest=one.klacht.status == OPGELOST)
    klacht = timing.looked_at(one.klacht, over, own.running)
    return Happening(one.act, klacht, [*one.events, *invite(one.act, klacht, one.events)])


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
    _tell(_record([(Happening(act, klacht, events), begun)], salt))
    return klacht


def _record(
    done: Sequence[tuple[Happening, Sequence[Clock]]],
    salt: bytes | None = None,
    ends: Later[chain.Ends] | None = None,
) -> list[Kept]:
    """Into the log, with the clocks that run now."""
    happened = [chain.Happened(one.klacht, one.events, one.act.origin, salt) for one, _ in done]
    ids = chain.record_all(done[0][0].act.tx, happened, ends)
    return [
        Kept(one.act, one.klacht, one.events, partial(_nth, ids, nth), running)
        for nth, (one, running) in enumerate(done)
    ]


def _nth(ids: Later[list[list[int]]], nth: int) -> list[int]:
    return ids()[nth]


def _tell(kept: Sequence[Kept]) -> None:
    """Owe the mails of these events; what may not be sent leaves an event with its reason."""
    act, owed = kept[0].act, owed_for(kept)
    mails = list(itertools.chain.from_iterable(owed))
    act.world.store.owe(act.tx, POST, mails, act.at)
    silent = [
        (Happening(one.act, one.klacht, _silent(one, its)), one.running)
        for one, its in zip(kept, owed, strict=True)
    ]
    if silent := [(one, running) for one, running in silent if one.events]:
        for kept_one in _record(silent):
            _look_for_another_way(kept_one)


def _silent(one: Kept, owed: Sequence[Owed]) -> list[Event]:
    actors = {id: event.actor for event, id in zip(one.events, one.ids(), strict=True)}
    return [
        MailSuppressed(
            one.act.at, actors[mail.event_id], mail.kind, str(mail.values["suppressed"]), mail.recipient
        )
        for mail in owed
        if mail.state == notices.SUPPRESSED and mail.event_id
    ]


def _look_for_another_way(kept: Kept) -> None:
    """Whose address is dead is reached otherwise: somebody hears of it, once for each klacht; and of
    every notice that the law asks for and no mail carries."""
    act, klacht = kept.act, kept.klacht
    every = zip(kept.events, kept.ids(), strict=True)
    silent = [(one, id) for one, id in every if isinstance(one, MailSuppressed)]
    dead = dead_addresses.among(act.tx, {one.recipient for one, _ in silent if one.reason == DEAD_ADDRESS})
    for one, id in silent:
        died = dead.get(one.recipient.lower()) if one.reason == DEAD_ADDRESS else None
        if needs_letter(one, klacht, act.world.policy) or (died and not _knows(act, klacht, died.since)):
            _tell([Kept(act, klacht, [one], partial(list, [id]), kept.running)])


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
