"""An agent's mail: its orders take effect together or not at all, and it is answered exactly once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from mailagent.core import commands, quoting, reference
from mailagent.core.commands import Written
from mailagent.core.echo import inert
from mailagent.core.errors import LinkGone, LinkUnknown, NotPossible
from mailagent.core.events import (
    AGENT,
    Actor,
    Closed,
    Event,
    MailSuppressed,
    OrderLapsed,
    OrderParked,
    OrderRefused,
    Resolved,
)
from mailagent.core.evidence import AgentCommand
from mailagent.core.klacht import Klacht
from mailagent.core.orders import Case, Help, help_lines, sensible
from mailagent.core.organisation import Agent
from mailagent.flow.gather import Letter
from mailagent.flow.happen import ENDS_HANDLING, happen
from mailagent.flow.tell import concerns_melder, facts, unreachable
from mailagent.flow.world import POST, Act, World
from mailagent.store import klachten, notices, pending
from mailagent.store.notices import Owed
from mailagent.store.pending import Pending
from mailagent.store.store import Tx

CONFIRM_HOURS = 48
MOST_WAITING = 10
"""More orders than this wait for no agent: whoever forges mail cannot fill an agent's inbox."""

MOST_ANSWERS = 20
"""More result mails than this go to no agent about one klacht in an hour: a robot that answers each of them,
and does not say that it is one, stops here."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the confirm page shows: the order in full."""

    kenmerk: str
    agent: str
    text: str
    state: str


def obey(act: Act, letter: Letter, klacht: Klacht, verdict: AgentCommand) -> Klacht:
    """Carry out what an agent wrote, or park it until its confirm link is used."""
    agent = act.world.organisation.agent(verdict.agent)
    if agent is None:
        return klacht
    if letter.mail.encrypted:
        return _refuse(act, klacht, agent, _ENCRYPTED)
    text = newly_written(letter.mail.text, letter.mail.new_text, agent)
    written = commands.read(text)
    if written.problems or not written.orders:
        return _refuse(act, klacht, agent, written.problems or _NOTHING)
    why = _why_wait(act, klacht, written, verdict)
    if why and not all(isinstance(order, Help) for order in written.orders):
        return _park(act, klacht, agent, text, why)
    try:
        return _carry_out(act, klacht, agent, written)
    except NotPossible as problem:
        return _refuse(act, klacht, agent, (str(problem),))


_ENCRYPTED = ("Uw mail is versleuteld. Wij kunnen hem niet lezen. Er is niets gedaan.",)
_NOTHING = ("In uw mail staat geen nieuwe tekst. Er is niets gedaan.",)


def newly_written(text: str, new_text: str, agent: Agent) -> str:
    """What the agent typed: above the marker line, without quotes and signature."""
    above = quoting.cut_marker(text)
    own = new_text if len(above) == len(text) else above
    return quoting.drop_signature(quoting.new_text(quoting.cut_marker(own)), agent.signature)


def _why_wait(act: Act, klacht: Klacht, written: Written, verdict: AgentCommand) -> str:
    if not verdict.proven:
        return "de mailserver bewijst niet dat deze mail van u komt"
    leaving = [text for order in written.orders if (text := order.to_melder(klacht))]
    if any(_leaks(act, klacht, text) for text in leaving):
        return "in de tekst voor de melder staan regels uit een mail van ons"
    return ""


def _leaks(act: Act, klacht: Klacht, text: str) -> bool:
    """Holds a text for the melder the marker, a reply address, or three lines in a row of a mail of ours?"""
    local = act.world.organisation.address.partition("@")[0]
    if quoting.cut_marker(text) != text or f"{local}+{reference.REPLY}-" in text.lower():
        return True
    lines = _lines(text)
    sent = [
        _lines(_said(notice))
        for notice in notices.of_klacht(act.tx, klacht.id)
        if notice.recipient != klacht.melder
    ]
    windows = {tuple(lines[i : i + 3]) for i in range(len(lines) - 2)}
    return any(tuple(ours[i : i + 3]) in windows for ours in sent for i in range(len(ours) - 2))


def _lines(text: str) -> list[str]:
    """The lines of a text as an agent sees them: quote marks off, links inert, blank ones left out."""
    return [line for raw in inert(text, len(text) + 1).splitlines() if (line := raw.strip("> \t"))]


def _said(notice: notices.Notice) -> str:
    return "\n".join(str(notice.values.get(name, "")) for name in ("description", "quote"))


def _carry_out(act: Act, klacht: Klacht, agent: Agent, written: Written) -> Klacht:
    """All of it, and the answer to the agent; `NotPossible` before anything was done."""
    case = Case(
        klacht,
        agent,
        act.at,
        act.world.organisation,
        melder_wrote=klachten.melder_reacted(act.tx, klacht.id),
        mail_after_unhappy=act.world.policy.mail_after_unhappy,
    )
    events: list[Event] = []
    said: list[str] = []
    for order in written.orders:
        done = order.carry_out(case)
        case = replace(case, klacht=done.klacht)
        events += done.events
        said.append(done.said)
    after = happen(act, case.klacht, events)
    said += _not_told(after, events, act.world)
    if written.untagged:
        said = ["Uw mail is bewaard als notitie. De melder krijgt niets."]
    ignored = tuple(f"{tag} staat niet bovenaan en is niet uitgevoerd." for tag in written.ignored)
    only_help = all(isinstance(order, Help) for order in written.orders)
    mail = "hulp" if only_help else "opdracht_uitgevoerd"
    values: Mapping[str, object] = {"help": help_lines()} if only_help else {"done": said, "ignored": ignored}
    _answer(act, after, agent, mail, values)
    return after


_WHY_NOT_TOLD = {
    "contact_refused": "De melder krijgt geen mail, want die wil geen contact meer.",
    "no_address": "De melder krijgt geen mail, want er is geen mailadres.",
    "own_address": "De melder krijgt geen mail, want het mailadres is dat van onszelf.",
}


def _not_told(klacht: Klacht, events: Sequence[Event], world: World) -> Iterator[str]:
    """Why the melder did not get what an order would have sent, and what the law still asks."""
    reason = unreachable(klacht, world)
    if not reason or not concerns_melder(events, klacht, world.policy):
        return
    yield _WHY_NOT_TOLD[reason]
    if any(isinstance(e, Resolved) or (isinstance(e, Closed) and e.reason in ENDS_HANDLING) for e in events):
        yield "De wet vraagt wel een mededeling (Awb 9:12, 9:8 lid 3, 2:3): stuur die als brief."


def _refuse(act: Act, klacht: Klacht, agent: Agent, problems: Sequence[str]) -> Klacht:
    event = OrderRefused(act.at, Actor(AGENT, agent.address), tuple(problems))
    after = happen(act, klacht, [event])
    values = {"problems": tuple(problems), "help": sensible(klacht.status)}
    _answer(act, after, agent, "opdracht_niet_begrepen", values)
    return after


def warn(act: Act, klacht: Klacht, agent: Agent) -> Klacht:
    """Someone else used this agent's reply address: nothing was done. The agent hears of it once a day."""
    day = act.at - timedelta(days=1)
    if klachten.happened_since(act.tx, klacht.id, OrderRefused.word(), day):
        return klacht
    return _refuse(act, klacht, agent, (_ELSEWHERE,))


_ELSEWHERE = (
    "Iemand anders stuurde een mail naar uw antwoordadres voor deze klacht. Er is niets gedaan. De mail "
    "wacht op een mens. Stuur onze mails niet door: het antwoordadres is van u alleen."
)


def _answer(act: Act, klacht: Klacht, agent: Agent, mail: str, values: Mapping[str, object]) -> None:
    """The one result mail of a command mail; none to what mails on and on."""
    owed = Owed(
        mail,
        agent.address,
        f"{act.origin}:{mail}:{agent.address}",
        {**facts(klacht, act.world), **values},
        klacht.id,
        arrival_id=int(act.origin.partition(":")[2]),
    )
    hour = act.at - timedelta(hours=1)
    if notices.answered_since(act.tx, hour, agent.address, klacht.id) >= MOST_ANSWERS:
        owed = replace(owed, state=notices.SUPPRESSED)
        silent = MailSuppressed(act.at, Actor(AGENT, agent.address), mail, "too_many")
        klachten.record(act.tx, klacht, [silent], act.origin)
    act.world.store.enqueue(act.tx, POST, notices.owe(act.tx, [owed], act.at))


def _park(act: Act, klacht: Klacht, agent: Agent, text: str, why: str) -> Klacht:
    if pending.open_of(act.tx, agent.address) >= MOST_WAITING:
        problem = f"Er wachten al {MOST_WAITING} opdrachten op uw bevestiging. Bevestig die eerst."
        return _refuse(act, klacht, agent, (problem,))
    until = act.at + timedelta(hours=CONFIRM_HOURS)
    arrival_id = int(act.origin.partition(":")[2])
    parked = Pending(0, arrival_id, klacht.id, agent.address, text, act.at, until, "open")
    id = pending.park(act.tx, parked)
    event = OrderParked(act.at, Actor(AGENT, agent.address), why)
    after = happen(act, klacht, [event])
    values = {"order": text, "why": why, "pending": id, "link_until": until.isoformat()}
    _answer(act, after, agent, "opdracht_bevestigen", values)
    return after


def waiting(pending_id: int, world: World) -> Waiting:
    """What a confirm link is about; changes nothing. `LinkUnknown`, or `LinkGone` with why."""
    with world.store.read() as tx:
        parked, klacht = _parked(tx, pending_id)
        if parked.state == "open" and parked.expires_at <= world.now():
            raise LinkGone("expired", klacht.kenmerk)
        if parked.state not in ("open", "done", "refused"):
            raise LinkGone("expired", klacht.kenmerk)
    return Waiting(klacht.kenmerk, parked.agent, parked.text, parked.state)


def confirm(pending_id: int, world: World) -> Waiting:
    """Carry out a parked order, once, judged against the klacht as it is now. The result comes by mail."""
    with world.store.begin() as tx:
        parked, klacht = _parked(tx, pending_id)
        locked = klachten.by_id(tx, klacht.id, lock=True) or klacht
        parked = pending.load(tx, pending_id, lock=True) or parked
        if parked.state == "expired":
            raise LinkGone("expired", klacht.kenmerk)
        if parked.state != "open":
            return Waiting(klacht.kenmerk, parked.agent, parked.text, parked.state)
        agent = world.organisation.agent(parked.agent)
        if parked.expires_at <= world.now() or agent is None:
            raise LinkGone("expired", klacht.kenmerk)
        act = Act(tx, world, world.now(), f"confirmed:{parked.arrival_id}")
        state = _confirmed(act, locked, agent, parked.text)
        pending.set_state(tx, pending_id, state)
    return Waiting(klacht.kenmerk, parked.agent, parked.text, state)


def _confirmed(act: Act, klacht: Klacht, agent: Agent, text: str) -> str:
    written = commands.read(text)
    try:
        _carry_out(act, klacht, agent, written)
    except NotPossible as problem:
        _refuse(act, klacht, agent, (str(problem),))
        return "refused"
    return "done"


def _parked(tx: Tx, pending_id: int) -> tuple[Pending, Klacht]:
    parked = pending.load(tx, pending_id)
    klacht = klachten.by_id(tx, parked.klacht_id) if parked else None
    if parked is None or klacht is None:
        raise LinkUnknown
    return parked, klacht


def lapse(act: Act, klacht: Klacht, parked: Pending) -> None:
    """An order whose link was not used in time: nothing was done, and the agent is told."""
    pending.set_state(act.tx, parked.id, "expired")
    agent = act.world.organisation.agent(parked.agent)
    if agent is None:
        return
    after = happen(act, klacht, [OrderLapsed(act.at, Actor(AGENT, agent.address))])
    problem = f"U hebt uw opdracht niet binnen {CONFIRM_HOURS} uur bevestigd. Er is niets gedaan."
    values = {"problems": (problem,), "help": sensible(after.status)}
    _answer(act, after, agent, "opdracht_niet_begrepen", values)
