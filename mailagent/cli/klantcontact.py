"""`mailagent klantcontact KENMERK`: what Open Klant would be told of a klacht."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from mailagent.cli.console import HERE, AsJson, ConfigFile, fail, opened, say_json
from mailagent.core.events import AGENT
from mailagent.core.klacht import Klacht
from mailagent.core.klantcontact import Said, contacts
from mailagent.core.mails import TO_MELDER
from mailagent.store import arrivals, klachten, notices
from mailagent.store.klachten import Logged
from mailagent.store.notices import ACCEPTED, BOUNCED, FAILED, SUPPRESSED, Notice
from mailagent.store.store import Tx

FROM_MELDER = ("received", "reacted", "reopen_requested", "feedback_given")
_NOT_READ = ("order_parked", "order_refused", "order_lapsed", "mail_suppressed")
_REACHED = {ACCEPTED: True, BOUNCED: False, FAILED: False}


def klantcontact(kenmerk: str, config: ConfigFile = HERE, json: AsJson = True) -> None:  # noqa: ARG001, FBT002
    """What would be sent to Open Klant for each mail of the melder and each answer, as JSON."""
    with opened(config) as house, house.world.store.read() as tx:
        klacht = klachten.by_kenmerk(tx, kenmerk)
        if klacht is None:
            fail(f"there is no klacht {kenmerk}")
        team = house.world.organisation.team(klacht.team).name
        say_json([asdict(contact) for contact in contacts(klacht, said(tx, klacht), team)])


def said(tx: Tx, klacht: Klacht) -> list[Said]:
    """Each proven mail of the melder, and each answer by an agent that left or will, oldest first."""
    log = klachten.history(tx, klacht.id)
    received = {f"arrival:{row.id}": row.received_at for row in arrivals.told_of(tx, kenmerk=klacht.kenmerk)}
    answers = {
        n.event_id: n
        for n in notices.of_klacht(tx, klacht.id)
        if n.kind in TO_MELDER and n.state != SUPPRESSED
    }
    heard: dict[str, Said] = {}
    for event in log:
        if _is_mail(event):
            heard.setdefault(event.origin, _heard(event, klacht, log, received))
        elif event.actor == AGENT and event.id in answers and event.data.get("text"):
            heard[f"answer:{event.id}"] = _answered(event, answers[event.id])
    return list(heard.values())


def _is_mail(event: Logged) -> bool:
    by_mail = event.kind == "received" or event.origin.startswith("arrival:")
    return event.kind in FROM_MELDER and by_mail and bool(event.data.get("confirmed", True))


def _heard(event: Logged, klacht: Klacht, log: Sequence[Logged], received: Mapping[str, datetime]) -> Said:
    at = klacht.received_at if event.kind == "received" else received.get(event.origin) or event.at
    read = (e.at for e in log if e.seq > event.seq and e.actor == AGENT and e.kind not in _NOT_READ)
    whole = f"{event.origin.replace(':', '-')}.eml"
    files = (whole, *event.data.get("attachments", ()))
    return Said(at, str(event.data.get("text", "")), files=files, read_at=next(read, None))


def _answered(event: Logged, mail: Notice) -> Said:
    reached = _REACHED.get(mail.state)
    return Said(mail.sent_at or event.at, str(event.data["text"]), by=event.who, reached=reached)
