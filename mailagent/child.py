"""A process beside ours that answers one question after another within limits, and has nothing of ours.

Both ends are here: `Child` starts one and asks, `answer_all` is what the module does that was started. Every
message on either pipe is its length and then itself; an answer begins with one octet that says what it is.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO

import mailagent
from mailagent.core.errors import TakesLong

_LENGTH = struct.Struct(">Q")
_READY = b"."
"""What a child says once, when it can answer: to start takes longer than to answer."""
_ANSWER, _LAST_WORDS = b"+", b"!"


class Died(Exception):
    """The process ended before it answered; `reason` is too_slow, out_of_memory or broken."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(what)
        self.reason = reason


class Child:
    """One child process, and the pipes to it: `module` is run with `told` as its JSON argument, and what a
    library of its own wants to see in its `environment`."""

    def __init__(
        self, module: str, told: Mapping[str, object], environment: Mapping[str, str] | None = None
    ) -> None:
        # it gets none of our environment, where secrets may be, and finds this very package
        home = str(Path(mailagent.__file__).parent.parent)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, json.dumps(told)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": home, "PATH": os.defpath, **(environment or {})},
        )
        self._ended = self._started = False

    @property
    def alive(self) -> bool:
        """Can it be asked?"""
        return not self._ended and self._process.poll() is None

    def ask(self, question: bytes, patience: float | None = None) -> bytes:
        """Its answer. Raises Died; TakesLong when it takes more than so many seconds. Either is its end."""
        self.put(question)
        return self.hear(patience)

    def put(self, question: bytes) -> None:
        """Ask, and do something else until its answer is to be heard."""
        if not self._started:
            _taken(_pipe(self._process.stdout), len(_READY))
            self._started = True
        # where it died while we wrote, its last words or its exit code say why
        with contextlib.suppress(BrokenPipeError):
            _send(_pipe(self._process.stdin), question)

    def hear(self, patience: float | None = None) -> bytes:
        """The answer to what was put; see `ask`."""
        told = _pipe(self._process.stdout)
        if patience is not None and not _says_something(told, patience):
            self._process.kill()
            self.end()
            raise TakesLong
        answer = _receive(told)
        if answer[:1] == _ANSWER:
            return answer[1:]
        self.end()
        raise Died(*json.loads(answer[1:])) if answer else self._cause_of_death()

    def _cause_of_death(self) -> Died:
        code = -self._process.wait()
        reasons: dict[int, str] = {signal.SIGALRM: "too_slow", signal.SIGKILL: "out_of_memory"}
        reason = reasons.get(code, "broken")
        return Died(reason, f"{reason}: the process ended with {code}")

    def end(self) -> None:
        """Closes the pipes, which ends a child that waits, and waits for it."""
        self._ended = True
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(BrokenPipeError):
                _pipe(pipe).close()
        self._process.wait()


def answer_all(
    answer: Callable[[bytes], bytes], seconds: float, memory: int, memory_of_its_own: int = 0
) -> None:
    """Answers question after question until the parent closes its end: each in so many seconds of wall-clock
    time, all within so many bytes of address space. What is raised ends this process."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, max(memory, memory_of_its_own)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when we stop
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    sys.excepthook = partial(_last_words, told)
    try:
        told.write(_READY)
        told.flush()
        while head := asked.read(_LENGTH.size):
            question = asked.read(_LENGTH.unpack(head)[0])
            # the kernel ends us with SIGALRM, even inside a regular expression that never returns
            signal.setitimer(signal.ITIMER_REAL, seconds)
            answered = answer(question)
            signal.setitimer(signal.ITIMER_REAL, 0)
            _send(told, _ANSWER + answered)
    except BrokenPipeError:
        os._exit(1)  # who asked is gone: last words would only soil the log of whoever comes after it


def _last_words(
    told: IO[bytes], kind: type[BaseException], _: BaseException, trace: TracebackType | None
) -> None:
    """What went wrong and where, without a word of what was asked; then the parent starts another child."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    reason = "out_of_memory" if issubclass(kind, MemoryError) else "broken"
    where = traceback.extract_tb(trace)[-1] if trace else None
    text = f"{kind.__name__} at {Path(where.filename).name}:{where.lineno}" if where else kind.__name__
    _send(told, _LAST_WORDS + json.dumps((reason, text)).encode())


def _send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(_LENGTH.pack(len(message)))
    pipe.write(message)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes:
    """The next message; nothing where the other end is closed."""
    head = _taken(pipe, _LENGTH.size)
    return _taken(pipe, _LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""


def _taken(pipe: IO[bytes], octets: int) -> bytes:
    """So many, or fewer at its end; no more: who listens to the pipe does not hear what was read too far."""
    taken = bytearray()
    while len(taken) < octets and (some := os.read(pipe.fileno(), octets - len(taken))):
        taken += some
    return bytes(taken)


def _says_something(pipe: IO[bytes], seconds: float) -> bool:
    """Does it, within so many seconds?"""
    heard = select.poll()
    heard.register(pipe, select.POLLIN)
    return bool(heard.poll(seconds * 1000))


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
