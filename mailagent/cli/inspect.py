"""Everything that could be wrong with an installation, looked at in one go."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailagent.config.files import RuleFiles, load_rules
from mailagent.config.settings import Settings, load_settings
from mailagent.core.errors import Mistakes, Problem
from mailagent.core.organisation import Organisation
from mailagent.core.surveys import ACTIVE
from mailagent.core.ways import WAYS
from mailagent.flow import mailboxes, suggest, survey
from mailagent.house import House, open_house, organisation, policy, relay, signer
from mailagent.inbound import imap
from mailagent.inbound.folder import BUSY, TOO_LARGE
from mailagent.inbound.letters import tessdata
from mailagent.inbound.parse import parse
from mailagent.outbound.dkim import BadKey
from mailagent.outbound.forms import templates_for
from mailagent.outbound.press import NotPressed, pressed
from mailagent.service import mailbox_access, patience
from mailagent.shipped import search_path
from mailagent.store import addresses, arrivals, dead_addresses, letters, notices, printing, resting
from mailagent.store.dead_addresses import Dead
from mailagent.store.store import Tx
from mailagent.web.pages import Pages
from mailagent.web.samples import mistakes as page_mistakes


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was seen; `wrong` where it must be mended, else it is good to know."""

    text: str
    wrong: bool = True

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def inspect(config: Path, env: Mapping[str, str]) -> list[Finding]:
    """Look at everything; one mistake never hides another."""
    found: list[Finding] = []
    settings: Settings | None = None
    rules: RuleFiles | None = None
    try:
        settings = load_settings(config, env)
    except Mistakes as problem:
        found += [Finding(str(mistake)) for mistake in problem.mistakes]
    local = settings.paths.local if settings else None
    try:
        rules = load_rules(local)
    except Mistakes as problem:
        found += [Finding(str(mistake)) for mistake in problem.mistakes]
    mistakes = [mistake for way in WAYS for mistake in templates_for(way, local).mistakes()]
    found += [Finding(str(mistake)) for mistake in dict.fromkeys(mistakes)]
    if settings and rules:
        pages = Pages(search_path("web", local), organisation(settings, rules))
        found += [Finding(str(mistake)) for mistake in page_mistakes(pages)]
    if settings:
        found += _servers(settings)
        found += _habits(settings)
        found += [*_folder(settings), *_reader(settings)]
    if settings and rules:
        found += _people(settings, rules)
        found += _database(settings, rules)
    return found


def _servers(settings: Settings) -> Iterator[Finding]:
    if said := relay(settings).check():
        yield Finding(f"[relay] {said}")
    try:
        if signs := signer(settings):
            name, text = signs.record()
            yield Finding(f"[dkim] the DNS must have this TXT record: {name} {text}", wrong=False)
        if settings.printing:
            pressed(["<p>."])
    except NotPressed as problem:
        yield Finding(f"[printing] {problem}")
    except BadKey as problem:
        yield Finding(f"[dkim] {settings.dkim and settings.dkim.key} {problem}")


def _habits(settings: Settings) -> Iterator[Finding]:
    agents = settings.agents
    if agents.proof == "strict" and not agents.authserv_id:
        yield Finding(
            "[agents] proof is strict and authserv_id is empty: every order of an agent waits for its "
            "confirm link. Fill in the name under which your mail server writes Authentication-Results.",
            wrong=False,
        )
    if agents.authserv_id and not settings.intake.behind_own_mx:
        yield Finding(
            "[intake] behind_own_mx is empty: no mailbox or network is trusted to have passed your own mail "
            "server, so authserv_id proves nothing.",
            wrong=False,
        )
    if agents.authserv_id and not settings.intake.own_hosts:
        yield Finding(
            "[intake] own_hosts is empty: Authentication-Results below a Received: line of your own server "
            "are taken for forged. Fill in the names your servers have there.",
            wrong=False,
        )
    if settings.messages and not settings.messages.url:
        yield Finding(
            "[messages] url is empty: messages come in, and no answer leaves the same way", wrong=False
        )
    if agents.proof == "token":
        yield Finding(
            "[agents] proof is token: an order counts without proof by your mail server.", wrong=False
        )


def _folder(settings: Settings) -> Iterator[Finding]:
    """What lies where the post room drops its scans, and does not come in."""
    path = settings.letters.folder
    if path is None:
        return
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(f"[letters] folder: we may not read and write in {path}, so no scan comes in")
        return
    for name, why in (
        (TOO_LARGE, "larger than smtp.max_bytes: scan them in smaller piles"),
        (BUSY, "taken and not kept"),
    ):
        if files := [file for file in (path / name).rglob("*") if file.is_file()]:
            yield Finding(
                f"[letters] folder: {len(files)} files in {path / name} are {why}", wrong=name == TOO_LARGE
            )


def _reader(settings: Settings) -> Iterator[Finding]:
    """Where scans come in, something must be able to read them."""
    if settings.letters.folder or settings.letters.address or any(box.scanner for box in settings.imap):
        try:
            tessdata()
        except Mistakes as problem:
            yield Finding(f"[letters] {problem}")


def _people(settings: Settings, rules: RuleFiles) -> Iterator[Finding]:
    own = settings.organisation
    if not own.coordinator:
        yield Finding(
            "[organisation] coordinator is empty: nobody gets the overview of what waits and is late",
            wrong=False,
        )
    for team in rules.teams:
        if not team.members:
            to = f"its tasks go to {own.coordinator}" if own.coordinator else "nobody gets its tasks"
            wrong = not own.coordinator
            yield Finding(f"rules/teams.yaml: team {team.id} has no members; {to}", wrong=wrong)
        for member in team.members:
            if member.address == own.address.lower():
                yield Finding(f"rules/teams.yaml: {member.address} is our own intake address")
    if settings.printing and not _prints(settings, rules):
        yield Finding("[printing] printer is no agent of rules/teams.yaml: nobody gets the letters to print")
    if warning := rules.calendar.warning(datetime.now(UTC).date()):
        yield Finding(f"rules/holidays.yaml: {warning}", wrong=False)


def _prints(settings: Settings, rules: RuleFiles) -> bool:
    """Does an agent get the letters to print?"""
    printer = policy(settings).printer
    return organisation(settings, rules).agent(printer) is not None


def _database(settings: Settings, rules: RuleFiles) -> Iterator[Finding]:
    try:
        house = open_house(settings, rules, parse)
    except (Problem, OSError) as problem:
        yield Finding(f"[database] {problem}")
        return
    try:
        yield from _mailboxes(house)
        yield from surveys(house)
        yield from work(house)
        yield from _learned(house)
        yield from paper(house)
    finally:
        house.close()


def _mailboxes(house: House) -> Iterator[Finding]:
    """Which mailboxes cannot be read now, and which were silent for too long."""
    for box in house.settings.imap:
        if said := imap.check_login(mailbox_access(box, house.world)):
            yield Finding(f"[[imap]] {said}")
    for heard in mailboxes.heard(patience(house.settings), house.world):
        state = heard.state
        if heard.silent:
            since = state.silent_since.isoformat(" ", "minutes")
            why = state.error or "nothing was heard"
            yield Finding(f"[[imap]] {state.name}: no successful round since {since}: {why}")
        if state.aside:
            yield Finding(f"[[imap]] {state.name}: {state.aside} mails cannot be fetched", wrong=False)
    if house.settings.imap and not house.settings.organisation.coordinator:
        yield Finding(
            "[organisation] coordinator is empty: nobody gets a mail when a mailbox falls silent", wrong=False
        )


def surveys(house: House) -> Iterator[Finding]:
    """Surveys that are sent, and whose file is gone."""
    for state in survey.states(house.world):
        if state.state == ACTIVE and state.id not in house.world.surveys:
            yield Finding(
                f"rules/surveys/{state.id}.yaml: is gone, and the survey is active since "
                f"{state.since:%Y-%m-%d}. Put the file back, or: mailagent survey close {state.id}"
            )


def work(house: House) -> Iterator[Finding]:
    """What waits for a human in the store, and keys that are still needed."""
    policy = house.world.policy
    with house.world.store.read() as tx:
        aside = len(arrivals.stuck(tx))
        failed, held = len(notices.struggling(tx)), notices.held(tx)
        rests = resting.now_resting(tx, house.world.now())
        dead, missed = dead_addresses.count(tx), _dead_colleagues(tx, house.world.organisation)
        missing = addresses.keys_in_use(tx) | letters.keys_in_use(tx)
        missing -= {policy.key_id(key) for key in policy.keys}
    if aside:
        yield Finding(f"{aside} arrivals wait for a human: see `mailagent stuck`", wrong=False)
    for rest in rests.values():
        whose = f"mails to {rest.domain} rest" if rest.domain else "all mail rests"
        yield Finding(f"{whose} until {rest.until:%Y-%m-%d %H:%M} UTC: {rest.said}", wrong=False)
    for one in missed:
        yield Finding(
            f"rules/teams.yaml: {one.address} takes no mail since {one.since:%Y-%m-%d} ({one.status}): "
            "others get the work. Mend the address, or mail us from there"
        )
    if dead:
        yield Finding(
            f"addresses that take no mail: {dead}; `mailagent show` of their klacht tells", wrong=False
        )
    if held:
        to = ", ".join(sorted({notice.recipient for notice in held})[:3])
        yield Finding(f"[caps] {len(held)} mails wait until there is room for them: {to}", wrong=False)
    if failed:
        yield Finding(f"{failed} mails do not leave: see `mailagent stuck`", wrong=False)
    if missing:
        yield Finding(
            f"[security] keys: {len(missing)} key(s) that open reply addresses were made with, or letters "
            "sealed with, are gone; put them back behind the first one, or those addresses no longer work "
            "and those letters cannot be opened"
        )


def _learned(house: House) -> Iterator[Finding]:
    with house.world.store.read() as tx:
        if wrong := suggest.mistake(tx):
            yield Finding(wrong)


def paper(house: House) -> Iterator[Finding]:
    """Letters that wait."""
    with house.world.store.read() as tx:
        waiting = printing.unposted(tx)
    printed = sum(letter.offered_at is not None for letter in waiting)
    if waiting:
        yield Finding(
            f"[printing] {len(waiting) - printed} letters wait to be printed, and {printed} to be posted: "
            "see `mailagent letter queue`",
            wrong=False,
        )


def _dead_colleagues(tx: Tx, organisation: Organisation) -> list[Dead]:
    """Agents, the coordinator and the manager among them, whom no mail reaches."""
    found = dead_addresses.among(tx, {agent.address for agent in organisation.agents()})
    return [found[address] for address in sorted(found)]
