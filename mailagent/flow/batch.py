"""An agent's answer to a report: orders about several klachten it lists, which take effect together or not at
all, and are answered once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mailagent.core import commands
from mailagent.core.calendar import local_day
from mailagent.core.commands import Written, help_lines
from mailagent.core.errors import NotPossible
from mailagent.core.events import AGENT, Actor, Event, OrderLapsed, OrderParked, OrderRefused
from mailagent.core.evidence import ReportReply
from mailagent.core.klacht import Klacht
from mailagent.core.orders.asking import Help, Status
from mailagent.core.orders.elsewhere import Printed
from mailagent.core.organisation import Agent
from mailagent.core.reference import report_name
from mailagent.flow import dossier, obey
from mailagent.flow.answer import TOO_MANY_WAIT, Topic, answer, may_wait, newly_written, park
from mailagent.flow.gather import Letter
from mailagent.flow.happen import happen
from mailagent.flow.world import Act
from mailagent.store import klachten, printing, reports


def read(act: Act, letter: Letter, verdict: ReportReply) -> None:
    """Carry out what an agent wrote in answer to a report, or park it until its confirm link is used."""
    agent = act.world.organisation.agent(verdict.agent)
    if agent is None:
        return
    if letter.mail.encrypted:
        refuse(act, verdict.report, agent, obey.ENCRYPTED)
        return
    text = newly_written(letter.mail.text, letter.mail.new_text, agent)
    written = of_all(act, verdict.report, commands.read(text))
    why = _why_wait(act, verdict, written)
    if why and may_wait(act, agent):
        _note(act, verdict.report, written, OrderParked(act.at, Actor(AGENT, agent.address), why))
        park(act, topic(verdict.report), agent, text, why)
    elif why:
        refuse(act, verdict.report, agent, (TOO_MANY_WAIT,), written)
    else:
        carry_out(act, verdict.report, agent, written)


def of_all(act: Act, report: int, written: Written) -> Written:
    """A bare #gedrukt is about all letters of the batch that a report lists."""
    bare = written.orders and set(written.about) == {""}
    if not (bare and all(isinstance(order, Printed) for order in written.orders)):
        return written
    klachten_ = [one for one in reports.every(act.tx, report) if printing.printed(act.tx, one.id)]
    about = tuple(one.kenmerk for one in klachten_)
    return replace(written, orders=(Printed(),) * len(about), about=about) if about else written


def _why_wait(act: Act, verdict: ReportReply, written: Written) -> str:
    """Why these orders wait for a confirm link; what cannot be carried out anyway does not."""
    if _only_help(written) or _wrong(act, verdict.report, written):
        return ""
    whys = (
        obey.why_wait(act, klacht, written.apart()[klacht.kenmerk], proven=verdict.proven)
        for klacht in _named(act, verdict.report, written)
    )
    return next(filter(None, whys), "")


def carry_out(act: Act, report: int, agent: Agent, written: Written) -> bool:
    """All of it, and the answer to the agent; False where nothing was done, and the answer says why."""
    if _only_help(written):
        answer(act, topic(report), agent, "hulp", {"help": help_lines()})
        return True
    if problems := written.problems or _wrong(act, report, written):
        refuse(act, report, agent, problems, written)
        return False
    try:
        with act.world.store.attempt(act.tx):
            values = _done(act, report, agent, written)
    except NotPossible as problem:
        refuse(act, report, agent, (str(problem),), written)
        return False
    answer(act, topic(report), agent, "opdracht_uitgevoerd", values)
    return True


def _done(act: Act, report: int, agent: Agent, written: Written) -> Mapping[str, object]:
    """What was done about each klacht, one after the other."""
    done: list[str] = []
    dossiers: list[str] = []
    for klacht in _named(act, report, written):
        now, orders = klachten.by_id(act.tx, klacht.id, lock=True) or klacht, written.apart()[klacht.kenmerk]
        try:
            after, said = obey.let_happen(act, now, agent, orders)
        except NotPossible as problem:
            raise NotPossible(_of(klacht, str(problem))) from problem
        done += [_of(klacht, sentence) for sentence in said]
        if any(isinstance(order, Status) for order in orders.orders):
            found = dossier.of(act.tx, after, act.world)
            dossiers += dossier.lines(found, act.world.surveys, discreet=after.confidential)
    ignored = tuple(f"{tag} staat niet bovenaan en is niet uitgevoerd." for tag in written.ignored)
    return {"done": done, "ignored": ignored} | ({"dossier": "\n".join(dossiers)} if dossiers else {})


def _of(klacht: Klacht, sentence: str) -> str:
    return sentence if klacht.kenmerk in sentence else f"{klacht.kenmerk}: {sentence}"


def _only_help(written: Written) -> bool:
    return bool(written.orders) and all(isinstance(order, Help) for order in written.orders)


def _wrong(act: Act, report: int, written: Written) -> tuple[str, ...]:
    """What keeps these orders from being about klachten that the report lists."""
    if not written.orders:
        return written.problems or obey.NOTHING
    if "" in written.about:
        return (_WHICH,)
    listed = reports.listed(act.tx, report, written.named)
    return tuple(
        f"{kenmerk} staat niet in dit overzicht. Antwoord op een mail over die klacht."
        for kenmerk in written.named
        if kenmerk not in listed
    )


_WHICH = (
    "In het overzicht staan meer klachten. Zet het kenmerk voor elke tag, bijvoorbeeld KL26-00042 "
    "#in_behandeling. Er is niets gedaan."
)


def _named(act: Act, report: int, written: Written) -> Iterator[Klacht]:
    """The klachten that are named and listed, each nobody else's from here on, in the order of all."""
    for id in sorted(reports.listed(act.tx, report, written.named).values()):
        if klacht := klachten.by_id(act.tx, id, lock=True):
            yield klacht


def refuse(
    act: Act, report: int, agent: Agent, problems: Sequence[str], written: Written | None = None
) -> None:
    """Nothing was done, and why; the log of what was named and listed tells it too."""
    if written:
        _note(act, report, written, OrderRefused(act.at, Actor(AGENT, agent.address), tuple(problems)))
    answer(act, topic(report), agent, "opdracht_niet_begrepen", {"problems": problems, "help": help_lines()})


def lapse(act: Act, report: int, agent: Agent, text: str, problem: str) -> None:
    """Its confirm link was not used in time."""
    _note(act, report, commands.read(text), OrderLapsed(act.at, Actor(AGENT, agent.address)))
    answer(
        act, topic(report), agent, "opdracht_niet_begrepen", {"problems": (problem,), "help": help_lines()}
    )


def _note(act: Act, report: int, written: Written, event: Event) -> None:
    for klacht in list(_named(act, report, written)):
        happen(act, klacht, [event])


def warn(act: Act, report: int, agent: Agent) -> None:
    """Somebody else used this agent's reply address: nothing was done. Who is absent is not told."""
    if not agent.away(local_day(act.at)):
        said = {"problems": (_ELSEWHERE,), "help": help_lines()}
        answer(act, topic(report), agent, "opdracht_niet_begrepen", said)


_ELSEWHERE = (
    "Iemand anders stuurde een mail naar uw antwoordadres voor dit overzicht. Er is niets gedaan. De mail "
    "wacht op een mens. Stuur onze mails niet door: het antwoordadres is van u alleen."
)


def topic(report: int) -> Topic:
    """What a report lists, as the topic of an answer."""
    facts: Mapping[str, Any] = {
        "kenmerk": report_name(report),
        "report": report,
        "language": "nl",
        "subject": "",
        "category": "",
        "status": "",
        "last_day": "",
        "handler": "",
    }
    return Topic(facts, report=report)
