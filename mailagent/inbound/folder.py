"""The folder in which the post room drops its scans: each finished file is kept as a letter, then moved away.

    scans/             a scanner writes here
    scans/2026-03-02/  or here: what came by post on that day
    scans/bezig/       taken, and not kept yet
    scans/done/        kept: the file as it came
    scans/te_groot/    never taken: larger than we can keep

A file is ours from the moment we move it to `bezig`, into a folder of its own whose name no other file ever
gets: a scanner may use a name again while we still keep the file that had it. What lies there after a crash
is kept once more, which whoever judges letters notices: nothing is lost, and nothing is a klacht twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

import structlog

from mailagent.core.errors import TryLater
from mailagent.core.mail import Envelope
from mailagent.core.postroom import LETTER, day_in, received_on

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 5.0
QUIET_SECONDS: Final = 5.0
"""So long a file must not have changed, in size and in time, before it is taken."""
UNFINISHED_SECONDS: Final = 600.0
"""A PDF without its last line may still grow, on a slow share; after so long it is taken all the same."""

BUSY, DONE, TOO_LARGE = "bezig", "done", "te_groot"
_TEMPORARY = (".tmp", ".part", ".partial", ".filepart", ".crdownload", "~", ".lock")
_NO_SCANS = ("thumbs.db", "desktop.ini")
_LAST_OCTETS = 2048
_PDF, _END_OF_PDF = b"%PDF-", b"%%EOF"
_OWN = re.compile(r"[0-9a-f]{32}")
"""The name of a folder in `bezig` that one file has for itself."""

Keep = Callable[[Sequence[Envelope]], Sequence[int]]


@dataclass
class Folder:
    """One drop folder. `keep` commits what it is given, and raises TryLater where it cannot."""

    path: Path
    keep: Keep
    now: Callable[[], datetime]
    most: int
    _seen: dict[Path, tuple[int, int]] = field(default_factory=dict)
    _unmoved: set[Path] = field(default_factory=set)

    def look(self) -> int:
        """Take what is finished. How many files were kept."""
        for name in (BUSY, DONE):
            (self.path / name).mkdir(exist_ok=True)
        waiting = [(file, _day_of(self._name_of(file))) for file in _files(self.path / BUSY, deep=True)]
        self._unmoved &= {file for file, _ in waiting}
        taken = [(moved, day) for file, day in self._finished() if (moved := self._claimed(file))]
        kept = 0
        for file, day in (*waiting, *taken):
            kept += self._kept(file, day)
        return kept

    def _finished(self) -> Iterator[tuple[Path, date | None]]:
        """Files that are as they were at the last look, and have been for a while."""
        found = {file: (stat.st_size, stat.st_mtime_ns) for file, stat in self._dropped()}
        before, self._seen = self._seen, found
        for file, state in found.items():
            quiet = self.now().timestamp() - state[1] / 1e9
            patience = QUIET_SECONDS if _is_whole(file) else UNFINISHED_SECONDS
            if before.get(file) == state and quiet >= patience:
                yield file, _day_of(file.relative_to(self.path))

    def _dropped(self) -> Iterator[tuple[Path, os.stat_result]]:
        ours = (BUSY, DONE, TOO_LARGE)
        days = [d for d in self.path.iterdir() if d.is_dir() and d.name not in ours and day_in(d.name)]
        for folder in (self.path, *sorted(days)):
            for file in _files(folder):
                with contextlib.suppress(FileNotFoundError):  # somebody took it back
                    yield file, file.stat()

    def _name_of(self, file: Path) -> Path:
        """Where a file in `bezig` was dropped."""
        name = file.relative_to(self.path / BUSY)
        return name.relative_to(name.parts[0]) if _OWN.fullmatch(name.parts[0]) else name

    def _claimed(self, file: Path) -> Path | None:
        """The file where nobody else takes it; None where another was first, or it is too large to keep."""
        size, name, own = self._seen[file][0], file.relative_to(self.path), uuid.uuid4().hex
        moved = None
        try:
            if size > self.most:
                self._moved(file, name, TOO_LARGE)
                log.error("scan_too_large", file=file.name, octets=size, most=self.most)
            elif not (moved := self._moved(file, own / name, BUSY)):
                self._tidy(self.path / BUSY / own / name.parent)
        except OSError as problem:  # somebody has it open, on a share that then lets nobody else at it
            log.error("scan_not_taken", file=file.name, why=str(problem)[:300])
            self._tidy(self.path / BUSY / own / name.parent)
        return moved

    def _kept(self, file: Path, day: date | None) -> bool:
        """Keep its bytes, once, and only then move it to `done`, as soon as that can be done."""
        if file not in self._unmoved and not self._committed(file, day):
            return False
        self._unmoved.add(file)
        try:
            self._moved(file, self._name_of(file), DONE)
        except OSError as problem:
            log.error("scan_not_moved", file=file.name, why=str(problem)[:300])
            return False
        self._unmoved.discard(file)
        self._tidy(file.parent)
        return True

    def _tidy(self, folder: Path) -> None:
        """Folders in `bezig` in which nothing is left."""
        with contextlib.suppress(OSError):  # another file is still there
            while folder != self.path / BUSY:
                folder.rmdir()
                folder = folder.parent

    def _committed(self, file: Path, day: date | None) -> bool:
        try:
            raw = file.read_bytes()
            reached = received_on(day, self.now())
            self.keep([Envelope(raw, "folder", reached, LETTER, peer=file.name)])
        except FileNotFoundError:  # another process keeps it
            return False
        except (OSError, TryLater) as problem:
            log.error("scan_not_kept", file=file.name, why=str(problem)[:300])
            return False
        return True

    def _moved(self, file: Path, name: Path, where: str) -> Path | None:
        """Move it, over nothing that is there; None where another has moved it."""
        target = self.path / where / name
        target.parent.mkdir(parents=True, exist_ok=True)
        number = 1
        while target.exists():
            number += 1
            target = (self.path / where / name).with_stem(f"{name.stem}-{number}")
        try:
            file.rename(target)
        except FileNotFoundError:
            return None
        return target


def _day_of(name: Path) -> date | None:
    """The day of receipt that its folder says. A date in its own name is that of the scan."""
    return next((day for folder in name.parts[:-1] if (day := day_in(folder))), None)


def _files(folder: Path, *, deep: bool = False) -> list[Path]:
    found = folder.rglob("*") if deep else folder.iterdir()
    return sorted(f for f in found if f.is_file() and not f.is_symlink() and _may_be_scan(f.name.lower()))


def _may_be_scan(name: str) -> bool:
    return not (name.startswith(".") or name.endswith(_TEMPORARY) or name in _NO_SCANS)


def _is_whole(file: Path) -> bool:
    """Has a PDF its last line? Another kind of file does not tell (ISO 32000-1 7.5.5)."""
    try:
        with file.open("rb") as scan:
            if _PDF not in scan.read(1024):
                return True
            scan.seek(max(0, scan.seek(0, os.SEEK_END) - _LAST_OCTETS))
            return _END_OF_PDF in scan.read()
    except OSError:
        return False


async def watch(folder: Folder, stop: asyncio.Event) -> None:
    """Look every few seconds, until `stop`. A folder that is away is looked for again."""
    while not stop.is_set():
        try:
            await asyncio.to_thread(folder.look)
        except OSError as problem:
            log.error("folder_not_read", folder=str(folder.path), why=str(problem))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await stop.wait()
