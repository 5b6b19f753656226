"""In which of our languages somebody wrote (the only door to py3langid); Dutch where that is not certain."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from mailagent.core.quoting import drop_signature

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

DUTCH, FOREIGN = "nl", ("en", "fr")

_TOLD_APART = (DUTCH, *FOREIGN, *("de", "es", "it", "pt", "pl", "ro", "tr", "da", "sv", "af", "fy"))
"""Who writes in one of the last is answered in Dutch, and is not taken for somebody who writes in English."""

FEWEST_LETTERS = 40
"""Fewer tell too little: `Help` is Dutch as well."""

_ENOUGH_DUTCH = 4
_DUTCH_WORDS = """
    aan ben bij dat de deze dit een er geen geleden haar heb hebben heeft het hoe ik ja je kreeg kunt
    maar meer met mij mijn moet naar niemand niet nog nu om ook op sinds staat te tot uit uw van veel
    voor waar wanneer wat weer wel werd wij wil wordt zich zijn zo zonder
"""
_FOREIGN_WORDS = """
    and any are but for from have his i if it like may my not our please she that the their they this to
    which will with would you your au aux avec ce cette dans des elle est et il j'ai la le les ma mais
    mes mon nous par pas pour que qui sur un une vos votre vous
"""
"""Small words of Dutch that are none in English or French, and the other way round."""
_DUTCH_SET, _FOREIGN_SET = (frozenset(words.split()) for words in (_DUTCH_WORDS, _FOREIGN_WORDS))

_OF_A_LINE = 25
_BEGINNING, _MOST = 100, 500
_SURE = 0.99
_NO_WORD = ("@", "/", "www.")


def language_of(text: str) -> str:
    """`nl`, `en` or `fr`. The whole must surely be foreign, and the first line as well, for the notice that a
    company puts below every mail is often in English. No more than the first five hundred characters
    count, so it takes a fifth of a millisecond at most, and a second for the first text of all. Most mail is
    so Dutch that nobody need be asked."""
    if _is_plainly_dutch(text[:_MOST]):
        return DUTCH
    lines = [_words(line) for line in drop_signature(text[: 4 * _MOST]).splitlines()]
    whole = " ".join(lines)[:_MOST]
    if _letters(whole) < FEWEST_LETTERS:
        return DUTCH
    language, confidence = _model().classify(whole)
    if language not in FOREIGN or confidence < _SURE:
        return DUTCH
    first = next((line for line in lines if _letters(line) >= _OF_A_LINE), whole)
    return str(language) if _model().classify(first[:_BEGINNING])[0] == language else DUTCH


def _is_plainly_dutch(text: str) -> bool:
    words = set(text.lower().split())
    return len(words & _DUTCH_SET) >= _ENOUGH_DUTCH and words.isdisjoint(_FOREIGN_SET)


def _words(line: str) -> str:
    return " ".join(word for word in line.split() if not any(sign in word for sign in _NO_WORD))


def _letters(words: str) -> int:
    return sum(map(str.isalpha, words))


@cache
def _model() -> LanguageIdentifier:
    # ninety megabytes, for which nobody waits who never reads a mail
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages(_TOLD_APART)
    return model
