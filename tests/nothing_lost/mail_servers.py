"""Mail servers of melders, which keep a mail until it got its 250: several lines at once, SMTP and LMTP."""

from __future__ import annotations

import smtplib
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP

from keeping_relay import KeepingRelay
from serving import Installation, Service

INTAKE = "klachten@stad.example"
LINES = 6
REST_SECONDS = 0.05
"""How long a mail server waits after a 'try later'; a real one waits minutes."""
PATIENCE = 90.0
"""So long there may be no news, on however busy a machine."""
UNHEARD = 10
"""Of so many mails one is offered again although we had said 250: its mail server did not hear us."""


def letter(number: int) -> bytes:
    """The complaint with this number. Two of them have the same writer, as people do write twice."""
    writer = writer_of(number)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"Melder <{writer}>"
    mail["To"] = INTAKE
    mail["Subject"] = f"Balie, keer {number}"
    mail["Date"] = "Mon, 02 Mar 2026 10:00:00 +0100"
    mail["Message-ID"] = f"<klacht-{number}@home.example>"
    mail.set_content(f"Ik werd onbeleefd behandeld aan de balie, en dat was al keer {number}.\n" * 20)
    return mail.as_bytes()


def writer_of(number: int) -> str:
    """Who wrote the complaint with this number."""
    return f"melder{number // 2}@home.example"


@dataclass
class Load:
    """So many complaints on their way to us, never more than `ahead` of our answers: mail comes in and leaves
    at the same time. `counts` are what was `promised` (our 250), `offered` to the relay and `taken` by it;
    `refused` are our own words for anything but a 250."""

    installation: Installation
    service: Service
    relay: KeepingRelay
    mails: int
    ahead: int
    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    _news: threading.Condition = field(default_factory=threading.Condition)
    _moment: tuple[str, int, Callable[[], None]] | None = None
    _waiting: deque[int] = field(default_factory=deque)
    _unheard: set[int] = field(default_factory=set)
    _over: bool = False

    @contextmanager
    def at_work(self) -> Iterator[Load]:
        """All the mail servers, from here until every mail has got its 250."""
        self._waiting.extend(range(self.mails))
        self._unheard.update(range(0, self.mails, UNHEARD))
        self.relay.tells = self._happened
        lines = [threading.Thread(target=self._line, args=(number,)) for number in range(LINES)]
        for line in lines:
            line.start()
        try:
            yield self
            self.until(lambda: self.counts["promised"] == self.mails)
        finally:
            self._over = True
            self.service.up.set()
            self._happened("over")
            for line in lines:
                line.join(PATIENCE)

    def when(self, what: str, count: int, act: Callable[[], None]) -> None:
        """At the very moment at which this is counted so often: act, and only then go on. Waits for it."""
        with self._news:
            self._moment = (what, count, act)
        self.until(lambda: self._moment is None)

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for news that makes it so, as long as there is news."""
        with self._news:
            while not is_so():
                so_far = self.counts.total()
                came = self._news.wait_for(
                    lambda so_far=so_far: is_so() or self.counts.total() > so_far, PATIENCE
                )
                assert came, f"{self._moment}, {self.counts}, {self.refused}"

    def waited(self, is_so: Callable[[], bool], seconds: float) -> bool:
        """Did news come in so many seconds that made it so?"""
        with self._news:
            return self._news.wait_for(is_so, seconds)

    def swells(self, by: int) -> None:
        """So many more need not wait until we have answered what came before them."""
        with self._news:
            self.ahead += by
            self._news.notify_all()

    def _happened(self, what: str) -> None:
        with self._news:
            self.counts[what] += 1
            if self._moment and self._moment[0] == what and self.counts[what] >= self._moment[1]:
                self._moment[2]()
                self._moment = None
            self._news.notify_all()

    def _line(self, number: int) -> None:
        """One mail server: the next mail, as often as it takes."""
        while True:
            with self._news:
                self._news.wait_for(self._may_send)
                if self._over:
                    return
            self.service.up.wait(PATIENCE)
            try:
                self._talk(number)
            except smtplib.SMTPResponseException as answer:
                self._told(answer.smtp_code, answer.smtp_error)
            except OSError:  # the line broke: what was not promised is offered anew
                continue

    def _may_send(self) -> bool:
        ahead = self.counts["promised"] - self.counts["taken"] // 2
        return self._over or (bool(self._waiting) and ahead < self.ahead)

    def _talk(self, number: int) -> None:
        """Mail after mail over one line, while it lasts."""
        kind, port = (
            (smtplib.LMTP, self.installation.lmtp) if number == 0 else (smtplib.SMTP, self.installation.smtp)
        )
        with kind("127.0.0.1", port, "mx.home.example") as line:
            line.ehlo()
            while True:
                with self._news:
                    self._news.wait_for(self._may_send)
                    if self._over:
                        return
                    mail = self._waiting.popleft()
                try:
                    taken = self._offer(line, mail)
                except BaseException:
                    self._waiting.appendleft(mail)
                    raise
                if taken:
                    self._happened("promised")
                else:
                    self._waiting.append(mail)
                    time.sleep(REST_SECONDS)

    def _offer(self, line: smtplib.SMTP, mail: int) -> bool:
        for code, said in (line.rset(), line.mail(writer_of(mail)), line.rcpt(INTAKE)):
            if code != 250:
                self._told(code, said)
                return False
        code, said = line.data(letter(mail))
        if code != 250:
            self._told(code, said)
        if code == 250 and mail in self._unheard:
            self._unheard.remove(mail)
            raise ConnectionResetError
        return code == 250

    def _told(self, code: int, said: bytes | str) -> None:
        words = said.decode() if isinstance(said, bytes) else said
        with self._news:
            self.refused[f"{code} {words}"] += 1
            self._news.notify_all()
