"""A message that a human must judge first: put before the sorting team by mail, and settled by tag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mailagent.core import commands
from mailagent.core.calendar import local_day
from mailagent.core.commands import Written
from mailagent.core.errors import Unreadable
from mailagent.core.evidence import Settlement
from mailagent.core.explained import reason_of
from mailagent.core.mail import Envelope, Mail
from mailagent.core.mails import ECHOED
from mailagent.core.orders.asking import Help
from mailagent.core.orders.writing import Note
from mailagent.core.organisation import Agent
from mailagent.core.postroom import LETTER, picture_name, said_ranges
from mailagent.core.reference import message_name
from mailagent.core.routing import PILE
from mailagent.core.rulings import ADMITTED, APPENDED, CUT, DISMISSED, RULINGS, Decide, Ruling, ruling_lines
from mailagent.flow.answer import TOO_MANY_WAIT, Topic, answer, may_wait, newly_written, park
from mailagent.flow.gather import Letter
from mailagent.flow.reach import heard_by, why_not
from mailagent.flow.world import POST, PROCESS, Act
from mailagent.store import arrivals, dead_addresses, klachten, notices
from mailagent.store.arrivals import SetAside
from mailagent.store.notices import Notice, Owed

MAIL = "ter_beoordeling"

HEAD_LINES, HEAD_OCTETS = 40, 16 * 1024
"""So much of a message that cannot be read is shown as it came."""


def ask(act: Act, letter: Letter, reason: str) -> None:
    """Put a message before the sorting team, each member with a reply address of their own; once."""
    if notices.asked_about(act.tx, MAIL, letter.arrival_id):
        return
    mail, is_paper = letter.mail, letter.envelope.channel == LETTER
    values = {
        **_facts(letter.arrival_id),
        "subject": mail.subject.strip() or letter.envelope.peer * is_paper or "(geen onderwerp)",
        "received": letter.received_at.isoformat(),
        "sender": letter.sender or letter.envelope.sender or "",
        "why": reason_of(reason),
        "description": mail.text.strip()[: ECHOED["description"]]
        or ("" if is_paper else _head(letter.envelope)),
        "attachments": [a.name for a in mail.attachments],
        **_pile(letter),
    }
    owed = [
        Owed(MAIL, address, f"{letter.origin}:{MAIL}:{address}", values, arrival_id=letter.arrival_id)
        for address in _who_sorts(act)
    ]
    act.world.store.owe(act.tx, POST, owed, act.at)


def ask_another(act: Act, lost: Notice) -> None:
    """A mail about a message did not arrive. Where nobody has one, the coordinator or the manager hears."""
    if lost.kind != MAIL or lost.arrival_id is None:
        return
    if arrivals.load_set_aside(act.tx, lost.arrival_id) is None:
        return
    asked, own = notices.asked_about(act.tx, MAIL, lost.arrival_id), act.world.organisation
    if any(state in (notices.OWED, notices.ACCEPTED) for state in asked.values()):
        return
    others = {own.coordinator.lower(), own.manager.lower()} - asked.keys()
    dead = dead_addresses.among(act.tx, others)
    for address in (own.coordinator.lower(), own.manager.lower()):
        if address in others and not why_not(address, act.world, dead):
            key = f"arrival:{lost.arrival_id}:{MAIL}:{address}"
            owed = Owed(MAIL, address, key, lost.values, arrival_id=lost.arrival_id)
            act.world.store.owe(act.tx, POST, [owed], act.at)
            return


def _pile(letter: Letter) -> dict[str, Any]:
    """Of a pile that nobody divided: where each letter seems to begin, with its masked pages."""
    pages = letter.scan.letter.pages if letter.scan.letter else ()
    if not letter.scan.split:
        return {}
    begins = {page.number: " ".join(page.text.split())[:300] for page in pages}
    lines = [f"Bladzijde {said_ranges([one])}: {begins.get(one[0], '')}" for one in letter.scan.split]
    ways = (
        f"Klopt dit? Antwoord dan #knippen. Anders, bijvoorbeeld: #knippen {said_ranges(letter.scan.split)}"
    )
    names = [picture_name(page.number) for page in pages if page.safe]
    return {
        "description": "\n\n".join((*lines, ways))[: ECHOED["description"]],
        "pictures_of": letter.arrival_id,
        "attachments": names,
    }


def _who_sorts(act: Act) -> list[str]:
    """The sorting team, or the coordinator where all of its addresses are dead."""
    own = act.world.organisation
    circles = [own.task_addresses(own.sorting_team), (own.coordinator.lower(),)]
    away = own.away(local_day(act.at))
    known = {address for circle in circles for address in circle}
    dead = dead_addresses.among(act.tx, known | set(away.values()))
    heard = heard_by(circles, dead, away)
    return [one.address for one in heard if not one.absent and not why_not(one.address, act.world, dead)]


def ask_about_stuck(act: Act, kept: arrivals.Kept, reason: str) -> None:
    """Put a message before the sorting team that fails again and again, without reading it once more."""
    letter = Letter(kept.id, kept.envelope, Mail(), act.at, kept.kept_at, kept.envelope.sender or "")
    ask(act, letter, f"wij konden dit bericht niet verwerken ({reason})")


def ask_after_all(act: Act, message: int) -> None:
    """Put a message before the sorting team that its agent did not confirm."""
    kept = arrivals.load_set_aside(act.tx, message)
    if kept is None:
        return
    try:
        mail = act.world.parse(kept.envelope.raw)
    except Unreadable:
        mail = Mail()
    letter = Letter(kept.id, kept.envelope, mail, act.at, kept.kept_at, mail.sender or "")
    ask(act, letter, "een behandelaar stuurde dit door, en bevestigde niet van wie het is")


def _head(envelope: Envelope) -> str:
    """The first lines as they came, for whoever must judge a message that nobody can read."""
    return "\n".join(envelope.raw[:HEAD_OCTETS].decode("utf-8", "replace").splitlines()[:HEAD_LINES])


def _facts(arrival_id: int) -> dict[str, Any]:
    """What every mail about a message says. `message` is whose reply address it gets."""
    return {
        "kenmerk": message_name(arrival_id),
        "message": arrival_id,
        "language": "nl",
        "subject": "",
        "category": "",
        "status": "",
        "last_day": "",
        "tags": ruling_lines(),
    }


def settle(act: Act, letter: Letter, verdict: Settlement) -> None:
    """Carry out an agent's ruling, or park it until its confirm link is used."""
    agent = act.world.organisation.agent(verdict.agent)
    if agent is None:
        return
    text = newly_written(letter.mail.text, letter.mail.new_text, agent)
    written = commands.read(text)
    waits = not verdict.proven and _ruling_in(written) is not None
    if not waits:
        carry_out(act, verdict.arrival, agent, written)
    elif may_wait(act, agent):
        park(act, topic(verdict.arrival), agent, text, "de mailserver bewijst niet dat deze mail van u komt")
    else:
        refuse(act, verdict.arrival, agent, (TOO_MANY_WAIT,))


def carry_out(act: Act, message: int, agent: Agent, written: Written) -> bool:
    """Let the ruling take effect, once, and answer; False where nothing was done, and the answer says why."""
    if written.orders and all(isinstance(order, Help) for order in written.orders):
        answer(act, topic(message), agent, "hulp", {"help": ruling_lines()})
        return True
    order = _ruling_in(written)
    if order is None:
        refuse(act, message, agent, written.problems or (_NO_RULING,))
        return False
    notes = [note.text for note in written.orders if isinstance(note, Note)]
    ruling = order.ruling(agent.address, act.at)
    if problem := _ruled(
        act, message, replace(ruling, text="\n\n".join(filter(None, [ruling.text, *notes])))
    ):
        refuse(act, message, agent, (problem,))
        return False
    ignored = tuple(f"{tag} staat niet bovenaan en is niet uitgevoerd." for tag in written.ignored)
    answer(act, topic(message), agent, "opdracht_uitgevoerd", {"done": (order.said,), "ignored": ignored})
    return True


_NO_RULING = (
    "Dit bericht is nog geen klacht. Schrijf op de eerste regel één tag: "
    + " of ".join(f"#{order.words[0]}" for order in RULINGS)
    + "."
)


def _ruling_in(written: Written) -> Decide | None:
    """The one ruling in what an agent wrote, alone or with a note; None where it is anything else."""
    rulings = [order for order in written.orders if isinstance(order, Decide)]
    others = [order for order in written.orders if not isinstance(order, Decide | Note)]
    plain = not others and not written.problems and not written.named
    return rulings[0] if len(rulings) == 1 and plain else None


def _ruled(act: Act, message: int, ruling: Ruling) -> str:
    """Keep the ruling, and put the message back to work; or why that is not possible."""
    waiting = arrivals.set_aside(act.tx, message, lock=True)
    if waiting is None or waiting.ruling:
        return _settled_before(act, message, waiting)
    if waiting.reason == SECURE_NOTICE and ruling.what == ADMITTED and not (ruling.melder and ruling.text):
        return _OPEN_IT_FIRST
    if ruling.what == CUT and waiting.reason != PILE:
        return "Dit is geen stapel brieven: er valt niets te knippen. Er is niets gedaan."
    if ruling.what == APPENDED and klachten.by_kenmerk(act.tx, ruling.kenmerk) is None:
        return f"{ruling.kenmerk} bestaat niet. Er is niets gedaan."
    arrivals.rule(act.tx, message, ruling)
    if ruling.what != DISMISSED:
        act.world.store.enqueue(act.tx, PROCESS, [message])
    return ""


SECURE_NOTICE = "secure_notice"

_OPEN_IT_FIRST = (
    "Dit is de melding van een beveiligde mail, niet de mail zelf. Open die mail. Schrijf dan #aannemen met "
    "het mailadres van de melder erachter, en eronder wat de melder schrijft."
)

_DECIDED = {"admitted": "aangenomen", "cut": "geknipt", "appended": "toegevoegd", "dismissed": "afgewezen"}


def _settled_before(act: Act, message: int, waiting: SetAside | None) -> str:
    name = message_name(message).capitalize()
    if waiting is None or waiting.ruling is None:
        return f"{name} wacht niet meer op een mens. Er is niets gedaan."
    agent = act.world.organisation.agent(waiting.ruling.by)
    by, when = agent.name if agent else waiting.ruling.by, f"{local_day(waiting.ruling.at):%d-%m-%Y}"
    return f"{name} is al {_DECIDED[waiting.ruling.what]} door {by} op {when}. Er is niets gedaan."


def refuse(act: Act, message: int, agent: Agent, problems: Sequence[str]) -> None:
    """Nothing was done, and why."""
    values = {"problems": tuple(problems), "help": ruling_lines()}
    answer(act, topic(message), agent, "opdracht_niet_begrepen", values)


def topic(message: int, subject: str = "") -> Topic:
    """A message that was set aside, as the topic of an answer."""
    return Topic(_facts(message) | {"subject": subject}, message=message)
