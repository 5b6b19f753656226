"""A rule drafted from one klacht: its rarest words, and its first sentences as an example."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import takewhile

from mailagent.core.clues import stemmer, words_of

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_SHORTEST, _MOST_WORDS, _LONGEST = 5, 6, 200


def rare_words(subject: str, text: str, others: Mapping[str, int]) -> list[str]:
    """The words that tell this klacht best from the `others`, by how many of those hold the stem of each."""
    stem = stemmer()
    in_subject = set(words_of(subject))
    words = dict.fromkeys(word for word in words_of(f"{subject} {text}") if _tells(word))
    by_stem = {stem(word): word for word in reversed(words)}
    ranked = sorted(
        by_stem.items(),
        key=lambda one: (others.get(one[0], 0), one[1] not in in_subject, -len(one[1]), one[1]),
    )
    return [word for _, word in ranked[:_MOST_WORDS]]


def stems(texts: Iterable[str]) -> dict[str, int]:
    """In how many of these texts each stem stands."""
    stem, count = stemmer(), dict[str, int]()
    for text in texts:
        for one in {stem(word) for word in words_of(text)}:
            count[one] = count.get(one, 0) + 1
    return count


def _tells(word: str) -> bool:
    return len(word) >= _SHORTEST and word.isalpha()


def example(text: str) -> str:
    """The first sentences, as far as an example is easy to read."""
    sentences = [part.strip() for part in _SENTENCE.split(text.strip()) if part.strip()]
    length = 0

    def fits(sentence: str) -> bool:
        nonlocal length
        length += len(sentence) + 1
        return length <= _LONGEST

    return " ".join(takewhile(fits, sentences)) or text.strip()[:_LONGEST]


def rule(id: str, category: str, words: Iterable[str], example: str) -> str:
    """The rule as it is written in rules.yaml. In shadow: it shows what it would do before it does it."""
    quoted = example.replace("\\", "\\\\").replace('"', '\\"')
    return f"""\
  - id: {id}
    status: schaduw       # zet op actief als `mailagent rules replay` zegt wat u verwacht
    punten:
      - {{woord: [{", ".join(words)}], punten: 3}}
    dan: {{categorie: {category}}}
    voorbeelden:
      wel:                # haal er namen en adressen uit
        - "{quoted}"
"""
