"""A mail we owe, on its way out: taken for sending, held back by the caps, and what the relay said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailagent.core.events import THE_SYSTEM, MailBounced
from mailagent.core.mails import MAILS, MELDER
from mailagent.flow.happen import happen
from mailagent.flow.world import POST, Act, World
from mailagent.store import arrivals, klachten, notices, rounds, terms
from mailagent.store.notices import Notice
from mailagent.store.store import Tx

HOLD = timedelta(minutes=10)
"""How long a taken notice is nobody else's. Longer than any conversation with a relay."""

ENDS_HANDLING = frozenset(
    {"afgehandeld", "ingetrokken", "naar_tevredenheid", "doorgestuurd", "niet_in_behandeling"}
)
"""Mails that end the handling: the statutory clock stops when the relay has taken one (Awb 9:12)."""

TO_MELDER = frozenset(name for name, kind in MAILS.items() if kind.audience == MELDER)

_DELAYS = (1, 5, 15, 30, 60, 120, 240)
_GIVE_UP = 40


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the relay answered. `code` is an SMTP reply code; 0 where it could not be reached."""

    code: int
    text: str

    @property
    def accepted(self) -> bool:
        """The relay took the mail."""
        return 200 <= self.code < 300

    @property
    def final(self) -> bool:
        """The relay refused it for good."""
        return self.code >= 500


@dataclass(frozen=True, slots=True)
class Rendering:
    """The bytes of a mail, fixed at the first try."""

    message_id: str
    bounce_token: str
    raw: bytes


def next_try(attempts: int, at: datetime) -> datetime | None:
    """When to try again after so many attempts; None after some five days (RFC 5321 4.5.4.1)."""
    if attempts >= _GIVE_UP:
        return None
    return at + timedelta(minutes=_DELAYS[min(attempts, len(_DELAYS)) - 1])


def take(ids: Sequence[int], world: World) -> tuple[list[Notice], dict[int, list[str]]]:
    """Take these notices for sending, with the Message-IDs of the thread of each. Held ones stay out."""
    now = world.now()
    with world.store.begin() as tx:
        taken = notices.claim(tx, ids, now, now + HOLD)
        free = [notice for notice in taken if not _held(tx, notice, now, world)]
        threads = {n.id: _thread(tx, n) for n in free if n.rendered is None}
    return free, threads


def _held(tx: Tx, notice: Notice, now: datetime, world: World) -> bool:
    """Is a cap reached? The mail stays owed and goes out when its window has room. Agents are outside it."""
    if notice.kind not in TO_MELDER:
        return False
    longest = max((minutes for minutes, _ in world.policy.caps), default=0)
    sent = notices.sent_since(
        tx, now - timedelta(minutes=longest), notice.recipient, notice.klacht_id, TO_MELDER
    )
    room_at = [
        recent[-most] + window
        for minutes, most in world.policy.caps
        for window in [timedelta(minutes=minutes)]
        if len(recent := [at for at in sent if at > now - window]) >= most
    ]
    if not room_at:
        return False
    notices.put_off(tx, notice.id, now, "held", None, f"until {max(room_at).isoformat()}")
    world.store.enqueue(tx, POST, [notice.id], max(room_at))
    return True


def _thread(tx: Tx, notice: Notice) -> list[str]:
    """The Message-IDs this mail follows, oldest first: those of its recipient, then ours to them."""
    if notice.klacht_id is None:
        return []
    theirs = arrivals.thread_ids(tx, notice.klacht_id, notice.recipient)
    return theirs + notices.thread_ids(tx, notice.klacht_id, notice.recipient, notice.id)


def fix(renderings: Sequence[tuple[Notice, Rendering]], world: World) -> None:
    """Keep what was rendered, before any of it leaves: a repeat is the same mail."""
    with world.store.begin() as tx:
        notices.rendered(tx, [(n.id, made.message_id, made.bounce_token, made.raw) for n, made in renderings])


def answered(receipts: Sequence[tuple[Notice, Receipt]], world: World) -> None:
    """Write down what the relay said of each mail, and what follows from it."""
    now = world.now()
    with world.store.begin() as tx:
        _accepted(tx, [(notice, receipt) for notice, receipt in receipts if receipt.accepted], now)
        for notice, receipt in receipts:
            if receipt.accepted:
                continue
            if receipt.final or (again := next_try(notice.attempts, now)) is None:
                _refused(Act(tx, world, now, f"notice:{notice.id}"), notice, receipt)
            else:
                notices.put_off(tx, notice.id, now, "delayed", receipt.code or None, receipt.text)
                world.store.enqueue(tx, POST, [notice.id], again)


def _accepted(tx: Tx, taken: Sequence[tuple[Notice, Receipt]], now: datetime) -> None:
    if taken:
        notices.sent(tx, [(notice.id, receipt.code, receipt.text) for notice, receipt in taken], now)
    for notice, _ in taken:
        if "round" in notice.values:
            rounds.set_state(tx, notice.values["round"][0], "sent", only_from=("scheduled",))
        if notice.kind in ENDS_HANDLING and notice.klacht_id:
            terms.stop(tx, notice.klacht_id, now, ("statutory",))


def _refused(act: Act, notice: Notice, receipt: Receipt) -> None:
    notices.ended(act.tx, notice.id, act.at, notices.FAILED, receipt.code or None, receipt.text)
    if "round" in notice.values:
        rounds.set_state(act.tx, notice.values["round"][0], "failed", only_from=("scheduled", "sent"))
    klacht = klachten.by_id(act.tx, notice.klacht_id, lock=True) if notice.klacht_id else None
    if klacht:
        happen(
            act, klacht, [MailBounced(act.at, THE_SYSTEM, notice.kind, notice.recipient, str(receipt.code))]
        )
