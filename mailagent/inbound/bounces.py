"""What a delivery report says: RFC 3464 first, then what mail servers say in plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailagent.core.mail import Attachment, Bounce, Mail
from mailagent.inbound.charsets import decoded

_ADDRESS = r"[^\s<>()\[\],;:\"'=]{1,64}@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*"
_BARE = re.compile(_ADDRESS)
_FIELD = re.compile(r"([A-Za-z-]+)[ \t]*:[ \t]*(.*)")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.-])([45])\d\d(?=[\s#-])(?!-\d)")
_MESSAGE_ID = re.compile(r"^[ \t>|]*message-id:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)

_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
_BY_CLASS = {"5": "failed", "4": "delayed", "2": "delivered"}

_REPORTERS = re.compile(
    r"(?:mailer-?daemon|postmaster|mail-?daemon|mdaemon|maildelivery|mmdf|bounces?(?! )|mail-?administrator"
    r"|mail[. ]delivery[. ](?:sub)?system|microsoftexchange[0-9a-f]*)(?=$|[@ <(])",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|not delivered|non[- ]?deliver|delivery (?:status|failure|report|problem|notification|error"
    r"|has failed)|delivery.{0,20}(?:failed|failure|delayed)|failure notice|returned (?:mail|to sender)"
    r"|mail (?:delivery|system|failure|could not)|message (?:status|could not|not delivered|delayed)|bounce"
    r"|could not be delivered|user unknown|warning: (?:could not|message)|onbestelbaar"
    r"|niet (?:afgeleverd|bezorgd)|unzustellbar|nicht zugestellt|non remis|échec|não entregue"
    r"|no se (?:pudo|puede) entregar|mancata consegna"
    r"|недоставлен|配信|エラー",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"delayed|delay\b|warning: (?:could not|message)|still (?:being|trying)|will (?:be retried|keep trying"
    r"|continue to)|not yet been delivered|temporar|vertraagd|verzögert",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"(?:could not|cannot|can't|unable to|was not|were not|not be|has not(?: yet)?(?: been)?) (?:be )?deliver"
    r"|undeliver|delivery .{0,60}(?:failed|aborted)|permanent (?:fatal )?(?:delivery )?(?:error|failure)"
    r"|failed recipients|did not receive|no such user|user unknown|mailbox (?:is )?(?:full|unavailable)"
    r"|automatically rejected|onbestelbaar|niet (?:worden )?(?:afgeleverd|bezorgd)|unzustellbar"
    r"|nicht zugestellt|n'a pas pu être (?:remis|distribué)",
    re.IGNORECASE,
)
_FINAL = re.compile(r"permanent|giving up|gave up|fatal|will not be retried|no longer|expired", re.IGNORECASE)
_COPY = re.compile(
    r"^[ \t>*#=-]*(?:(?:below this line is|this is|here is|the following is) a copy|original message|"
    r"(?:the )?(?:header|headers|text) of (?:the |your )?(?:original )?message|message headers? follow|"
    r"(?:unsent|returned|rejected|your|undelivered) message (?:below|follows|begins)?|return(?:ed)?-path:|"
    r"received: )",
    re.IGNORECASE | re.MULTILINE,
)
_SHOWN = 64 * 1024  # a report says what it has to say before this


def bounce(mail: Mail) -> Bounce | None:
    """The delivery report a mail is; None for anything else, feedback reports and vacations included."""
    if any(part.content_type == "message/feedback-report" for part in mail.attachments):
        return None
    reports = [part for part in mail.attachments if part.content_type in _DELIVERY_STATUS]
    told = _reported([group for part in reports for group in _groups(part)]) if _is_report(mail) else None
    told = told or _told_in_words(mail)
    if not told:
        return None
    return Bounce(told.action, told.status, told.recipients, _original_message_id(mail))


_DELIVERY_STATUS = ("message/delivery-status", "message/global-delivery-status")
_ORIGINAL = (
    "message/rfc822",
    "text/rfc822-headers",
    "message/global",
    "message/global-headers",
    "message/rfc822-headers",
)


def _groups(part: Attachment) -> Iterator[dict[str, str]]:
    """The groups of fields in a report, names in lower case (RFC 3464 2.1)."""
    text = decoded(part.content[:_SHOWN]).replace("\r\n", "\n").replace("\r", "\n")
    for group in re.split(r"\n[ \t]*\n", text):
        fields: dict[str, str] = {}
        for line in re.sub(r"\n[ \t]+", " ", group).split("\n"):
            found = _FIELD.match(line)
            if found:
                fields.setdefault(found[1].lower(), found[2].strip())
        yield fields


def _reported(groups: list[dict[str, str]]) -> Bounce | None:
    """The worst that is said, and about whom."""
    told = [(_action(group), group) for group in groups]
    for action in _ACTIONS:
        about = [group for said, group in told if said == action]
        if about:
            statuses = (
                _STATUS.search(group.get("status", "") or group.get("diagnostic-code", "")) for group in about
            )
            status = next((found[1] for found in statuses if found), None)
            return Bounce(
                action, status, _unique(address for group in about for address in _recipients(group))
            )
    return None


def _action(group: dict[str, str]) -> str | None:
    """What happened to one recipient: Action, or what Status makes of it where Action is missing."""
    said = group.get("action", "").lower()
    for action in _ACTIONS:
        if said.startswith(action[:4]):
            return action
    if not _recipients(group):
        return None
    status = _STATUS.search(group.get("status", ""))
    return _BY_CLASS[status[1][0]] if status else "failed"


def _recipients(group: dict[str, str]) -> tuple[str, ...]:
    """The address it was for, and the one we wrote to where the report tells them apart."""
    values = (group.get(name, "") for name in ("final-recipient", "original-recipient"))
    found = (_BARE.search(value.rpartition(";")[2]) for value in values)
    return _unique(match[0] for match in found if match)


def _told_in_words(mail: Mail) -> Bounce | None:
    """A report in plain text."""
    failed = _unique(address for value in mail.all("x-failed-recipients") for address in _BARE.findall(value))
    by_server = _is_by_server(mail)
    if not failed and not by_server and not _is_by_machine(mail):
        return None
    text = _spoken(mail)
    code, reply = _STATUS.search(text), _REPLY.search(text)
    recipients = failed or _named(text, mail)
    told = bool(_SUBJECT.search(mail.subject) or _SAID.search(text))
    if not (failed or told or (by_server and (code or reply or recipients))):
        return None
    status = code[1] if code else (f"{reply[1]}.0.0" if reply else None)
    late = _DELAYED.search(f"{mail.subject}\n{text}") and not _FINAL.search(text)
    return Bounce("delayed" if late and not (status or "").startswith("5") else "failed", status, recipients)


def _is_report(mail: Mail) -> bool:
    """Is what came along the report of whoever sent it? A melder may pass one on, with words of their own."""
    kind = (mail.header("content-type") or "").lower()
    return kind.startswith("multipart/report") or _is_by_server(mail) or _is_by_machine(mail)


def _is_by_server(mail: Mail) -> bool:
    """Does a mail server speak here? A melder may write about post that never came, or forward a report."""
    path = (mail.header("return-path") or "").lstrip("< ")
    names = (mail.sender or "", mail.sender_name, (mail.header("from") or "").lstrip('" '), path)
    return any(_REPORTERS.match(name) for name in names)


def _is_by_machine(mail: Mail) -> bool:
    """Did no person send it?"""
    submitted = (mail.header("auto-submitted") or "no").lower()
    return mail.header("return-path") == "<>" or not submitted.startswith("no")


def _spoken(mail: Mail) -> str:
    """What the mail server itself says, above the copy of the mail it returns."""
    text = mail.text[:_SHOWN]
    copy = _COPY.search(text)
    return text[: copy.start()] if copy and text[: copy.start()].strip() else text


def _named(text: str, mail: Mail) -> tuple[str, ...]:
    """The addresses a report names, without its own and its reader's."""
    own = {address.lower() for address in (mail.sender or "", *mail.to)}
    named = (address.strip(".-") for address in _BARE.findall(text))
    return _unique(a for a in named if a.lower() not in own and not _REPORTERS.match(a.partition("@")[0]))[
        :10
    ]


def _original_message_id(mail: Mail) -> str | None:
    """The Message-ID of the mail it is about, from the copy that came along."""
    for part in mail.attachments:
        if part.content_type in _ORIGINAL:
            found = _MESSAGE_ID.search(decoded(part.content[:_SHOWN]).replace("\r\n", "\n"))
            if found:
                return found[1]
    found = _MESSAGE_ID.search(mail.text[: 4 * _SHOWN])
    return found[1] if found else next(iter((*mail.in_reply_to, *mail.references)), None)


def _unique(values: Iterator[str] | tuple[str, ...]) -> tuple[str, ...]:
    return tuple({value.lower(): value for value in reversed(tuple(values))}.values())[::-1]
