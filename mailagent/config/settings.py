"""The settings of one installation: a TOML file, with MAILAGENT_SECTION__KEY in the environment over it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError

from mailagent.config.feedback import FeedbackSettings
from mailagent.config.fields import Address, Loc, Name, OptionalAddress, Part, at_least_one, sentence
from mailagent.config.leaving import DkimSettings, RelaySettings
from mailagent.config.listening import (
    Listening,
    LmtpSettings,
    MetricsSettings,
    Networks,
    OptionalPath,
    SmtpSettings,
    listed,
)
from mailagent.config.mailboxes import ImapSettings
from mailagent.config.toml import Written
from mailagent.core.errors import Mistakes

SAMPLE_KEY = "change-me-to-32-random-bytes-or-more"
"""The key of the docs: accepted only while nothing but this machine can reach us."""

_MEGABYTE = 1024 * 1024
_DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")


def _own_address(text: str) -> str:
    local = text.partition("@")[0]
    if "+" in local:
        raise ValueError("may hold no '+': reply addresses are made by adding one")
    if len(local) > 45:
        raise ValueError("may have 45 characters before the @, so that a reply address stays within 64")
    return text


def _web(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", text):
        raise ValueError(f"'{text}' should be an address like https://klachten.example.org")
    return text.rstrip("/")


def _database(text: str) -> str:
    if not text.startswith(_DATABASES):
        raise ValueError(f"should begin with {' or '.join(_DATABASES)}")
    return text


def _prefix(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{1,4}", text):
        raise ValueError("should be one to four capitals, as in KL")
    return text


def _key(text: str) -> str:
    if len(text) < 32:
        raise ValueError(f"has {len(text)} characters; a key needs 32 or more")
    return text


def _folder(path: Path | None) -> Path | None:
    if path and not path.is_dir():
        raise ValueError(f"there is no folder {path}")
    return path


Positive = Annotated[int, Field(ge=1)]
Names = Annotated[tuple[Name, ...], BeforeValidator(listed)]
Addresses = Annotated[tuple[Address, ...], BeforeValidator(listed)]
Keys = Annotated[
    tuple[Annotated[str, AfterValidator(_key)], ...], BeforeValidator(listed), AfterValidator(at_least_one)
]


class OrganisationSettings(Part):
    """Who we are to the melder. `address` is where klachten come in, `web` where our pages are."""

    name: Name
    address: Annotated[Address, AfterValidator(_own_address)]
    web: Annotated[str, AfterValidator(_web)]
    coordinator: OptionalAddress = ""
    manager: OptionalAddress = ""
    kenmerk_prefix: Annotated[str, AfterValidator(_prefix)] = "KL"
    ombudsman: Name = "de Nationale ombudsman"


class DatabaseSettings(Part):
    """Where everything is kept. A relative SQLite path counts from the working directory."""

    url: Annotated[str, AfterValidator(_database)] = Field(repr=False)


class WebSettings(Listening):
    """Our own pages. X-Forwarded-For counts only from `trusted_proxies`."""

    trusted_proxies: Networks = ()


class SecuritySettings(Part):
    """The keys that sign links and reply addresses: the first signs, all are accepted."""

    keys: Keys = Field(repr=False)


class AgentsSettings(Part):
    """What proves that an order is an agent's. `authserv_id` is the name under which our own mail server
    writes Authentication-Results (RFC 8601 2.5)."""

    proof: Literal["strict", "token"] = "strict"
    authserv_id: str = ""


class IntakeSettings(Part):
    """What we know of the mail that comes in. Between `max_bytes` and smtp.max_bytes it is kept, not read."""

    own_hosts: Names = ()
    behind_own_mx: Names = ()
    forms: Addresses = ()
    max_bytes: Positive = 25 * _MEGABYTE


class CapsSettings(Part):
    """How many automatic mails may go to one address, or about one klacht: minutes → count."""

    windows: dict[Positive, Positive] = {10: 10, 30: 15, 60: 25}


class RetentionSettings(Part):
    """After how many days mail that became nothing is destroyed."""

    arrivals_days: Positive = 90


class PathsSettings(Part):
    """`local` is the admin's own folder with rules/, templates/ and web/; None for ours alone."""

    local: Annotated[OptionalPath, AfterValidator(_folder)] = None


class Settings(Part):
    """Everything of mailagent.toml."""

    organisation: OrganisationSettings
    database: DatabaseSettings
    smtp: SmtpSettings
    lmtp: LmtpSettings | None = None
    relay: RelaySettings
    dkim: DkimSettings | None = None
    web: WebSettings
    security: SecuritySettings
    agents: AgentsSettings = AgentsSettings()
    intake: IntakeSettings = IntakeSettings()
    caps: CapsSettings = CapsSettings()
    feedback: FeedbackSettings = FeedbackSettings()
    retention: RetentionSettings = RetentionSettings()
    paths: PathsSettings = PathsSettings()
    metrics: MetricsSettings | None = None
    imap: tuple[ImapSettings, ...] = ()


def load_settings(path: Path, env: Mapping[str, str]) -> Settings:
    """The settings in the file at `path`, with those in the environment over them.

    Raises Mistakes with every mistake at once: the line in the file, or the name of the variable.
    """
    written = Written(path, env)
    settings, wrong = _judge(written.data)
    if wrong:
        mistakes = (written.mistake(loc, what) for loc, what in wrong)
        raise Mistakes(sorted(mistakes, key=lambda mistake: (mistake.file, mistake.line or 0)))
    return settings


_Wrong = tuple[Loc, str]


def _judge(data: dict[str, Any]) -> tuple[Settings, list[_Wrong]]:
    """The settings, and all that is wrong with them. Sections that are right by themselves are compared
    with each other even where another is wrong, so that the admin sees every mistake at once."""
    try:
        settings, broken, wrong = Settings.model_validate(data), set[str](), list[_Wrong]()
    except ValidationError as problem:
        errors = problem.errors(include_url=False)
        wrong = [(error["loc"], sentence(error, Settings)) for error in errors]
        broken = {str(error["loc"][0]) for error in errors}
        sound = {name: _section(name, value) for name, value in data.items() if name not in broken}
        settings = Settings.model_construct(**sound)
    for sections, check in _CHECKS:
        if broken.isdisjoint(sections):
            wrong += check(settings)
    return settings, wrong


def _section(name: str, value: object) -> Any:
    kind: Any = Settings.model_fields[name].annotation
    return TypeAdapter(kind).validate_python(value)


def _sample_key_stays_home(settings: Settings) -> Iterator[_Wrong]:
    doors = (settings.smtp, settings.lmtp, settings.web)
    if SAMPLE_KEY in settings.security.keys and not all(door.is_loopback for door in doors if door):
        yield (
            ("security", "keys"),
            f"'{SAMPLE_KEY}' is the key of the docs, which everyone knows: it works only while smtp.listen, "
            "lmtp.listen and web.listen are 127.0.0.1 or ::1. Put a random key of 32 or more characters here",
        )


def _certificate_has_its_key(settings: Settings) -> Iterator[_Wrong]:
    own = settings.smtp
    if bool(own.tls_cert) != bool(own.tls_key):
        missing = "tls_key" if own.tls_cert else "tls_cert"
        yield ("smtp",), f"'{missing}' is missing: STARTTLS needs tls_cert and tls_key"
        return
    try:
        own.tls()
    except OSError as problem:  # of which SSLError is a kind
        yield ("smtp", "tls_cert"), f"no certificate with the key in tls_key, both in PEM: {problem}"


def _lmtp_knows_its_server(settings: Settings) -> Iterator[_Wrong]:
    # RFC 2033 5: not over a wide area network. Nothing slows a client there, for it is our own server.
    if settings.lmtp and not settings.lmtp.is_loopback and not settings.smtp.networks:
        yield (
            ("lmtp", "listen"),
            "others can reach this, and LMTP is for our own mail server alone: "
            "say in smtp.networks where that is, or listen on 127.0.0.1",
        )


def _signature_is_ours(settings: Settings) -> Iterator[_Wrong]:
    if settings.dkim and not settings.dkim.aligns_with(settings.organisation.address):
        yield (
            ("dkim", "domain"),
            "should be the domain of organisation.address, or DMARC counts it for nothing",
        )


def _intake_fits_the_door(settings: Settings) -> Iterator[_Wrong]:
    if settings.intake.max_bytes > settings.smtp.max_bytes:
        yield ("intake", "max_bytes"), f"should be at most smtp.max_bytes, which is {settings.smtp.max_bytes}"


def _tasks_do_not_come_back(settings: Settings) -> Iterator[_Wrong]:
    own = settings.organisation
    for who in ("coordinator", "manager"):
        if getattr(own, who) == own.address:
            yield (
                ("organisation", who),
                "should be another address than organisation.address, or our mails would come in as klachten",
            )


def _mailboxes_differ(settings: Settings) -> Iterator[_Wrong]:
    names = [mailbox.name for mailbox in settings.imap]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield ("imap", number, "name"), f"another mailbox has the name '{name}' too; each needs its own"


def _mailboxes_can_log_in(settings: Settings) -> Iterator[_Wrong]:
    for number, mailbox in enumerate(settings.imap):
        for key in mailbox.missing():
            yield ("imap", number, key), f"'{key}' is needed where auth is '{mailbox.auth}'"


_CHECKS: tuple[tuple[set[str], Callable[[Settings], Iterator[_Wrong]]], ...] = (
    ({"security", "smtp", "lmtp", "web"}, _sample_key_stays_home),
    ({"smtp"}, _certificate_has_its_key),
    ({"smtp", "lmtp"}, _lmtp_knows_its_server),
    ({"dkim", "organisation"}, _signature_is_ours),
    ({"intake", "smtp"}, _intake_fits_the_door),
    ({"organisation"}, _tasks_do_not_come_back),
    ({"imap"}, _mailboxes_differ),
    ({"imap"}, _mailboxes_can_log_in),
)
"""What must fit together, by the sections it compares."""


def sample(key: str) -> str:
    """The mailagent.toml that `mailagent init` writes, with this key: what must be filled in, and in comments
    what may be, with its default."""
    return SAMPLE.replace(SAMPLE_KEY, key)


SAMPLE = f"""\
# mailagent.toml: the settings of one installation. Lines that begin with # show what happens without them.
# Every setting may also be given as a variable: MAILAGENT_RELAY__PASSWORD sets password under [relay].
# `mailagent check` reads this file and names every mistake in it.

[organisation]
name = "Gemeente Voorbeeld"
address = "klachten@voorbeeld.example"   # where klachten come in, and what our mails come from
web = "http://127.0.0.1:8080"            # where a melder reaches our pages
# coordinator = ""                       # gets the tasks of a team without members
# manager = ""                           # hears of klachten that are far too late
# kenmerk_prefix = "KL"                  # as in KL26-00042
# ombudsman = "de Nationale ombudsman"

[database]
url = "sqlite:///var/mailagent.db"       # or postgresql://user:password@host/name

[smtp]
listen = "127.0.0.1:8025"                # mail comes in here
# max_bytes = {50 * _MEGABYTE}                 # a larger mail is refused, with the way that does work
# networks = []                          # e.g. ["10.0.0.0/8"]: only these may hand us mail; empty: everyone
# tls_cert = ""                          # with a certificate and its key, both in PEM, we offer STARTTLS
# tls_key = ""

# [lmtp]                                 # a second door, for our own mail server; without it there is none
# listen = "127.0.0.1:8024"

[relay]
host = "127.0.0.1"                       # our mails leave through this server
port = 1025
# username = ""
# password = ""
# tls = "none"                           # or "starttls", or "smtps" (port 465): the certificate is checked

# [dkim]                                 # sign what leaves; without it nothing is signed
# domain = "voorbeeld.example"
# selector = "klachten"                  # its TXT record is klachten._domainkey.voorbeeld.example
# key = "dkim.pem"                       # `openssl genrsa -out dkim.pem 2048`

[web]
listen = "127.0.0.1:8080"
# trusted_proxies = []                   # e.g. ["10.0.0.0/8"]: only these may say X-Forwarded-For

[security]
keys = ["{SAMPLE_KEY}"]   # the first one signs; keep older ones behind it

# [agents]
# proof = "strict"                       # or "token": the address and the reply token are proof enough
# authserv_id = ""                       # the name our own mail server puts in Authentication-Results

# [intake]
# own_hosts = []                         # our mail servers, as they name themselves in Received
# behind_own_mx = []                     # mailboxes (by name) and networks that only our own servers feed
# forms = []                             # addresses of form robots, whose Reply-To is the melder
# max_bytes = {25 * _MEGABYTE}                 # a larger mail is kept, but a human must look

# [caps]                                 # automatic mails to one address, or about one klacht
# windows = {{ 10 = 10, 30 = 15, 60 = 25 }}  # minutes = how many; the rest waits

# [retention]
# arrivals_days = 90                     # then mail that became nothing is destroyed

# [feedback]
# smileys = true                         # a mail about the handling asks how satisfied the melder is
# link_days = 5                          # how long a smiley works
# by_reply = true                        # the word tevreden or ontevreden in a reply counts as a smiley
# unhappy_reopens = true                 # an unhappy answer may ask to open the klacht again
# mail_after_unhappy = false             # answer an unhappy melder by mail, with new smileys
# satisfied_ends_contact = false
# mail_in_behandeling = true
# mail_aanvulling = true
# mail_feedback_received = true
# photos = true                          # the smiley page asks an unhappy melder for photos
# many_answers = true                    # false: one standard answer only
# ask_contact = true                     # the page offers "no contact any more"
# melder_counts = true                   # an agent reads how many klachten the melder brought, and their end
# mail_kto_uitnodiging = true            # send the surveys that are active
# mail_kto_herinnering = true            # remind once who did not answer a survey or the smileys
# reminder_days = 2                      # so many days before the link dies
# cooldown_days = 30                     # ask one address no more often than this
# mail_opvolgtaak = true                 # a low score in a survey is a task for the behandelaar

# [paths]
# local = ""                             # your own folder with rules/, templates/ and web/

# [metrics]                              # figures for Prometheus, on /metrics; without it there are none
# listen = "127.0.0.1:9464"

# [[imap]]                               # a mailbox to fetch from; repeat for more
# name = "klachten"
# host = "imap.voorbeeld.example"
# port = 993
# username = "klachten"
# password = "..."
# mailbox = "INBOX"
# tls = true
# every_seconds = 60
# move_to = ""                           # where a mail goes once it is kept
# alarm_minutes = 30                     # silent for so long: the coordinator gets a mail
# auth = "password"                      # or "oauth", with these keys instead of the password
# token_url = ""                         # where tokens come from
# client_id = ""
# client_secret = ""
# refresh_token = ""                     # empty: the client's own credentials count
# scope = ""
"""
