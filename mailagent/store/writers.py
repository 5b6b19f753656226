"""Those who write to a SQLite file stand in line; what they wrote goes back into the file beside them."""

from __future__ import annotations

import threading
import time

import sqlalchemy as sa

_EVERY_SECONDS = 1.0


class Writers:
    """A line to stand in while writing, as a lock is.

    Left to itself SQLite writes its log back into the file (a checkpoint) within the commit that made the log
    long: a citizen who sends a form then waits for thousands of pages here and there, and for the disk. Here
    a thread does that, which comes after a commit, at most once a second, and goes when it is done. Nobody
    waits for it: PASSIVE takes what it can without a lock.
    """

    def __init__(self, readers: sa.Engine) -> None:
        self._line, self._readers = threading.Lock(), readers
        self._next = time.monotonic() + _EVERY_SECONDS
        self._thread: threading.Thread | None = None

    def __enter__(self) -> None:
        self._line.acquire()

    def __exit__(self, *_: object) -> None:
        now = time.monotonic()
        if now >= self._next and not (self._thread and self._thread.is_alive()):
            self._next = now + _EVERY_SECONDS
            self._thread = threading.Thread(target=self._write_back, name="checkpoint")
            self._thread.start()
        self._line.release()

    def wait(self) -> None:
        """Until nothing is being written back."""
        if self._thread:
            self._thread.join()

    def _write_back(self) -> None:
        away: type[Exception] = self._readers.dialect.loaded_dbapi.Error
        try:
            raw = self._readers.raw_connection()
            try:
                raw.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").close()
            finally:
                raw.close()
        except (sa.exc.SQLAlchemyError, away):
            pass  # the disk is full, or has gone: whoever writes next is told, and the log still has it all
