"""Smileys: what a plain reply says, when an answer counts, and what it leads to."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailagent.core.errors import AnswerWrong, LinkGone
from mailagent.core.organisation import StandardAnswer, Topic

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

REPLY_WORDS = {
    "nl": ("tevreden", "ontevreden"),
    "en": ("satisfied", "dissatisfied"),
    "fr": ("satisfait", "mécontent"),
}
"""The words our mails ask for, happy first, by the language of the mail."""

THANKS = frozenset(
    """tevreden satisfied satisfait satisfaite
    dank dankjewel dankuwel bedankt fijn fijne prima top super ok oke oké mooi goed goede thanks thank
    merci duidelijk opgelost geregeld orde helder akkoord perfect geweldig
    👍 👌 🙏 👏 🙂 😊 ☺ 😀 😃 😄 ❤ ✅""".split()  # noqa: SIM905 - a word list reads better so
)
"""A reply of only these words and signs is thanks, and asks nothing."""

_BESIDE_THANKS = frozenset(
    """ik ben hartelijk hartelijke vriendelijk vriendelijke met u je wel voor de het uw jouw reactie antwoord
    bericht mail moeite hulp snelle is in zo dag avond weekend nog zeer veel erg heel you very much for
    your help reply beaucoup pour votre réponse""".split()  # noqa: SIM905
)
_NO_THANKS = frozenset(
    """niet niets nooit geen nog maar helaas weer echter steeds toch zonder ps wel not but still again never
    no pas mais encore jamais""".split()  # noqa: SIM905
)
_TITLES = frozenset(("heer", "mevrouw", "meneer", "team", "gemeente", "collega", "namens"))
_SALUTATION = re.compile(
    r"\s*(?:beste|geachte|hallo|hoi|hi|dag|dear|bonjour)\b([^\n,!]{0,60})[\n,!]", re.IGNORECASE
)
_SIGNED_OFF = re.compile(r"\b(?:groet|groeten|groetjes|mvg|gr|regards|cordialement)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"\n|[.!;,]\s")
_ADDRESS = re.compile(r"\b(?:https?:|www\.|[^\s@]{1,64}@)\S+")
_WORD = re.compile(r"\w+")
_HIDDEN = "\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff\U0001f3fb-\U0001f3ff"  # and the tones of a skin
_UNSEEN, _BLANK = re.compile(f"[{_HIDDEN}]"), re.compile(rf"[\s{_HIDDEN}]*")
_AROUND = " .!\"'“”„’‘«»*_"

MAX_TEXT = 2000
MAX_PHOTOS = 3


WAITING = ("scheduled", "sent")
"""The states in which a round waits for its answer, until it lapses."""


@dataclass(frozen=True, slots=True)
class Round:
    """One invitation to answer the smileys; `state` and `why` as in the table of rounds."""

    id: int
    klacht_id: int
    number: int
    address: str
    state: str
    opened_at: datetime
    expires_at: datetime
    submitted: str | None = None
    why: str = ""
    remind_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Does it still wait for its answer?"""
        return self.state in WAITING

    def is_open(self, now: datetime) -> bool:
        """Can it still be answered? Also where its mail came back: who has the link has had the mail."""
        return self.state in ("scheduled", "sent", "failed") and now < self.expires_at


@dataclass(frozen=True, slots=True, eq=False)
class SmileyForm:
    """What every smiley page of a house asks; there is one for all."""

    answers: tuple[StandardAnswer, ...]
    topics: tuple[Topic, ...] = ()
    photos: bool = True
    many_answers: bool = True
    ask_contact: bool = True
    reopens: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What the melder chose and wrote. `photos` are JPEG, made anew by us."""

    satisfied: bool
    reasons: tuple[str, ...] = ()
    text: str = ""
    contact_refused: bool = False
    photos: tuple[bytes, ...] = ()

    @property
    def digest(self) -> str:
        """The same answer again has the same digest: 128 bits, for it stands in the row of its round."""
        parts: list[object] = [self.satisfied, sorted(self.reasons), self.text.strip(), self.contact_refused]
        parts += [hashlib.sha256(photo).hexdigest() for photo in self.photos]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another klacht of a melder: its status, and what the melder said of the handling where we `asked`."""

    kenmerk: str
    status: str
    satisfied: bool | None
    asked: bool

    def __str__(self) -> str:
        said = {True: "tevreden", False: "ontevreden", None: "geen antwoord"}[self.satisfied]
        status = self.status.replace("_", " ")
        return f"{self.kenmerk} ({status}, {said})" if self.asked else f"{self.kenmerk} ({status})"


@dataclass(frozen=True, slots=True)
class Brought:
    """How many klachten one melder brought, how many ended unhappy, and how many they were asked about in
    vain; and the newest of them."""

    klachten: int = 0
    unsatisfied: int = 0
    unanswered: int = 0
    newest: tuple[Earlier, ...] = ()

    def besides(self, kenmerk: str, most: int) -> tuple[Earlier, ...]:
        """The newest ones but for this, so many at most."""
        return tuple(one for one in self.newest if one.kenmerk != kenmerk)[:most]

    def __str__(self) -> str:
        ends = ((self.unsatisfied, "keer ontevreden"), (self.unanswered, "keer geen antwoord"))
        told = ", ".join(f"{count} {how}" for count, how in ends if count)
        how_many = f"{self.klachten} klacht" if self.klachten == 1 else f"{self.klachten} klachten"
        return f"{how_many}: {told}" if told else how_many


def word_of_reply(new_text: str) -> tuple[bool, str] | None:
    """(satisfied, the rest) where the first new line is nothing but a smiley or its word; else None."""
    first, _, rest = _BLANK.sub("", new_text, count=1).partition("\n")
    word = unicodedata.normalize("NFC", _UNSEEN.sub("", first).strip().strip(_AROUND).casefold())
    if word in SATISFIED_WORDS:
        return True, rest.strip()
    if word in UNSATISFIED_WORDS:
        return False, rest.strip()
    return None


def is_only_thanks(new_text: str) -> bool:
    """Nothing but thanks (THANKS), and names in the greetings: such a reply reopens nothing.

    Where in doubt it is more than thanks: a human then looks at it, and no protest is missed.
    """
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", new_text))
    opened = _SALUTATION.match(text)
    body, *signed = _SIGNED_OFF.split(text[opened.end() :] if opened else text, maxsplit=1)
    names = [*(opened.groups() if opened else ()), *_SENTENCE.split("".join(signed))]
    signs = [sign for sign in text if unicodedata.category(sign) in ("So", "Sk")]
    said = [*_WORD.findall(body.casefold()), *signs]
    return (
        (bool(signed) or any(word in THANKS for word in said))
        and len(said) <= 25
        and all(word in THANKS or word in _BESIDE_THANKS for word in said)
        and all(map(_is_name, names))
        and not any(sign in text for sign in ("?", ":(", ":-("))
    )


def _is_name(words: str) -> bool:
    """Could this line of a greeting be a name, an address, a number, and not a sentence?"""
    found = _WORD.findall(_ADDRESS.sub("", words))
    if any(word.casefold() in _NO_THANKS for word in found):
        return False
    return len(found) <= 2 or not any(
        word.islower() and len(word) > 3 and word not in _TITLES for word in found
    )


def next_moment(rounds: Sequence[Round], *, newest: bool) -> datetime | None:
    """When to remind of one of the rounds of a klacht, oldest first, or when the next one lapses. Where
    `newest` is asked for, the end of the newest one counts in any state."""
    ends = [each.expires_at for each in rounds if each.waits or (newest and each is rounds[-1])]
    return min(ends + [each.remind_at for each in rounds if each.remind_at], default=None)


class Named(Protocol):
    """A klacht, or as much of one as its page tells."""

    @property
    def kenmerk(self) -> str:
        """What it is called."""

    @property
    def language(self) -> str:
        """In which it is spoken of."""


def check_open(round: Round, latest: int, of: Named, now: datetime) -> None:
    """Raise `LinkGone` where this round of a klacht can no longer be answered."""
    if round.number != latest:
        raise LinkGone("older_round", of.kenmerk, of.language)
    if round.state == "answered":
        raise LinkGone("answered", of.kenmerk, of.language)
    if not round.is_open(now):
        raise LinkGone("expired", of.kenmerk, of.language)


def check_answer(answer: Answer, answers: Sequence[StandardAnswer]) -> None:
    """Raise `AnswerWrong` with what is missing: an unknown reason, an explanation that is mandatory."""
    known = {a.id: a for a in answers if a.visible and a.satisfied == answer.satisfied}
    if any(reason not in known for reason in answer.reasons):
        raise AnswerWrong("unknown", "Kies een van de antwoorden op de pagina.")
    if len(answer.text) > MAX_TEXT:
        raise AnswerWrong("too_long", f"Uw tekst is te lang. Er passen {MAX_TEXT} tekens in.")
    if not answer.satisfied and not (answer.reasons or answer.text.strip() or answer.photos):
        raise AnswerWrong("nothing", "Kies een antwoord of schrijf waarom u niet tevreden bent.")
    if any(known[reason].open for reason in answer.reasons) and not answer.text.strip():
        raise AnswerWrong("no_text", "Bij dit antwoord hoort een uitleg. Schrijf kort wat er is.")
    if len(answer.photos) > MAX_PHOTOS:
        raise AnswerWrong("photos", f"U kunt {MAX_PHOTOS} foto’s meesturen. Kies er minder.")


def reopens(answer: Answer, answers: Sequence[StandardAnswer]) -> bool:
    """Does this answer ask to reopen: unhappy, with free text, a photo or an answer that says so?"""
    chosen = [a for a in answers if a.id in answer.reasons]
    says_more = bool(answer.text.strip() or answer.photos)
    return not answer.satisfied and (says_more or any(a.reopens or a.open for a in chosen))


def photo_names(count: int) -> tuple[str, ...]:
    """What the photos of one answer are called where they are attached."""
    return tuple(f"foto-{number}.jpg" for number in range(1, count + 1))
