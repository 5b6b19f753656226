"""A mail of ours came back: it goes once more where the trouble may pass, else it is lost, or worse."""

from __future__ import annotations

from datetime import timedelta

from mailagent.core import delivery, reference
from mailagent.core.events import THE_SYSTEM, AutomaticKept, MailBounced
from mailagent.core.klacht import Klacht
from mailagent.core.mail import Bounce
from mailagent.flow import invite, paper, settle
from mailagent.flow.gather import Letter, bounced_notice, tokens
from mailagent.flow.happen import happen
from mailagent.flow.world import POST, Act, World
from mailagent.store import dead_addresses, notices
from mailagent.store.notices import Notice, Proof

ONCE_MORE_AFTER = timedelta(hours=4)
"""How long a full mailbox or a host that did not answer gets to come round."""


def came_back(act: Act, letter: Letter, klacht: Klacht | None) -> Klacht | None:
    """What a delivery report does. Only our signed bounce address, or our Message-ID together with its
    recipient, proves that it is about that mail; all else is information."""
    notice, report = bounced_notice(act.tx, letter, act.world), letter.mail.bounce
    lost = notice and report and _is_lost(act, letter, notice, report)
    if notice is None or report is None or not lost:
        news = AutomaticKept(act.at, THE_SYSTEM, "bounce")
        return happen(act, klacht, [news]) if klacht else None
    status = report.status or ""
    dead = delivery.is_dead(status)
    if dead:
        dead_addresses.mark(act.tx, notice.recipient, act.at, status)
    invite.became(act.tx, notice, "failed", act.at, status)
    settle.ask_another(act, notice)
    paper.instead(act, klacht, notice)
    bounced = MailBounced(act.at, THE_SYSTEM, notice.kind, notice.recipient, status, dead)
    return happen(act, klacht, [bounced]) if klacht else None


def _is_lost(act: Act, letter: Letter, notice: Notice, report: Bounce) -> bool:
    """Is this mail lost from now on? Not when it goes once more, and not when that was known."""
    if not delivery.is_final(report) or not _is_proven(notice, letter, act.world):
        return False
    status = report.status or ""
    if delivery.is_passing(status) and not notices.has_returned(act.tx, notice.id):
        again = act.at + ONCE_MORE_AFTER
        line = Proof(
            act.at, notices.RETURNED, None, f"{status}, sent once more from {again:%Y-%m-%d %H:%M} UTC"
        )
        if notices.send_again(act.tx, notice.id, again, line):
            act.world.store.enqueue(act.tx, POST, [notice.id], again)
        return False
    if delivery.is_passing(status) and notice.state == notices.OWED:
        return False  # the same report again, before it could go once more
    return notices.bounced(act.tx, notice.id, Proof(act.at, notices.BOUNCED, None, status))


def _is_proven(notice: Notice, letter: Letter, world: World) -> bool:
    """Came it to our signed bounce address, or does the report name the very recipient of that mail?"""
    by_verp = notice.bounce_token in tokens(letter, world, reference.BOUNCE)
    named = letter.mail.bounce.recipients if letter.mail.bounce else ()
    return by_verp or notice.recipient.lower() in {address.lower() for address in named}
