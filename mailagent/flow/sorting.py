"""What the rules make of a klacht: what they read of it, and what is said of their decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mailagent.core.klacht import Klacht
from mailagent.core.mail import Mail
from mailagent.core.message import Message
from mailagent.core.organisation import Organisation
from mailagent.core.postroom import body_of, for_rules, said_in
from mailagent.core.rules import Decision, RuleSet, decide
from mailagent.flow.gather import Letter
from mailagent.flow.world import World
from mailagent.store.store import Tx

MAX_DESCRIPTION = 100_000
"""Rules read no more than becomes the description: they take their time by the word, and everybody else waits
for this commit."""

MOST_LISTED = 50
"""So many recipients and files are read: anyone can name thousands."""


def sort_letter(tx: Tx, letter: Letter, world: World) -> Decision:
    """The decision about a message that becomes a klacht."""
    return sort_message(tx, message_of(letter), world)


def sort_draft(tx: Tx, draft: Klacht, world: World) -> Decision:
    """The decision about a klacht that came by no message of its own."""
    return sort_message(tx, message_of_klacht(draft, {}), world)


def sort_message(tx: Tx, message: Message, world: World, rules: RuleSet | None = None) -> Decision:
    """What these rules decide, or those of the world, and beside it what earlier klachten suggest."""
    decision = decide(message, rules or world.ruleset)
    known = [category.id for category in world.organisation.categories]
    suggested = world.suggester.suggest(tx, message, decision.scores, known, world.now())
    return replace(decision, suggestions=suggested) if suggested else decision


def message_of(letter: Letter) -> Message:
    """What came in, as rules read it."""
    message = message_of_mail(letter.mail, letter.sender, letter.envelope.channel, letter.language)
    paper = letter.scan.letter
    return replace(message, text=body_of(message.text), letter=for_rules(paper)) if paper else message


def message_of_mail(mail: Mail, sender: str, channel: str, language: str) -> Message:
    """A mail as rules read it."""
    return Message(
        mail.subject,
        mail.to_read[:MAX_DESCRIPTION],
        sender,
        (*mail.to, *mail.cc)[:MOST_LISTED],
        tuple((part.name, part.content_type) for part in mail.attachments[:MOST_LISTED]),
        channel,
        language,
    )


def message_of_klacht(klacht: Klacht, read: Mapping[str, Any]) -> Message:
    """A klacht that was kept, as the rules would read it today; `read` is what they read beside it then."""
    return Message(
        klacht.subject,
        said_in(klacht.description, klacht.channel),
        klacht.melder,
        tuple(read.get("recipients", ())),
        tuple((name, kind) for name, kind in read.get("files", ())),
        klacht.channel,
        klacht.language,
        tuple((name, value) for name, value in read.get("letter", ())),
    )


def team_of(decision: Decision, organisation: Organisation) -> str:
    """Who gets it: the team a rule names, else that of the category, else the sorting team."""
    category = organisation.category(decision.category)
    return organisation.team(decision.team or (category.team if category else None)).id


def as_trace(decision: Decision, message: Message) -> dict[str, object]:
    """What is stored of a decision, with what was read that the klacht itself does not tell."""
    read = {"recipients": message.recipients, "files": message.files, "letter": message.letter}
    return {**decision.as_dict(), "read": {name: value for name, value in read.items() if value}}


def why(decision: Decision) -> str:
    """How the rules sorted it, in a few sentences for the team."""
    return " ".join(_sentences(decision))


def _sentences(decision: Decision) -> Iterator[str]:
    if decision.human:
        yield f"Een mens beoordeelt dit eerst. {' '.join(decision.human)}"
    for gate in decision.gates:
        if not gate.shadow and gate.matched:
            yield f"Regel {gate.rule_id} zag {', '.join(f'“{word}”' for word in gate.matched[:5])}."
    words = ", ".join(f"“{hit.matched}” ({hit.rule_id}, {hit.points})" for hit in decision.hits[:5])
    if not decision.hits and not decision.gates:
        yield "Geen regel herkende dit bericht."
    if decision.tied:
        yield f"Gelijke stand tussen {' en '.join(decision.tied)}: een mens kiest."
    if words:
        yield f"Gezien: {words}."
    if said := ", ".join(_settings(decision)):
        yield f"Gezet door een regel: {said}."


def _settings(decision: Decision) -> Iterator[str]:
    if decision.priority:
        yield f"prioriteit {decision.priority}"
    if decision.complexity:
        yield f"complexiteit {decision.complexity}"
    if decision.confidential:
        yield "vertrouwelijk"
    if decision.labels:
        yield f"labels {', '.join(decision.labels)}"
