"""The desk over real wires: mail in by SMTP, mail out to a real relay, links opened by HTTP."""

from __future__ import annotations

import asyncio
import re
import smtplib
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP
from desk import Desk, Got, settings_for, with_people
from servers import free_port

from mailagent.config.files import load_rules
from mailagent.core.feedback import Answer
from mailagent.house import open_house, wall_clock
from mailagent.inbound.limits import LIMITS, Limits
from mailagent.inbound.reader import Reader
from mailagent.service import make_doors, serve
from mailagent.store import arrivals, notices
from mailagent.web.app import make_app

PATIENCE = 90.0


class RelayThatRemembers:
    """The relay's side of an SMTP dialogue: takes every mail and puts it in a mailbox."""

    def __init__(self, desk: list[Desk], mailboxes: dict[str, list[Got]]) -> None:
        self._desk = desk
        self._mailboxes = mailboxes

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:
        """Take it; the kind is looked up by the Message-ID, as only we know it."""
        await asyncio.to_thread(self._take, envelope.content, envelope.mail_from, envelope.rcpt_tos)
        return "250 2.0.0 queued as WIRE"

    def _take(self, raw: bytes, sender: str, recipients: list[str]) -> None:
        [message_id] = re.findall(rb"(?mi)^message-id:\s*(\S+)", raw)
        with self._desk[0].world.store.read() as tx:
            notice = notices.by_message_id(tx, [message_id.decode()])
        for recipient in recipients:
            self._mailboxes[recipient].append(Got(notice.kind if notice else "?", recipient, raw, sender))


@dataclass
class Wire:
    """Real SMTP in, real HTTP for links."""

    port: int

    def hand_in(self, raw: bytes, sender: str, recipient: str) -> None:
        """As any mail server would."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=60) as smtp:
            smtp.sendmail(sender, [recipient], raw)

    def open(self, url: str) -> str:
        """GET, the status first where it is not 200."""
        return _fetch(urllib.request.Request(url))

    def submit(self, url: str, answer: Answer) -> str:
        """POST the form as a browser would."""
        choice = "tevreden" if answer.satisfied else "ontevreden"
        fields = [("keuze", choice), ("toelichting", answer.text), *((choice, r) for r in answer.reasons)]
        if answer.contact_refused:
            fields.append(("geen_contact", "1"))
        data = urllib.parse.urlencode(fields).encode()
        return _fetch(urllib.request.Request(url, data=data, method="POST"))


def _fetch(request: urllib.request.Request) -> str:
    try:
        with urllib.request.urlopen(request, timeout=60) as page:
            return str(page.read().decode())
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read().decode()}"


@contextmanager
def wired_desk(
    folder: Path,
    database: str,
    *,
    proof: str = "token",
    more: str = "",
    limits: Limits = LIMITS,
    mail_server: int = 0,
) -> Iterator[Desk]:
    """A whole service at work, with people who use it over the wire. Where a `mail_server` is named by its
    port, it carries what we send, and the people have their mail elsewhere."""
    smtp, web, relay = free_port(), free_port(), mail_server or free_port()
    env = {
        "MAILAGENT_SMTP__LISTEN": f"127.0.0.1:{smtp}",
        "MAILAGENT_WEB__LISTEN": f"127.0.0.1:{web}",
        "MAILAGENT_RELAY__PORT": str(relay),
        "MAILAGENT_ORGANISATION__WEB": f"http://127.0.0.1:{web}",
    }
    settings = settings_for(folder, database, proof=proof, env=env, more=more)
    rules = with_people(load_rules(None), ["anna@stad.example"])
    mailboxes: dict[str, list[Got]] = defaultdict(list)
    known: list[Desk] = []
    with Reader(limits) as reader:
        house = open_house(settings, rules, reader.read, glance=reader.glance)
        desk = Desk(house, [wall_clock()], mailboxes)
        known.append(desk)
        desk.carrier = Wire(smtp)
        desk.settle = lambda: _settled(desk)
        remembers = None if mail_server else RelayThatRemembers(known, mailboxes)
        with _running(desk, remembers, relay):
            yield desk
        house.close()


@contextmanager
def _running(desk: Desk, relay: RelayThatRemembers | None, relay_port: int) -> Iterator[None]:
    started = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def run() -> None:
        async with AsyncExitStack() as servers:
            if relay:
                server = await loop.create_server(lambda: SMTP(relay, loop=loop), "127.0.0.1", relay_port)
                await servers.enter_async_context(server)
            await serve(desk.house, stop, make_app(make_doors(desk.house)), started=started.set)
        if talks := [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]:
            await asyncio.wait(talks, timeout=5)

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    assert started.wait(60), "the service did not start"
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(60)
        assert not thread.is_alive(), "the service did not stop"
        loop.close()


def _settled(desk: Desk) -> None:
    """Until nothing is waiting: no arrival without a verdict, no mail that is still owed."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with desk.world.store.read() as tx:
            now = wall_clock()
            if not arrivals.waiting(tx, now) and not notices.in_state(tx, notices.OWED):
                return
        time.sleep(0.02)
    raise AssertionError("the desk did not come to rest")
