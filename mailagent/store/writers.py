"""Those who write to a SQLite file stand in line; what they wrote goes back into the file beside them."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

_EVERY_SECONDS = 1.0
_LONG = 8192
"""Pages (32 MB): a log that is longer ends, and the next commit begins it anew."""


class Writers:
    """A line to stand in while writing, as a lock is.

    Left to itself SQLite writes its log back into the file (a checkpoint) within the commit that made the log
    long: a citizen who sends a form then waits for thousands of pages here and there, and for the disk. Here
    a thread does that, which comes after a commit, at most once a second, and goes when it is done. Nobody
    waits for it (PASSIVE takes what it can), but for the little that is left when a long log is to end.
    """

    def __init__(self, readers: sa.Engine) -> None:
        self._line, self._readers = threading.Lock(), readers
        self._file = Path(str(readers.url.database)).resolve()
        self._next = time.monotonic() + _EVERY_SECONDS
        self._thread: threading.Thread | None = None

    def __enter__(self) -> None:
        self._line.acquire()

    def __exit__(self, *_: object) -> None:
        try:
            self._pass_on(time.monotonic())
        finally:
            self._line.release()

    def _pass_on(self, now: float) -> None:
        if now < self._next or (self._thread and self._thread.is_alive()):
            return
        self._next = now + _EVERY_SECONDS
        thread = threading.Thread(target=self._write_back, name="checkpoint")
        with suppress(RuntimeError):  # the process ends: whoever closes the file last writes the log back
            thread.start()
            self._thread = thread

    def wait(self) -> None:
        """Until nothing is being written back."""
        if self._thread:
            self._thread.join()

    def _write_back(self) -> None:
        away: type[Exception] = self._readers.dialect.loaded_dbapi.Error
        try:
            raw = self._readers.raw_connection()
            try:
                if self._passed_on(raw) > _LONG:
                    # much is written during the first pass, which is long; a second leaves little for the end
                    self._on_disk()
                    self._passed_on(raw)
                    self._on_disk()
                    with self._line:
                        self._passed_on(raw)
            finally:
                raw.close()
        except (sa.exc.SQLAlchemyError, away, OSError):
            pass  # the disk is full, or has gone: whoever writes next is told, and the log still has it all

    def _passed_on(self, raw: Any) -> int:
        """How long the log is, in pages; what could be written back has been."""
        cursor = raw.cursor()
        _busy, pages, _written = cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        cursor.close()
        return int(pages)

    def _on_disk(self) -> None:
        """Wait for what was written back, so that those who write need not.

        SQLite's own descriptor is asked: to open and close another one would drop all locks that this process
        has on the file (POSIX), and only Linux tells which it is.
        """
        for held in Path("/proc/self/fd").glob("*"):
            with suppress(OSError):  # closed meanwhile
                if held.readlink() == self._file:
                    os.fdatasync(int(held.name))
                    return
