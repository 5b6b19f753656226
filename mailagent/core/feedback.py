"""Smileys: what a plain reply says, when an answer counts, and what it leads to."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailagent.core.errors import LinkGone, NotUnderstood
from mailagent.core.organisation import StandardAnswer

SATISFIED_WORDS = frozenset(
    ("tevreden", "ik ben tevreden", "satisfied", "satisfait", "satisfaite", "🙂", "😊", "☺", ":-)", ":)")
)
UNSATISFIED_WORDS = frozenset(
    (
        "ontevreden",
        "ik ben ontevreden",
        "niet tevreden",
        "ik ben niet tevreden",
        "dissatisfied",
        "unsatisfied",
    )
    + ("mécontent", "mécontente", "insatisfait", "insatisfaite", "🙁", "☹", ":-(", ":(")
)

THANKS = frozenset(
    """dank dankjewel dankuwel bedankt hartelijk hartelijke vriendelijk vriendelijke groet groeten u je wel
    voor de het uw jouw reactie antwoord bericht mail moeite hulp snelle goede fijn prima top super ok oke
    oké mooi goed mvg met thanks thank you merci duidelijk is opgelost geregeld fijne dag nog zeer veel erg
    heel helder akkoord perfect geweldig""".split()  # noqa: SIM905 - a word list reads better so
)
"""A reply of only these words is thanks, and asks nothing."""

MAX_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Round:
    """One invitation to answer the smileys; `state` as in the table of rounds."""

    id: int
    klacht_id: int
    number: int
    address: str
    state: str
    opened_at: datetime
    expires_at: datetime
    submitted: str | None = None

    def is_open(self, now: datetime) -> bool:
        """Can it still be answered?"""
        return self.state in ("scheduled", "sent") and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Answer:
    """What the melder chose and wrote."""

    satisfied: bool
    reasons: tuple[str, ...] = ()
    text: str = ""
    contact_refused: bool = False

    @property
    def digest(self) -> str:
        """The same answer again has the same digest."""
        parts = [self.satisfied, sorted(self.reasons), self.text.strip(), self.contact_refused]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def word_of_reply(new_text: str) -> tuple[bool, str] | None:
    """(satisfied, the rest) where the first new line is nothing but a smiley or its word; else None."""
    first, _, rest = new_text.strip().partition("\n")
    word = first.strip().strip(".!").strip().casefold().replace("\N{VARIATION SELECTOR-16}", "")
    if word in SATISFIED_WORDS:
        return True, rest.strip()
    if word in UNSATISFIED_WORDS:
        return False, rest.strip()
    return None


def is_only_thanks(new_text: str) -> bool:
    """Nothing but thanks (THANKS), names after the greeting aside: such a reply reopens nothing."""
    body = re.split(r"\b(?:groet|groeten|mvg|gr)\b", new_text.casefold(), maxsplit=1)[0]
    words = re.findall(r"[^\W\d_]+", body)
    return "?" not in new_text and len(words) <= 25 and all(word in THANKS for word in words)


def check_open(round: Round, latest: int, kenmerk: str, now: datetime) -> None:
    """Raise `LinkGone` where this round can no longer be answered."""
    if round.number != latest:
        raise LinkGone("older_round", kenmerk)
    if round.state == "answered":
        raise LinkGone("answered", kenmerk)
    if not round.is_open(now):
        raise LinkGone("expired", kenmerk)


def check_answer(answer: Answer, answers: Sequence[StandardAnswer]) -> None:
    """Raise `NotUnderstood` with what is missing: an unknown reason, an explanation that is mandatory."""
    known = {a.id: a for a in answers if a.visible and a.satisfied == answer.satisfied}
    if any(reason not in known for reason in answer.reasons):
        raise NotUnderstood("Kies een van de antwoorden op de pagina.")
    if len(answer.text) > MAX_TEXT:
        raise NotUnderstood(f"Uw tekst is te lang. Er passen {MAX_TEXT} tekens in.")
    if not answer.satisfied and not answer.reasons and not answer.text.strip():
        raise NotUnderstood("Kies een antwoord of schrijf waarom u niet tevreden bent.")
    if any(known[reason].open for reason in answer.reasons) and not answer.text.strip():
        raise NotUnderstood("Bij dit antwoord hoort een uitleg. Schrijf kort wat er is.")


def reopens(answer: Answer, answers: Sequence[StandardAnswer]) -> bool:
    """Does this answer ask to reopen: unhappy, with free text or an answer that says so?"""
    chosen = [a for a in answers if a.id in answer.reasons]
    return not answer.satisfied and (bool(answer.text.strip()) or any(a.reopens or a.open for a in chosen))
