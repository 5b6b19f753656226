"""The print queue: what waits is taken together, written once, printed, and confirmed when it was posted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from mailagent.core.calendar import AMSTERDAM, local_day
from mailagent.core.errors import NotPossible
from mailagent.core.events import Actor
from mailagent.core.paper import LetterPosted
from mailagent.core.reference import report_name
from mailagent.flow.happen import happen
from mailagent.flow.world import POST, Act, World
from mailagent.store import arrivals, klachten, notices, printing, reports
from mailagent.store.notices import Notice, Owed, Proof
from mailagent.store.printing import Batch
from mailagent.store.reports import Report

MOST = 200
"""Letters in one batch: what a printer and a reader can still take as one file."""


@dataclass(frozen=True, slots=True)
class Printing:
    """A batch with its letters, in the order in which they are printed."""

    batch: Batch
    letters: tuple[Notice, ...]


PRINT = "brieven"


def due(world: World) -> list[tuple[str, Callable[[], None]]]:
    """In the morning of a working day what waits goes to whoever prints it, in one mail."""
    now, printer = world.now(), world.policy.printer
    day = local_day(now)
    if not (world.policy.prints and printer and world.calendar.is_working_day(day)):
        return []
    if now.astimezone(AMSTERDAM).time() < world.reports_at:
        return []
    with world.store.read() as tx:
        made = reports.made_on(tx, PRINT, day)
    return [] if made else [("letters to print", partial(mail_out, world, printer, day))]


def mail_out(world: World, printer: str, day: date) -> None:
    """A batch of what waits, and the mail that brings it; once a day."""
    with world.store.begin() as tx:
        act = Act(tx, world, world.now(), "clock")
        new = Report(0, PRINT, printer, day, act.at, arrivals.last_judged(tx))
        report = reports.begin(tx, new)
        begun = printing.begin(tx, act.at, "clock", MOST) if report else None
        if report is None or begun is None:
            return
        batch, waiting = begun
        reports.list_klachten(tx, report, sorted({one.klacht_id for one in waiting if one.klacht_id}))
        values = {
            "kenmerk": report_name(report),
            "report": report,
            "language": "nl",
            "day": day.isoformat(),
            "batch": batch.id,
            "batch_number": str(batch.id),
            "letters": [line(one) for one in waiting],
            "tags": (),
        }
        world.store.owe(tx, POST, [Owed(PRINT, printer, f"{PRINT}:{batch.id}", values)], act.at)


def line(letter: Notice) -> str:
    """A letter in a list: of which klacht, what it is and to whom."""
    return f"{letter.values['kenmerk']}: {letter.kind.replace('_', ' ')}, aan {letter.recipient}"


def begin(world: World) -> int:
    """Take what waits into a new batch, by hand; 0 where nothing does."""
    with world.store.begin() as tx:
        begun = printing.begin(tx, world.now(), "hand", MOST)
        return begun[0].id if begun else 0


def of_batch(batch_id: int, world: World) -> Printing:
    """A batch that was begun before."""
    with world.store.read() as tx:
        batch = printing.batch(tx, batch_id)
        if batch is None:
            raise NotPossible(f"there is no batch {batch_id}")
        return Printing(batch, tuple(printing.of_batch(tx, batch_id)))


def fix(
    batch_id: int, made: Sequence[tuple[Notice, bytes]], failed: Sequence[tuple[Notice, str]], world: World
) -> Printing:
    """Keep the words of letters before they are printed: printed again, each says the same. Those that could
    not be written wait for the next batch, with the reason in their proof. Returns the batch as it is then:
    another may have written it at the same time, and one letter is never in two batches."""
    with world.store.begin() as tx:
        printing.fixed(tx, batch_id, [(notice.id, words) for notice, words in made], world.now())
        for notice, why in failed:
            if printing.put_back(tx, batch_id, notice.id):
                notices.prove(tx, notice.id, Proof(world.now(), notices.DELAYED, None, why))
    return of_batch(batch_id, world)


def confirm(batch_id: int, by: Actor, world: World) -> list[Notice]:
    """The letters of a batch were posted. Returns those of which that was not known yet."""
    about = sorted({one.klacht_id for one in of_batch(batch_id, world).letters if one.klacht_id})
    found: list[Notice] = []
    with world.store.begin() as tx:
        act = Act(tx, world, world.now(), f"batch:{batch_id}")
        for klacht_id in about:
            klacht = klachten.by_id(tx, klacht_id, lock=True)
            # looked up when the klacht is ours alone: another may have said so a moment ago
            mine = [one for one in printing.printed(tx, klacht_id) if one.batch_id == batch_id]
            if klacht and mine:
                ids, mails = tuple(one.id for one in mine), tuple(one.kind for one in mine)
                happen(act, klacht, [LetterPosted(act.at, by, ids, mails)])
                found += mine
    return found
