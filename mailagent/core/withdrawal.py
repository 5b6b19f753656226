"""Does a melder seem to withdraw the klacht? Only a hint: a human reads the mail and decides."""

from __future__ import annotations

import re
from collections.abc import Sequence

_KLACHT = "klacht klachten klachtmelding melding complaint plainte réclamation"

WITHDRAWALS = (
    ("trek trekken", _KLACHT, "in"),
    (_KLACHT, "trek trekken", "in"),
    ("trek trekken", "hem haar deze die dit alles", "in"),
    (_KLACHT, "in", "te", "trekken"),
    (_KLACHT, "intrekken ingetrokken intrek"),
    ("intrekken intrekking", _KLACHT),
    (_KLACHT, "intrekking"),
    (_KLACHT, "vervallen vervalt"),
    (_KLACHT, "hoeft hoeven", "niet", "meer"),
    ("zie", "af", "van", _KLACHT),
    ("afzien afgezien", _KLACHT),
    (_KLACHT, "afzien"),
    ("laat", _KLACHT, "vallen"),
    (_KLACHT, "laten", "vallen"),
    ("annuleer annuleren", _KLACHT),
    (_KLACHT, "annuleren"),
    ("withdraw withdrawing retract", _KLACHT),
    (_KLACHT, "withdrawn"),
    ("retire retirer", _KLACHT),
)
"""Words that, in this order within one clause, withdraw a klacht: of each group one."""

_NO = frozenset("niet nooit geen not never no pas jamais".split())  # noqa: SIM905 - as the lists above
_ROWS = tuple(tuple(frozenset(group.split()) for group in row) for row in WITHDRAWALS)
_CLAUSE = re.compile(r"[.,:;!?]\s|\n\s*\n")
_WORD = re.compile(r"\w+")


def looks_like_withdrawal(text: str) -> bool:
    """Is there a clause of WITHDRAWALS in it, without a no that is not part of it? Linear in the text."""
    clauses = [_WORD.findall(clause.casefold()) for clause in _CLAUSE.split(text)]
    return any(_says(words, row) for words in clauses for row in _ROWS)


def _says(words: Sequence[str], row: Sequence[frozenset[str]]) -> bool:
    beside: set[str] = set()
    wanted = iter(row)
    group = next(wanted, None)
    for word in words:
        if group is None:
            break
        if word in group:
            group = next(wanted, None)
        else:
            beside.add(word)
    return group is None and not beside & _NO
