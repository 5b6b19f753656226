"""A kept mail, from arrival to effect: read it, gather evidence, decide, and act, all in one commit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from mailagent.core.chat import is_conversation
from mailagent.core.errors import TakesLong, Unreadable
from mailagent.core.events import (
    AGENT,
    MELDER,
    THE_SYSTEM,
    Actor,
    AddressRevived,
    AutomaticKept,
    Noted,
    Reacted,
    Received,
    ReopenRequested,
)
from mailagent.core.evidence import (
    AgentCommand,
    Append,
    AutoMail,
    BounceNote,
    Evidence,
    FeedbackReply,
    Forward,
    NewKlacht,
    Quarantine,
    ReportReply,
    Review,
    Scanned,
    Settlement,
    Verdict,
)
from mailagent.core.feedback import Answer, is_only_thanks, word_of_reply
from mailagent.core.klacht import OPGELOST, UNHANDLED, Klacht
from mailagent.core.mail import Mail, head_of
from mailagent.core.postroom import LETTER, LETTER_FILE
from mailagent.core.routing import TOO_LARGE, decide, is_doubtful, may_be_answered
from mailagent.core.rules import Decision
from mailagent.core.trace import received_at
from mailagent.core.withdrawal import looks_like_withdrawal
from mailagent.flow import batch, bounced, chat, forward, obey, postroom, refuse, settle, sorting, turns, vote
from mailagent.flow.gather import Letter, gather, issued_address, open_round, writer
from mailagent.flow.happen import happen
from mailagent.flow.opening import open_klacht
from mailagent.flow.sorting import MAX_DESCRIPTION
from mailagent.flow.world import PROCESS, SLOWLY, Act, World
from mailagent.store import arrivals, dead_addresses, klachten
from mailagent.store.arrivals import Fate, Kept
from mailagent.store.store import Tx

MOST_HEAD = 256 * 1024
A_MOMENT = timedelta(seconds=2)

Parse = Callable[[bytes], Mail]

TOGETHER, TOGETHER_OCTETS = 20, 8 * 1024 * 1024
"""So many mails, and of those so much, may share a commit."""


def process(arrival_id: int, world: World, *, patient: bool = True) -> Verdict | None:
    """Judge one arrival and let it take effect. None when another has done so already, or when it has to wait
    for an earlier mail of its conversation.

    Who is not `patient` leaves a mail that takes long to read to whoever is, and does those behind it first.

    Anything that is raised leaves the arrival as it was: it is tried again, and steps aside when it keeps
    failing.
    """
    [*verdicts] = process_all([arrival_id], world, patient=patient)
    return verdicts[0] if verdicts else None


def process_all(arrival_ids: Sequence[int], world: World, *, patient: bool = False) -> list[Verdict | None]:
    """The same for several, in order, in few commits: what is raised leaves all of a commit as they were, and
    nobody knows for which. Those that another has judged are not among the verdicts."""
    verdicts: list[Verdict | None] = []
    left = list(arrival_ids)
    while left:
        letters = _letters(left, world, patient=patient)
        with world.store.begin() as tx:
            verdicts += [_judge(tx, letter, world) for letter in letters]
    return verdicts


def _letters(left: list[int], world: World, *, patient: bool) -> list[Letter]:
    """The first mails of these, read; they are taken from `left`. Those that take long are read apart."""
    loaded: list[Kept] = []
    size = 0
    with world.store.read() as tx:
        while left and len(loaded) < TOGETHER and size < TOGETHER_OCTETS:
            if kept := arrivals.load(tx, left.pop(0)):
                loaded.append(kept)
                size += len(kept.envelope.raw)
    letters: list[Letter] = []
    slow: list[int] = []
    # a mail may take seconds, and no transaction waits for it
    parse = world.parse if patient else world.glance(filter(None, (_mail_of(kept, world) for kept in loaded)))
    for kept in loaded:
        try:
            letters.append(_letter(kept, world, parse))
        except TakesLong:
            slow.append(kept.id)
    if slow:
        with world.store.begin() as tx:
            world.store.enqueue(tx, SLOWLY, slow)
    return letters


def _mail_of(kept: Kept, world: World) -> bytes:
    """The octets that `_read` has read of an arrival; b"" for what is no mail, or is not read whole."""
    if kept.envelope.channel == LETTER or chat.is_message(kept.envelope):
        return b""
    return kept.envelope.raw if len(kept.envelope.raw) <= world.policy.max_intake else b""


def _letter(kept: Kept, world: World, parse: Parse) -> Letter:
    """One arrival, read as what came by its channel is read."""
    if kept.envelope.channel == LETTER:
        return postroom.read(kept, world, parse)
    return chat.read(kept, world) if chat.is_message(kept.envelope) else _read(kept, world, parse)


def _judge(tx: Tx, letter: Letter, world: World) -> Verdict | None:
    if turns.must_wait(tx, letter, world):
        world.store.enqueue(tx, PROCESS, [letter.arrival_id], world.now() + A_MOMENT)
        return None
    if not arrivals.claim(tx, letter.arrival_id):
        return None
    evidence = _evidence(tx, letter, world)
    verdict, route = decide(evidence)
    told = _as_melders(letter, evidence, verdict, world)
    decision = sorting.sort_letter(tx, told, world) if isinstance(verdict, NewKlacht) else None
    act = Act(tx, world, letter.at, letter.origin)
    by_sender = isinstance(verdict, _BY_A_PERSON) and not is_doubtful(evidence)
    revived = by_sender and dead_addresses.revive(tx, letter.sender)
    klacht = _take_effect(act, told, verdict, decision)
    if revived and klacht:
        klacht = happen(act, klacht, [AddressRevived(act.at, THE_SYSTEM, letter.sender)])
    if verdict == Quarantine(TOO_LARGE) and may_be_answered(evidence):
        refuse.too_large(act, letter)
    trace: dict[str, object] = {
        "route": route,
        "verdict": verdict.as_dict(),
        "evidence": [e.as_dict() for e in evidence],
        "sorting": sorting.as_trace(decision, sorting.message_of(told)) if decision else None,
    }
    arrivals.finish(tx, letter.arrival_id, _fate(letter, verdict, trace, klacht))
    return verdict


def _evidence(tx: Tx, letter: Letter, world: World) -> list[Evidence]:
    if letter.envelope.channel == LETTER:
        return postroom.gather(tx, letter)
    if chat.is_message(letter.envelope):
        return chat.gather(tx, letter)
    evidence = gather(tx, letter, world)
    return [*evidence, *forward.passed_on(letter, evidence, world)]


_BY_A_PERSON = (NewKlacht, Append, FeedbackReply, AgentCommand, Settlement, ReportReply)
"""Who writes such a mail is there to read ours: an address that was dead is dead no more."""


def _read(kept: Kept, world: World, parse: Parse) -> Letter:
    mail, unreadable, raw, unread = Mail(), None, kept.envelope.raw, b""
    if len(raw) > world.policy.max_intake:  # its head is small, and says who must hear of it
        head = head_of(raw, MOST_HEAD)
        raw, unread = head, hashlib.sha256(memoryview(raw)[len(head) :]).digest()
    try:
        mail = parse(raw)
    except Unreadable as problem:
        unreadable = problem
    received = received_at(mail, kept.envelope, world.policy.own_servers.hosts, kept.kept_at)
    sender = (kept.ruling.melder if kept.ruling else "") or writer(mail, world.policy.forms)
    sender = "" if is_conversation(sender) else sender  # nobody is that by mail
    words = "" if mail.sealed == "secure_notice" else mail.new_text.strip() or mail.to_read
    language = world.language(words)
    return Letter(
        kept.id, kept.envelope, mail, world.now(), received, sender, unreadable, kept.ruling, unread, language
    )


def _as_melders(letter: Letter, evidence: Sequence[Evidence], verdict: Verdict, world: World) -> Letter:
    """What an agent passed on is read as what the melder wrote."""
    named = letter.ruling.melder if letter.ruling else ""
    melder = named or next((e.value for e in evidence if e.kind == "on_behalf"), "")
    return forward.as_melders(letter, melder, world) if melder and isinstance(verdict, NewKlacht) else letter


def _fate(letter: Letter, verdict: Verdict, trace: dict[str, object], klacht: Klacht | None) -> Fate:
    return Fate(
        verdict=verdict.name,
        reason=verdict.reason,
        trace=trace,
        received_at=letter.received_at,
        writer=letter.sender,
        message_id=letter.message_id,
        content_hash=None if letter.unreadable else letter.content_hash,
        klacht_id=klacht.id if klacht else None,
    )


def _take_effect(act: Act, letter: Letter, verdict: Verdict, decision: Decision | None) -> Klacht | None:
    """The klacht this arrival now belongs to; None where it belongs to none."""
    if decision:
        new = postroom.keep(act, letter, _open(act, letter, verdict, decision), reaction=False)
        return _with_note(act, letter, new)
    _beside(act, letter, verdict)
    klacht = klachten.by_kenmerk(act.tx, verdict.kenmerk, lock=True) if verdict.kenmerk else None
    if isinstance(verdict, BounceNote):
        return bounced.came_back(act, letter, klacht)
    return _change(act, letter, klacht, verdict) if klacht else None


def _beside(act: Act, letter: Letter, verdict: Verdict) -> None:
    """What a verdict does that is about no klacht, or not about one alone."""
    match verdict:
        case Settlement():
            settle.settle(act, letter, verdict)
        case ReportReply():
            batch.read(act, letter, verdict)
        case Scanned():
            postroom.take_apart(act, letter)
        case Forward():
            forward.ask(act, letter, verdict)
        case Quarantine() | Review():
            postroom.keep_pages(act, letter)
            settle.ask(act, letter, verdict.reason)
    if isinstance(verdict, Review):
        _warn_of_report(act, letter)


def _change(act: Act, letter: Letter, klacht: Klacht, verdict: Verdict) -> Klacht:
    """What a verdict does to the klacht it is about; most do nothing."""
    if isinstance(verdict, Append | FeedbackReply):
        klacht = _goes_on_in(act, klacht)
    match verdict:
        case Append():
            klacht = _append(act, letter, klacht, confirmed=verdict.confirmed)
            klacht = _with_note(act, letter, postroom.keep(act, letter, klacht, reaction=True))
        case FeedbackReply():
            klacht = _vote(act, letter, klacht)
        case AgentCommand():
            klacht = obey.obey(act, letter, klacht, verdict)
        case Review():
            klacht = _warn(act, letter, klacht)
        case AutoMail():
            klacht = happen(act, klacht, [AutomaticKept(act.at, THE_SYSTEM, verdict.reason)])
    return klacht


def _goes_on_in(act: Act, klacht: Klacht) -> Klacht:
    """The klacht in which another goes on that was merged, which may have been merged itself."""
    passed: set[int] = set()
    while klacht.merged_into and klacht.id not in passed:
        passed.add(klacht.id)
        klacht = klachten.by_kenmerk(act.tx, klacht.merged_into, lock=True) or klacht
    return klacht


def _open(act: Act, letter: Letter, verdict: Verdict, decision: Decision) -> Klacht:
    """A new klacht, in the words of the letter."""
    mail = letter.mail
    draft = Klacht(
        id=0,
        kenmerk="",
        subject=mail.subject.strip() or "(geen onderwerp)",
        description=_words(letter)[:MAX_DESCRIPTION],
        melder=letter.sender,
        melder_name=mail.sender_name,
        received_at=letter.received_at,
        channel=letter.envelope.channel,
        language=letter.language,
        refers_to=verdict.kenmerk,
    )
    draft = postroom.with_address(draft, letter)
    received = Received(
        letter.at,
        Actor(MELDER, letter.sender),
        draft.description,
        _names(letter),
        f"{_by_agent(letter, act.world)}{sorting.why(decision)}",
        verdict.kenmerk,
        locked=mail.locked,
        encrypted=mail.encrypted,
    )
    return open_klacht(act, draft, received, decision)


def _by_agent(letter: Letter, world: World) -> str:
    """Which agent had a hand in it, where one had."""
    passed_on = world.organisation.agent(letter.mail.sender)
    if passed_on and letter.sender != passed_on.address:
        return f"{passed_on.name} stuurde dit bericht door. "
    by = world.organisation.agent(letter.ruling.by) if letter.ruling else None
    return f"{by.name} nam dit bericht aan. " if by else ""


def _words(letter: Letter) -> str:
    """What the melder wrote; where nobody can read that, what an agent wrote down of it."""
    said = "" if letter.mail.sealed == "secure_notice" else letter.mail.to_read
    return letter.ruling.text if letter.ruling and not said else said


def _with_note(act: Act, letter: Letter, klacht: Klacht) -> Klacht:
    """What an agent wrote beside their ruling is a note."""
    ruling = letter.ruling
    if ruling is None or not ruling.text or _words(letter) == ruling.text:
        return klacht
    return happen(act, klacht, [Noted(act.at, Actor(AGENT, ruling.by), ruling.text)])


def _warn(act: Act, letter: Letter, klacht: Klacht) -> Klacht:
    """Whose reply address was used by another hears of it."""
    issued = issued_address(act.tx, letter, act.world)
    agent = act.world.organisation.agent(issued.address) if issued and issued.role == "agent" else None
    return obey.warn(act, klacht, agent) if agent else klacht


def _warn_of_report(act: Act, letter: Letter) -> None:
    """So does whose reply address of a report it was."""
    issued = issued_address(act.tx, letter, act.world)
    agent = act.world.organisation.agent(issued.address) if issued else None
    if issued and issued.report_id and agent and letter.sender != agent.address:
        batch.warn(act, issued.report_id, agent)


def _names(letter: Letter) -> tuple[str, ...]:
    """The files that came with it; of a letter its masked pages."""
    if letter.scan.letter:
        return (LETTER_FILE,) if letter.scan.archive else ()
    return tuple(attachment.name for attachment in letter.mail.attachments)


def _append(act: Act, letter: Letter, klacht: Klacht, *, confirmed: bool) -> Klacht:
    """A further mail: kept and shown. Where it is more than thanks it supplements a klacht that is still
    unhandled, and asks to reopen one that was just handled."""
    mail, actor, names = letter.mail, Actor(MELDER, letter.sender), _names(letter)
    text = (mail.new_text if mail.new_text.strip() else mail.to_read)[:MAX_DESCRIPTION]
    says_more = bool(mail.attachments) or (bool(text.strip()) and not is_only_thanks(text))
    if confirmed and klacht.status == OPGELOST and says_more:
        asked = ReopenRequested(act.at, actor, text, (), names, mail.locked, mail.encrypted)
        return happen(act, *vote.ask_to_reopen(klacht, asked))
    supplements = confirmed and klacht.status in UNHANDLED and (says_more or mail.encrypted)
    event = Reacted(
        letter.at,
        actor,
        text,
        letter.sender,
        confirmed,
        names,
        mail.locked,
        mail.encrypted,
        supplements=supplements,
        withdraws=supplements
        and looks_like_withdrawal(text if mail.is_reply else f"{mail.subject}\n\n{text}"),
        asked_by=klacht.asked_by if confirmed and says_more else "",
    )
    return happen(act, replace(klacht, asked_by="") if event.asked_by else klacht, [event])


def _vote(act: Act, letter: Letter, klacht: Klacht) -> Klacht:
    said = word_of_reply(letter.mail.new_text)
    issued = issued_address(act.tx, letter, act.world)
    # the evidence was gathered before the klacht was ours alone: a click may have come first
    asked = open_round(act.tx, letter, issued) if issued else None
    if said is None or asked is None:
        return _append(act, letter, klacht, confirmed=True)
    answer = Answer(said[0], text=said[1][:MAX_DESCRIPTION])
    return vote.count(vote.Counted(act, klacht, asked, answer))


def give_up(arrival_id: int, reason: str, world: World, *, most: int = 5) -> bool:
    """An attempt failed. After `most` of them the arrival steps aside, and the sorting team hears of it; says
    whether it did."""
    with world.store.begin() as tx:
        stuck = arrivals.attempts(tx, arrival_id) + 1 >= most
        kept = arrivals.load(tx, arrival_id) if stuck else None
        if kept:
            settle.ask_about_stuck(Act(tx, world, world.now(), f"arrival:{arrival_id}"), kept, reason)
        arrivals.failed(tx, arrival_id, reason, stuck=stuck)
    return stuck
