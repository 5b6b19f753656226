"""A mail we owe, on its way out: taken for sending, held back by the caps, and what the relay said of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailagent.core import delivery
from mailagent.core.events import THE_SYSTEM, MailBounced, MailSuppressed
from mailagent.core.mails import TO_MELDER
from mailagent.flow import invite, paper, rest, settle, timing
from mailagent.flow.happen import happen
from mailagent.flow.reach import DEAD_ADDRESS
from mailagent.flow.receipt import Receipt
from mailagent.flow.task import filled
from mailagent.flow.timing import ENDS_HANDLING, RECEIPT
from mailagent.flow.world import POST, Act, World
from mailagent.store import (
    addresses,
    arrivals,
    dead_addresses,
    klachten,
    notices,
    resting,
    terms,
)
from mailagent.store.addresses import Issued
from mailagent.store.notices import Notice, Proof, Sent
from mailagent.store.resting import THE_RELAY, Rest
from mailagent.store.store import Tx

HOLD = timedelta(minutes=10)
"""How long a taken notice is nobody else's: PATIENCE, and one more conversation with a very slow relay."""

PATIENCE = timedelta(minutes=2)
"""How long the notices of one taking are offered, one after the other; the rest is taken anew."""

_DELAYS = (1, 5, 15, 30, 60, 120, 240)
_GIVE_UP = 40


@dataclass(frozen=True, slots=True)
class Rendering:
    """A mail, fixed at the first try: its bytes, and the reply address that stands in them."""

    message_id: str
    bounce_token: str
    raw: bytes
    reply: Issued | None = None


def next_try(attempts: int, at: datetime) -> datetime | None:
    """When to try again after so many attempts; None after some five days (RFC 5321 4.5.4.1)."""
    if attempts >= _GIVE_UP:
        return None
    return at + timedelta(minutes=_DELAYS[min(attempts, len(_DELAYS)) - 1])


def look(ids: Sequence[int], world: World) -> tuple[list[Notice], dict[int, list[str]]]:
    """Those of these notices that may be sent, as far as can be seen from here, with all they say, and the
    Message-IDs of the thread of each that is to be rendered first."""
    with world.store.read() as tx:
        free = notices.free(tx, ids, world.now())
        free = filled(tx, free, world.policy)
        return free, _threads(tx, [one for one in free if one.rendered is None])


def take(ids: Sequence[int], made: Mapping[int, Rendering], world: World) -> list[Notice]:
    """Take these notices for sending, and keep what was `made` of them before any of it leaves: a repeat is
    the same mail, and we know its replies.

    Those that a cap holds, or whose domain rests, stay out; so does what is for a melder whose address died
    since it was owed, or who does not want it any more.
    """
    now = world.now()
    with world.store.begin() as tx:
        taken = notices.claim(tx, ids, now, now + HOLD)
        rests = resting.now_resting(tx, now)
        pointless = {**invite.too_late(tx, taken, now), **_to_the_dead(tx, taken)}
        sent = _counted(tx, taken, now, world)
        free: list[Notice] = []
        for notice in (one for one in taken if one.id not in pointless):
            if rests and (why := rest.rest_of(notice, rests)) and _may_rest(notice, why):
                _let_rest(Act(tx, world, now, ""), notice, why)
            elif room_at := _room_at(notice, sent, now, world):
                waits = Proof(now, notices.HELD, None, f"until {room_at.isoformat()}")
                _put_off(Act(tx, world, now, ""), notice, room_at, waits, tried=False)
            else:
                free.append(notice)
                sent += [(notice.recipient, notice.klacht_id, now)] if notice.kind in TO_MELDER else []
        if len(taken) < len(ids):
            _look_again(tx, set(ids) - {notice.id for notice in taken}, world)
        free = _fixed(tx, free, made, now)
    for notice in (one for one in taken if one.id in pointless):
        _suppress(notice, pointless[notice.id], world)
    return free


def _to_the_dead(tx: Tx, taken: Sequence[Notice]) -> dict[int, str]:
    """Those for a melder with a dead address. A task for an agent is offered all the same: what comes of it
    makes it another's."""
    to_melders = [notice for notice in taken if notice.kind in TO_MELDER]
    dead = dead_addresses.among(tx, {notice.recipient for notice in to_melders})
    return {notice.id: DEAD_ADDRESS for notice in to_melders if notice.recipient.lower() in dead}


def _suppress(notice: Notice, reason: str, world: World) -> None:
    """It is not offered; where its address is dead somebody hears of it, as of one that came back."""
    now = world.now()
    with world.store.begin() as tx:
        klacht = klachten.by_id(tx, notice.klacht_id, lock=True) if notice.klacht_id else None
        if not notices.suppress(tx, notice, Proof(now, notices.SUPPRESSED, None, reason)):
            return
        invite.became(tx, notice, "suppressed", now, reason)
        if klacht:
            act = Act(tx, world, now, f"notice:{notice.id}")
            by_letter = reason == DEAD_ADDRESS and paper.instead(act, klacht, notice)
            if notice.kind in ENDS_HANDLING and not by_letter:
                terms.stop(tx, klacht.id, now, ("statutory",))
            silent = MailSuppressed(now, THE_SYSTEM, notice.kind, reason, notice.recipient)
            happen(act, klacht, [silent])


def _may_rest(notice: Notice, why: Rest) -> bool:
    """A mail that waited for days is offered once more, so that its answer can end it. Only the relay itself
    may keep it waiting for longer: that is ours to mend."""
    return why.domain == THE_RELAY or notice.attempts < _GIVE_UP


def _let_rest(act: Act, notice: Notice, why: Rest) -> None:
    """It waits for its domain, which counts as a try, or for the relay, which does not."""
    tried = why.domain != THE_RELAY
    again = next_try(notice.attempts, act.at) if tried else None
    until = max(why.until, again) if again else why.until
    line = Proof(act.at, notices.DELAYED, None, f"paused until {why.until:%Y-%m-%d %H:%M} UTC: {why.said}")
    _put_off(act, notice, until, line, tried=tried)


def _counted(tx: Tx, taken: Sequence[Notice], now: datetime, world: World) -> list[Sent]:
    """What the caps of these count, oldest first."""
    capped = [notice for notice in taken if _is_capped(notice, world)]
    longest = max((minutes for minutes, _ in world.policy.caps), default=0)
    return notices.sent_since(tx, now - timedelta(minutes=longest), capped) if capped else []


def _is_capped(notice: Notice, world: World) -> bool:
    """Registered agents are outside the caps."""
    return notice.kind in TO_MELDER and not world.organisation.agent(notice.recipient)


def _room_at(notice: Notice, sent: Sequence[Sent], now: datetime, world: World) -> datetime | None:
    """When the caps have room for it, None where they have it now."""
    if not _is_capped(notice, world):
        return None
    like_it = [
        at
        for recipient, klacht_id, at in sent
        if recipient == notice.recipient or (klacht_id is not None and klacht_id == notice.klacht_id)
    ]
    room_at = [
        recent[-most] + window
        for minutes, most in world.policy.caps
        for window in [timedelta(minutes=minutes)]
        if len(recent := [at for at in like_it if at > now - window]) >= most
    ]
    return max(room_at, default=None)


def _look_again(tx: Tx, ids: Collection[int], world: World) -> None:
    """What another has taken is looked at again when its hold ends, should that other have died."""
    for id, at in notices.free_at(tx, ids):
        world.store.enqueue(tx, POST, [id], at)


def _threads(tx: Tx, mails: Sequence[Notice]) -> dict[int, list[str]]:
    """The Message-IDs that each of these follows, oldest first: those of its recipient, then ours to them."""
    theirs: dict[tuple[int, str], list[str]] = defaultdict(list)
    ours: dict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
    if about := sorted({one.klacht_id for one in mails if one.klacht_id}):
        for klacht_id, writer, message_id in arrivals.threads(tx, about):
            theirs[klacht_id, writer].append(message_id)
        for klacht_id, recipient, id, message_id in notices.threads(tx, about):
            ours[klacht_id, recipient].append((id, message_id))
    found: dict[int, list[str]] = {}
    for one in mails:
        if one.klacht_id:
            with_them = one.klacht_id, one.recipient
            before = [message_id for id, message_id in ours[with_them] if id < one.id]
            found[one.id] = theirs[with_them] + before
        else:
            answers = one.arrival_id if one.kind in TO_MELDER else None
            found[one.id] = arrivals.message_ids(tx, answers) if answers else []
    return found


def _fixed(tx: Tx, taken: Sequence[Notice], made: Mapping[int, Rendering], now: datetime) -> list[Notice]:
    """These with what was made of them, where nobody made it before."""
    fresh = {one.id: made[one.id] for one in taken if one.rendered is None and one.id in made}
    replies = {one.reply.token: one.reply for one in fresh.values() if one.reply}
    addresses.issue(tx, [replies[token] for token in sorted(replies)], now)
    rows = [(id, one.message_id, one.bounce_token, one.raw) for id, one in fresh.items()]
    notices.rendered(tx, rows, now)
    return [
        replace(one, message_id=now_is.message_id, bounce_token=now_is.bounce_token, rendered=now_is.raw)
        if (now_is := fresh.get(one.id))
        else one
        for one in taken
    ]


def leave(taken: Sequence[Notice], world: World) -> None:
    """These were taken and not offered: they rest where they must, or whoever comes next may take them."""
    now = world.now()
    with world.store.begin() as tx:
        act, rests = Act(tx, world, now, ""), resting.now_resting(tx, now)
        for notice in taken:
            if why := rest.rest_of(notice, rests):
                _let_rest(act, notice, why)
            else:
                waits = Proof(now, notices.DELAYED, None, "not offered in time")
                _put_off(act, notice, now, waits, tried=False)


def release(world: World) -> None:
    """Free what a dead process had taken. Only for the one process that sends, before it begins. Who starts
    us anew may have mended the relay: it is tried at once."""
    with world.store.begin() as tx:
        notices.release(tx)
        resting.took(tx, [THE_RELAY])


def try_again(tx: Tx, world: World) -> list[int]:
    """Whoever mended something wants every mail that failed sent once more: also to an address that was
    taken for dead, and to a domain that rests."""
    again = notices.put_back(tx, None)
    dead_addresses.revive_for(tx, again)
    resting.forget(tx)
    world.store.enqueue(tx, POST, again)
    return again


def answered(receipts: Sequence[tuple[Notice, Receipt]], world: World) -> None:
    """Write down what the relay said of each mail, and what follows from it.

    What was accepted comes first, in one commit: whatever goes wrong with the others, it is not sent again.
    """
    now = world.now()
    if accepted := [(notice, receipt) for notice, receipt in receipts if receipt.accepted]:
        with world.store.begin() as tx:
            _accepted(Act(tx, world, now, "relay"), accepted)
    if refused := [(notice, receipt) for notice, receipt in receipts if not receipt.accepted]:
        with world.store.begin() as tx:
            rest.heard(tx, refused, now)
    for notice, receipt in refused:
        if not receipt.away:
            with world.store.begin() as tx:
                _not_accepted(Act(tx, world, now, f"notice:{notice.id}"), notice, receipt)
    if waiting := [notice for notice, receipt in refused if receipt.away]:
        leave(waiting, world)


def _accepted(act: Act, taken: Sequence[tuple[Notice, Receipt]]) -> None:
    # klachten first and in order, as everywhere, so that two workers never wait for each other
    for klacht_id in sorted({n.klacht_id for n, _ in taken if n.klacht_id and n.kind in ENDS_HANDLING}):
        klacht = klachten.by_id(act.tx, klacht_id, lock=True)
        terms.stop(act.tx, klacht_id, act.at, ("statutory",))
        if klacht:
            happen(act, klacht, [])
    if timing.is_awaited("acknowledged", act.world):
        for notice, _ in taken:
            if notice.kind == RECEIPT and notice.klacht_id:
                timing.acknowledged(act, notice.klacht_id)
    rest.took(act.tx, [notice for notice, _ in taken])
    notices.sent(act.tx, [(notice.id, receipt.code, receipt.text) for notice, receipt in taken], act.at)
    for notice, _ in taken:
        invite.became(act.tx, notice, "sent", act.at)


def _not_accepted(act: Act, notice: Notice, receipt: Receipt) -> None:
    again = None if receipt.final else next_try(notice.attempts, act.at)
    if again:
        _put_off(act, notice, again, Proof(act.at, notices.DELAYED, receipt.code or None, receipt.text))
        return
    klacht = klachten.by_id(act.tx, notice.klacht_id, lock=True) if notice.klacht_id else None
    said = Proof(act.at, notices.FAILED, receipt.code or None, receipt.text)
    if not notices.failed(act.tx, notice, said):
        return
    if dead := receipt.final and delivery.is_dead(receipt.status):
        dead_addresses.mark(act.tx, notice.recipient, act.at, receipt.status)
    invite.became(act.tx, notice, "failed", act.at, receipt.status or str(receipt.code))
    settle.ask_another(act, notice)
    if klacht:
        paper.instead(act, klacht, notice)
        gone = MailBounced(act.at, THE_SYSTEM, notice.kind, notice.recipient, str(receipt.code), dead)
        happen(act, klacht, [gone])


def _put_off(act: Act, notice: Notice, again: datetime, line: Proof, *, tried: bool = True) -> None:
    notices.put_off(act.tx, notice, again, line, tried=tried)
    act.world.store.enqueue(act.tx, POST, [notice.id], again)
