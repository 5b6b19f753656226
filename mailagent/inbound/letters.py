"""Reads scanned letters in a child process with limits: bytes in, a letter out, whatever they are."""

from __future__ import annotations

import io
import json
import os
import pickle
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from mailagent.child import Child, Died
from mailagent.core.errors import Mistake, Mistakes, Unreadable
from mailagent.core.letter import QUARANTINE, Field, Letter, Page, Word, unread
from mailagent.core.postroom import Divided, day_in

MEGABYTE = 1024 * 1024
LANGUAGE_FILE = "nld.traineddata"
TESSDATA = (Path("/usr/share/tesseract-ocr/5/tessdata"), Path("/usr/share/tessdata"))
"""Where Debian and others keep the data of Tesseract; `TESSDATA_PREFIX` comes first."""


@dataclass(frozen=True, slots=True)
class LetterLimits:
    """Seconds of wall-clock time for a whole file (many, for a busy machine), bytes of address space, and
    the sizes it may have: octets, pages, points of the longest side of a page, pixels of a picture."""

    seconds: float = 300.0
    memory: int = 1536 * MEGABYTE
    size: int = 40 * MEGABYTE
    pages: int = 60
    side: int = 1500
    pixels: int = 60_000_000


class LetterReader:
    """One child that reads letters, one at a time: a letter takes seconds and much memory. Safe to use from
    many threads. Bad input never raises; to be without Tesseract's data does."""

    def __init__(self, limits: LetterLimits | None = None) -> None:
        self._limits = limits or LetterLimits()
        self._alone = threading.Lock()
        self._child: Child | None = None

    def read(self, raw: bytes, filename: str = "", pages: tuple[int, int] | None = None) -> Letter:
        """What a letter says: all of the file, or from one page up to and including another, from 1.

        What cannot be read has the status quarantine, and a reason that names the file.
        """
        try:
            letter = self._asked("read", raw, pages)
        except Unreadable as error:
            letter = unread(error.reason)
        assert isinstance(letter, Letter)
        if letter.status == QUARANTINE and filename:
            return replace(letter, reason=f"{filename}: {letter.reason}")
        return letter

    def sheets(self, raw: bytes) -> list[tuple[int, int]]:
        """The letters of a batch that has separator sheets between them, each as its first and last page;
        the sheets are in none. One range where there is no sheet, none where the file cannot be read."""
        try:
            ranges = self._asked("sheets", raw, None)
        except Unreadable:
            return []
        assert isinstance(ranges, list)
        return ranges

    def divided(self, raw: bytes) -> list[Divided]:
        """The same, with the day of receipt that the sheet before it says."""
        try:
            ranges = self._asked("divided", raw, None)
        except Unreadable:
            return []
        assert isinstance(ranges, list)
        return [Divided((first, last), day_in(day)) for first, last, day in ranges]

    def cut(self, raw: bytes, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """The pages of these ranges (from 1, both ends included), each a file by itself. Or Unreadable."""
        files = self._asked("cut", raw, ranges)
        assert isinstance(files, list)
        return files

    def original(self, raw: bytes, page: int) -> bytes:
        """One page as it came in, as a JPEG in which nothing is masked. Raises Unreadable."""
        jpeg = self._asked("original", raw, page)
        assert isinstance(jpeg, bytes)
        return jpeg

    def close(self) -> None:
        """Ends the child, when it is done with its letter."""
        with self._alone:
            if self._child:
                self._child.end()
            self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _asked(self, what: str, raw: bytes, pages: object) -> object:
        if len(raw) > self._limits.size:
            raise Unreadable("too_large")
        question = json.dumps({"what": what, "pages": pages}).encode() + b"\n" + raw
        with self._alone:
            if self._child is None or not self._child.alive:
                self._child = _started(self._limits)
            try:
                answer = _Answer(io.BytesIO(self._child.ask(question))).load()
            except Died as problem:
                raise Unreadable(problem.reason, str(problem)) from problem
        if isinstance(answer, str):
            raise Unreadable(answer)
        return answer


def _started(limits: LetterLimits) -> Child:
    one_thread = {"OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1", "OPENCV_FOR_THREADS_NUM": "1"}
    environment = {**one_thread, "TESSDATA_PREFIX": str(tessdata())}
    return Child("mailagent.inbound.deciphering", asdict(limits), environment)


class _Answer(pickle.Unpickler):
    """The child reads what strangers send: only a letter may come out of it, or plain values."""

    _ALLOWED = {kind.__name__: kind for kind in (Letter, Page, Word, Field)}

    def find_class(self, module: str, name: str) -> type:
        """A part of a letter, or an error."""
        if module != Letter.__module__ or name not in self._ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} does not belong in an answer")
        return self._ALLOWED[name]


def tessdata() -> Path:
    """The folder with Tesseract's data for Dutch. Mistakes, which names the package, where there is none."""
    named = os.environ.get("TESSDATA_PREFIX")
    for folder in (*([Path(named)] if named else []), *TESSDATA):
        if (folder / LANGUAGE_FILE).is_file():
            return folder
    what = "Tesseract cannot read Dutch here; type: apt-get install tesseract-ocr tesseract-ocr-nld"
    raise Mistakes([Mistake("", None, what)])
