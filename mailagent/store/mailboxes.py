"""What we know of each mailbox we fetch from: when a round last succeeded, what went wrong, and its token."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from mailagent.store.tables import mailbox, mailbox_slot


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The state of one mailbox. `aside` counts the mails that cannot be fetched; `error` is "" when all is
    well. `alarmed_at` is when its silence was reported."""

    name: str
    since: datetime
    good_at: datetime | None
    failed_at: datetime | None
    error: str
    aside: int
    alarmed_at: datetime | None

    @property
    def silent_since(self) -> datetime:
        """The last round that succeeded; before the first one, when we began to watch."""
        return self.good_at or self.since


_FIELDS = tuple(mailbox.c[name] for name in Mailbox.__dataclass_fields__)


def begin(tx: sa.Connection, names: Iterable[str], now: datetime) -> None:
    """Watch these from now on; of those that were watched already nothing changes."""
    insert: Any = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    if rows := [{"name": name, "since": now} for name in sorted(names)]:
        tx.execute(insert(mailbox).on_conflict_do_nothing(), rows)


def good(tx: sa.Connection, name: str, aside: int, now: datetime) -> Mailbox | None:
    """A round succeeded, but for the mails that stepped aside. Returns the state before it."""
    query = sa.select(*_FIELDS).where(mailbox.c.name == name).with_for_update()
    before = tx.execute(query).one_or_none()
    well = {"good_at": now, "error": "", "aside": aside, "alarmed_at": None}
    tx.execute(sa.update(mailbox).where(mailbox.c.name == name).values(well))
    return Mailbox(**before._asdict()) if before else None


def failed(tx: sa.Connection, name: str, why: str, now: datetime) -> None:
    """A round did not succeed."""
    tx.execute(sa.update(mailbox).where(mailbox.c.name == name).values(failed_at=now, error=why[:500]))


def fall_silent(tx: sa.Connection, name: str, before: datetime, now: datetime) -> Mailbox | None:
    """Report a mailbox without a successful round since `before`: once for each silence, else None."""
    quiet = sa.func.coalesce(mailbox.c.good_at, mailbox.c.since) <= before
    report = sa.update(mailbox).where(mailbox.c.name == name, mailbox.c.alarmed_at.is_(None), quiet)
    row = tx.execute(report.values(alarmed_at=now).returning(*_FIELDS)).one_or_none()
    return Mailbox(**row._asdict()) if row else None


def place(tx: sa.Connection, name: str) -> str:
    """Where the mails lie that are remembered under this name; "" where that is not known yet."""
    return tx.execute(sa.select(mailbox.c.place).where(mailbox.c.name == name)).scalar() or ""


def settle(tx: sa.Connection, name: str, where: str) -> None:
    """From now on this name is that of the mailbox there. What is remembered of the one before is laid aside,
    for the UIDs of the one say nothing of the other, and taken up again should the name go back to it."""
    query = sa.select(mailbox.c.place).where(mailbox.c.name == name).with_for_update()
    before = tx.execute(query).scalar()
    if before not in ("", where):
        _rename(tx, name, f"{name} @ {before}")
        _rename(tx, f"{name} @ {where}", name)
    tx.execute(sa.update(mailbox).where(mailbox.c.name == name).values(place=where))


def _rename(tx: sa.Connection, name: str, other: str) -> None:
    tx.execute(sa.update(mailbox_slot).where(mailbox_slot.c.mailbox == name).values(mailbox=other))


def states(tx: sa.Connection) -> dict[str, Mailbox]:
    """Every mailbox that was ever watched, by name."""
    rows = tx.execute(sa.select(*_FIELDS).order_by(mailbox.c.name))
    return {row.name: Mailbox(**row._asdict()) for row in rows}


def refresh_token(tx: sa.Connection, name: str, origin: str) -> str:
    """The refresh token the server gave last, "" where it gave none. `origin` says from which token of the
    settings it came: when the admin fills in another, what came from the old one is void."""
    where = (mailbox.c.name == name, mailbox.c.token_origin == origin)
    return tx.execute(sa.select(mailbox.c.refresh_token).where(*where)).scalar() or ""


def keep_refresh_token(tx: sa.Connection, name: str, origin: str, token: str) -> None:
    """Remember the refresh token the server gave in place of the one before."""
    values = {"refresh_token": token, "token_origin": origin}
    tx.execute(sa.update(mailbox).where(mailbox.c.name == name).values(values))
