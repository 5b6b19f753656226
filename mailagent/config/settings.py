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
from mailagent.config.letters import LettersSettings
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
from mailagent.config.messages import MessagesSettings
from mailagent.config.printing import PrintingSettings
from mailagent.config.sample import SAMPLE_KEY
from mailagent.config.toml import Written
from mailagent.core.errors import Mistakes

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
    letters: LettersSettings = LettersSettings()
    caps: CapsSettings = CapsSettings()
    feedback: FeedbackSettings = FeedbackSettings()
    printing: PrintingSettings | None = None
    messages: MessagesSettings | None = None
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


def _scanner_has_its_own_address(settings: Settings) -> Iterator[_Wrong]:
    own, letters = settings.organisation, settings.letters
    if letters.address and letters.address in (own.address, own.coordinator, own.manager):
        yield (
            ("letters", "address"),
            "should be another address than those under [organisation]: all mail to it is taken for scans",
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
    ({"organisation", "letters"}, _scanner_has_its_own_address),
    ({"imap"}, _mailboxes_differ),
    ({"imap"}, _mailboxes_can_log_in),
)
"""What must fit together, by the sections it compares."""
