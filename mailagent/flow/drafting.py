"""A rule drafted from a klacht that the rules sorted wrong or not at all, held against what else came in."""

from __future__ import annotations

from mailagent.core import drafting
from mailagent.core.klacht import Klacht
from mailagent.core.rules import decide
from mailagent.flow import sorting
from mailagent.flow.world import World
from mailagent.store import sorted as kept
from mailagent.store.store import Tx

MOST_OTHERS = 2_000
"""So many of the newest klachten tell which words are common."""


def draft(tx: Tx, klacht: Klacht, world: World) -> str:
    """The rule as YAML, with a line about what the rules make of the klacht today."""
    others = drafting.stems(kept.texts(tx, MOST_OTHERS))
    words = drafting.rare_words(klacht.subject, klacht.description, others)
    decision = decide(sorting.message_of_klacht(klacht, {}), world.ruleset)
    category = klacht.category or next((name for name, _ in decision.scores), "overig")
    by = "een mens koos" if "category" in klacht.by_hand else "nu is het"
    text = drafting.example(klacht.description or klacht.subject)
    return (
        f"# Bij {klacht.kenmerk} ({by} {klacht.category or 'geen categorie'}). De regels van nu: "
        f"{decision.category or 'een mens kiest'}.\n"
        "# De woorden staan het minst in andere klachten: streep weg wat er niets mee te maken heeft.\n"
        + drafting.rule(f"bij-{klacht.kenmerk.lower()}", category, words, text)
    )
