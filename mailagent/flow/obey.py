"""An agent's mail: its orders take effect together or not at all, and it is answered exactly once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes

from mailagent.core import commands, quoting
from mailagent.core.awb import HEARINGS
from mailagent.core.calendar import local_day
from mailagent.core.clocks import STATUTORY
from mailagent.core.commands import Written, help_lines
from mailagent.core.echo import inert, veiled
from mailagent.core.errors import NotPossible
from mailagent.core.events import (
    AGENT,
    MELDER,
    THE_SYSTEM,
    Actor,
    Event,
    FeedbackGiven,
    OrderParked,
    OrderRefused,
    Received,
    ReplyAddressMisused,
    SplitOff,
)
from mailagent.core.evidence import AgentCommand
from mailagent.core.klacht import Klacht
from mailagent.core.mails import BY_LAW, TO_MELDER
from mailagent.core.orders import sensible_for
from mailagent.core.orders.asking import Help, Status
from mailagent.core.orders.elsewhere import Printed
from mailagent.core.orders.extending import Consent, Extend
from mailagent.core.orders.fields import AllowContact
from mailagent.core.orders.forwarding import Copy, Forward
from mailagent.core.orders.handling import Resolve, TakeNext
from mailagent.core.orders.hearing import Hear
from mailagent.core.orders.letters import DateReceipt, ShowOriginal, Transcribe
from mailagent.core.orders.order import Case, Done, MeldersMail
from mailagent.core.orders.splitting import Merge
from mailagent.core.orders.writing import Note
from mailagent.core.organisation import Agent
from mailagent.core.ways import LETTER
from mailagent.flow import dossier, postroom
from mailagent.flow.answer import TOO_MANY_WAIT, about, answer, may_wait, newly_written, park
from mailagent.flow.gather import Letter
from mailagent.flow.happen import happen
from mailagent.flow.opening import open_klacht
from mailagent.flow.reach import way_to
from mailagent.flow.sorting import sort_draft, why
from mailagent.flow.tell import for_melder
from mailagent.flow.world import Act
from mailagent.store import arrivals, klachten, notices, printing, terms
from mailagent.store.store import Tx


def obey(act: Act, letter: Letter, klacht: Klacht, verdict: AgentCommand) -> Klacht:
    """Carry out what an agent wrote, or park it until its confirm link is used."""
    agent = act.world.organisation.agent(verdict.agent)
    if agent is None:
        return klacht
    if letter.mail.encrypted:
        return refuse(act, klacht, agent, ENCRYPTED)
    text = newly_written(letter.mail.text, letter.mail.new_text, agent)
    written = commands.read(text)
    if problems := written.problems or _others(written, klacht) or (() if written.orders else NOTHING):
        return refuse(act, klacht, agent, problems)
    why = why_wait(act, klacht, written, proven=verdict.proven)
    try:
        if verdict.proven and any(order.outward(act.world.organisation) for order in written.orders):
            _rehearsed(_case(act, klacht, agent, written), written)  # what cannot be, need not be confirmed
        if why and not all(isinstance(order, Help) for order in written.orders):
            return _wait(act, klacht, agent, text, why)
        return carry_out(act, klacht, agent, written)
    except NotPossible as problem:
        return refuse(act, klacht, agent, (str(problem),))


ENCRYPTED = ("Uw mail is versleuteld. Wij kunnen hem niet lezen. Er is niets gedaan.",)
NOTHING = ("In uw mail staat geen nieuwe tekst. Er is niets gedaan.",)


def _others(written: Written, klacht: Klacht) -> tuple[str, ...]:
    """A reply address is for one klacht; whoever has it may not order anything about another with it."""
    return tuple(
        f"Dit antwoordadres is voor {klacht.kenmerk}. Wat u met {other} wilt, schrijft u in een antwoord "
        "op een mail over die klacht."
        for other in written.named
        if other != klacht.kenmerk
    )


def why_wait(act: Act, klacht: Klacht, written: Written, *, proven: bool) -> str:
    """Why these orders wait for a confirm link, "" where they do not."""
    if not proven:
        return "de mailserver bewijst niet dat deze mail van u komt"
    leaving = [text for order in written.orders if (text := order.to_melder(klacht))]
    if any(_leaks(act, klacht, text) for text in leaving):
        return "in de tekst voor de melder staan regels uit een mail van ons"
    outward = [address for order in written.orders if (address := order.outward(act.world.organisation))]
    if outward:
        return (
            f"er gaat iets naar {' en '.join(outward)}. Dat adres kennen wij niet: kijk eerst wat er weggaat"
        )
    return ""


def _leaks(act: Act, klacht: Klacht, text: str) -> bool:
    """Holds a text for the melder the marker, a secret, or three lines in a row of a mail of ours?"""
    if quoting.cut_marker(text) != text or veiled(text) != text:
        return True
    lines = _lines(text)
    sent = [
        _lines(_said(notice))
        for notice in notices.of_klacht(act.tx, klacht.id)
        if notice.kind not in TO_MELDER
    ]
    windows = {tuple(lines[i : i + 3]) for i in range(len(lines) - 2)}
    return any(tuple(ours[i : i + 3]) in windows for ours in sent for i in range(len(ours) - 2))


def _lines(text: str) -> list[str]:
    """The lines of a text as an agent sees them: quote marks and our own bars off, links inert, blank ones
    left out."""
    return [line for raw in inert(text, len(text) + 1).splitlines() if (line := raw.strip("> \t|"))]


def _said(notice: notices.Notice) -> str:
    """The text of a mail of ours, as it left; of one that did not leave yet, what it repeats."""
    if notice.rendered is None:
        return "\n".join(str(notice.values.get(name, "")) for name in ("description", "quote"))
    parts = message_from_bytes(notice.rendered).walk()
    plain = (part.get_payload(decode=True) for part in parts if part.get_content_type() == "text/plain")
    return bytes(next(plain, b"")).decode("utf-8", "replace")


def carry_out(act: Act, klacht: Klacht, agent: Agent, written: Written) -> Klacht:
    """All of it, and the answer to the agent; `NotPossible` before anything was done."""
    after, said = let_happen(act, klacht, agent, written)
    if all(isinstance(order, Help) for order in written.orders):
        answer(act, about(act, after), agent, "hulp", {"help": help_lines(), "tags": ()})
        return after
    if written.untagged:
        said = ["Uw mail is bewaard als notitie. De melder krijgt niets."]
    ignored = tuple(f"{tag} staat niet bovenaan en is niet uitgevoerd." for tag in written.ignored)
    values: dict[str, object] = {"done": said, "ignored": ignored}
    if any(isinstance(order, Help) for order in written.orders):
        values["tags"] = help_lines()
    if any(isinstance(order, Status) for order in written.orders):
        told = dossier.of(act.tx, after, act.world)
        values["dossier"] = "\n".join(dossier.lines(told, act.world.surveys, discreet=after.confidential))
    answer(act, about(act, after), agent, "opdracht_uitgevoerd", values)
    return after


def let_happen(act: Act, klacht: Klacht, agent: Agent, written: Written) -> tuple[Klacht, list[str]]:
    """All of it, and what the agent hears of it; `NotPossible` before anything was done."""
    if klacht.beklaagde == agent.address and not all(isinstance(o, Help | Note) for o in written.orders):
        raise NotPossible(_ABOUT_YOU)
    return _effect(act, *_rehearsed(_case(act, klacht, agent, written), written), agent)


def _rehearsed(case: Case, written: Written) -> tuple[Case, list[Done]]:
    """What the orders do, one after the other; nothing of it has happened yet."""
    done: list[Done] = []
    for order in written.orders:
        done.append(order.carry_out(case))
        case = case.after(done[-1])
    return case, done


_ABOUT_YOU = (
    "Deze klacht gaat over u. U mag hem niet behandelen (Awb 9:7), dus er is niets gedaan. Wat u zonder tag "
    "schrijft, bewaren wij als notitie."
)


def _case(act: Act, klacht: Klacht, agent: Agent, written: Written) -> Case:
    """What these orders are carried out on; what is looked up is what they ask for."""
    world, tx = act.world, act.tx
    case = Case(
        klacht,
        agent,
        act.at,
        world.organisation,
        melder_wrote=klachten.melder_reacted(tx, klacht.id),
        mail_after_unhappy=world.policy.mail_after_unhappy,
        calendar=world.calendar,
        prints=world.policy.prints,
    )
    if any(isinstance(order, Printed) for order in written.orders):
        found = printing.printed(tx, klacht.id)
        case = replace(case, printed=tuple((letter.id, letter.kind) for letter in found))
    if takes := sum(isinstance(order, TakeNext) for order in written.orders):
        teams = [team.id for team in world.organisation.teams_of(agent)]
        waiting = klachten.unassigned(tx, teams, takes + MOST_PASSED_OVER)
        case = replace(case, waiting=tuple(waiting), load=klachten.open_of(tx, agent.address))
    if named := {order.kenmerk for order in written.orders if isinstance(order, Merge)}:
        others = [klachten.by_kenmerk(tx, kenmerk, lock=True) for kenmerk in sorted(named)]
        case = replace(case, others={other.kenmerk: other for other in others if other})
    return _by_law(tx, _by_post(act, case, written), written)


def _by_post(act: Act, case: Case, written: Written) -> Case:
    """With the letter it came in, and what follows from what a human wrote of it."""
    if not any(isinstance(order, Transcribe | DateReceipt | ShowOriginal) for order in written.orders):
        return case
    typed = next((order.text for order in written.orders if isinstance(order, Transcribe)), "")
    case = replace(case, paper=postroom.on_paper(act.tx, case.klacht))
    return replace(case, typed=postroom.typed(typed, case.klacht, act.world)) if typed else case


def _by_law(tx: Tx, case: Case, written: Written) -> Case:
    """With what the steps of the Awb ask for."""
    if any(isinstance(order, Hear | Resolve) for order in written.orders):
        case = replace(case, happened=tuple(klachten.happened(tx, case.klacht.id, HEARINGS)))
    if any(isinstance(order, Forward | Copy) for order in written.orders):
        case = replace(case, original=arrivals.of_melder(tx, case.klacht.id))
    if any(isinstance(order, AllowContact) for order in written.orders):
        case = replace(case, refused_at=klachten.last_at(tx, case.klacht.id, FeedbackGiven.word()))
    asks = any(isinstance(order, Extend | Consent | Hear | AllowContact) for order in written.orders)
    return _with_term(tx, case) if asks else case


def _with_term(tx: Tx, case: Case) -> Case:
    """With the clock of the law, and the melder's newest mail."""
    running = (clock for _, clock in terms.running(tx, case.klacht.id))
    clock = next((clock for clock in running if clock.name == STATUTORY), None)
    found = klachten.last_reaction(tx, case.klacht.id)
    return replace(case, clock=clock, melders_mail=MeldersMail(*found) if found else None)


MOST_PASSED_OVER = 20
"""So many that wait may be about the agent who asks for the next one."""


def _effect(act: Act, case: Case, done: Sequence[Done], agent: Agent) -> tuple[Klacht, list[str]]:
    """What was ordered takes effect, on this klacht and on others; and what the agent hears of it."""
    events = [event for one in done for event in one.events]
    said = [one.said for one in done]
    opened = [_split_off(act, agent, one.split_off) for one in done if one.split_off]
    events += [SplitOff(act.at, case.actor, new.kenmerk) for new in opened]
    said += [f"{new.kenmerk}: {new.subject}" for new in opened]
    for change in (change for one in done for change in one.also):
        happen(act, change.klacht, change.events)
    after = happen(act, case.klacht, events)
    return after, said + list(_not_told(act, after, events))


def _split_off(act: Act, agent: Agent, draft: Klacht) -> Klacht:
    """The second complaint of a message, on the melder's name."""
    decision = sort_draft(act.tx, draft, act.world)
    reason = f"{agent.name} splitste deze klacht af van {draft.refers_to}. {why(decision)}"
    melder = Actor(MELDER, draft.melder)
    received = Received(act.at, melder, draft.description, (), reason, draft.refers_to)
    return open_klacht(act, draft, received, decision)


_WHY_NOT_TOLD = {
    "contact_refused": "De melder krijgt geen mail, want die wil geen contact meer.",
    "no_address": "De melder krijgt geen mail, want er is geen mailadres.",
    "own_address": "De melder krijgt geen mail, want het mailadres is dat van onszelf.",
    "dead_address": "De melder krijgt geen mail, want het mailadres werkt niet meer. Bel of schrijf.",
}


def _not_told(act: Act, klacht: Klacht, events: Sequence[Event]) -> Iterator[str]:
    """Why the melder did not get what an order would have sent, and what the law still asks."""
    ways = {mail: way_to(act, klacht, mail) for mail in for_melder(events, klacht, act.world.policy)}
    if any(way == LETTER for way, _ in ways.values()):
        yield "De melder krijgt dit als brief: die staat in de afdrukwachtrij."
    silent = {mail: reason for mail, (_, reason) in ways.items() if reason}
    if not silent:
        return
    yield _WHY_NOT_TOLD[next(iter(silent.values()))]
    if articles := ", ".join(BY_LAW[mail] for mail in silent if mail in BY_LAW):
        yield f"De wet vraagt wel een mededeling ({articles}): stuur die als brief."


def refuse(act: Act, klacht: Klacht, agent: Agent, problems: Sequence[str]) -> Klacht:
    """Nothing was done, and why."""
    event = OrderRefused(act.at, Actor(AGENT, agent.address), tuple(problems))
    after = happen(act, klacht, [event])
    tell_refusal(act, after, agent, problems)
    return after


def tell_refusal(act: Act, klacht: Klacht, agent: Agent, problems: Sequence[str]) -> None:
    """Tell the agent why nothing was done."""
    values = {"problems": tuple(problems), "help": sensible_for(klacht, act.world.organisation)}
    answer(act, about(act, klacht), agent, "opdracht_niet_begrepen", values)


def warn(act: Act, klacht: Klacht, agent: Agent) -> Klacht:
    """Someone else used this agent's reply address: nothing was done. The agent hears of it once a day, and
    not while absent: the message itself is before the sorting team."""
    misused = ReplyAddressMisused(act.at, THE_SYSTEM, agent.address)
    day = act.at - timedelta(days=1)
    if misused.data in klachten.told_since(act.tx, klacht.id, misused.kind, day):
        return klacht
    after = happen(act, klacht, [misused])
    if not agent.away(local_day(act.at)):
        tell_refusal(act, after, agent, (_ELSEWHERE,))
    return after


_ELSEWHERE = (
    "Iemand anders stuurde een mail naar uw antwoordadres voor deze klacht. Er is niets gedaan. De mail "
    "wacht op een mens. Stuur onze mails niet door: het antwoordadres is van u alleen."
)


def _wait(act: Act, klacht: Klacht, agent: Agent, text: str, why: str) -> Klacht:
    if not may_wait(act, agent):
        return refuse(act, klacht, agent, (TOO_MANY_WAIT,))
    after = happen(act, klacht, [OrderParked(act.at, Actor(AGENT, agent.address), why)])
    park(act, about(act, after), agent, text, why)
    return after
