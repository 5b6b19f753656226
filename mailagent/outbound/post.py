"""What we owe leaves: each notice rendered once, kept, offered to the relay, and the answer written down."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from mailagent.core import reference
from mailagent.core.errors import Mistakes
from mailagent.core.mail import Attachment
from mailagent.core.mails import MAILS, MELDER
from mailagent.core.ways import MESSAGE
from mailagent.flow import deliver, files, rest
from mailagent.flow.deliver import Rendering
from mailagent.flow.receipt import Receipt
from mailagent.flow.world import World
from mailagent.outbound.dkim import Signer
from mailagent.outbound.envelope import BadHeader, Headers
from mailagent.outbound.filling import Filling
from mailagent.outbound.gateway import payload
from mailagent.outbound.press import NotPressed
from mailagent.outbound.relay import Parcel
from mailagent.outbound.render import Templates
from mailagent.outbound.writer import WRONG, Draft, Write, write_here
from mailagent.store.addresses import Issued
from mailagent.store.notices import Notice

LINES = 8
"""Connections to the relay. On each a mail is offered when the receipt of the one before it is committed: a
crash repeats one mail of each at most, byte for byte."""

AT_ONCE = 3 * LINES
"""Mails taken and rendered together."""

Speak = Callable[[str, bytes], Receipt]
"""The id of a message, and its octets → what the gateway said."""

MOST_PDF = 7_500_000
"""Larger than that letters do not go along with a mail: in base64 it would be what every relay just takes."""

Carrier = Callable[[Sequence[Parcel]], list[Receipt]]
"""Mails, each to be handed over a line of its own → what the relay said of each."""

_Made = dict[int, Rendering | Receipt]
"""A notice → its mail, or why that cannot be made."""

_Talks = dict[tuple[str, int | None], list[str]]
"""A reader and a klacht → the Message-IDs of our mails."""

_NO_GATEWAY = Receipt(0, "[messages] has no url: nothing carries messages")


@dataclass(frozen=True)
class Post:
    """Sends what is owed. `carry` hands mails to the relay, as many at once as there are `lines`; `printed`
    gives the letters of a batch as one PDF; `signer` signs a mail, once, when it is made. `write` writes
    mails out. `speak` hands a message to its gateway, in the words of `messages`."""

    world: World
    templates: Templates
    filling: Filling
    carry: Carrier
    printed: Callable[[int], bytes]
    signer: Signer | None = None
    lines: int = 1
    write: Write = write_here
    messages: Templates | None = None
    speak: Speak | None = None
    _in_hand: dict[int, tuple[Notice, Receipt | None]] = field(default_factory=dict, init=False)
    _speakers: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(LINES, "post"), init=False, repr=False
    )
    _alone: threading.Lock = field(default_factory=threading.Lock, init=False)

    def send(self, ids: Sequence[int]) -> None:
        """Send these notices, those of them that are still owed and that no cap holds.

        While some are offered the next ones are written out. Where the database goes away, what the relay
        said is written down before anything else is sent.
        """
        with self._alone:  # a thread that waits for a dead database may outlive the loop that started it
            self._let_go()
            made: _Made = {}
            before: Sequence[int] = ()
            talks: _Talks = {}
            for start in range(0, len(ids), AT_ONCE):
                some = ids[start : start + AT_ONCE]
                try:
                    begun = self._begun(some, talks)
                finally:  # whatever is wrong with these, those before them are ready
                    self._deliver(before, made)
                before, made = some, begun()
            self._deliver(before, made)

    def go_by(self, templates: Templates, messages: Templates | None) -> None:
        """From now on mails and messages say this; what is being sent goes by the words it began with."""
        with self._alone:
            vars(self).update(templates=templates, messages=messages)

    def settle(self) -> None:
        """Write down what could not be written when the database went away."""
        with self._alone:
            self._let_go()

    def _deliver(self, ids: Sequence[int], made: _Made) -> None:
        """Take what was made of these, and offer it."""
        if not ids:
            return
        renderings = {id: one for id, one in made.items() if isinstance(one, Rendering)}
        for notice in deliver.take(ids, renderings, self.world):
            impossible = made.get(notice.id)
            self._in_hand[notice.id] = notice, impossible if isinstance(impossible, Receipt) else None
        ready = [notice for notice, why in self._in_hand.values() if notice.rendered and why is None]
        for said in self._offered(ready):
            self._in_hand.update((notice.id, (notice, receipt)) for notice, receipt in said)
            accepted = [(notice, receipt) for notice, receipt in said if receipt.accepted]
            deliver.answered(accepted, self.world)
            for notice, _ in accepted:
                del self._in_hand[notice.id]
        self._let_go()

    def _let_go(self) -> None:
        """Of all we have taken: what was said of it and is not written down yet, and what was not offered."""
        said = [(notice, receipt) for notice, receipt in self._in_hand.values() if receipt]
        deliver.answered(said, self.world)
        if left := [notice for notice, receipt in self._in_hand.values() if not receipt]:
            deliver.leave(left, self.world)
        self._in_hand.clear()

    def _begun(self, ids: Sequence[int], talks: _Talks) -> Callable[[], _Made]:
        """What becomes of each of these that was not made before: the mail, or why it cannot be made. `talks`
        are those that are being made, and not kept yet."""
        looked, threads = deliver.look(ids, self.world)
        made: _Made = {}
        drafted: list[tuple[Notice, Issued | None, Draft]] = []
        for notice in (one for one in looked if one.rendered is None):
            if notice.way == MESSAGE:
                made[notice.id] = self._message(notice)
                continue
            try:
                talk = talks.setdefault((notice.recipient, notice.klacht_id), []) if notice.klacht_id else []
                reply, draft = self._draft(notice, [*threads[notice.id], *talk])
                drafted.append((notice, reply, draft))
                talk.append(draft.headers.message_id)
            except BadHeader as problem:
                made[notice.id] = Receipt(553, str(problem))
            except NotPressed as problem:
                made[notice.id] = Receipt(0, str(problem))
            except WRONG as problem:
                made[notice.id] = Receipt(0, f"{notice.kind} cannot be made: {problem!r}")
        written = self.write([draft for _, _, draft in drafted], self.templates)

        def finished() -> _Made:
            for (notice, reply, draft), one in zip(drafted, written(), strict=True):
                made[notice.id] = (
                    one if isinstance(one, Receipt) else self._rendering(notice, reply, draft, one)
                )
            return made

        return finished

    def _message(self, notice: Notice) -> Rendering | Receipt:
        """What the gateway is told, or why it cannot be."""
        if self.messages is None:
            return _NO_GATEWAY
        key = self.world.policy.keys[0]
        try:
            values = {**self.filling.values(notice, self.messages, ""), "left_out": ()}
            text = self.messages.render(notice.kind, str(notice.values.get("language", "nl")), values).text
        except (Mistakes, *WRONG) as problem:
            return Receipt(0, f"{notice.kind} cannot be made: {problem}")
        id, bounce = (reference.token(key, what, notice.key) for what in ("message", "bounce"))
        return Rendering(id, bounce, payload(notice.recipient, id, text))

    def _offered(self, taken: Sequence[Notice]) -> Iterator[list[tuple[Notice, Receipt]]]:
        """What the relay says of each mail, for as long as they are ours alone and it is there; as many at a
        time as there are lines. A domain that says "later" to several of them is not asked again."""
        until = self.world.now() + deliver.PATIENCE
        later: Counter[str] = Counter()
        left = list(taken)
        while self.world.now() < until and (chosen := self._chosen(left, later)):
            now = {notice.id for notice in chosen}
            left = [notice for notice in left if notice.id not in now]
            said = self._said_of(chosen)
            yield said
            if any(receipt.away for _, receipt in said):
                return
            later.update(rest.domain(n.recipient) for n, receipt in said if rest.says_later(receipt))

    def _chosen(self, left: Sequence[Notice], later: Counter[str]) -> list[Notice]:
        """One mail for each line: no two to one reader about one klacht, who gets them in order, and to one
        domain no more than may still say "later"."""
        chosen: list[Notice] = []
        threads: set[tuple[str, int | None]] = set()
        asked = later.copy()
        for notice in left:
            domain, thread = rest.domain(notice.recipient), (notice.recipient, notice.klacht_id)
            if len(chosen) < self.lines and thread not in threads and asked[domain] < rest.SEVERAL:
                chosen.append(notice)
                asked[domain] += 1
            threads.add(thread)
        return chosen

    def _said_of(self, chosen: Sequence[Notice]) -> list[tuple[Notice, Receipt]]:
        """The mails go over the lines of the relay, and the messages each in a thread."""
        messages = [notice for notice in chosen if notice.way == MESSAGE]
        mails = [notice for notice in chosen if notice.way != MESSAGE]
        said = self.carry([self._parcel(notice) for notice in mails]) if mails else []
        told = self._speakers.map(self._told, messages) if messages else ()
        return [*zip(mails, said, strict=True), *zip(messages, told, strict=True)]

    def _parcel(self, notice: Notice) -> Parcel:
        own = self.world.organisation.address
        sender = reference.tokened(own, reference.BOUNCE, notice.bounce_token or "")
        return sender, notice.recipient, notice.rendered or b""

    def _told(self, notice: Notice) -> Receipt:
        raw = notice.rendered or b""
        return self.speak(notice.message_id or "", raw) if self.speak else _NO_GATEWAY

    def _draft(self, notice: Notice, thread: Sequence[str]) -> tuple[Issued | None, Draft]:
        """What a mail is to be written from, with the reply address that stands in it."""
        world, key = self.world, self.world.policy.keys[0]
        own, kind = world.organisation.address, MAILS[notice.kind]
        reply = self._reply_address(notice)
        reply_to = reference.tokened(own, reference.REPLY, reply.token) if reply else own
        going, left = self._along(notice)
        values = {**self.filling.values(notice, self.templates, reply_to), "left_out": tuple(left)}
        headers = Headers(
            sender=own,
            sender_name=world.organisation.name,
            to=notice.recipient,
            to_name=str(notice.values.get("melder_name", "")) if kind.audience == MELDER else "",
            date=world.now(),
            message_id=reference.message_id(
                reference.token(key, "message", notice.key), world.organisation.domain
            ),
            reply_to=reply_to,
            in_reply_to=thread[-1] if thread else "",
            references=tuple(thread),
            unsubscribe=str(values.get("opt_out_url", "")),
            automatic="auto-replied" if notice.arrival_id or notice.kind in _ANSWERS else "auto-generated",
        )
        return reply, Draft(notice.kind, str(notice.values.get("language", "nl")), values, headers, going)

    def _rendering(self, notice: Notice, reply: Issued | None, draft: Draft, raw: bytes) -> Rendering:
        """A mail that was written out, signed."""
        bounce = reference.token(self.world.policy.keys[0], "bounce", notice.key)
        signed = self.signer.sign(raw) if self.signer else raw
        return Rendering(draft.headers.message_id, bounce, signed, reply)

    def _along(self, notice: Notice) -> tuple[list[Attachment], list[str]]:
        """The files that go along with a mail, and the names of what stays behind."""
        if batch := notice.values.get("batch"):
            name, pdf = f"brieven-{batch}.pdf", self.printed(batch)
            return ([Attachment(name, "application/pdf", pdf)], []) if len(pdf) <= MOST_PDF else ([], [name])
        return files.along(notice, self.world)

    def _reply_address(self, notice: Notice) -> Issued | None:
        """What its reader answers to, signed for this reader and what it is about: a klacht, a message or
        what a report lists."""
        message, report = notice.values.get("message"), notice.values.get("report")
        if notice.klacht_id is None and message is None and report is None:
            return None
        kenmerk, role = str(notice.values["kenmerk"]), MAILS[notice.kind].audience
        round_id = notice.values["round"][0] if "round" in notice.values else None
        token, key_id = self.world.policy.reply_token(kenmerk, role, notice.recipient, round_id)
        about = (message, round_id, report)
        return Issued(token, kenmerk, notice.klacht_id, role, notice.recipient, key_id, *about)


_ANSWERS = frozenset(
    {
        "ontvangstbevestiging",
        "geweigerd_wachtwoord",
        "geweigerd_versleuteld",
        "geweigerd_te_groot",
        "feedback_ontvangen",
        "opdracht_uitgevoerd",
        "hulp",
    }
)
"""Mails that answer one that just came (RFC 3834 5: auto-replied)."""
