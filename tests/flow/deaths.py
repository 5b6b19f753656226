"""A process that dies at a chosen step: before a statement, around a commit, around a word to the relay."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import sqlalchemy as sa
from desk import Desk, Got

from mailagent.flow import tick
from mailagent.flow.receipt import Receipt
from mailagent.outbound.relay import Parcel

Case = TypeVar("Case")


class Killed(BaseException):
    """No goodbye: nobody may catch this."""


class Death:
    """Sits in the engine and beside the relay. Once it has struck, every further step fails until `over`."""

    def __init__(self, desk: Desk) -> None:
        self._left: int | None = None
        self._dead = False
        engine = desk.world.store.engine
        sa.event.listen(engine, "before_cursor_execute", lambda *_: self._step())
        self._commit = engine.dialect.do_commit
        engine.dialect.do_commit = self._around_commit
        self._carry = desk.house.post.carry
        desk.house = replace(desk.house, post=replace(desk.house.post, carry=self._around_carry))

    @contextmanager
    def at(self, step: int) -> Iterator[None]:
        """Whatever is done within, dies at this step, or comes to its end where it has fewer."""
        self._left, self._dead = step, False
        try:
            yield
        except Killed:
            self._dead = True
        finally:
            self._left = None

    def struck(self) -> bool:
        """Did it? From here on everything works again."""
        dead, self._dead = self._dead, False
        return dead

    def _step(self) -> None:
        if self._left is None:
            return
        self._left -= 1
        if self._left < 0:
            raise Killed

    def _around_commit(self, connection: Any) -> None:
        self._step()
        self._commit(connection)
        self._step()

    def _around_carry(self, parcels: Sequence[Parcel]) -> list[Receipt]:
        self._step()
        receipts = self._carry(parcels)
        self._step()
        return receipts


@dataclass
class Mortal:
    """A desk whose process dies, is started again, and finds its work."""

    desk: Desk
    death: Death

    def dies_everywhere(
        self, prepare: Callable[[int], Case], act: Callable[[Case], object], check: Callable[[Case], None]
    ) -> int:
        """Do it again and again, dying one step later each time, until it is done alive: how many deaths.
        Each time begins at the same moment, so that nothing is due of the klachten of those before."""
        start = self.desk.time[0]
        for step in itertools.count(1):
            self.desk.time[0] = start
            case = prepare(step)
            with self.death.at(step):
                act(case)
            struck = self.death.struck()
            self.starts_again()
            if struck:
                act(case)
                self.starts_again()
            check(case)
            if not struck:
                return step
        raise AssertionError

    def starts_again(self) -> None:
        """Time passes; what the dead one held is free, and what it forgot is found."""
        self.desk.house = replace(self.desk.house, post=replace(self.desk.house.post))  # it remembers nothing
        self.desk.passes(minutes=20)
        tick.remember(self.desk.world)
        self.desk.settle()


def mails(desk: Desk, address: str, about: str = "") -> Counter[str]:
    """How many different mails of each kind came. The same mail may come twice, if it is the very same."""
    by_id: dict[bytes, Got] = {}
    for mail in desk.mailboxes[address]:
        if about.encode() in mail.raw:
            first = by_id.setdefault(_message_id(mail.raw), mail)
            assert (first.raw, first.sender) == (mail.raw, mail.sender), "a repeat must be the same mail"
    return Counter(mail.kind for mail in by_id.values())


def _message_id(raw: bytes) -> bytes:
    [found] = re.findall(rb"(?mi)^message-id: (\S+)\r$", raw)
    return bytes(found)
