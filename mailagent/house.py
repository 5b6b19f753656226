"""Everything one installation needs, made once from its settings by plain calls: the house of the flow."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from mailagent.config.files import RuleFiles, load_rules
from mailagent.config.settings import Settings, load_settings
from mailagent.core.mail import Mail
from mailagent.core.organisation import Organisation
from mailagent.core.trace import OwnServers
from mailagent.core.ways import LETTER, MAIL, MESSAGE
from mailagent.flow.world import Glance, Policy, PostRoom, World
from mailagent.inbound.language import language_of
from mailagent.inbound.letters import LetterReader
from mailagent.inbound.pdfa import archived
from mailagent.outbound.dkim import Signer
from mailagent.outbound.filling import Filling
from mailagent.outbound.forms import templates_for
from mailagent.outbound.gateway import Gateway
from mailagent.outbound.letters import Letters
from mailagent.outbound.links import Links
from mailagent.outbound.post import LINES, Carrier, Post
from mailagent.outbound.relay import Relay, RelayAccess
from mailagent.outbound.render import Templates
from mailagent.outbound.writer import Writer
from mailagent.store.database import connect, upgrade
from mailagent.store.store import Store, make_jobs
from mailagent.store.vault import Vault

Now = Callable[[], datetime]


def wall_clock() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class House:
    """One installation, wired. `close` ends what it opened."""

    settings: Settings
    world: World
    templates: Templates
    links: Links
    relay: Relay
    post: Post
    letters: Letters
    writer: Writer

    def go_by(self, rules: RuleFiles) -> None:
        """From now on these rules hold."""
        self.world.go_by(
            organisation(self.settings, rules),
            rules.rules,
            rules.clocks,
            rules.calendar,
            rules.reports_at,
            rules.surveys,
        )

    def write_by(self, templates: Mapping[str, Templates]) -> None:
        """From now on what leaves says this, by each way that is used."""
        self.post.go_by(templates[MAIL], templates.get(MESSAGE))
        vars(self.letters).update(templates=templates.get(LETTER, self.letters.templates))
        vars(self).update(templates=templates[MAIL])

    def close(self) -> None:
        """Let go of the relay, the database and the process that writes mails out."""
        self.relay.close()
        self.writer.close()
        self.world.store.engine.dispose()


def load(path: Path, env: Mapping[str, str]) -> tuple[Settings, RuleFiles]:
    """What the admin wrote: settings and rules. `Mistakes` with every mistake of the first that has any."""
    settings = load_settings(path, env)
    return settings, load_rules(settings.paths.local)


def open_house(  # noqa: PLR0913 - each is what some house has otherwise
    settings: Settings,
    rules: RuleFiles,
    parse: Callable[[bytes], Mail],
    now: Now = wall_clock,
    carry: Carrier | None = None,
    glance: Glance | None = None,
    post_room: PostRoom | None = None,
) -> House:
    """Open the database (its tables are made or brought up to date) and wire the rest.

    `glance` reads a mail while others wait; without it `parse` does. `carry` stands for the relay of the
    settings where something else takes our mail; `post_room` reads letters.
    """
    engine = connect(settings.database.url)
    upgrade(engine)
    world = World(
        store=Store(engine, make_jobs(engine, now)),
        organisation=organisation(settings, rules),
        ruleset=rules.rules,
        presets=rules.clocks,
        calendar=rules.calendar,
        policy=policy(settings),
        parse=parse,
        glance=glance or (lambda _: partial(parse)),  # `parse` itself is for who has patience
        now=now,
        salt=lambda: secrets.token_bytes(16),
        vault=Vault([key.encode() for key in settings.security.keys]),
        language=language_of,
        reports_at=rules.reports_at,
        surveys=rules.surveys,
        post_room=post_room,
    )
    local = settings.paths.local
    templates = templates_for(MAIL, local)
    links = Links(settings.organisation.web, world.policy.keys)
    filling = Filling(world, links)
    own_relay = relay(settings)
    writer = Writer()
    letters = Letters(world, templates_for(LETTER, local), filling)
    if carry:
        post = Post(world, templates, filling, carry, letters.printed, signer(settings))
    else:
        carry, key = own_relay.deliver, signer(settings)
        post = Post(world, templates, filling, carry, letters.printed, key, LINES, writer.write)
    if told := gateway(settings):
        post = replace(post, messages=templates_for(MESSAGE, local), speak=told.deliver)
    return House(settings, world, templates, links, own_relay, post, letters, writer)


def post_room(reader: LetterReader) -> PostRoom:
    """Whoever reads letters, as the flow sees it."""
    return PostRoom(
        read=reader.read,
        sheets=reader.divided,
        cut=reader.cut,
        searchable=archived,
        original=reader.original,
    )


def organisation(settings: Settings, rules: RuleFiles) -> Organisation:
    """Who we are, from both places it is written."""
    own = settings.organisation
    return Organisation(
        own.name,
        own.address,
        own.web,
        own.coordinator,
        rules.teams,
        rules.categories,
        rules.answers,
        rules.topics,
        own.manager,
        rules.bodies,
    )


def policy(settings: Settings) -> Policy:
    """The settings as the flow reads them."""
    intake, feedback = settings.intake, settings.feedback
    return Policy(
        keys=tuple(key.encode() for key in settings.security.keys),
        kenmerk_prefix=settings.organisation.kenmerk_prefix,
        proof=settings.agents.proof,
        own_servers=OwnServers(settings.agents.authserv_id, intake.own_hosts, intake.behind_own_mx),
        forms=frozenset(intake.forms),
        scan_address=settings.letters.address,
        scan_mailboxes=frozenset(box.name for box in settings.imap if box.scanner),
        max_intake=intake.max_bytes,
        caps=tuple(sorted(settings.caps.windows.items())),
        smileys=feedback.smileys,
        arrivals_days=settings.retention.arrivals_days,
        link_days=feedback.link_days,
        by_reply=feedback.by_reply,
        unhappy_reopens=feedback.unhappy_reopens,
        mail_after_unhappy=feedback.mail_after_unhappy,
        satisfied_ends_contact=feedback.satisfied_ends_contact,
        mail_in_behandeling=feedback.mail_in_behandeling,
        mail_aanvulling=feedback.mail_aanvulling,
        mail_feedback_received=feedback.mail_feedback_received,
        photos=feedback.photos,
        many_answers=feedback.many_answers,
        ask_contact=feedback.ask_contact,
        melder_counts=feedback.melder_counts,
        mail_kto_uitnodiging=feedback.mail_kto_uitnodiging,
        mail_kto_herinnering=feedback.mail_kto_herinnering,
        reminder_days=feedback.reminder_days,
        cooldown_days=feedback.cooldown_days,
        mail_opvolgtaak=feedback.mail_opvolgtaak,
        ombudsman=settings.organisation.ombudsman,
        messages=bool(settings.messages and settings.messages.url),
        **_printing(settings),
    )


def _printing(settings: Settings) -> dict[str, Any]:
    """What the print queue needs, where there is one."""
    own = settings.printing
    if own is None:
        return {}
    printer = own.printer or settings.organisation.coordinator
    return {"prints": True, "return_address": own.return_address, "printer": printer}


def gateway(settings: Settings) -> Gateway | None:
    """What carries our messages, None where nothing does."""
    own = settings.messages
    return Gateway(own.url, own.token, own.secret) if own and own.url else None


def relay(settings: Settings) -> Relay:
    """The relay that carries our mail."""
    own = settings.relay
    access = RelayAccess(own.host, own.port, own.username, own.password, own.tls)
    return Relay(access, settings.organisation.address.rpartition("@")[2])


def signer(settings: Settings) -> Signer | None:
    """What signs our mail, None where nothing does; `BadKey` where it cannot."""
    own = settings.dkim
    return Signer(own.domain, own.selector, own.key.read_bytes()) if own else None
