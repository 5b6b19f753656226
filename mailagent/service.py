"""The loops that run a house: ways in, work, clock and web, until asked to stop."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from mailagent.config.changes import Changes
from mailagent.config.listening import Listening
from mailagent.config.mailboxes import ImapSettings
from mailagent.config.settings import Settings
from mailagent.core.errors import Mistakes, Problem
from mailagent.core.ways import LETTER, MAIL, MESSAGE
from mailagent.flow import (
    arrive,
    confirm,
    deliver,
    mailboxes,
    originals,
    print_queue,
    report,
    rulebook,
    survey,
    tick,
    vote,
)
from mailagent.flow.process import give_up, process, process_all
from mailagent.flow.world import POST, PROCESS, SLOWLY, World
from mailagent.house import House, Now
from mailagent.inbound import folder, imap, messages, oauth, watcher
from mailagent.inbound.clients import ANYWHERE, Clients, networks_among
from mailagent.inbound.keeper import Keeper
from mailagent.inbound.lmtp import LmtpSink
from mailagent.inbound.smtp import Door, SmtpSink
from mailagent.outbound.rewritten import Rewritten
from mailagent.shipped import search_path
from mailagent.store.jobs import Handlers
from mailagent.web.doors import Doors, MessageDoors, OriginalDoors, SurveyDoors
from mailagent.web.metrics import make_metrics

ROLES = ("smtp", "imap", "folder", "worker", "post", "clock", "web")
"""What one process may do. On SQLite one process does it all; on PostgreSQL they may be spread."""

SWEEP_SECONDS = 5.0
CHANGES_SECONDS = 1.0
FIRST_ROUNDS_SECONDS = 120.0
"""After a start the mailboxes get so long before their silence counts: we ourselves may have been away."""
ALARM_SECONDS = 30.0
SWEEPS_BETWEEN = 60
"""Forgotten work is rare, and in a backlog what waits is seldom forgotten: looked for every five minutes."""

log = structlog.get_logger()


def handlers(house: House, roles: Sequence[str] = ROLES) -> Handlers:
    """The work that waits in the jobs, for the roles of this process."""
    every = {
        PROCESS: ("worker", _each_arrival(house, patient=False)),
        SLOWLY: ("worker", _each_arrival(house, patient=True)),
        POST: ("post", house.post.send),
    }
    return {task: handler for task, (role, handler) in every.items() if role in roles}


def _each_arrival(house: House, *, patient: bool) -> Callable[[Sequence[int]], None]:
    """Judge arrivals, together where we are alone. Where one fails they are judged one by one, and that one
    is tried again later, then steps aside with its reason.

    Where several processes judge, two that each hold what the other needs next would wait for each other.
    Those that want patience are judged one by one too: each may take seconds to read.
    """
    world = house.world
    together = world.store.is_ours_alone and not patient

    def judge(ids: Sequence[int]) -> None:
        if together and not _guarded(partial(process_all, sorted(ids), world)):
            return
        for id in sorted(ids):
            if why := _guarded(partial(process, id, world, patient=patient)):
                stuck = give_up(id, why, world)
                log.error("arrival_failed", arrival=id, stuck=stuck, why=why)
                if not stuck:
                    again = world.now() + timedelta(minutes=1)
                    with world.store.begin() as tx:
                        world.store.enqueue(tx, PROCESS, [id], again)

    return judge


def _guarded(step: Callable[[], object]) -> str:
    """The loop guard: why a step failed, "" where it held. Poison must not hold what stands behind it."""
    try:
        step()
    except Exception as error:  # noqa: BLE001 - whatever it is, the next one is none the worse for it
        return (str(error) if isinstance(error, Problem) else f"{type(error).__name__}: {error}")[:500]
    return ""


def look(house: House) -> None:
    """One look at the clock: each step by itself."""
    world, limits = house.world, patience(house.settings)
    for what, step in (*tick.due(world), *report.due(world, limits), *print_queue.due(world)):
        if why := _guarded(step):
            log.error("tick_failed", what=what, why=why)


async def serve(
    house: House,
    stop: asyncio.Event,
    app: web.Application | None = None,
    roles: Sequence[str] = ROLES,
    started: Callable[[], None] = lambda: None,
) -> None:
    """Run these roles until `stop` is set; then finish what was begun. OSError where a port is taken."""
    keeper = Keeper(lambda envelopes: arrive.keep(envelopes, house.world))
    changes = rule_changes(house), mail_changes(house)
    sinks = await _open_mail(house, keeper) if "smtp" in roles else []
    runners = await _open_web(house, changes, app) if app is not None and "web" in roles else []
    started()
    try:
        async with asyncio.TaskGroup() as loops:
            loops.create_task(_follow(house, changes, stop))
            if work := handlers(house, roles):
                loops.create_task(_work(house, work, stop))
            if "clock" in roles:
                loops.create_task(_sweep(house, stop))
                loops.create_task(_listen(house, stop))
            if "imap" in roles:
                _watch_mailboxes(house, stop, loops)
            if "folder" in roles and house.settings.letters.folder:
                loops.create_task(folder.watch(drop_folder(house, house.settings.letters.folder), stop))
            await stop.wait()
            await asyncio.gather(*(sink.stop() for sink in sinks))
    finally:
        await keeper.close()
        house.relay.close()
        for runner in runners:
            await runner.cleanup()


def make_doors(house: House) -> Doors:
    """What the pages need from this house."""
    world, links = house.world, house.links
    return Doors(
        read_smiley=links.read_smiley,
        look=lambda links: vote.look_all(links, world),
        cast=lambda votes: vote.cast_all(votes, world),
        smileys_of=lambda code: urlsplit(links.smileys(*vote.by_code(code, world))).path,
        read_confirm=links.read_confirm,
        waiting=lambda pending_id: confirm.waiting(pending_id, world),
        confirm=lambda pending_id: confirm.confirm(pending_id, world),
        surveys=_survey_doors(house),
        originals=OriginalDoors(
            read=links.read_login,
            waiting=lambda event_id: originals.waiting(event_id, world),
            view=lambda event_id: originals.view(event_id, world),
        ),
        organisation=world.organisation,
        search=search_path("web", house.settings.paths.local),
        trusted_proxies=house.settings.web.trusted_proxies,
        messages=_message_doors(house),
    )


def _message_doors(house: House) -> MessageDoors | None:
    own, world = house.settings.messages, house.world
    if own is None:
        return None
    return MessageDoors(
        own.verify_token,
        partial(messages.is_signed, own.secret),
        lambda body: len(arrive.keep(messages.envelopes(body, world.now()), world)),
        house.settings.intake.max_bytes,
    )


def _survey_doors(house: House) -> SurveyDoors:
    world, links = house.world, house.links
    return SurveyDoors(
        read=links.read_survey,
        ask=lambda invitation_id: survey.look(invitation_id, world),
        answer=lambda invitation_id, given: survey.answer(invitation_id, given, world),
        opt_out_link=links.opt_out,
        read_opt_out=links.read_opt_out,
        opting_out=lambda asked_by, id: survey.language_of(asked_by, id, world),
        opt_out=lambda asked_by, id: survey.opt_out(asked_by, id, world),
    )


async def _open_mail(house: House, keeper: Keeper) -> list[SmtpSink]:
    smtp, lmtp, now = house.settings.smtp, house.settings.lmtp, house.world.now
    own, most, tls = house.world.organisation.address, smtp.max_bytes, smtp.tls()
    clients = Clients(smtp.networks, networks_among(house.settings.intake.behind_own_mx))
    scanner = house.settings.letters.address
    sinks = [SmtpSink(keeper, own, most, now, Door((smtp.host, smtp.port), clients, tls, scanner))]
    if lmtp:
        # Whoever speaks LMTP to us is our own server: it is known, wherever it stands.
        clients = Clients(smtp.networks, ANYWHERE)
        sinks.append(LmtpSink(keeper, own, most, now, Door((lmtp.host, lmtp.port), clients, tls, scanner)))
    for sink in sinks:
        await sink.start()
    return sinks


async def _open_web(
    house: House, changes: tuple[Changes, Rewritten], app: web.Application
) -> list[web.AppRunner]:
    rules, mails = changes
    settings, limits = house.settings, patience(house.settings)
    pages: list[tuple[web.Application, Listening]] = [(app, settings.web)]
    if settings.metrics:
        refused = {"rules": lambda: len(rules.mistakes), "templates": lambda: len(mails.mistakes)}
        figures = make_metrics(lambda: mailboxes.heard(limits, house.world), refused)
        pages.append((figures, settings.metrics))
    runners = []
    for pages_of, own in pages:
        runner = web.AppRunner(pages_of, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, own.host, own.port).start()
        runners.append(runner)
    return runners


def _watch_mailboxes(house: House, stop: asyncio.Event, loops: asyncio.TaskGroup) -> None:
    world, places = house.world, {box.name: box.place for box in house.settings.imap}
    books = watcher.Books(
        keep=lambda envelopes: arrive.keep(envelopes, world),
        known_uids=lambda name, validity: mailboxes.known_uids(name, places[name], validity, world),
        good=lambda name, aside: mailboxes.good(name, aside, world),
        failed=lambda name, why: mailboxes.failed(name, why, world),
    )
    for box in house.settings.imap:
        access = mailbox_access(box, world)
        loops.create_task(watch_mailbox(access, books, world.now, stop, every=box.every_seconds))


async def watch_mailbox(
    mailbox: imap.MailboxAccess, books: watcher.Books, now: Now, stop: asyncio.Event, *, every: float
) -> None:
    """Watch a mailbox until `stop`. A mistake of ours ends its round, and harms no other."""
    while not stop.is_set():
        watching = watcher.watch(mailbox, books, now, stop, every=every)
        [ended] = await asyncio.gather(watching, return_exceptions=True)
        if isinstance(ended, BaseException):
            log.error("mailbox_broke", mailbox=mailbox.name, exc_info=ended)
            failed = partial(books.failed, mailbox.name, f"{type(ended).__name__}: {ended}"[:500])
            await asyncio.to_thread(_guarded, failed)
            await _pause(stop, SWEEP_SECONDS)


def drop_folder(house: House, path: Path) -> folder.Folder:
    """Where the post room drops its scans."""
    world = house.world
    return folder.Folder(
        path, lambda envelopes: arrive.keep(envelopes, world), world.now, house.settings.smtp.max_bytes
    )


def patience(settings: Settings) -> dict[str, timedelta]:
    """How long each mailbox may be silent."""
    return {box.name: timedelta(minutes=box.alarm_minutes) for box in settings.imap}


def mailbox_access(box: ImapSettings, world: World) -> imap.MailboxAccess:
    """How to reach a mailbox of the settings."""
    return imap.MailboxAccess(
        name=box.name,
        host=box.host,
        user=box.username,
        password=box.password,
        port=box.port,
        tls=box.tls,
        folder=box.mailbox,
        move_to=box.move_to,
        tokens=_tokens(box, world) if box.auth == "oauth" else None,
    )


def _tokens(box: ImapSettings, world: World) -> oauth.Tokens:
    access = oauth.TokenAccess(box.token_url, box.client_id, box.client_secret, box.refresh_token, box.scope)
    return oauth.Tokens(
        access,
        world.now,
        kept=lambda origin: mailboxes.refresh_token(box.name, origin, world),
        keep=lambda origin, token: mailboxes.keep_refresh_token(box.name, origin, token, world),
    )


async def _work(house: House, work: Handlers, stop: asyncio.Event) -> None:
    """Do the work that waits; a database that let go is asked again."""
    if POST in work and house.world.store.is_ours_alone:
        await asyncio.to_thread(deliver.release, house.world)
    while not stop.is_set():
        try:
            if POST in work:
                await asyncio.to_thread(house.post.settle)
            await house.world.store.jobs.run(work, stop)
        except Problem as problem:
            log.error("work_interrupted", why=str(problem))
            await _pause(stop, SWEEP_SECONDS)


async def _sweep(house: House, stop: asyncio.Event) -> None:
    """The clock: look every few seconds at what is due, and now and then at what was forgotten."""
    looks = itertools.count()
    while not stop.is_set():
        try:
            await asyncio.to_thread(look, house)
            if next(looks) % SWEEPS_BETWEEN == 0:
                await asyncio.to_thread(tick.remember, house.world)
                await asyncio.to_thread(tick.destroy, house.world)
        except Problem as problem:
            log.error("sweep_failed", why=str(problem))
        await _pause(stop, SWEEP_SECONDS)


async def _listen(house: House, stop: asyncio.Event) -> None:
    """Sound the alarm for a mailbox that is not heard from."""
    limits = patience(house.settings)
    await _pause(stop, FIRST_ROUNDS_SECONDS)
    while limits and not stop.is_set():
        try:
            for name in await asyncio.to_thread(mailboxes.sound_alarm, limits, house.world):
                log.error("mailbox_silent", mailbox=name)
        except Problem as problem:
            log.error("alarm_failed", why=str(problem))
        await _pause(stop, ALARM_SECONDS)


def rule_changes(house: House) -> Changes:
    """What watches over the rules folder of this house."""
    local = house.settings.paths.local
    return Changes(local / "rules" if local else None, house.world.ruleset.revision)


def mail_changes(house: House) -> Rewritten:
    """What watches over the templates of this house."""
    policy, messages = house.world.policy, house.post.messages
    used = {MAIL: True, LETTER: policy.prints, MESSAGE: messages is not None}
    return Rewritten(house.settings.paths.local, [way for way in used if used[way]])


async def _follow(house: House, changes: tuple[Changes, Rewritten], stop: asyncio.Event) -> None:
    """Take over rules and mails that were changed, in every process for itself."""
    rules, mails = changes
    while not stop.is_set():
        await _pause(stop, CHANGES_SECONDS)
        for look in (partial(take_over, house, rules), partial(take_over_mails, house, mails)):
            if why := await asyncio.to_thread(_guarded, look):
                log.error("changes_not_looked_at", why=why)


def take_over(house: House, changes: Changes) -> None:
    """Go by what the rules folder says now, where it changed and is right; else those of before stand."""
    try:
        if rules := changes.look():
            house.go_by(rules)
            log.info("rules_taken_over", revision=rules.revision)
    except Mistakes as problem:
        log.error("rules_refused", mistakes=[str(mistake) for mistake in problem.mistakes])
    _tell(rulebook.RULES, changes, house)


def take_over_mails(house: House, rewritten: Rewritten) -> None:
    """Write mails as the templates say now, where they changed and are right; else as those of before."""
    try:
        if templates := rewritten.look():
            house.write_by(templates)
            log.info("mails_taken_over")
    except Mistakes as problem:
        log.error("mails_refused", mistakes=[str(mistake) for mistake in problem.mistakes])
    _tell(rulebook.MAILS, rewritten, house)


def _tell(mail: str, refused: Changes | Rewritten, house: House) -> None:
    """Of what is not right; where the database was away, again at the next look."""
    if refused.mistakes and not refused.told:
        rulebook.refused(mail, [str(mistake) for mistake in refused.mistakes], house.world)
        refused.told = True


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
