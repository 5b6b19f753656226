"""Letters: how one invites to smileys, stands in for a lost mail, and what follows when it was posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from mailagent.core.feedback import Round
from mailagent.core.klacht import Klacht
from mailagent.core.mails import TO_MELDER
from mailagent.core.paper import LetterPosted
from mailagent.core.ways import LETTER
from mailagent.flow import invite as invitations
from mailagent.flow import timing
from mailagent.flow.reach import way_to
from mailagent.flow.timing import ENDS_HANDLING, RECEIPT
from mailagent.flow.world import Act
from mailagent.store import notices, printing, rounds, terms
from mailagent.store.notices import Notice, Owed

IN_THE_POST = timedelta(days=10)
"""So much longer than a link a code works: a letter is printed the next morning, and then travels."""


def invite(act: Act, round: Round) -> Round:
    """A letter will invite to this round, by a code: it lives longer, and nobody is reminded by mail."""
    policy = act.world.policy
    until = act.at + timedelta(days=policy.link_days) + IN_THE_POST
    [digest, *_] = policy.digests(policy.code(round.id, round.number))
    rounds.invite_by(act.tx, round.id, digest, until)
    return replace(round, expires_at=until)


def instead(act: Act, klacht: Klacht | None, lost: Notice) -> bool:
    """A mail to the melder that did not arrive goes as a letter, where it can; says whether it does."""
    if klacht is None or klacht.postal is None or lost.kind not in TO_MELDER:
        return False
    if way_to(act, klacht, lost.kind) != (LETTER, ""):
        return False
    values = {**lost.values, "address": klacht.postal.lines}
    if "round" in values and (round := rounds.by_id(act.tx, values["round"][0])) and round.is_open(act.at):
        values["link_until"] = invite(act, round).expires_at.isoformat()
    key, to = f"{lost.key}:letter", str(klacht.postal)
    if notices.is_owed(act.tx, key):
        return False
    letter = Owed(lost.kind, to, key, values, klacht.id, lost.event_id, way=LETTER)
    notices.owe(act.tx, [letter], act.at)
    return True


def posted(act: Act, event: LetterPosted) -> None:
    """What a relay's word is for a mail: it left us."""
    detail = f"{event.actor.role} {event.actor.address}".strip()
    arrived(act, printing.posted(act.tx, event.letters, act.at, detail))


def arrived(act: Act, left: Sequence[Notice]) -> None:
    """What follows when these left for good: clocks that waited for them stop, and who was invited was."""
    for notice in left:
        if notice.klacht_id and notice.kind in ENDS_HANDLING:
            terms.stop(act.tx, notice.klacht_id, act.at, ("statutory",))
        if notice.klacht_id and notice.kind == RECEIPT and timing.is_awaited("acknowledged", act.world):
            timing.acknowledged(act, notice.klacht_id)
        invitations.became(act.tx, notice, "sent", act.at)
